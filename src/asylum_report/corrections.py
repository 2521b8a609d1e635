"""Known faults of publishers as data, each with an expectation that fails once it is mended.

The faults are kept in ``data/reference/corrections.yml``. An entry says what is wrong, why we think
so and where that can be read, which rows it concerns, what is done with them, and what is true of
the published figures as long as the fault is there. When a new vintage no longer shows it, the
build stops and names the entry, so that nobody goes on correcting what is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report import paths
from asylum_report.columns import NO_RATE
from asylum_report.corrections_list import Correction, alternatives, read, year_column
from asylum_report.errors import MendedFault
from asylum_report.totals import contradictions

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NEWEST = "newest"
"""Vintage that stands in an expectation for the newest one of each dataset."""


def corrections(path: Path | None = None) -> tuple[Correction, ...]:
    """Return every known fault.

    Raises
    ------
    ReportError
        If the list cannot be read, or an entry lacks something or is not understood.
    """
    return read(path or paths.reference() / "corrections.yml")


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
        source = year_column(frame.columns) if column == "year" else column
        values = frame[source].take(left)
        values = values.str[:4] if column == "year" else values.astype("str")
        if isinstance(wanted, Mapping):
            chosen = values.between(str(wanted["from"]), str(wanted["to"]))
        else:
            several = wanted if isinstance(wanted, list) else [wanted]
            if column == "vintage" and NEWEST in several:
                newest = frame.groupby("dataset")["vintage"].transform("max")
                left = left[values.to_numpy() == newest.take(left).to_numpy()]
                continue
            chosen = values.isin([str(value) for value in several])
        left = left[chosen.to_numpy()]
    return left


def positions(frame: pd.DataFrame, match: Any) -> np.ndarray:
    """Return the positions of the rows that a mapping matches, or any of a list of them."""
    import numpy as np

    found = [_positions(frame, one) for one in alternatives(match)]
    return np.unique(np.concatenate(found))


def exempt(decisions: pd.DataFrame, entries: tuple[Correction, ...] | None = None) -> pd.Series:
    """Return whether each row is one whose total a correction says contradicts its parts."""
    import numpy as np
    import pandas as pd

    found = [
        positions(decisions, one.match)
        for one in (corrections() if entries is None else entries)
        if "contradictory" in one.expect
    ]
    known = np.zeros(len(decisions), dtype=bool)
    for rows in found:
        known[rows] = True
    return pd.Series(known, index=decisions.index)


def _expected(frame: pd.DataFrame, one: Correction) -> pd.DataFrame:
    """Return the rows that a correction's expectation is about."""
    rows = frame.take(positions(frame, one.expect.get("of", one.match)))
    return rows.take(_positions(rows, one.expect.get("where", {})))


def _broken(frame: pd.DataFrame, one: Correction) -> str:
    """Return what no longer holds, or the empty text."""
    for kind, wanted in one.expect.items():
        if kind in ("where", "of"):
            continue
        if kind == "contradictory":
            for alternative in alternatives(one.match):
                if not contradictions(frame.take(_positions(frame, alternative))).any():
                    return f"no total contradicts its parts any more at {dict(alternative)}"
            continue
        rows = _expected(frame, one)
        if kind == "sum" and (len(rows) == 0 or int(rows["count"].sum()) != wanted):
            found = int(rows["count"].sum()) if len(rows) else "no row"
            return f"expected {wanted}, found {found}"
        if kind == "rows" and len(rows) != wanted:
            return f"expected {wanted} rows, found {len(rows)}"
        if kind == "present" and len(rows) == 0:
            return "expected rows, found none"
        if kind == "marked" and (len(rows) == 0 or (rows["count"].fillna(0) != 0).any()):
            return "expected missing or zero counts, found others"
    return ""


def apply(
    frame: pd.DataFrame,
    table: str,
    entries: tuple[Correction, ...] | None = None,
    expecting: bool = True,
) -> pd.DataFrame:
    """Return a table with the known faults of its datasets marked, emptied or dropped.

    A correction is looked at where `frame` holds rows of a dataset, and of the vintage if one is
    named, that it is about; in tables without datasets (``figures``), where there are any rows.

    Parameters
    ----------
    frame
        Rows of one tidy table.
    table
        Its name.
    entries
        The corrections; those of ``data/reference/corrections.yml`` unless given.
    expecting
        Whether a correction must still fit; not asked of older releases, nor of a vintage that is
        being imported, whose mended faults the next build names.

    Raises
    ------
    MendedFault
        Naming the correction, if its expectation no longer holds.
    """
    frame = frame.reset_index(drop=True)
    named = frame[[name for name in _NAMED if name in frame.columns]].drop_duplicates()
    for one in entries if entries is not None else corrections():
        if one.table != table or frame.empty or not _present(named, one.match):
            continue
        broken = _broken(frame, one) if expecting and _judged(named, one) else ""
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
    if "renote" in one.action:
        frame.loc[rows, "note"] = one.action["renote"]
    if "note" in one.action:
        before = frame["note"].take(rows)
        note = one.action["note"]
        if one.action.get("rate") == "none":
            # In front of everything else, where it is looked for.
            reasons = before.str.removeprefix(NO_RATE)
            frame.loc[rows, "note"] = NO_RATE + note + ("; " + reasons).where(reasons != "", "")
        else:
            frame.loc[rows, "note"] = before.where(before == "", before + "; ") + note
    return frame


def _judged(named: pd.DataFrame, one: Correction) -> bool:
    """Return whether the dataset is there in which an expectation is looked for.

    An entry on several datasets may look in one of them for what is true of all.
    """
    looked = one.expect.get("where", {})
    return "dataset" not in looked or len(_positions(named, {"dataset": looked["dataset"]})) > 0


def _present(named: pd.DataFrame, match: Any) -> bool:
    """Return whether the datasets (and vintages) that a correction is about are there."""
    return all(
        len(_positions(named, {name: one[name] for name in _NAMED if name in one}))
        for one in alternatives(match)
    )
