"""Whether published totals close with their parts, as far as rounding lets one say."""

from __future__ import annotations

import pandas as pd

from asylum_report.columns import TABLES

RULES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "UNHCR": (("total", ("refugee", "complementary", "rejected", "closed")),),
    "BAMF": (("total", ("refugee", "subsidiary", "humanitarian", "rejected", "closed")),),
    "Eurostat": (
        ("positive", ("refugee", "subsidiary", "humanitarian", "temporary")),
        ("total", ("positive", "rejected")),
    ),
}
"""By source, which outcome is the sum of which others."""
SUMMED_ROUNDED = ("UNHCR",)
"""Sources whose totals are sums of rounded parts: their own rounding base covers the parts'."""
OPTIONAL = {"temporary": "positive"}
"""Parts that some vintages of Eurostat's tables count in the sum and others do not."""

KEY = TABLES["decisions"][: TABLES["decisions"].index("outcome")]


def contradictions(decisions: pd.DataFrame) -> pd.Series:
    """Return whether each row belongs to a published total that its parts contradict.

    A total may differ from the sum of its parts by what rounding explains and by no more: half of
    the rounding base of each. Where a part is missing, the others may not exceed the total; where
    every part or the total is, nothing can be said.

    Parameters
    ----------
    decisions
        Rows of the tidy table.
    """
    bad = [
        _contradicted(rows, total, parts, source)
        for source, rules in RULES.items()
        for rows in [decisions[decisions["source"] == source]]
        for total, parts in rules
        if len(rows)
    ]
    if not bad:
        return pd.Series(False, index=decisions.index)
    found = bad[0].append(bad[1:])
    keys = pd.MultiIndex.from_frame(decisions[list(KEY)])
    return pd.Series(keys.isin(found), index=decisions.index)


def _contradicted(
    rows: pd.DataFrame, total: str, parts: tuple[str, ...], source: str
) -> pd.MultiIndex:
    """Return the keys of the totals of one source that do not close."""
    rows = rows[rows["outcome"].isin((total, *parts))]
    counts, bases = (
        rows.pivot(index=list(KEY), columns="outcome", values=values)
        .reindex(columns=[total, *parts])
        .astype("Float64")
        for values in ("count", "rounding_base")
    )
    reach = bases // 2
    summed = counts[list(parts)].sum(axis=1)
    gap = summed - counts[total]
    allowed = reach[total]
    if source not in SUMMED_ROUNDED:
        allowed = allowed + reach[list(parts)].sum(axis=1)
    lowest = gap
    for part, of in OPTIONAL.items():
        if of == total:
            lowest = gap - counts[part].fillna(0)
    needed = [part for part in parts if OPTIONAL.get(part) != total]
    whole = counts[needed].notna().all(axis=1)
    some = counts[needed].notna().any(axis=1)
    bad = (some & (lowest > allowed)) | (whole & (gap < -allowed))
    return pd.MultiIndex.from_tuples(counts.index[bad.fillna(False).astype(bool)], names=KEY)
