"""Questions to the tidy tables in users' words, answered without pandas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from asylum_report import corridors, places, records
from asylum_report.errors import UnknownName

Places = str | Iterable[str] | None
Years = int | tuple[int, int] | None

STAGES = ("first", "repeat", "first+repeat", "appeal", "first+appeal", "special")
SOURCES = ("UNHCR", "Eurostat", "BAMF")


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
        If the first year comes after the last.
    """
    if years is None:
        return None
    first, last = (years, years) if isinstance(years, int) else years
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
) -> list[dict[str, object]]:
    """Return the rows of `rates` as dicts, without pandas.

    Parameters are those of `asylum_report.rates`, with places as alpha-3 codes.
    """
    publisher = {name.lower(): name for name in SOURCES}.get(source.lower())
    if publisher is None:
        raise UnknownName(f"unknown source '{source}'", todo=f"use one of {', '.join(SOURCES)}")
    if stage is not None and stage not in STAGES:
        raise UnknownName(f"unknown stage '{stage}'", todo=f"use one of {', '.join(STAGES)}")
    wanted: dict[str, str | Sequence[str]] = {
        "origin": places.resolve(origin), "source": publisher,
    }  # fmt: skip
    if destinations is not None:
        wanted["destination"] = list(destinations)
    rows = records.rows("decisions", **wanted)
    if span:
        rows = [r for r in rows if span[0] <= int(str(r["period_end"])[:4]) <= span[1]]
    if stage is None:
        chosen = corridors.default_rows(rows)
    else:
        parts = {stage, *(stage.split("+") if stage == "first+repeat" else ())}
        chosen = [row for row in rows if row["stage"] in parts]
    worked = corridors.rate_rows(chosen, definition)
    return sorted(worked, key=lambda r: (r["destination"], r["authority"], r["period_start"]))


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
        known = sorted({str(row["period_end"])[:4] for row in found})
        return UnknownName(f"no {asked} in {years}", todo=f"{source} has {known[0]} to {known[-1]}")
    return UnknownName(
        f"no {asked} from {source}" + (f" at stage {stage}" if stage else ""),
        todo="try another --source or --stage",
    )
