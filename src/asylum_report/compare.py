"""What differs between two tables with the same keys; vintages are unknown here.

`asylum_report.compare_datasets` brings the copies of publishers' datasets to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Changes:
    """Difference of two tables.

    Attributes
    ----------
    keys
        Columns that name a row.
    changed
        Rows in both whose values differ, a missing one against a number too: keys, ``old``,
        ``new``, ``change`` and ``relative`` (to the old value), the latter two missing where
        either value is, and for texts.
    added, removed
        Rows in one of the two only: keys and ``value``.
    """

    keys: tuple[str, ...]
    changed: pd.DataFrame
    added: pd.DataFrame
    removed: pd.DataFrame

    def __bool__(self) -> bool:
        """Return whether anything differs."""
        return bool(len(self.changed) or len(self.added) or len(self.removed))


def changes(
    old: pd.DataFrame, new: pd.DataFrame, keys: Sequence[str], value: str = "count"
) -> Changes:
    """Return what differs between two tables.

    Parameters
    ----------
    old, new
        Tables with the columns `keys`, which name a row once, and `value`, numbers or texts.

    Raises
    ------
    ValueError
        If the keys name a row twice.
    """
    names = list(keys)
    both = pd.merge(
        old[[*names, value]].rename(columns={value: "old"}),
        new[[*names, value]].rename(columns={value: "new"}),
        on=names,
        how="outer",
        indicator=True,
        validate="one_to_one",
    ).sort_values(names, ignore_index=True)
    side = both.pop("_merge")
    shared = both[side == "both"]
    same = (shared["old"] == shared["new"]).fillna(False).astype(bool)
    same |= shared["old"].isna() & shared["new"].isna()
    changed = shared[~same].reset_index(drop=True)
    for name in ("old", "new"):
        changed[name] = changed[name].astype((old if name == "old" else new)[value].dtype)
    if pd.api.types.is_numeric_dtype(changed["old"]):
        before = changed["old"].astype("Float64")
        moved = changed["new"].astype("Float64") - before
        relative = moved / before.where(before != 0)
    else:
        moved = relative = pd.Series(pd.NA, index=changed.index, dtype="Float64")
    return Changes(
        tuple(names),
        changed.assign(change=moved, relative=relative),
        _one_side(both[side == "right_only"], names, "new", new[value].dtype),
        _one_side(both[side == "left_only"], names, "old", old[value].dtype),
    )


def _one_side(rows: pd.DataFrame, names: list[str], column: str, dtype: Any) -> pd.DataFrame:
    chosen = rows[[*names, column]].rename(columns={column: "value"})
    return chosen.astype({"value": dtype}).reset_index(drop=True)


def apply(old: pd.DataFrame, found: Changes, value: str = "count") -> pd.DataFrame:
    """Return the new table that follows from the old one and its changes, sorted by its keys."""
    names = list(found.keys)
    table = old[[*names, value]]
    gone = pd.concat([found.removed[names], found.changed[names]], ignore_index=True)
    kept = table.merge(gone.assign(_gone=True), on=names, how="left")
    kept = kept[kept["_gone"].isna()].drop(columns="_gone")
    renewed = found.changed[[*names, "new"]].rename(columns={"new": value})
    added = found.added.rename(columns={"value": value})
    parts = [part.astype({value: table[value].dtype}) for part in (kept, renewed, added)]
    return pd.concat(parts, ignore_index=True).sort_values(names, ignore_index=True)


def mirrored(found: Changes) -> Changes:
    """Return the changes from new to old."""
    swapped = found.changed.rename(columns={"old": "new", "new": "old"})
    before = swapped["old"]
    relative = found.changed["relative"]
    if pd.api.types.is_numeric_dtype(before):
        before = before.astype("Float64")
        relative = -found.changed["change"] / before.where(before != 0)
    swapped = swapped.assign(change=-found.changed["change"], relative=relative)
    return Changes(found.keys, swapped[list(found.changed.columns)], found.removed, found.added)
