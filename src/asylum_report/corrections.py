"""Known faults of publishers as data, each with an expectation that fails once it is mended.

The faults are kept in ``data/reference/corrections.yml``. An entry says what is wrong, why we think
so and where that can be read, which rows it concerns, what is done with them, and what is true of
the published figures as long as the fault is there. When a new vintage no longer shows it, the
build stops and names the entry, so that nobody goes on correcting what is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from asylum_report import paths
from asylum_report.columns import STATUSES, TABLES
from asylum_report.errors import MendedFault, ReportError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

KEYS = ("id", "what", "why", "source", "table", "match", "action", "expect")
ACTIONS = ("status", "note", "missing", "drop")
TOLERANCE = 12
"""Four parts and a total, each rounded to 5, can differ by this much without contradiction."""
PARTS = ("refugee", "complementary", "rejected", "closed")


@dataclass(frozen=True)
class Correction:
    """One known fault.

    Parameters
    ----------
    id
        Its name.
    what, why, source
        What is wrong, why we think so, and where that can be read.
    table
        The tidy table concerned.
    match
        Column to value or values; ``year`` is that of ``period_start`` (or ``date``), and may be a
        mapping with ``from`` and ``to``. A list of such mappings matches what any of them does.
    action
        What is done with the rows: ``status``, ``note``, ``missing`` (the count), ``drop``.
    expect
        What is true of the matched rows, narrowed by ``where``, while the fault is there: ``sum``
        of the counts, number of ``rows``, ``contradictory`` (each alternative holds a total that
        differs from its parts), or ``marked`` (every one of these counts is missing or zero).
    """

    id: str
    what: str
    why: str
    source: str
    table: str
    match: Any
    action: Mapping[str, Any]
    expect: Mapping[str, Any]


@cache
def _read(path: Path) -> tuple[Correction, ...]:
    try:
        text = path.read_text(encoding="utf-8")
        found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise ReportError("the list of corrections cannot be read", where=str(path)) from error
    entries = []
    for number, entry in enumerate(found, start=1):
        where = f"{path.name}, entry {entry.get('id', number)}"
        lacking = [key for key in KEYS if key not in entry]
        if lacking:
            raise ReportError(f"a correction lacks {', '.join(lacking)}", where=where)
        if entry["table"] not in TABLES:
            raise ReportError(f"a correction of unknown table '{entry['table']}'", where=where)
        if not entry["action"] or set(entry["action"]) - set(ACTIONS):
            raise ReportError("a correction's action is none of " + ", ".join(ACTIONS), where=where)
        if entry["action"].get("status", STATUSES[0]) not in STATUSES:
            raise ReportError("a correction's status is not known", where=where)
        entries.append(Correction(**{key: entry[key] for key in KEYS}))
    return tuple(entries)


def corrections(path: Path | None = None) -> tuple[Correction, ...]:
    """Return every known fault.

    Raises
    ------
    ReportError
        If the list cannot be read or an entry lacks something.
    """
    return _read(path or paths.reference() / "corrections.yml")


def _year_column(frame: pd.DataFrame) -> str:
    return "period_start" if "period_start" in frame.columns else "date"


_BROAD = ("source", "dataset", "vintage", "year", "outcome")
_NAMED = ("source", "dataset", "vintage")


def _positions(frame: pd.DataFrame, match: Mapping[str, Any]) -> np.ndarray:
    """Return the positions of the rows that one mapping matches.

    The columns that leave the fewest rows come first, and each next one is looked at in the rows
    left over only: there are half a million.
    """
    import numpy as np

    left = np.arange(len(frame))
    for column in sorted(match, key=lambda name: (name in _BROAD, name)):
        wanted = match[column]
        values = (frame[_year_column(frame)] if column == "year" else frame[column]).take(left)
        values = values.str[:4] if column == "year" else values.astype("str")
        if isinstance(wanted, Mapping):
            chosen = values.between(str(wanted["from"]), str(wanted["to"]))
        else:
            several = wanted if isinstance(wanted, list) else [wanted]
            chosen = values.isin([str(value) for value in several])
        left = left[chosen.to_numpy()]
    return left


def _alternatives(match: Any) -> list[Mapping[str, Any]]:
    return match if isinstance(match, list) else [match]


def positions(frame: pd.DataFrame, match: Any) -> np.ndarray:
    """Return the positions of the rows that a mapping matches, or any of a list of them."""
    import numpy as np

    found = [_positions(frame, one) for one in _alternatives(match)]
    return np.unique(np.concatenate(found))


def contradictions(decisions: pd.DataFrame) -> pd.Series:
    """Return whether each row belongs to a published total that its parts contradict.

    Parameters
    ----------
    decisions
        Rows of the tidy table; groups with a missing part or total are not judged.
    """
    import pandas as pd

    key = list(TABLES["decisions"][: TABLES["decisions"].index("outcome")])
    wide = decisions.pivot(index=key, columns="outcome", values="count")
    if not {*PARTS, "total"} <= set(wide.columns):
        return pd.Series(False, index=decisions.index)
    gap = (wide[list(PARTS)].sum(axis=1, skipna=False) - wide["total"]).abs()
    bad = wide.index[(gap > TOLERANCE).fillna(False).astype(bool)]
    return pd.Series(pd.MultiIndex.from_frame(decisions[key]).isin(bad), index=decisions.index)


def _broken(frame: pd.DataFrame, one: Correction) -> str:
    """Return what no longer holds, or the empty text."""
    expect = dict(one.expect)
    where = expect.pop("where", {})
    for kind, wanted in expect.items():
        if kind == "contradictory":
            for alternative in _alternatives(one.match):
                if not contradictions(frame.take(_positions(frame, alternative))).any():
                    return f"no total contradicts its parts any more at {dict(alternative)}"
            continue
        rows = frame.take(positions(frame, one.match))
        rows = rows.take(_positions(rows, where))
        if kind == "sum" and (len(rows) == 0 or int(rows["count"].sum()) != wanted):
            found = int(rows["count"].sum()) if len(rows) else "no row"
            return f"expected {wanted}, found {found}"
        if kind == "rows" and len(rows) != wanted:
            return f"expected {wanted} rows, found {len(rows)}"
        if kind == "marked" and (len(rows) == 0 or (rows["count"].fillna(0) != 0).any()):
            return "expected missing or zero counts, found others"
    return ""


def apply(
    frame: pd.DataFrame, table: str, entries: tuple[Correction, ...] | None = None
) -> pd.DataFrame:
    """Return a table with the known faults of its datasets marked, emptied or dropped.

    A correction is looked at where `frame` holds rows of every dataset, and of the vintage if one
    is named, that it is about.

    Parameters
    ----------
    frame
        Rows of one tidy table.
    table
        Its name.
    entries
        The corrections; those of ``data/reference/corrections.yml`` unless given.

    Raises
    ------
    MendedFault
        Naming the correction, if its expectation no longer holds.
    """
    frame = frame.reset_index(drop=True)
    named = frame[[name for name in _NAMED if name in frame.columns]].drop_duplicates()
    for one in entries if entries is not None else corrections():
        if one.table != table or not _present(named, one.match):
            continue
        broken = _broken(frame, one)
        if broken:
            raise MendedFault(
                f"correction '{one.id}' no longer fits the published figures: {broken}",
                where="data/reference/corrections.yml",
                todo="look at the new vintage and remove or mend the entry",
            )
        frame = _act(frame, one)
    return frame


def _act(frame: pd.DataFrame, one: Correction) -> pd.DataFrame:
    """Return `frame` with a correction's action done to the rows it is about."""
    import pandas as pd

    rows = positions(frame, one.match)
    if "contradictory" in one.expect:
        rows = rows[contradictions(frame.take(rows)).to_numpy()]
    if one.action.get("drop"):
        return frame[~frame.index.isin(rows)].reset_index(drop=True)
    if one.action.get("missing"):
        frame.loc[rows, "count"] = pd.NA
    if "status" in one.action:
        frame.loc[rows, "status"] = one.action["status"]
    if "note" in one.action:
        before = frame["note"].take(rows)
        frame.loc[rows, "note"] = before.where(before == "", before + "; ") + one.action["note"]
    return frame


def _present(named: pd.DataFrame, match: Any) -> bool:
    """Return whether the datasets (and vintages) that a correction is about are there."""
    return all(
        len(_positions(named, {name: one[name] for name in _NAMED if name in one}))
        for one in _alternatives(match)
    )
