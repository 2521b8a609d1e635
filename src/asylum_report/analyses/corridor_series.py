"""The series of `asylum_report.analyses.series` for every corridor at once, in vectorised pandas.

``series.counts(corridors.default_rows(rows))`` adds row by row, which takes a minute for all
origins; this gives the same table from the same rows in seconds (a test compares them).
"""

from __future__ import annotations

import io

import numpy as np
import pandas as pd

from asylum_report import authorities, corridors, paths, records
from asylum_report.analyses import series
from asylum_report.columns import NO_RATE, OUTCOMES
from asylum_report.errors import OverlapError
from asylum_report.recognition import GRANTS

SOURCE = "UNHCR"
READ = [*corridors.GROUP, "level", "stage", "outcome", "count", "rounding_base", "status", "note"]


def read(origins: list[str] | None = None, destinations: list[str] | None = None) -> pd.DataFrame:
    """Return UNHCR's rows of ``decisions``, of all origins and destinations or of some.

    Raises
    ------
    InvalidTable
        If the table is not the one that was checked.
    """
    folder = paths.processed()
    content = records.checked_bytes(folder / "decisions.parquet", records.recorded(folder))
    wanted = [("source", "==", SOURCE)]
    frame = pd.read_parquet(io.BytesIO(content), columns=READ, filters=wanted)
    for name, chosen in (("origin", origins), ("destination", destinations)):
        if chosen is not None:
            frame = frame[frame[name].isin(chosen)]
    return frame.reset_index(drop=True)


def _first_instance(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep what `corridors.default_rows` keeps."""
    wanted = {d: authorities.default_stages(d) for d in frame["destination"].unique()}
    pairs = pd.MultiIndex.from_tuples(
        [(d, stage) for d, stages in wanted.items() for stage in stages], names=["d", "s"]
    )
    named = pd.MultiIndex.from_arrays([frame["destination"], frame["stage"]])
    kept = named.isin(pairs) | (frame["stage"] == "first+repeat").to_numpy()
    undivided = (frame["stage"] == "first+appeal").to_numpy() & ~kept
    group = frame["group"].to_numpy()
    has = np.bincount(group[kept], minlength=int(group.max()) + 1 if len(group) else 0) > 0
    return frame[kept | (undivided & ~has[group])]


def counts(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return yearly series of the protection rate's counts, and corridors without any.

    Parameters
    ----------
    frame
        Rows of ``decisions``.

    Returns
    -------
    series
        As `series.counts` gives for the default rows.
    unpublished
        `series.KEYS` of corridors whose counts allow a rate in no year.

    Raises
    ------
    OverlapError
        If stages that overlap would be added.
    """
    year = frame["period_start"].str[:4]
    whole = (frame["period_start"].str[4:] == "-01-01") & (frame["period_end"] == year + "-12-31")
    frame = frame[whole].reset_index(drop=True)
    group = frame.groupby(list(corridors.GROUP), sort=False, dropna=False).ngroup()
    frame = _first_instance(frame.assign(group=group.to_numpy()))
    if frame.empty:
        return series.counts([]), pd.DataFrame(columns=series.KEYS)
    value = frame["count"].to_numpy(dtype=float)
    half = frame["rounding_base"].to_numpy() // 2
    frame = frame.assign(value=value, low=np.maximum(value - half, 0), high=value + half)
    # Sums within a part, that is, a stage and level; a sum with a missing count is missing.
    by = ["group", "stage", "level", "outcome"]
    grouped = frame.groupby(by, sort=False)[["value", "low", "high"]]
    sums = grouped.sum(min_count=1)
    sums[(grouped.count() < grouped.size().to_frame().to_numpy()).any(axis=1)] = np.nan
    sums = sums.dropna().reset_index()
    parts = frame[["group", "stage", "level"]].drop_duplicates()
    number = parts.groupby("group").size()
    _overlaps(parts, number)
    added = sums.groupby(["group", "outcome"])[["value", "low", "high"]].sum()
    having = sums.groupby(["group", "outcome"]).size()
    every = having.to_numpy() == number.loc[having.index.get_level_values(0)].to_numpy()
    lacking = having.index.get_level_values(0)[~every].unique()
    refused = frame.loc[frame["note"].fillna("").str.startswith(NO_RATE), "group"].unique()
    split = _parts(added[every], number.index)
    split = split[~split.index.isin(lacking) & ~split.index.isin(refused)]
    heads = frame.drop_duplicates("group").set_index("group")
    heads["stage"] = _stages(parts)
    found = heads.loc[split.index, [k for k in series.KEYS if k != "stage"] + ["stage"]]
    found = found.assign(
        period_start=heads["period_start"], period_end=heads["period_end"],
        period=heads["period_start"].str[:4].astype(int),
    )  # fmt: skip
    found = found.join(split.astype("int64"))
    broken = pd.MultiIndex.from_tuples(
        [(*key, each) for key, years in corridors.RESETS.items() for each in years]
    )
    found["reset"] = pd.MultiIndex.from_frame(
        found[["destination", "authority", "period"]]
    ).isin(broken)  # fmt: skip
    rank = frame["status"].map({word: i for i, word in enumerate(corridors.STATUSES)})
    worst = rank.groupby(frame["group"]).max()
    found["period_status"] = [corridors.STATUSES[i] for i in worst.loc[found.index]]
    columns = list(series.counts([]).columns)
    result = found[columns].sort_values([*series.KEYS, "period"], ignore_index=True)
    every_key = heads[series.KEYS].drop_duplicates()
    merged = every_key.merge(result[series.KEYS].drop_duplicates(), how="left", indicator=True)
    none = merged.loc[merged["_merge"] == "left_only", series.KEYS]
    return result, none.sort_values(series.KEYS, ignore_index=True)


def _stages(parts: pd.DataFrame) -> pd.Series:
    """Return one name for the stages added in each group."""
    distinct = parts[["group", "stage"]].drop_duplicates().sort_values(["group", "stage"])
    return distinct.groupby("group")["stage"].agg("+".join)


def _overlaps(parts: pd.DataFrame, number: pd.Series) -> None:
    """Refuse what `corridors.groups` refuses to add."""
    several = parts[parts["group"].isin(number.index[number > 1])]
    for _, part in several.groupby("group"):
        name = corridors.stage_name(part["stage"])
        if name not in ("first", "repeat", "first+repeat"):
            raise OverlapError(
                f"levels {' and '.join(sorted(part['level']))} of stage {name} may decide on the "
                "same people and cannot be added"
            )


def _parts(added: pd.DataFrame, groups: pd.Index) -> pd.DataFrame:
    """Return positive and other decisions as `recognition.parts` does, for groups that have them.

    Parameters
    ----------
    added
        value, low and high by group and outcome.
    """
    wide = added.unstack("outcome").reindex(groups)
    none = pd.Series(np.nan, index=groups)

    def of(kind: str, outcome: str) -> pd.Series:
        return wide[kind, outcome] if (kind, outcome) in wide.columns else none

    assert set(GRANTS) <= set(OUTCOMES)
    split = {}
    granted = pd.concat([of("value", one) for one in GRANTS], axis=1).notna().any(axis=1)
    published = of("value", "positive").notna()
    for kind in ("value", "low", "high"):
        grants = pd.concat([of(kind, one) for one in GRANTS], axis=1).sum(axis=1)
        split[kind] = grants.where(granted, of(kind, "positive"))
    inferred = published & of("value", "total").notna() & of("value", "closed").isna()
    rejected = of("value", "rejected").notna()
    other = {}
    for kind, against in (("value", "value"), ("low", "high"), ("high", "low")):
        left = (of(kind, "total") - of(against, "positive")).clip(lower=0)
        other[kind] = of(kind, "rejected").where(rejected, left)
    good = (granted | published) & (rejected | inferred)
    good &= ~(of("low", "positive").fillna(0) > split["high"])
    table = pd.DataFrame(
        {
            "positive": split["value"], "other": other["value"],
            "positive_low": split["low"], "positive_high": split["high"],
            "other_low": other["low"], "other_high": other["high"],
        }
    )  # fmt: skip
    return table[good]
