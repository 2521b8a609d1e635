"""Known faults are marked, and the build stops once a publisher has mended one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import yaml

from asylum_report import corrections, tables
from asylum_report.corrections import Correction
from asylum_report.errors import MendedFault, ReportError, UnknownName
from asylum_report.harmonise import recipes

TABLES = ("decisions", "applications", "encounters", "grants", "figures")


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
        asked = [match for one in about for match in (one.match, one.expect.get("of")) if match]
        rows = {row for match in asked for row in corrections.positions(whole, match).tolist()}
        # One row of each dataset besides, so that every correction finds its own.
        named = [column for column in ("dataset", "vintage") if column in whole]
        rows |= set(whole.drop_duplicates(named).index if named else whole.index)
        found[name] = whole.take(sorted(rows)).reset_index(drop=True)
    return found


def test_every_fault_is_still_there(uncorrected: dict[str, pd.DataFrame]) -> None:
    for name, frame in uncorrected.items():
        corrections.apply(frame, name)


def mend(frame: pd.DataFrame, one: Correction) -> pd.DataFrame:
    """Return the rows as they might look once the publisher has mended the fault."""
    where = one.expect.get("where", {})
    rows = corrections.positions(frame, one.expect.get("of", one.match))
    rows = rows[corrections.positions(frame.take(rows), where)] if len(rows) else rows
    if "rows" in one.expect and len(rows) == 0:
        match = {**one.match, **where}
        if isinstance(match["dataset"], list):
            match["dataset"] = match["dataset"][0]
        year = match.pop("year", None)
        new = frame[frame["dataset"] == match["dataset"]].head(1).assign(**match)
        if year:
            new = new.assign(period_start=f"{year}-01-01", period_end=f"{year}-12-31")
        return pd.concat([frame, new], ignore_index=True)
    if "present" in one.expect:
        return frame.drop(index=rows).reset_index(drop=True)
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


def test_a_note_of_ours_that_was_wrong_gives_way() -> None:
    rows = corrections.apply(small(), "decisions", (entry({"renote": "now"}, {"sum": 7}),))
    assert rows["note"].tolist() == ["now", "before"]


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


def test_no_rate_stands_first_in_the_note_whatever_comes_beside_it() -> None:
    action = {"rate": "none", "note": "no refusals"}
    refused = corrections.apply(small(), "decisions", (entry(action, {"sum": 7}),))
    assert refused["note"].tolist() == ["no rate: no refusals; before", "before"]
    again = corrections.apply(refused, "decisions", (entry({"note": "late"}, {"sum": 7}),))
    assert again["note"][0] == "no rate: no refusals; before; late"
    twice = corrections.apply(
        refused, "decisions", (entry({"rate": "none", "note": "no totals"}, {"sum": 7}),)
    )
    assert twice["note"][0] == "no rate: no totals; no refusals; before"
    assert twice["status"].tolist() == ["complete", "complete"]


def test_every_entry_that_says_no_rate_follows_sees_to_it() -> None:
    for one in corrections.corrections():
        says = "no recognition rate follows" in one.what + one.why
        assert says == (one.action.get("rate") == "none"), one.id


def test_texts_are_for_readers() -> None:
    ids = [one.id for one in corrections.corrections()]
    for one in corrections.corrections():
        for text in (one.what, one.why):
            assert text.rstrip().endswith("."), one.id
            assert not any(name in text for name in ids), one.id
            assert " level " not in f" {text.lower()} ", one.id


def test_an_expectation_may_look_at_the_newest_vintage() -> None:
    old, new = small(), small().assign(vintage="2027", count=9)
    frame = pd.concat([old, new.astype(old.dtypes)], ignore_index=True)
    of = {"dataset": "d", "destination": "DEU", "vintage": "newest"}
    one = entry({"note": "x"}, {"of": of, "sum": 9})
    marked = corrections.apply(frame, "decisions", (one,))
    assert marked["note"].tolist() == ["before; x", "before", "before; x", "before"]
    narrowed = entry({"note": "x"}, {"where": {"vintage": "newest"}, "sum": 9})
    corrections.apply(frame, "decisions", (narrowed,))
    for broken in (one, narrowed):
        with pytest.raises(MendedFault, match="expected 9, found 7"):
            corrections.apply(old, "decisions", (broken,))
        corrections.apply(old, "decisions", (broken,), expecting=False)


def test_releases_are_marked_too() -> None:
    releases = recipes.releases("unhcr-asylum-decisions-RUS")
    year = releases["period_start"].str[:4]
    usa = releases[(releases["destination"] == "USA") & (year == "2024")]
    assert set(usa["status"]) == {"partial"}
    courts = releases[(releases["destination"] == "USA") & (releases["level"] == "IN")]
    courts = courts[courts["period_start"].str[:4].astype(int).between(2009, 2016)]
    assert courts["note"].str.startswith("no rate: ").all()
    assert courts["vintage"].nunique() == 9
    with pytest.raises(UnknownName, match="no releases of dataset 'bamf-monthly'"):
        recipes.releases("bamf-monthly")


GOOD = {
    "id": "a",
    "what": "b",
    "why": "c",
    "source": "d",
    "table": "decisions",
    "match": {"dataset": "bamf-monthly"},
    "action": {"note": "x"},
    "expect": {"rows": 1},
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"table": "nowhere"}, "unknown table 'nowhere'"),
        ({"table": ["decisions"]}, "unknown table"),
        ({"what": " "}, "what is no text"),
        ({"whatever": 1}, "unknown key 'whatever'"),
        ({"action": {"fix": 1}}, "action is none of"),
        ({"action": {}}, "action is none of"),
        ({"action": {"status": "fine"}}, "status is not known"),
        ({"action": {"rate": "none"}}, "action rate is not 'none' with a note"),
        ({"action": {"rate": "some", "note": "x"}}, "action rate is not 'none'"),
        ({"action": {"missing": "yes"}}, "action missing is not true"),
        ({"action": {"note": ""}}, "action note is no text"),
        ({"match": {}}, "match names no rows"),
        ({"match": []}, "match names no rows"),
        ({"match": 3}, "match names no rows"),
        ({"match": {"destination": "DEU"}}, "match names no dataset"),
        ({"match": {"dataset": "bamf"}}, "match is about an unknown dataset 'bamf'"),
        ({"match": GOOD["match"] | {"land": "DEU"}}, "match has an unknown column 'land'"),
        ({"match": GOOD["match"] | {"year": {"from": 1}}}, "match of column 'year' has no from"),
        ({"match": GOOD["match"] | {"level": None}}, "match of column 'level' is empty"),
        ({"expect": {}}, "expect is none of"),
        ({"expect": {"where": {"year": 2020}}}, "expect is none of"),
        ({"expect": {"sum": 1, "total": 1}}, "expect has an unknown key 'total'"),
        ({"expect": {"sum": "many"}}, "expect sum is not understood: 'many'"),
        ({"expect": {"marked": False}}, "expect marked is not understood"),
        ({"expect": {"sum": 1, "where": {"land": "DEU"}}}, "expect where has an unknown column"),
        ({"expect": {"sum": 1, "of": {"year": 1}}}, "expect of names no dataset"),
    ],
)
def test_a_bad_entry_is_refused_by_entry_and_key(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    path = tmp_path / "corrections.yml"
    path.write_text(yaml.safe_dump([GOOD]))
    assert corrections.corrections(path)[0].id == "a"
    worse = tmp_path / "worse.yml"
    worse.write_text(yaml.safe_dump([GOOD | {"id": "good"}, GOOD | changed]))
    with pytest.raises(ReportError, match=message) as caught:
        corrections.corrections(worse)
    assert "entry a" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a}", "lacks what, why"),
        ("- [", "cannot be read"),
        ("", "no list of entries"),
        ("a: {id: b}", "no list of entries"),
        ("[]", "no list of entries"),
        ("- text", "no mapping .*entry 1"),
        (yaml.safe_dump([GOOD, GOOD]), "id comes twice .*entry a, key id"),
    ],
)
def test_a_bad_list_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "corrections.yml"
    path.write_text(text)
    with pytest.raises(ReportError, match=message) as caught:
        corrections.corrections(path)
    assert "\n" not in str(caught.value)
