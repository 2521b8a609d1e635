"""The figures of the dashboard as one small JSON: UNHCR's decisions on Russian citizens.

Every rate on the dashboard is worked out in the browser from whole numbers of this file, by sums
and one division. What needs statistics (intervals) or judgement (why there is no rate, where a line
breaks) comes from `asylum_report.query` and `asylum_report.corridors` and is only looked up there.
``docs/dashboard.md`` describes the file.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from asylum_report import corridors, identity, paths, places, query, records
from asylum_report.charts.library.parts import INTERVAL
from asylum_report.columns import NO_RATE
from asylum_report.errors import BuildError
from asylum_report.publish import dashboard_words as words
from asylum_report.recognition import DEFINITIONS, MARKED_BELOW, SHOWN_FROM, TOO_FEW

PLACE = "data/dashboard.json"
"""Where the file stands in the site."""

OUTCOMES = ("refugee", "complementary", "rejected", "closed")
"""What UNHCR divides decisions into; its ``total`` stays out: their sum, or at odds with it."""

Row = dict[str, Any]


def series_key(destination: str, authority: str) -> str:
    """Return the key of what a reader picks: a destination, or one of several authorities in it.

    The US courts and USCIS decide different claims side by side, and so do a government and UNHCR
    in its stead: none of them may be added to the other.
    """
    apart = {"UNHCR": "UNHCR", "government and UNHCR": "joint"}
    if destination == "USA" and authority in ("EOIR", "USCIS"):
        return f"USA-{authority}"
    return f"{destination}-{apart[authority]}" if authority in apart else destination


def series_name(key: str) -> str:
    """Return what a key is called in lists, sentences and tables."""
    code, _, who = key.partition("-")
    return places.name(code) + words.AUTHORITIES_APART.get(who, "")


def selected() -> dict[str, list[Row]]:
    """Return the rows of each choice of stage, by its name in the address, oldest year first.

    Raises
    ------
    BuildError
        If two rows of a choice would stand at one point of one line.
    """
    found: dict[str, list[Row]] = {}
    for choice in words.STAGES:
        rows = query.rate_records("RUS", None, None, "protection", choice.stage, "UNHCR")
        rows = [row for row in rows if len(str(row["period"])) == 4]
        seen = set()
        for row in rows:
            point = (*line_of(row), row["period"])
            if point in seen:
                raise BuildError("two figures at one point of the dashboard", where=repr(point))
            seen.add(point)
        found[choice.name] = rows
    return found


def line_of(row: Mapping[str, Any]) -> tuple[str, str]:
    """Return what rows of one line share: the key, and the level where levels stand apart."""
    addable = row["stage"] in ("first", "repeat", "first+repeat")
    return series_key(row["destination"], row["authority"]), "" if addable else row["levels"]


def breaks(rows: Sequence[Row]) -> set[int]:
    """Return the places of the rows before which a line breaks, in rows of one choice of stage.

    A line breaks where stage or unit change, where a year is counted in another way than the one
    before (status ``break``), and where `corridors.RESETS` says so.
    """
    last: dict[tuple[str, str], Row] = {}
    found = set()
    for place, row in sorted(enumerate(rows), key=lambda one: str(one[1]["period"])):
        before = last.get(line_of(row))
        resets = corridors.RESETS.get((row["destination"], row["authority"]), ())
        if before and (
            (before["stage"], before["unit"]) != (row["stage"], row["unit"])
            or (before["status"] == "break") != (row["status"] == "break")
            or int(row["period"]) in resets
        ):
            found.add(place)
        last[line_of(row)] = row
    return found


def content() -> dict[str, Any]:
    """Return the whole file as plain JSON values.

    Raises
    ------
    BuildError
        If the figures are of several vintages, so that no one vintage could be named.
    """
    choices = selected()
    table: dict[tuple[Any, ...], dict[str, Any]] = {}
    for bit, rows in enumerate(choices.values()):
        broken = breaks(rows)
        for place, row in enumerate(rows):
            key = (*line_of(row), row["stage"], row["unit"], row["period"])
            kept = table.setdefault(key, {"row": row, "in": 0, "breaks": 0})
            kept["in"] |= 1 << bit
            kept["breaks"] |= (place in broken) << bit
    ordered = [table[key] for key in sorted(table)]
    rows = [kept["row"] for kept in ordered]
    worked = {name: rated(choices, rows, name) for name in DEFINITIONS}
    known = bases()
    margins = [margin(row, known) for row in rows]
    keys = sorted({series_key(r["destination"], r["authority"]) for r in rows}, key=series_name)
    lists = {
        "key": keys,
        "authority": sorted({row["authority"] for row in rows}),
        "stage": sorted({row["stage"] for row in rows}),
        "level": sorted({row["levels"] for row in rows}),
        "unit": sorted({row["unit"] for row in rows}),
        "status": sorted({row["status"] for row in rows}),
        "note": sorted({noted(row) for row in rows} | {""}),
        "margin": sorted(set(margins)),
        "reason": [
            "",
            TOO_FEW,
            *sorted({r["reason"] for d in worked.values() for r in d} - {"", TOO_FEW}),
        ],
    }
    columns: dict[str, list[Any]] = {
        "key": [series_key(row["destination"], row["authority"]) for row in rows],
        "authority": [row["authority"] for row in rows],
        "stage": [row["stage"] for row in rows],
        "level": [row["levels"] for row in rows],
        "unit": [row["unit"] for row in rows],
        "status": [row["status"] for row in rows],
        "note": [noted(row) for row in rows],
        "margin": margins,
    }
    places_of = {name: {value: k for k, value in enumerate(of)} for name, of in lists.items()}
    coded = {name: [places_of[name][value] for value in of] for name, of in columns.items()}
    coded["year"] = [int(row["period"]) for row in rows]
    coded["in"] = [kept["in"] for kept in ordered]
    coded["breaks"] = [kept["breaks"] for kept in ordered]
    coded |= {outcome: [row[outcome] for row in rows] for outcome in OUTCOMES}
    rates = {
        name: {
            "reason": [places_of["reason"][row["reason"]] for row in found],
            "low": [tenths(row["low"]) for row in found],
            "high": [tenths(row["high"]) for row in found],
        }
        for name, found in worked.items()
        if any(row["reason"] in ("", TOO_FEW) for row in found)
    }
    return {
        "about": about(rows),
        "years": [min(coded["year"]), max(coded["year"])],
        "shown_from": SHOWN_FROM,
        "marked_below": MARKED_BELOW,
        "outcomes": {name: words.OUTCOMES[name] for name in OUTCOMES},
        "counts": words.COUNTS,
        "definitions": definitions(worked),
        "stages": [{"name": c.name, "label": c.label, "words": c.words} for c in words.STAGES],
        "destinations": [destination(key) for key in keys],
        "defaults": {"keys": words.DEFAULT_KEYS, "years": words.DEFAULT_YEARS},
        "at_most": words.AT_MOST,
        "words": {"interval": INTERVAL},
        "colours": {name: colour.light for name, colour in identity.COLOURS.items()},
        "lists": {name: of for name, of in lists.items() if name != "key"},
        "rows": coded,
        "rates": rates,
    }


def destination(key: str) -> dict[str, Any]:
    """Return a destination to choose: its name, its colour, and what is to be known of it."""
    found: dict[str, Any] = {
        "key": key, "name": series_name(key), "colour": words.OWN_COLOURS.get(key, ""),
    }  # fmt: skip
    if key in words.NOTES:
        found["note"] = words.NOTES[key]._asdict()
    return found


def rated(
    choices: Mapping[str, Sequence[Row]], rows: Sequence[Row], definition: str
) -> list[Mapping[str, Any]]:
    """Return the rates of rows by a definition, in the order of `rows`."""
    if definition == "protection":
        return list(rows)
    found = {}
    for choice in words.STAGES:
        for row in query.rate_records("RUS", None, None, definition, choice.stage, "UNHCR"):
            found[(*line_of(row), row["stage"], row["unit"], row["period"])] = row
    return [found[(*line_of(r), r["stage"], r["unit"], r["period"])] for r in rows]


def margin(
    row: Row, known: Mapping[tuple[Any, ...], Mapping[tuple[str, str], int]]
) -> tuple[int, ...]:
    """Return by how much rounding may have moved each outcome's count of a row.

    Of stages added together it is the sum over the parts.
    """
    levels = set(row["levels"].split("+"))
    bases = known.get(tuple(row[name] for name in corridors.GROUP), {})
    return tuple(
        sum(base // 2 for (level, name), base in bases.items() if name == one and level in levels)
        for one in OUTCOMES
    )


def bases() -> dict[tuple[Any, ...], dict[tuple[str, str], int]]:
    """Return the rounding base of each level and outcome, by what rows to be added share."""
    found: dict[tuple[Any, ...], dict[tuple[str, str], int]] = {}
    for row in records.rows("decisions", origin="RUS", source="UNHCR"):
        key = tuple(row[name] for name in corridors.GROUP)
        found.setdefault(key, {})[row["level"], row["outcome"]] = int(row["rounding_base"])
    return found


def noted(row: Mapping[str, Any]) -> str:
    """Return the notes of a row but for those that say why there is no rate (its reason)."""
    notes = str(row["note"]).split("; ") if row["note"] else []
    return "; ".join(note for note in notes if not note.startswith(NO_RATE))


def tenths(share: float | None) -> int | None:
    """Return a share in tenths of a per cent, rounded as texts of the report round it."""
    return None if share is None else round(10 * float(f"{100 * share:.1f}"))


def definitions(worked: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return the definitions of a rate, with why one is not to be had from these figures."""
    found = []
    for name, one in DEFINITIONS.items():
        had = any(row["reason"] in ("", TOO_FEW) for row in worked[name])
        why = Counter(str(row["reason"]) for row in worked[name]).most_common(1)[0][0]
        found.append({
            "name": name,
            "label": words.DEFINITIONS[name],
            "words": one.words,
            "users": one.users,
            "positive": [outcome for outcome in OUTCOMES if outcome in one.positive],
            "closed": one.closed_counts,
            "missing": "" if had else f"not to be had from UNHCR's figures: {why}",
        })  # fmt: skip
    return found


def about(rows: Sequence[Row]) -> dict[str, str]:
    """Return publisher, dataset and vintage of the figures, and how this report is cited.

    Raises
    ------
    BuildError
        If the rows are of several vintages.
    """
    vintages = {(row["source"], row["dataset"], row["vintage"]) for row in rows}
    if len(vintages) != 1:
        raise BuildError("the dashboard's figures are not of one vintage", where=repr(vintages))
    publisher, dataset, vintage = vintages.pop()
    cff = yaml.safe_load((paths.root() / "CITATION.cff").read_text(encoding="utf-8"))
    return {
        "publisher": publisher,
        "title": words.TITLE,
        "dataset": dataset,
        "vintage": vintage,
        "origin": places.name("RUS"),
        "authors": "; ".join(author["name"] for author in cff["authors"]),
        "report": words.REPORT,
        "version": str(cff["version"]),
        "released": str(cff["date-released"]),
    }


def text(found: Mapping[str, Any]) -> str:
    """Return the file as it is written: the same bytes for the same figures."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")) + "\n"


def write(site: Path, prepared: Path) -> list[Path]:
    """Put the file into a finished site and return where it is; nothing, where there is none.

    Parameters
    ----------
    site
        The folder of the site.
    prepared
        The file as `asylum_report.publish.generated` left it.
    """
    if not prepared.is_file():  # a project without a dashboard
        return []
    target = site / PLACE
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(prepared, target)
    return [target]
