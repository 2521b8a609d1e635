"""Numbers of the comparison of destinations: how far apart they are, and how that was tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asylum_report import evaluation, places, results
from asylum_report.charts.library import lottery as charts
from asylum_report.models import status
from asylum_report.numbers.model import (
    NBSP,
    Number,
    count,
    in_results,
    of_study,
    percent,
    percent_range,
    signed,
    signed_range,
)
from asylum_report.recognition import MARKED_BELOW

Row = Mapping[Any, Any]
COUNTRIES = {"de": "DEU", "fr": "FRA"}
DESIGN = "design effect 4"
MEASURES = (
    ("actual", "actual", "all", "actual rates, all origins"),
    ("indirect", "indirect", "all", "rates standardised by what the pool grants each origin"),
    ("same", "direct", "all", "rates over the same origins"),
    ("adjusted", "adjusted", "all", "rates from the destinations' effects alone"),
    ("russians", "actual", "RUS", "actual rates of Russian citizens"),
)
SHARES = (
    ("mix", "share of the differences between EU+ destinations that is their mix of origins"),
    (
        "own",
        "share of the spread of Russian citizens' rates that is a destination's own way with them",
    ),
)


@dataclass(frozen=True)
class _Group:
    """Numbers that share a stem, words and rows."""

    stem: str
    words: str
    rows: tuple[Mapping[str, Any], ...] = ()

    def one(self, name: str, value: Any, display: str, unit: str, what: str = "") -> Number:
        words = f"{what}: {self.words}" if what else self.words
        return Number(f"{self.stem}{name}", value, display, unit, words, self.rows)

    def times(self, name: str, value: float, what: str = "", digits: int = 1) -> Number:
        return self.one(name, value, f"{value:.{digits}f}", "ratio", what)

    def times_range(self, name: str, ends: Sequence[float], what: str, digits: int = 1) -> Number:
        return self.one(name, tuple(ends), _range(ends, digits), "ratio", what)

    def share(self, name: str, value: float, what: str = "") -> Number:
        return self.one(name, value, percent(value), "percent", what)

    def count(self, name: str, value: int, unit: str, what: str = "") -> Number:
        return self.one(name, int(value), count(int(value)), unit, what)


def _range(ends: Sequence[float], digits: int, factor: float = 1, unit: str = "") -> str:
    low, high = (f"{factor * end:.{digits}f}" for end in ends)
    return f"{low} to {high}{unit}".replace(" ", NBSP)


def numbers() -> list[Number]:
    """Return every number of the comparison."""
    year = charts.latest()
    return [
        *_pool(year),
        *_spreads(year),
        *_world(year),
        *_shares(year),
        *_places(year),
        *_tested(),
    ]


def _years() -> dict[int, Row]:
    rows = results.rows("lottery_years", pool=charts.POOL, design_effect=1.0)
    return {int(row["year"]): row for row in rows}


def _pool(year: int) -> list[Number]:
    rows = in_results("lottery_years", pool=charts.POOL, year=year, design_effect=1.0)
    line, first = _years()[year], min(_years())
    of = _Group("lottery.eu.", f"EU+ first-instance decisions compared, {year}", rows)
    return [
        Number("lottery.year", year, str(year), "year", "latest year of the comparison", rows),
        Number(
            "lottery.first_year",
            first,
            str(first),
            "year",
            "first year of the comparison",
            in_results("lottery_years", pool="EU+"),
        ),
        *(
            of.count(name, line[name], name, name)
            for name in ("decisions", "destinations", "origins")
        ),
    ]


def _spreads(year: int) -> list[Number]:
    found = []
    for stem, measure, origins, words in MEASURES:
        rows = [dict(row) for row in charts.spread(measure, origins).to_dict("records")]
        line = next(row for row in rows if row["year"] == year)
        wide = dict(charts.spread(measure, origins, charts.CAUTIOUS).to_dict("records")[-1])
        query = in_results("lottery_dispersion", pool=charts.POOL, measure=measure, origins=origins)
        of = _Group(f"lottery.eu.{stem}", f"90th over 10th percentile, EU+: {words}, {year}", query)
        values = [float(row["value"]) for row in rows]
        found += [
            of.times("", line["value"]),
            of.times_range("_ci", (wide["low"], wide["high"]), f"95% interval, {DESIGN}"),
            of.times_range("_span", (min(values), max(values)), "lowest and highest year"),
        ]
    ours = charts.spread("actual", "RUS")
    infinite = " and ".join(str(int(y)) for y in sorted(ours.loc[ours["lowest"] == 0, "year"]))
    words = "years in which highest over lowest rate of Russian citizens is infinite"
    of_ours = in_results("lottery_dispersion", pool="EU+", measure="actual", origins="RUS")
    name = "lottery.eu.infinite_years"
    return [*found, Number(name, infinite, infinite, "text", words, of_ours)]


def _world(year: int) -> list[Number]:
    rows = results.rows("lottery_dispersion", pool="world", year=year, origins="all")
    by = {row["measure"]: row for row in rows}
    found = []
    for stem, measure in (("actual", "actual"), ("same", "direct")):
        query = in_results("lottery_dispersion", pool="world", measure=measure, year=year)
        words = f"90th over 10th percentile, authorities worldwide: {measure}, {year}"
        of, line = _Group(f"lottery.world.{stem}", words, query), by[measure]
        found += [
            of.times("", line["value"]),
            of.times_range("_ci", (line["low"], line["high"]), "95% interval"),
        ]
    words = f"authorities with at least {MARKED_BELOW} merits decisions, {year}"
    of = _Group("lottery.world.", words, query)
    return [*found, of.count("authorities", by["actual"]["destinations"], "authorities")]


def _shares(year: int) -> list[Number]:
    found = []
    query = in_results("lottery_years", pool=charts.POOL, design_effect=1.0)
    for stem, words in SHARES:
        line, values = _years()[year], [float(row[stem]) for row in _years().values()]
        of = _Group(f"lottery.eu.{stem}_share", f"{words}, {year}", query)
        wide = results.rows(
            "lottery_years", pool=charts.POOL, design_effect=charts.CAUTIOUS, year=year
        )[0]
        ends, most = (wide[f"{stem}_low"], wide[f"{stem}_high"]), sum(v > 0.5 for v in values)
        span = (min(values), max(values))
        found += [
            of.one("", line[stem], f"{100 * line[stem]:.0f}%", "percent"),
            of.one("_ci", ends, _range(ends, 0, 100, "%"), "percent", f"95% interval, {DESIGN}"),
            of.one("_span", span, _range(span, 0, 100, "%"), "percent", "lowest and highest year"),
            of.one("_years", most, f"{most} of {len(values)}", "years", "years with over half"),
        ]
    return found


def _places(year: int) -> list[Number]:
    every = [dict(row) for row in charts.compared(year).to_dict("records")]
    ours = [dict(row) for row in charts.russians(year).to_dict("records")]
    inside = [row for row in every if row["status"] != status.UNDIVIDED]
    found = []
    for stem, row in (("most", inside[0]), ("least", inside[-1])):
        found += _ratio(f"lottery.{stem}.", row, year)
    for stem, row in (("most", ours[0]), ("least", ours[-1])):
        found += _deviation(f"lottery.russians.{stem}.", row, year)
    for stem, code in COUNTRIES.items():
        found += _ratio(f"lottery.{stem}.", _of(every, code), year)
        found += _deviation(f"lottery.russians.{stem}.", _of(ours, code), year)
    words = f"EU+ destinations with at least {MARKED_BELOW} merits decisions"
    words += f" on Russian citizens, {year}"
    of = _Group(
        "lottery.russians.",
        words,
        in_results("lottery_russians", pool=charts.POOL, year=year, design_effect=charts.CAUTIOUS),
    )
    clear = sum(row["deviation_low"] > 0 or row["deviation_high"] < 0 for row in ours)
    return [
        *found,
        of.count("destinations", len(ours), "destinations"),
        of.count("clear", clear, "destinations", "deviation with an interval without zero"),
    ]


def _of(rows: Sequence[Row], code: str) -> Row:
    return next(row for row in rows if row["destination"] == code)


def _ratio(stem: str, row: Row, year: int) -> list[Number]:
    name, code = places.name(row["destination"]), str(row["destination"])
    query = in_results("lottery_destinations", pool=charts.POOL, year=year, destination=code)
    of = _Group(stem, f"{name}, all origins, {year}", query)
    return [
        of.one("name", name, name, "text", "destination"),
        of.share("rate", row["rate"], "actual rate"),
        of.share("expected", row["expected"], "rate expected by origin"),
        of.times("ratio", row["ratio"], "actual over expected rate", 2),
        of.times_range(
            "ratio_ci", (row["ratio_low"], row["ratio_high"]), "95% interval of the ratio", 2
        ),
        of.times("ratio_others", row["ratio_others"], "ratio to the other destinations", 2),
    ]


def _deviation(stem: str, row: Row, year: int) -> list[Number]:
    name, code = places.name(row["destination"]), str(row["destination"])
    query = in_results(
        "lottery_russians",
        pool=charts.POOL,
        year=year,
        design_effect=charts.CAUTIOUS,
        destination=code,
    )
    of = _Group(stem, f"Russian citizens, {name}, {year}", query)
    ends = (row["deviation_low"], row["deviation_high"])
    around = (row["expected_low"], row["expected_high"])
    points = signed_range(*ends)
    what = "deviation from what the general level gives"
    return [
        of.one("name", name, name, "text", "destination"),
        of.share("rate", row["rate"], "actual rate"),
        of.share("expected", row["expected"], "rate that the general level gives"),
        of.one("expected_ci", around, percent_range(*around), "percent", "95% interval of it"),
        of.one(
            "points", row["deviation"], f"{signed(row['deviation'])}{NBSP}points", "points", what
        ),
        of.one("points_ci", ends, points, "points", f"95% interval, {what}"),
    ]


def _tested() -> list[Number]:
    """Return what the simulation study found, for destinations with enough decisions."""
    rows = evaluation.read("lottery")
    large = [dict(row) for row in rows[rows["large"]].to_dict("records")]
    of = _Group("lottery.tested.", "simulation study of the comparison of destinations")
    found = [
        of.count("replications", evaluation.meta("lottery")["replications"], "data sets"),
        of.count("scenarios", len(large), "scenarios"),
    ]
    for row in large:
        stem = str(row["scenario"]).replace("-", "_")
        of = _Group(f"lottery.tested.{stem}.", f"simulated, scenario {row['scenario']}")
        for name in ("coverage", "shrunken_coverage", "rate_coverage", "apart_coverage"):
            found.append(of.share(name, row[name], f"{name} of 95% intervals"))
        for name, column in (("bias", "rate_bias"), ("shrunken_bias", "shrunken_rate_bias")):
            text = f"{100 * row[column]:.1f}"
            found.append(of.one(name, row[column], text, "points", f"mean absolute {column}"))
    return of_study(found, "lottery")
