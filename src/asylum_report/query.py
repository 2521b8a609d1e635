"""Questions to the tidy tables in users' words, answered without pandas."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from asylum_report import corridors, paths, places, records
from asylum_report.columns import NATIONAL, STAGES
from asylum_report.errors import UnknownName

Places = str | Iterable[str] | None
Years = int | tuple[int, int] | None

SOURCES = ("UNHCR", "Eurostat", *NATIONAL)


def codes(named: Places) -> list[str] | None:
    """Return alpha-3 codes for one place, several, or None for every place."""
    if named is None:
        return None
    return [places.resolve(one) for one in ([named] if isinstance(named, str) else named)]


def year_span(years: Years) -> tuple[int, int] | None:
    """Return first and last year, or None for all.

    Raises
    ------
    UnknownName
        If they are neither a year nor (first, last), or the first comes after the last.
    """
    if years is None:
        return None
    try:
        pair = years if isinstance(years, tuple | list) else (years, years)
        first, last = (operator.index(year) for year in pair)
    except (TypeError, ValueError):
        raise UnknownName(f"no years: {years!r}", todo="give 2023 or (2015, 2025)") from None
    if first > last:
        raise UnknownName(f"no years from {first} to {last}", todo="write the earlier year first")
    return first, last


def rate_records(
    origin: str,
    destinations: Sequence[str] | None,
    span: tuple[int, int] | None,
    definition: str,
    stage: str | None,
    source: str,
) -> list[dict[str, Any]]:
    """Return the rows of `rates` as dicts, without pandas.

    Parameters are those of `asylum_report.rates`, with places as alpha-3 codes.
    """
    publisher = _one_of("source", source, SOURCES)
    stage = None if stage is None else _one_of("stage", stage, STAGES)
    definition = definition.casefold()
    wanted: dict[str, str | Sequence[str]] = {
        "origin": country(origin), "source": publisher,
    }  # fmt: skip
    if destinations is not None:
        wanted["destination"] = [country(code) for code in destinations]
    if wanted["origin"] != "RUS" and not (paths.processed() / "decisions.parquet").exists():
        from asylum_report import process

        process.ensure()
    rows: Sequence[Mapping[str, Any]] = records.rows("decisions", **wanted)
    if span:
        rows = [
            row for row in rows
            if span[0] <= int(row["period_start"][:4]) and int(row["period_end"][:4]) <= span[1]
        ]  # fmt: skip
    # Eurostat's copies overlap: of each figure the newest.
    rows = records.newest(rows)
    if stage is None:
        rows = corridors.default_rows(rows)
    else:
        parts = {stage, *(stage.split("+") if stage == "first+repeat" else ())}
        rows = [row for row in rows if row["stage"] in parts]
    # Levels of appeal may decide on the same people one after the other: a row for each.
    by_level: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        addable = row["stage"] in ("first", "repeat", "first+repeat")
        by_level.setdefault("" if addable else row["level"], []).append(row)
    worked = [
        (row["destination"], row["authority"], level, row["period_start"], number, row)
        for level, group in by_level.items()
        for number, row in enumerate(corridors.rate_rows(group, definition))
    ]
    return [row for *_, row in sorted(worked, key=lambda one: one[:-1])]


def _one_of(what: str, named: str, known: Sequence[str]) -> str:
    """Return the known spelling of a name given in any case.

    Raises
    ------
    UnknownName
    """
    spelling = {name.casefold(): name for name in known}
    if named.casefold() not in spelling:
        raise UnknownName(f"unknown {what} '{named}'", todo=f"use one of {', '.join(known)}")
    return spelling[named.casefold()]


def country(named: str) -> str:
    """Return the alpha-3 code of a country.

    Raises
    ------
    UnknownName
        If the name is not known, or names an aggregate, for which no rate is published.
    """
    code = places.resolve(named)
    if code in places.AGGREGATES:
        raise UnknownName(
            f"'{named}' is an aggregate and rates are by country",
            todo="name its countries, or see eu_plus numbers with 'asylum-report explain'",
        )
    return code


def nothing(
    origin: str,
    destinations: Sequence[str] | None,
    years: str | None,
    stage: str | None,
    source: str,
) -> UnknownName:
    """Return the error that says what there is where a question has no rows."""
    found = rate_records(origin, codes(destinations), None, "protection", stage, source)
    who = ", ".join(places.name(code) for code in codes(destinations) or []) or "any destination"
    asked = f"decisions on {places.name(places.resolve(origin))} in {who}"
    if found and years:
        known = sorted({row["period"] for row in found})
        held = ", ".join(known) if len(known) < 5 else f"{known[0]} to {known[-1]}"
        return UnknownName(f"no {asked} in {years}", todo=f"{source} has {held}")
    return UnknownName(
        f"no {asked} from {source}" + (f" at stage {stage}" if stage else ""),
        todo="try another --source or --stage",
    )
