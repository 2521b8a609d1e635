"""Numbers that the claims are checked with and that no other page needs: rates and changes.

They are called ``checked.*``. Applications and people waiting are in `numbers.claims_asked`, what
the tables record at all in `numbers.claims_held`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from asylum_report import claims, corridors, places, records
from asylum_report.claims.difference import Interval, difference, grouped_interval
from asylum_report.claims.verdicts import counts as counted
from asylum_report.numbers import claims_asked
from asylum_report.numbers.model import (
    NBSP,
    Number,
    count,
    percent,
    percent_range,
    rate_numbers,
    signed,
    signed_range,
    this_row,
)
from asylum_report.numbers.recognition import ENOUGH, UNDIVIDED, pooled
from asylum_report.recognition import parts, rate

Row = Mapping[str, Any]
Group = Mapping[str, Any]
EFFECT = "4.0"
"""Design effect of the intervals, that of the headlines."""

CHANCES = {"gb": "GBR", "fi": "FIN", "es": "ESP", "ee": "EST", "lv": "LVA", "lt": "LTU"}
"""Destinations whose fitted chance of protection is set beside a claim."""

YEARS = range(2022, 2026)
BALTIC = ("EST", "LTU", "LVA")
SERIES = ("destination", "authority", "effect")
LATEST = 2025


def numbers(decisions: Sequence[Row], applications: Sequence[Row]) -> list[Number]:
    """Return every ``checked.*`` number of counts and rates.

    Parameters
    ----------
    decisions
        Rows of ``decisions`` on Russian citizens from UNHCR.
    applications
        Rows of ``applications`` by Russian citizens, every source.
    """
    return [
        *claims_asked.numbers(applications),
        *_world(decisions, applications),
        *_chances(),
        *_britain_and_france(),
        *_baltic(decisions),
        *_eu_plus(decisions),
        *_middle(decisions),
    ]


def verdicts(found: Mapping[str, Number]) -> list[Number]:
    """Return how many claims have which verdict, from all other numbers.

    Raises
    ------
    ReportError
        If the ledger cannot be understood or names an unknown number.
    """
    ledger = claims.read()
    checked = claims.check(ledger, found)
    query = ({"table": "claims"},)
    total = len(checked)
    articles = len({row["article"] for row in records.rows("claims")})
    result = [
        Number("claims.total", total, str(total), "claims", "claims checked", query),
        Number("claims.articles", articles, str(articles), "articles",
               "articles whose claims are checked", query),
    ]  # fmt: skip
    for name, value in counted(ledger, checked).items():
        words = f"claims of which the verdict is: {ledger.word(name)}"
        stem = f"claims.{name.replace('-', '_')}"
        result.append(Number(stem, value, str(value), "claims", words, query))
    return result


def _world(decisions: Sequence[Row], applications: Sequence[Row]) -> list[Number]:
    """Return grants at first instance in every destination, and per first application."""
    span = (2022, 2023)
    chosen = [g for year in span for g in _groups(decisions, year)]
    granted = sum(_positive(group) for group in chosen)
    asked = claims_asked.first(applications, "", span)
    queries = _queries(chosen)
    found = [
        Number("checked.world.y2022_2023.grants", granted, count(granted), "persons",
               "grants of any protection to Russian citizens at first instance in every "
               "destination that UNHCR has, 2022 and 2023", queries)
    ]  # fmt: skip
    per = granted / asked
    found.append(Number("checked.world.y2022_2023.grants_per_application", per, percent(per),
                        "percent", "grants at first instance per first application, Russian "
                        "citizens, every destination that UNHCR has, 2022 and 2023 together",
                        (*queries, claims_asked.query("", span))))  # fmt: skip
    return found


def _fitted(destination: str, year: int) -> Row | None:
    rows = records.rows("models/trend", destination=destination, period=str(year), effect=EFFECT)
    chosen = [row for row in rows if "appeal" not in row["stage"] and row["estimate"]]
    return chosen[0] if len(chosen) == 1 else None


def _chances() -> list[Number]:
    """Return the fitted chance of protection by destination and year, with interval and n."""
    found = []
    for prefix, destination in CHANCES.items():
        for year in YEARS:
            row = _fitted(destination, year)
            if row is None or int(row["n"]) < 20:
                continue
            words = (
                f"the chance of protection that {row['authority']}, {places.name(destination)}, "
                f"gave in {year}, first instance, Russian citizens, design effect 4"
            )
            stem = f"checked.{prefix}.y{year}.chance"
            query = this_row("trend", row, *SERIES, "period")
            value, low, high = (float(row[name]) for name in ("estimate", "low", "high"))
            n = int(row["n"])
            found += [
                Number(stem, value, percent(value), "percent", f"posterior median of {words}",
                       query),
                Number(f"{stem}_ci", (low, high), percent_range(low, high), "percent",
                       f"95% interval of {words}", query),
                Number(f"{stem}_n", n, count(n), "decisions",
                       f"decisions on the merits behind {words}", query),
            ]  # fmt: skip
    return found


def _britain_and_france() -> list[Number]:
    """Return by how much the UK's chance of protection was above France's, year by year."""
    found = []
    for year in YEARS:
        both = [_fitted(destination, year) for destination in ("GBR", "FRA")]
        if None in both:
            continue
        ends = [tuple(float(row[n]) for n in ("estimate", "low", "high")) for row in both if row]
        (gb, *gb_ci), (fr, *fr_ci) = ends
        ci = difference(gb, (gb_ci[0], gb_ci[1]), fr, (fr_ci[0], fr_ci[1]))
        words = (f"difference of the chances of protection in the United Kingdom and in France, "
                 f"{year}, first instance, Russian citizens, design effect 4")  # fmt: skip
        query = tuple(q for row in both if row for q in this_row("trend", row, *SERIES, "period"))
        found += _points(f"checked.gb_fr.y{year}", gb - fr, ci, words, query)
    return found


def _points(
    stem: str, value: float, ci: Interval, words: str, query: tuple[Mapping[str, Any], ...]
) -> list[Number]:
    return [
        Number(f"{stem}.difference", value, signed(value) + NBSP + "points", "points", words,
               query),
        Number(f"{stem}.difference_ci", ci, signed_range(*ci), "points",
               f"95% interval of the {words}", query),
    ]  # fmt: skip


def _groups(rows: Sequence[Row], year: int) -> list[Group]:
    """Return decisions in persons at first instance by destination, years covered whole."""
    of_year = [row for row in rows if row["period_start"] == f"{year}-01-01"]
    return [
        group for group in corridors.groups(corridors.default_rows(of_year))
        if group["unit"] == "persons" and group["status"] != "partial"
    ]  # fmt: skip


def _divided(groups: Iterable[Group], members: Iterable[str]) -> list[Group]:
    """Keep the destinations of an aggregate whose first instance is published apart."""
    wanted = set(members)
    return [
        g for g in groups
        if g["destination"] in wanted and g["stage"] != UNDIVIDED
        and not isinstance(corridors.group_parts(g), str)
    ]  # fmt: skip


def _positive(group: Group) -> int:
    found = corridors.group_parts(group)
    return 0 if isinstance(found, str) else found[0].value


def _queries(groups: Iterable[Group]) -> tuple[Mapping[str, Any], ...]:
    """Return the queries of the rows of groups, one a year and stage."""
    alike: dict[tuple[str, str], list[Group]] = defaultdict(list)
    for group in groups:
        alike[group["period_start"], group["stage"]].append(group)
    return tuple(
        {
            "table": "decisions", "origin": "RUS", "source": "UNHCR",
            "destination": sorted({group["destination"] for group in several}),
            "authority": sorted({group["authority"] for group in several}),
            "stage": ["first", "repeat"] if stage == "first+repeat" else [stage],
            "period_start": start,
        }
        for (start, stage), several in alike.items()
    )  # fmt: skip


def _baltic(rows: Sequence[Row]) -> list[Number]:
    """Return the rate of the three Baltic states pooled over four years."""
    chosen = [g for year in YEARS for g in _divided(_groups(rows, year), BALTIC)]
    words = ("Estonia, Latvia and Lithuania together, first instance, Russian citizens, "
             f"{YEARS[0]} to {YEARS[-1]}")  # fmt: skip
    queries = _queries(chosen)
    stem = "checked.baltic.y2022_2025"
    total = pooled(chosen)
    found = rate_numbers(stem, rate(total), "protection", f"protection rate: {words}", queries)
    counts = parts(total)
    if isinstance(counts, str) or not found:
        return found
    ci = grouped_interval(*counts, effect=float(EFFECT))
    found.append(Number(f"{stem}.protection_ci4", ci, percent_range(*ci), "percent",
                        f"95% interval of the protection rate, design effect 4: {words}",
                        queries))  # fmt: skip
    granted = counts[0].value
    found.append(Number(f"{stem}.granted", granted, count(granted), "persons",
                        f"grants of any protection: {words}", queries))  # fmt: skip
    return found


def _eu_plus(rows: Sequence[Row]) -> list[Number]:
    """Return the change of the pooled rate, with and without Germany, and all grants since 2022."""
    found = []
    by_year = {y: _divided(_groups(rows, y), places.members("EU+", y)) for y in YEARS}
    for label, left_out, words in (
        ("eu_plus", "", "EU+ destinations pooled"),
        ("eu_plus_without_de", "DEU", "EU+ destinations pooled without Germany"),
    ):
        ends = []
        queries: list[Mapping[str, Any]] = []
        for year in (YEARS[0], LATEST):
            chosen = [g for g in by_year[year] if g["destination"] != left_out]
            counts = parts(pooled(chosen))
            if isinstance(counts, str):
                break
            value = counts[0].value / (counts[0].value + counts[1].value)
            ends.append((value, grouped_interval(*counts, effect=float(EFFECT))))
            queries += _queries(chosen)
        if len(ends) < 2:
            continue
        (before, before_ci), (after, after_ci) = ends
        ci = difference(after, after_ci, before, before_ci)
        said = (f"change of the protection rate of {words} from {YEARS[0]} to {LATEST}, first "
                "instance, Russian citizens, design effect 4")  # fmt: skip
        found += _points(f"checked.{label}.y2022_2025", after - before, ci, said, tuple(queries))
    every = [group for chosen in by_year.values() for group in chosen]
    granted = sum(map(_positive, every))
    found.append(Number("checked.eu_plus.y2022_2025.grants", granted, count(granted), "persons",
                        "grants of any protection to Russian citizens at first instance in the "
                        f"EU+, {YEARS[0]} to {YEARS[-1]}", _queries(every)))  # fmt: skip
    return found


def _middle(rows: Sequence[Row]) -> list[Number]:
    """Return the middle of the rates of the EU's destinations and which of them lie above it."""
    groups = _divided(_groups(rows, LATEST), places.members("EU27"))
    rates: dict[str, float] = defaultdict(float)
    for group in groups:
        worked = corridors.group_rate(group)
        if worked.value is not None and (worked.n or 0) >= ENOUGH:
            rates[group["destination"]] = worked.value
    queries = _queries(group for group in groups if group["destination"] in rates)
    middle = median(rates.values())
    above = [code for code in sorted(rates, key=lambda code: -rates[code]) if rates[code] > middle]
    words = (f"EU destinations with at least {ENOUGH} decisions on the merits of Russian claims, "
             f"first instance, {LATEST}")  # fmt: skip
    stem = f"checked.eu.y{LATEST}"
    named = ", ".join(map(places.name, above))
    return [
        Number(f"{stem}.middle", middle, percent(middle), "percent",
               f"middle (median) of the protection rates of the {words}", queries),
        Number(f"{stem}.destinations", len(rates), str(len(rates)), "destinations",
               f"number of {words}", queries),
        Number(f"{stem}.above_middle", named, named, "text",
               f"those above the middle, from the highest down, among {words}", queries),
    ]  # fmt: skip
