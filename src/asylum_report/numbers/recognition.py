"""Numbers on recognition: rates and the counts behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import corridors, places
from asylum_report.numbers.model import Number, count, percent, rate_numbers
from asylum_report.recognition import DEFINITIONS, Count, Rate, rate

HEADLINE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "de": ("DEU", "BAMF", ("first", "repeat")),
    "de_courts": ("DEU", "administrative courts", ("appeal",)),
    "fr": ("FRA", "OFPRA", ("first",)),
    "fr_cnda": ("FRA", "CNDA", ("appeal",)),
    "us": ("USA", "EOIR", ("first",)),
    "us_ar": ("USA", "EOIR", ("appeal",)),
    "us_uscis": ("USA", "USCIS", ("first",)),
}
"""Prefix of a name to destination, authority and stages.

``us_ar`` is UNHCR's code AR for the United States, 2017 to 2024: very probably court cases that
USCIS referred, and no appeals. It stands apart and is added to nothing.
"""

COUNTED = ("refugee", "complementary", "rejected", "closed")
FIRST_YEAR = 2015

ENOUGH = 50
"""Merits decisions from which another destination gets numbers of its own."""


def _query(destination: str, stages: Iterable[str], year: int, authority: str) -> dict[str, Any]:
    return {
        "table": "decisions", "origin": "RUS", "source": "UNHCR", "destination": destination,
        "authority": authority, "stage": sorted(stages), "period_start": f"{year}-01-01",
    }  # fmt: skip


def _rates(group: Mapping[str, Any]) -> dict[str, Rate]:
    return {name: corridors.group_rate(group, name) for name in DEFINITIONS}


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
    """Return rates and counts of the three countries' authorities.

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
        by_year: dict[int, Mapping[str, Any]] = {}
        for found_group in corridors.groups(chosen):
            year = int(found_group["period_start"][:4])
            if year in by_year:
                raise ValueError(f"{prefix} has two groups in {year}: persons and cases?")
            by_year[year] = found_group
        worked: dict[int, dict[str, Rate]] = {}
        where = f"{authority}, {places.name(destination)}, {'+'.join(stages)}, Russian citizens"
        for year, group in by_year.items():
            queries = (_query(destination, stages, year, authority),)
            words = f"{where}, {year}" + (" (part of the year)" * (group["status"] == "partial"))
            stem = f"{prefix}.y{year}"
            worked[year] = _rates(group)
            for name, one in worked[year].items():
                label = "refugee_rate" if name == "refugee" else name
                found += rate_numbers(stem, one, label, f"{name} rate: {words}", queries)
            found += _counts(stem, group, words, queries)
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


def _group_query(group: Mapping[str, Any]) -> dict[str, Any]:
    stage = group["stage"]
    stages = stage.split("+") if stage == "first+repeat" else [stage]
    year = int(group["period_start"][:4])
    return _query(group["destination"], stages, year, group["authority"])


def across(rows: Sequence[Mapping[str, Any]], years: Iterable[int]) -> list[Number]:
    """Return rates by destination at first instance, how many decide enough, and pooled EU+.

    Persons only; partial years, and rows that allow no rate, are left out. Destinations that
    publish first instance and appeal undivided are no part of the pooled rates.

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
        worked = [(group, corridors.group_rate(group)) for group in groups]
        enough = [(g, r) for g, r in worked if r.value is not None and (r.n or 0) >= ENOUGH]
        found += _extent(year, enough)
        for group, one in enough:
            if group["destination"] in ("DEU", "FRA", "USA"):
                continue
            where = f"{group['authority']}, {places.name(group['destination'])}, {group['stage']}"
            found += rate_numbers(
                f"{places.places()[group['destination']].iso2.lower()}.y{year}",
                one,
                "protection",
                f"protection rate: {where}, Russian citizens, {year}",
                (_group_query(group),),
            )
        eu_plus = places.members("EU+", year)
        divided = [g for g, r in worked if g["destination"] in eu_plus and g["stage"] != UNDIVIDED
                   and "no rate" not in r.reason and r.n is not None]  # fmt: skip
        for label, chosen in (
            ("eu_plus", divided),
            ("eu_plus_without_de", [g for g in divided if g["destination"] != "DEU"]),
        ):
            without = " without Germany" if label.endswith("de") else ""
            found += rate_numbers(
                f"{label}.y{year}",
                rate(pooled(chosen)),
                "protection",
                f"protection rate: EU+ destinations pooled{without}, first instance apart from "
                f"appeal, Russian citizens, {year}",
                tuple(_group_query(group) for group in chosen),
            )
        germany = [g for g in divided if g["destination"] == "DEU"]
        share = (rate(pooled(germany)).n or 0) / (rate(pooled(divided)).n or 1)
        found.append(Number(
            f"eu_plus.y{year}.de_share", share, percent(share), "percent",
            "Germany's share of the merits decisions of EU+ destinations pooled, first instance, "
            f"Russian citizens, {year}", tuple(_group_query(group) for group in divided),
        ))  # fmt: skip
    return found


UNDIVIDED = "first+appeal"


def _extent(year: int, enough: Sequence[tuple[Mapping[str, Any], Rate]]) -> list[Number]:
    """Return how many destinations decide enough, and the ends of EU+."""
    queries = tuple(_group_query(group) for group, _ in enough)
    several = {group["destination"] for group, _ in enough}
    words = f"destinations with at least {ENOUGH} merits decisions, first instance, {year}"
    stem = f"across.y{year}"
    found = [Number(f"{stem}.destinations", len(several), str(len(several)), "destinations",
                    words, queries)]  # fmt: skip
    members = places.members("EU+", year)
    ends = sorted(
        (r.value, group["destination"])
        for group, r in enough
        if group["destination"] in members and r.value is not None
    )
    if not ends:
        return found
    for label, (value, code) in (("lowest", ends[0]), ("highest", ends[-1])):
        where = f"EU+ destination with the {label} protection rate, first instance, {year}"
        query = tuple(q for q in queries if q["destination"] == code)
        found += [
            Number(f"{stem}.eu_{label}", value, percent(value), "percent", f"rate of the {where}",
                   query),
            Number(f"{stem}.eu_{label}_name", code, places.name(code), "text", where, query),
        ]  # fmt: skip
    return found
