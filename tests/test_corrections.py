"""Known faults are marked, and the build stops once a publisher has mended one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from asylum_report import corrections, tables
from asylum_report.corrections import Correction
from asylum_report.errors import MendedFault, ReportError
from asylum_report.harmonise import recipes

TABLES = ("decisions", "applications", "encounters", "grants")


@pytest.fixture(scope="module")
def uncorrected() -> dict[str, pd.DataFrame]:
    """Return the rows of each table that some correction is about, as published."""
    taken = recipes.used()
    found = {}
    for name in TABLES:
        parts = [
            tables.conform(name, recipe.tidy(one.read(), one.dataset, one.date))
            for recipe, one in taken
            if recipe.table == name
        ]
        whole = pd.concat(parts, ignore_index=True)
        about = [one for one in corrections.corrections() if one.table == name]
        rows = {row for one in about for row in corrections.positions(whole, one.match).tolist()}
        # One row of each dataset besides, so that every correction finds its own.
        rows |= set(whole.drop_duplicates(["dataset", "vintage"]).index)
        found[name] = whole.take(sorted(rows)).reset_index(drop=True)
    return found


def test_every_fault_is_still_there(uncorrected: dict[str, pd.DataFrame]) -> None:
    for name, frame in uncorrected.items():
        corrections.apply(frame, name)


def mend(frame: pd.DataFrame, one: Correction) -> pd.DataFrame:
    """Return the rows as they might look once the publisher has mended the fault."""
    where = one.expect.get("where", {})
    rows = corrections.positions(frame, one.match)
    rows = rows[corrections.positions(frame.take(rows), where)] if len(rows) else rows
    if "rows" in one.expect and len(rows) == 0:
        match = {**one.match, **where}
        year = match.pop("year", None)
        new = frame[frame["dataset"] == match["dataset"]].head(1).assign(**match)
        if year:
            new = new.assign(period_start=f"{year}-01-01", period_end=f"{year}-12-31")
        return pd.concat([frame, new], ignore_index=True)
    if "rows" in one.expect:
        return frame.drop(index=rows[:1]).reset_index(drop=True)
    if "contradictory" in one.expect:
        first = corrections.positions(frame, one.match[0])
        outcome = frame["outcome"].take(first)
        mended = frame.copy()
        mended.loc[first, "count"] = outcome.map({"total": 400}).fillna(100).astype("Int64")
        return mended
    mended = frame.copy()
    mended.loc[rows[:1], "count"] = 987_654
    return mended


@pytest.mark.parametrize("one", corrections.corrections(), ids=lambda one: one.id)
def test_a_mended_fault_stops_the_build_by_name(
    uncorrected: dict[str, pd.DataFrame], one: Correction
) -> None:
    frame = uncorrected[one.table]
    corrections.apply(frame, one.table, (one,))
    with pytest.raises(MendedFault) as caught:
        corrections.apply(mend(frame, one), one.table, (one,))
    assert f"'{one.id}'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_entry_says_what_why_and_where_from() -> None:
    entries = corrections.corrections()
    assert len({one.id for one in entries}) == len(entries)
    for one in entries:
        assert one.what
        assert one.why
        assert one.source


def test_corrections_of_other_datasets_are_not_looked_at() -> None:
    frame = tables.empty("decisions")
    assert corrections.apply(frame, "decisions").equals(frame)


def small() -> pd.DataFrame:
    rows = [
        {
            "source": "UNHCR",
            "dataset": "d",
            "vintage": "2026",
            "origin": "RUS",
            "destination": destination,
            "authority": "x",
            "level": "FI",
            "stage": "first",
            "unit": "persons",
            "period_start": "2020-01-01",
            "period_end": "2020-12-31",
            "outcome": "total",
            "count": 7,
            "rounding_base": 1,
            "status": "complete",
            "note": "before",
        }
        for destination in ("DEU", "FRA")
    ]
    return tables.conform("decisions", pd.DataFrame(rows))


def entry(action: dict[str, object], expect: dict[str, object]) -> Correction:
    return Correction(
        "one", "what", "why", "source", "decisions", {"dataset": "d", "destination": "DEU"},
        action, expect,
    )  # fmt: skip


def test_actions() -> None:
    changed = corrections.apply(
        small(),
        "decisions",
        (entry({"status": "partial", "note": "half", "missing": True}, {"sum": 7}),),
    )
    assert changed["status"].tolist() == ["partial", "complete"]
    assert changed["note"].tolist() == ["before; half", "before"]
    assert changed["count"].isna().tolist() == [True, False]
    dropped = corrections.apply(small(), "decisions", (entry({"drop": True}, {"rows": 1}),))
    assert dropped["destination"].tolist() == ["FRA"]
    assert small()["status"].tolist() == ["complete", "complete"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a}", "lacks what, why"),
        (
            "- {id: a, what: b, why: c, source: d, table: nowhere, match: {}, action: {note: x}, "
            "expect: {}}",
            "unknown table 'nowhere'",
        ),
        (
            "- {id: a, what: b, why: c, source: d, table: decisions, match: {}, action: {fix: 1}, "
            "expect: {}}",
            "action is none of",
        ),
        (
            "- {id: a, what: b, why: c, source: d, table: decisions, match: {}, "
            "action: {status: fine}, expect: {}}",
            "status is not known",
        ),
        ("- [", "cannot be read"),
    ],
)
def test_a_bad_list_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "corrections.yml"
    path.write_text(text)
    with pytest.raises(ReportError, match=message):
        corrections.corrections(path)
