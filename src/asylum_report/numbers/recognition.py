"""Numbers on recognition: rates, their changes, and the counts behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import corridors, places
from asylum_report.models.comparison import change
from asylum_report.numbers.model import Number, change_numbers, count, percent, rate_numbers
from asylum_report.recognition import DEFINITIONS, Count, Rate, rate

HEADLINE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "de": ("DEU", "BAMF", ("first", "repeat")),
    "de_courts": ("DEU", "administrative courts", ("appeal",)),
    "fr": ("FRA", "OFPRA", ("first",)),
    "fr_cnda": ("FRA", "CNDA", ("appeal",)),
    "us": ("USA", "EOIR", ("first",)),
    "us_uscis": ("USA", "USCIS", ("first",)),
}
"""Prefix of a name to destination, authority and stages."""

COUNTED = ("refugee", "complementary", "rejected", "closed")
FIRST_YEAR = 2015
FIRST_CHANGE = 2021
"""The year before the invasion: the earliest that changes are counted from."""

ENOUGH = 50
"""Merits decisions from which another destination gets numbers of its own."""


def _query(destination: str, stages: Iterable[str], year: int, authority: str) -> dict[str, Any]:
    return {
        "table": "decisions", "origin": "RUS", "source": "UNHCR", "destination": destination,
        "authority": authority, "stage": sorted(stages), "period_start": f"{year}-01-01",
    }  # fmt: skip


def _rates(counts: Mapping[str, Count]) -> dict[str, Rate]:
    return {name: rate(counts, name) for name in DEFINITIONS}


def _counts(stem: str, group: Mapping[str, Any], words: str, rows: tuple[Any, ...]) -> list[Number]:
    counts: Mapping[str, Count] = group["counts"]
    found = {name: counts[name].value for name in COUNTED if name in counts}
    found["positive"] = found.get("refugee", 0) + found.get("complementary", 0)
    found["merits"] = found["positive"] + found.get("rejected", 0)
    if "closed" in found:
        found["decisions"] = found["merits"] + found["closed"]
    unit = group["unit"]
    result = [
        Number(f"{stem}.{name}", value, count(value), unit, f"{name} decisions: {words}", rows)
        for name, value in found.items()
    ]
    if found.get("decisions"):
        share = found["closed"] / found["decisions"]
        result.append(
            Number(f"{stem}.closed_share", share, percent(share), "percent",
                   f"share of all decisions closed without an answer on the merits: {words}", rows)
        )  # fmt: skip
    return result


def headline(rows: Sequence[Mapping[str, Any]]) -> list[Number]:
    """Return rates, counts and changes of the three countries' authorities.

    Parameters
    ----------
    rows
        Rows of ``decisions`` on Russian citizens from UNHCR.
    """
    found: list[Number] = []
    for prefix, (destination, authority, stages) in HEADLINE.items():
        chosen = [
            row for row in rows
            if row["destination"] == destination and row["authority"] == authority
            and row["stage"] in stages and int(row["period_start"][:4]) >= FIRST_YEAR
        ]  # fmt: skip
        by_year: dict[int, Mapping[str, Any]] = {
            int(group["period_start"][:4]): group for group in corridors.groups(chosen)
        }
        worked: dict[int, dict[str, Rate]] = {}
        where = f"{authority}, {places.name(destination)}, {'+'.join(stages)}, Russian citizens"
        for year, group in by_year.items():
            queries = (_query(destination, stages, year, authority),)
            words = f"{where}, {year}" + (" (part of the year)" * (group["status"] == "partial"))
            stem = f"{prefix}.y{year}"
            worked[year] = _rates(group["counts"])
            for name, one in worked[year].items():
                label = "refugee_rate" if name == "refugee" else name
                found += rate_numbers(stem, one, label, f"{name} rate: {words}", queries)
            found += _counts(stem, group, words, queries)
        latest = max(by_year)
        for earlier in range(FIRST_CHANGE, latest):
            if earlier not in worked or by_year[earlier]["status"] == "partial":
                continue
            for later in range(earlier + 1, latest + 1):
                if later not in worked or by_year[later]["status"] == "partial":
                    continue
                found += change_numbers(
                    f"{prefix}.change_{earlier}_{later}",
                    change(worked[earlier]["protection"], worked[later]["protection"]),
                    f"protection rate: {where}, {earlier} to {later}",
                    (
                        _query(destination, stages, earlier, authority),
                        _query(destination, stages, later, authority),
                    ),
                )
    return found


def pooled(groups: Iterable[Mapping[str, Any]]) -> dict[str, Count]:
    """Add counts over destinations: different authorities decide on different applications.

    A person may apply in two destinations and is then counted in both.
    """
    total: dict[str, Count] = {}
    for group in groups:
        for outcome, counted in group["counts"].items():
            total[outcome] = total.get(outcome, Count(0, 0, 0)) + counted
    return total


def across(rows: Sequence[Mapping[str, Any]], years: Iterable[int]) -> list[Number]:
    """Return rates by destination at first instance, how many decide enough, and pooled EU+.

    Parameters
    ----------
    rows
        Rows of ``decisions`` on Russian citizens from UNHCR.
    years
        Years to cover.
    """
    found: list[Number] = []
    for year in years:
        groups = [
            group
            for group in corridors.groups(
                corridors.default_rows([r for r in rows if r["period_start"][:4] == str(year)])
            )
            if group["unit"] == "persons" and group["status"] != "partial"
        ]
        shown = [(g, rate(g["counts"])) for g in groups]
        enough = [(g, r) for g, r in shown if r.n is not None and r.n >= ENOUGH]
        eu_plus = places.members("EU+", year)
        query = {"table": "decisions", "origin": "RUS", "source": "UNHCR",
                 "period_start": f"{year}-01-01"}  # fmt: skip
        found.append(
            Number(f"across.y{year}.destinations", len({g["destination"] for g, _ in enough}),
                   str(len({g["destination"] for g, _ in enough})), "destinations",
                   f"destinations with at least {ENOUGH} merits decisions, first instance, {year}",
                   (query,))
        )  # fmt: skip
        for group, worked in enough:
            destination = group["destination"]
            if destination in ("DEU", "FRA", "USA"):
                continue
            stages = (
                group["stage"].split("+") if group["stage"] == "first+repeat" else [group["stage"]]
            )
            where = f"{group['authority']}, {places.name(destination)}, {group['stage']}"
            found += rate_numbers(
                f"{places.places()[destination].iso2.lower()}.y{year}",
                worked,
                "protection",
                f"protection rate: {where}, Russian citizens, {year}",
                (_query(destination, stages, year, group["authority"]),),
            )
        eu = [g for g, _ in shown if g["destination"] in eu_plus]
        found += rate_numbers(
            f"eu_plus.y{year}",
            rate(pooled(eu)),
            "protection",
            f"protection rate: EU+ destinations pooled, first instance, Russian citizens, {year}",
            ({**query, "destination": sorted({g["destination"] for g in eu})},),
        )
        eu_rates = sorted(
            (r.value, g["destination"])
            for g, r in enough
            if r.value is not None and g["destination"] in eu_plus
        )
        ends = (("lowest", eu_rates[0]), ("highest", eu_rates[-1])) if eu_rates else ()
        for label, (value, code) in ends:
            words = f"EU+ destination with the {label} protection rate, first instance, {year}"
            stem = f"across.y{year}.eu_{label}"
            found.append(
                Number(stem, value, percent(value), "percent", f"rate of the {words}", (query,))
            )
            found.append(Number(f"{stem}_name", code, places.name(code), "text", words, (query,)))
    return found
