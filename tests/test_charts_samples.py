"""Charts with invented figures, one of each kind, for the other tests of charts."""

import math
import random

from asylum_report.charts.model import Chart, Event, Series, Table

SOURCE = "Invented figures for tests, no publisher, vintage 2025-06-30"


def _series(label, colour, years, rates, n, hollow=(), **more):
    half = [1.5 / math.sqrt(k) for k in n]
    both = list(zip(rates, half, strict=True))
    low = tuple(None if r is None else max(0, r - h) for r, h in both)
    high = tuple(None if r is None else min(1, r + h) for r, h in both)
    return Series(
        label, colour, tuple(years), tuple(rates), low, high, tuple(n),
        tuple(y in hollow for y in years), **more,
    )  # fmt: skip


def rates() -> Chart:
    years = [str(y) for y in range(2014, 2026)]
    germany = [0.12, 0.14, 0.11, 0.09, 0.08, 0.07, 0.09, 0.12, 0.24, 0.289, 0.102, 0.061]
    france = [0.18, 0.17, 0.21, 0.19, 0.22, 0.20, 0.24, 0.26, 0.41, 0.38, 0.44, 0.47]
    usa = [0.62, 0.60, 0.58, None, 0.57, 0.61, 0.64, 0.66, 0.71, 0.69, 0.74, None]
    n = [420, 510, 890, 1700, 1500, 1200, 800, 600, 900, 1658, 4067, 1900]
    series = (
        _series("Germany", "germany", years, germany, n, ("2025",)),
        _series("France", "france", years, france, [k // 2 for k in n], ("2025",)),
        _series("United States", "usa", years, usa, [k // 3 for k in n], ("2024",)),
    )
    rows = tuple(
        (y, *(s.y[i] for s in series), n[i]) for i, y in enumerate(years)
    )  # fmt: skip
    return Chart(
        name="sample-rates",
        title="Germany’s rate fell back to its level of before the war while others kept theirs",
        subtitle="Protection rate, first instance: positive decisions as a share of decisions on "
        "the merits, persons (United States: cases), Russian citizens, 2014–2025",
        kind="line",
        x_scale="year",
        y_format="percent",
        series=series,
        source=SOURCE,
        alt="Lines for three countries. Germany rises to 28.9% in 2023 and falls to 10.2% in "
        "2024. France rises to 44.0%, the United States to 74.0%.",
        note="Bands are 95% intervals. 2025 covers January to March. The United States published "
        "no figure for 2017.",
        events=(
            Event("2022-02-24", "Invasion of Ukraine"),
            Event("2022-09-21", "Mobilisation in Russia"),
            Event("2023-12-15", "First instance moved to a new electronic procedure"),
        ),
        table=Table(
            ("Year", "Germany", "France", "United States", "Decisions <Germany>"),
            rows,
            ("text", "percent", "percent", "percent", "count"),
        ),
    )


def months() -> Chart:
    rng = random.Random(3)
    x = [f"{y}-{m:02d}" for y in range(2018, 2026) for m in range(1, 13)][:90]

    def walk(base, peak):
        return tuple(
            round(base * (0.8 + 0.4 * rng.random()) + peak * math.exp(-(((i - 58) / 7) ** 2)))
            for i in range(90)
        )

    first = list(walk(260, 900))
    first[30] = first[31] = first[32] = None
    series = (
        Series("Germany", "germany", tuple(x), tuple(first), hollow=(False,) * 87 + (True,) * 3),
        Series("France", "france", tuple(x), walk(170, 210), hollow=(False,) * 89 + (True,)),
        Series("Spain", "second", tuple(x), walk(60, 120)),
    )
    return Chart(
        name="sample-months",
        title="Applications peaked half a year after mobilisation",
        subtitle="First-time asylum applications of Russian citizens per month, persons",
        kind="line",
        x_scale="month",
        y_format="count",
        series=series,
        source=SOURCE,
        alt="Three monthly lines from January 2018 to June 2025; Germany peaks at about 1,200.",
        events=(
            Event("2020-03-17", "Borders closed"),
            Event("2022-02-24", "Invasion of Ukraine"),
            Event("2022-09-21", "Mobilisation in Russia"),
            Event("2022-11-30", "Border with Finland closed"),
            Event("2024-06-12", "EU pact in force"),
        ),
        table=Table(("Month", "Germany"), tuple(zip(x, first, strict=True)), ("text", "count")),
    )


def outcomes() -> Chart:
    years = [str(y) for y in range(2010, 2026)]
    closed = [
        900,
        1100,
        1500,
        5200,
        3100,
        1900,
        2500,
        4800,
        3300,
        2100,
        900,
        800,
        700,
        3588,
        3936,
        700,
    ]
    rejected = [
        700,
        800,
        1100,
        4100,
        3000,
        2100,
        5900,
        9800,
        4200,
        2900,
        1500,
        900,
        500,
        1178,
        3652,
        900,
    ]
    refugee = [180, 200, 190, 150, 170, 180, 260, 420, 300, 200, 120, 130, 250, 368, 317, 60]
    other = [40, 60, 70, 80, 90, 60, 190, 330, 190, 110, 60, 50, 90, 112, 98, 20]
    hollow = (False,) * 15 + (True,)

    def part(label, colour, values):
        return Series(label, colour, tuple(years), tuple(values), hollow=hollow)

    return Chart(
        name="sample-outcomes",
        title="More procedures ended without a decision on the merits than with protection",
        subtitle="First-instance decisions by outcome, persons, 2010–2025",
        kind="stack",
        x_scale="year",
        y_format="count",
        series=(
            part("Refugee status", "refugee", refugee),
            part("Complementary protection", "complementary", other),
            part("Rejected", "rejected", rejected),
            part("Closed on formal grounds", "closed", closed),
        ),
        source=SOURCE,
        alt="Stacked columns. 2023: 368 refugee status, 112 complementary, 1,178 rejected.",
        note="2025 covers January to March.",
        events=(Event("2022-09-21", "Mobilisation in Russia"),),
        table=Table(
            ("Year", "Refugee status", "Closed"),
            tuple(zip(years, refugee, closed, strict=True)),
            ("text", "count", "count"),
        ),
    )


def destinations() -> Chart:
    names = (
        "Netherlands", "United States", "Switzerland", "Norway", "Canada", "France", "Belgium",
        "Austria", "United Kingdom of Great Britain and Northern Ireland", "Spain", "Lithuania",
        "Czechia", "Finland", "Poland", "Latvia", "Estonia", "Sweden", "Italy", "Germany",
        "Croatia",
    )  # fmt: skip
    rng = random.Random(5)
    values = sorted((rng.random() * 0.8 + 0.04 for _ in names), reverse=True)
    n = [rng.choice([31, 44, 60, 88, 150, 420, 1300, 5200]) for _ in names]
    series = _series("Rate", "first", names, [None if v == values[7] else v for v in values], n,
                     {name for name, k in zip(names, n, strict=True) if k < 50})  # fmt: skip
    return Chart(
        name="sample-destinations",
        title="Between Germany and the Netherlands lies a factor of nine",
        subtitle="Protection rate of Russian citizens, first instance, 2022–2024",
        kind="dot",
        x_scale="category",
        y_format="percent",
        series=(series,),
        source=SOURCE,
        alt="Twenty destinations sorted by rate, from 82.1% to 6.3%.",
        note="Lines are 95% intervals.",
        tall=True,
        y_max=1.0,
        table=Table(
            ("Destination", "Rate", "Low", "High", "n"),
            tuple(zip(series.x, series.y, series.low, series.high, series.n, strict=True)),
            ("text", "percent", "percent", "percent", "count"),
        ),
    )


def definitions() -> Chart:
    x = (
        "Protection rate",
        "Refugee rate",
        "EU rate (refugee and subsidiary status)",
        "Overall quota",
    )
    return Chart(
        name="sample-definitions",
        title="The definition moves the number more than most trends do",
        subtitle="Germany, first and repeat applications, Russian citizens",
        kind="bar",
        x_scale="category",
        y_format="percent",
        series=(
            Series("2023", "muted", x, (0.2895, 0.2219, 0.27, 0.0915)),
            Series(
                "2024",
                "germany",
                x,
                (0.102, 0.078, None, 0.0519),
                hollow=(False, False, False, True),
            ),
        ),
        source=SOURCE,
        alt="Bars of four rates in two years.",
        table=Table(("Definition", "2023"), (("Protection rate", 0.2895),), ("text", "percent")),
    )


ALL = (rates, months, outcomes, destinations, definitions)
