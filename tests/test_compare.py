"""What differs between two copies is found whole, and told with what it does to the numbers."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report import (
    asof,
    cli_vintages,
    compare,
    compare_datasets,
    compare_headline,
    compare_published,
    paths,
    tables,
)
from asylum_report import compare_words as words
from asylum_report.errors import InvalidTable, ReportError, UnknownName
from asylum_report.live import state
from asylum_report.numbers.model import Number

ROOT = Path(__file__).parents[1]
SMALL = ("unhcr/unhcr-asylum-decisions-RUS", "unhcr/unhcr-asylum-applications-RUS",
         "eurostat/migr_asyappctza", "prm/prm-admissions")  # fmt: skip
KEYS = ["place", "year"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project of a few real vintages."""
    top = tmp_path_factory.mktemp("project")
    (top / "_quarto.yml").touch()
    for name in SMALL:
        shutil.copytree(ROOT / "data" / "raw" / name, top / "data" / "raw" / name)
    shutil.copytree(ROOT / "data" / "reference", top / "data" / "reference")
    return top


@pytest.fixture
def at(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(project))
    monkeypatch.delenv("ASYLUM_REPORT_PROCESSED", raising=False)
    paths.refresh_state().unlink(missing_ok=True)
    return project


def table(*rows: tuple[str, int, int | None]) -> pd.DataFrame:
    places, years, counts = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {
            "place": pd.Series(places, dtype="str"),
            "year": pd.Series(years, dtype="int64"),
            "count": pd.array(list(counts), dtype="Int64"),
        }
    )


def test_changed_new_and_vanished_rows_are_told_apart() -> None:
    old = table(("DEU", 2022, 100), ("DEU", 2023, None), ("FRA", 2022, 0), ("AUT", 2022, 7))
    new = table(("DEU", 2022, 90), ("DEU", 2023, 5), ("FRA", 2022, 10), ("USA", 2023, None))
    found = compare.changes(old, new, KEYS)
    assert json.loads(found.changed.to_json(orient="values")) == [
        ["DEU", 2022, 100, 90, -10.0, -0.1],
        ["DEU", 2023, None, 5, None, None],  # a figure that was missing is no change from nought
        ["FRA", 2022, 0, 10, 10.0, None],
    ]
    assert found.added[KEYS].to_numpy().tolist() == [["USA", 2023]]
    assert found.added["value"].isna().all()
    assert found.removed.to_dict("records") == [{"place": "AUT", "year": 2022, "value": 7}]
    assert found
    assert not compare.changes(old, old.iloc[::-1], KEYS)


def test_texts_are_compared_too_and_keys_must_be_unique() -> None:
    old = pd.DataFrame({"id": ["a", "b"], "content": ["x", "y"]}, dtype="str")
    found = compare.changes(old, old.replace("y", "z"), ["id"], "content")
    [row] = found.changed[["id", "old", "new"]].to_dict("records")
    assert row == {"id": "b", "old": "y", "new": "z"}
    assert found.changed["change"].isna().all()
    with pytest.raises(ValueError, match="not a one-to-one merge"):
        compare.changes(table(("DEU", 2022, 1), ("DEU", 2022, 2)), table(), KEYS)


TABLES = st.dictionaries(
    st.tuples(st.sampled_from(["AUT", "DEU", "FRA"]), st.integers(2021, 2024)),
    st.none() | st.integers(0, 30),
    max_size=10,
).map(lambda cells: table(*((*key, value) for key, value in cells.items())))


@settings(max_examples=25, deadline=None)
@given(TABLES, TABLES)
def test_changes_lead_from_old_to_new_and_mirrored_back(
    old: pd.DataFrame, new: pd.DataFrame
) -> None:
    found = compare.changes(old, new, KEYS)
    ordered = new.sort_values(KEYS, ignore_index=True)
    pd.testing.assert_frame_equal(compare.apply(old, found), ordered)
    back, mirrored = compare.changes(new, old, KEYS), compare.mirrored(found)
    for name in ("changed", "added", "removed"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(mirrored, name))
    pd.testing.assert_frame_equal(
        compare.apply(new, mirrored), old.sort_values(KEYS, ignore_index=True)
    )
    assert not compare.changes(old, old, KEYS)
    assert bool(found) == (not ordered.equals(old.sort_values(KEYS, ignore_index=True)))


def stocks(*rows: tuple[str, str, int]) -> pd.DataFrame:
    frame = tables.empty("stocks")
    for destination, date, count in rows:
        frame.loc[len(frame)] = ["UNHCR", "synthetic", "2024", "RUS", destination, "refugees",
                                 "persons", date, count, 5, "complete", ""]  # fmt: skip
    return tables.conform("stocks", frame)


def test_a_dataset_tells_periods_and_places() -> None:
    old = stocks(("DEU", "2022-12-31", 1_000), ("FRA", "2022-12-31", 10))
    new = stocks(("DEU", "2022-12-31", 1_100), ("DEU", "2023-12-31", 3), ("AUT", "2023-12-31", 4))
    about = compare_datasets.Dataset("UNHCR", "synthetic", "stocks", "2023", "2024")
    found = compare_datasets.between("stocks", old, new, about)
    assert found.counts == {"compared": 1, "changed": 1, "added": 2, "removed": 1}
    assert (found.new_periods, found.gone_periods) == (["2023-12-31"], [])
    assert (found.new_places, found.gone_places) == (["to AUT"], ["to FRA"])
    assert (found.new_parts, found.gone_parts) == ([], [])
    assert [(row["destination"], row["change"], row["relative"]) for row in found.largest] == [
        ("DEU", 100.0, 0.1)
    ]
    assert found.differs


def test_tables_of_texts_are_compared_row_by_row() -> None:
    old = tables.empty("figures")
    texts = dict.fromkeys(old.columns, "x") | {"value": None, "figure_id": "a"}
    one = tables.conform("figures", pd.DataFrame([texts]))
    two = tables.conform("figures", pd.DataFrame([texts | {"value": 7.0}]))
    about = compare_datasets.Dataset("asylum-report", "figures", "figures", "", "2024")
    assert compare_datasets.between("figures", old, one, about).counts["added"] == 1
    found = compare_datasets.between("figures", one, two, about)
    assert found.counts == {"compared": 1, "changed": 1, "added": 0, "removed": 0}
    assert found.largest == []


def number(name: str, value: float | int | str, display: str, unit: str = "percent") -> Number:
    return Number(name, value, display, unit, f"what {name} is")


def test_effects_are_differences_of_numbers_as_written() -> None:
    same = number("d", 0.5, "50.0%")
    before = (number("a", 0.25, "25.0%"), number("b", 1500, "1,500", "persons"),
              number("c", "FRA", "France", "text"), same)  # fmt: skip
    after = (number("a", 0.2, "20.0%"), number("b", 400, "400", "persons"),
             number("c", "DEU", "Germany", "text"), same,
             number("e", 3, "3", "persons"))  # fmt: skip
    old, new = ({one.name: one for one in side} for side in (before, after))
    found, compared = compare_headline.effects(old, new)
    assert compared == 5
    assert [(one.name, one.old, one.new, one.difference) for one in found] == [
        ("a", "25.0%", "20.0%", "−5.0 points"),
        ("b", "1,500", "400", "−1,100"),
        ("c", "France", "Germany", None),
        ("e", None, "3", None),
    ]
    assert compare_headline.effects(new, new) == ([], 5)


@pytest.mark.usefixtures("at")
def test_canada_was_halved_within_two_weeks_of_june_2026() -> None:
    found = cli_vintages.worked("unhcr-asylum-decisions-RUS@2026-06-12", "now")
    [one] = found["datasets"]
    assert (one["old"], one["new"]) == ("2026-06-12", "2026-06-25")
    assert one["counts"] == {"compared": 8720, "changed": 7, "added": 0, "removed": 0}
    assert words.key_of(one["largest"][0]) == "CAN, 2025, FI, first, total"
    assert [(row["old"], row["new"]) for row in one["largest"][:2]] == [(376, 179), (134, 28)]
    told = [(n["name"], n["old"], n["new"], n["difference"]) for n in found["headline"]["numbers"]]
    assert told == [
        ("ca.y2025.protection", "61.6%", "82.6%", "+21.0 points"),
        ("ca.y2025.protection_n", "349", "161", "−188"),
    ]
    assert "now: what is on disk and not held back" in found["notes"]


@pytest.mark.usefixtures("at")
def test_between_two_days_everything_published_in_between_is_told() -> None:
    found = cli_vintages.worked("2023-03-31", "2024-01-31")
    by_name = {one["dataset"]: one for one in found["datasets"]}
    assert list(by_name) == [
        "migr_asyappctza",
        "unhcr-asylum-applications",
        "unhcr-asylum-decisions",
    ]
    croatia = by_name["migr_asyappctza"]["largest"][0]
    assert words.key_of(croatia) == "HRV, 2022, all, T"
    assert (croatia["old"], croatia["new"], round(croatia["relative"], 3)) == (2065, 270, -0.869)
    assert by_name["unhcr-asylum-decisions"]["old"] == ""
    assert by_name["unhcr-asylum-decisions"]["new"] == "2023-10-25"


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("2024-01-01", "migr_asyappctza@2023-03", "cannot be compared"),
        ("migr_asyappctza@2023-03", "prm-admissions@2024-12", "are of two datasets"),
        (
            "migr_asyappctza@2023-04",
            "now",
            "@2023-04: use one of 2018-03, 2023-03",
        ),
        ("nowhere@2023", "now", "no vintage nowhere@2023: asylum-report vintages lists them"),
        ("2024-13", "now", "'2024-13' is no day"),
    ],
)
def test_two_sides_must_be_of_a_kind(old: str, new: str, line: str) -> None:
    with pytest.raises(ReportError, match=line.replace("(", "\\(")):
        cli_vintages.sides(old, new)


@pytest.mark.usefixtures("at")
def test_a_held_vintage_is_used_only_where_it_is_named() -> None:
    held = ("unhcr-asylum-decisions-RUS", "2026-06-25")
    state.write(state.State(held={held: state.Held(*held, ("Canada halved",), "2026-06-25")}))
    old, new, notes = cli_vintages.sides("2026-06-20", "now")
    assert compare_datasets.datasets(old, new) != []  # applications only: decisions are held
    assert {one.dataset for one in compare_datasets.datasets(old, new)} == {
        "unhcr-asylum-applications"
    }
    assert any("unhcr-asylum-decisions-RUS@2026-06-25" in note for note in notes)
    old, new, _ = cli_vintages.sides("now", "unhcr-asylum-decisions-RUS@2026-06-25")
    [found] = compare_datasets.datasets(old, new)
    assert (found.old, found.new, found.counts["changed"]) == ("2026-06-12", "2026-06-25", 7)
    listed = {one["vintage"]: one for one in cli_vintages.listed("unhcr-asylum-decisions-RUS")}
    assert listed["2026-06-25"]["state"] == "held"
    assert listed["2026-06-25"]["reasons"] == ["Canada halved"]
    assert listed["2026-06-12"]["state"] == "in use"  # it stands in while the newer is held


def test_what_is_published_is_what_the_tables_are_made_of(at: Path) -> None:
    folder = at / "data" / "processed"
    with pytest.raises(InvalidTable, match="no readable list of tables"):
        cli_vintages.sides("published", "now")
    folder.mkdir()
    made = [("unhcr-asylum-decisions-RUS", "2026-06-12"), ("prm-admissions", "2024-12")]
    sources = [{"dataset": dataset, "vintage": vintage} for dataset, vintage in made]
    text = json.dumps({"resources": [{"path": "x.csv", "sources": sources}]})
    (folder / "datapackage.json").write_text(text)
    old, new, notes = cli_vintages.sides("published", "now")
    shutil.rmtree(folder)
    assert sorted((one.dataset, one.date) for _, one in old) == sorted(made)
    assert [n for n in notes if n.startswith("published: ")] == [compare_published.ON_DISK]
    found = {one.dataset: one for one in compare_datasets.datasets(old, new)}
    assert found["unhcr-asylum-decisions"].counts["changed"] == 7
    assert "prm-admissions" not in found


@pytest.mark.usefixtures("at")
def test_the_list_of_vintages(capsys: pytest.CaptureFixture[str]) -> None:
    cli_vintages.vintages("migr_asyappctza", "csv")
    assert capsys.readouterr().out == (
        "publisher,dataset,vintage,rows,first,last,route,state\n"
        "Eurostat,migr_asyappctza,2018-03,165,2012,2016,embedded,in use\n"
        "Eurostat,migr_asyappctza,2023-03,30549,2008,2022,embedded,in use\n"
        "Eurostat,migr_asyappctza,2024-01-18,30645,2008,2022,embedded,in use\n"
        "Eurostat,migr_asyappctza,2025-05,787,2011,2024,embedded,in use\n"
    )
    cli_vintages.vintages("unhcr-asylum-decisions-RUS", "json")
    found = json.loads(capsys.readouterr().out)
    assert [one["state"] for one in found] == ["release"] * 8 + ["in use"]
    assert all(re.fullmatch(r"[0-9a-f]{12}", one["sha256"]) for one in found)
    cli_vintages.vintages(None, "table")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["vintage", "rows", "periods", "route", "state"]
    assert lines[1:7] == [
        "Eurostat migr_asyappctza",
        "  2018-03            165  2012 to 2016              embedded  in use",
        "  2023-03         30,549  2008 to 2022              embedded  in use",
        "  2024-01-18      30,645  2008 to 2022              embedded  in use",
        "  2025-05            787  2011 to 2024              embedded  in use, newest",
        "PRM prm-admissions",
    ]
    assert lines[7] == "  2024-12            291  2000-10 to 2024-12        embedded  in use"
    assert " ".join(" ".join(lines[-3:-1]).split()) == cli_vintages.WHAT_IN_USE
    cli_vintages.vintages("prm-admissions", "table")
    assert "newest" not in capsys.readouterr().out  # where there is one copy only
    with pytest.raises(UnknownName, match="no dataset 'nowhere'"):
        cli_vintages.vintages("nowhere", "table")


@pytest.mark.usefixtures("at")
def test_the_screen_is_readable_at_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    cli_vintages.diff("unhcr-asylum-decisions-RUS@2026-06-12", "now", "table")
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "CAN, 2025, FI, first, rejected   134   28    −106  −79.1%" in out
    assert "2 of " in out


@pytest.mark.usefixtures("at")
def test_nothing_between_two_days_is_said_too(capsys: pytest.CaptureFixture[str]) -> None:
    cli_vintages.diff("2024-01-31", "2024-02-01", "json")
    found = json.loads(capsys.readouterr().out)
    assert (found["datasets"], found["headline"]["differ"]) == ([], 0)
    assert found["headline"]["compared"] > 500
    assert "Every copy is the same on both sides." in words.markdown(found)


def found_with(**changed: object) -> dict[str, object]:
    one = compare_datasets.Dataset("UNHCR", "<script>", "stocks", "", "2024", note="a | b")
    one.counts = {"compared": 0, "changed": 0, "added": 1, "removed": 0}
    row = one.__dict__ | {"differs": True} | changed
    return {
        "old": "2024-01-01", "new": "now", "notes": ["@somebody"], "datasets": [row],
        "headline": {"compared": 3, "differ": 1, "left_out": "no models", "note": "", "numbers": [
            {"name": "a_b", "old": None, "new": "x\n| y", "difference": None}]},
    }  # fmt: skip


def test_markdown_is_whole_and_no_text_can_change_it() -> None:
    text = words.markdown(found_with())
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "@somebody" not in text
    assert "| a\\_b | - | x &#124; y | - |" in text
    assert "| UNHCR &lt;script&gt; (stocks) | - | 2024 | 0 | 1 | 0 | 0 |" in text
    assert text.count("<details>") == text.count("</details>") == 2
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {5, 8}
    assert words.markdown(found_with(note="", differs=False)).count("<details>") == 1


@pytest.mark.usefixtures("at")
def test_a_new_dataset_and_what_it_does(capture: Callable[[str, str], str]) -> None:
    text = capture("2024-11-30", "2024-12-31")
    assert "PRM prm-admissions (grants), nothing to 2024-12" in text
    assert "new dataset: 291 rows, periods FY2001 to FY2025, 1 destination" in text
    assert "new places" not in text
    assert "0 of 0" not in text
    assert "us.fy2024.refugee\\_admissions\\_prm" in text


@pytest.fixture
def capture(capsys: pytest.CaptureFixture[str]) -> Callable[[str, str], str]:
    def of(old: str, new: str) -> str:
        cli_vintages.diff(old, new, "markdown")
        return capsys.readouterr().out

    return of


@pytest.mark.usefixtures("at")
def test_what_rests_on_half_a_year_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    def lines(text: str) -> str:
        plain = text.replace("\\", "").replace("|", " ").splitlines()
        return "\n".join(" ".join(line.split()) for line in plain)

    # The release of November 2025 holds the first half of the year.
    one_sided = cli_vintages.worked("2025-06-30", "2025-12-31")
    finished = cli_vintages.worked("2025-12-31", "now")
    none = cli_vintages.worked("unhcr-asylum-decisions-RUS@2026-06-12", "now")
    new, changed = (
        {one["name"]: one for one in found["headline"]["numbers"]}
        for found in (one_sided, finished)
    )
    half = new["de.y2025.protection"]
    assert (half["new"], half["old_status"], half["new_status"]) == ("6.9%", None, "partial")
    half = changed["de.y2025.decisions"]
    assert (half["old_status"], half["new_status"]) == ("partial", "complete")
    assert one_sided["headline"]["note"] == words.PARTIAL
    assert none["headline"]["note"] == ""
    for show in (cli_vintages._screen, lambda found: print(words.markdown(found))):
        said = []
        for found in (one_sided, finished, none):
            show(found)
            said.append(lines(capsys.readouterr().out))
        assert "de.y2025.protection - 6.9% - partial" in said[0]
        assert "de.y2025.protection_n - 4,639 - partial" in said[0]
        assert "partial: rests on figures that cover a part of the year only" in said[0]
        assert "de.y2025.decisions 7,262 11,106 +3,844 old partial" in said[1]
        assert "periods of which a part is covered only: old 2025; new none" in said[1]
        assert "partial" not in said[2]


def test_names_are_never_broken_on_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    found = found_with()
    name = "eu_plus_without_de.y2025.same_month_before_month"
    long = {"name": name, "old": "the Netherlands", "new": "United Kingdom", "difference": None,
            "old_status": "partial", "new_status": "partial"}  # fmt: skip
    assert isinstance(found["headline"], dict)
    found["headline"]["numbers"] = [long]
    cli_vintages._screen(found)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert any(name in line for line in lines)


def test_both_sides_and_one_side_are_told_apart() -> None:
    before = {"a": number("a", 1, "1"), "b": number("b", 2, "2"), "c": number("c", 3, "3")}
    after = before | {"a": number("a", 5, "5")}
    found, _ = compare_headline.effects(before, after, {"a", "c"}, {"a", "b", "c"})
    # The same figure of half a year and of a whole one is not the same.
    assert [(one.name, words.status_of(one.as_dict())) for one in found] == [
        ("a", "both partial"),
        ("b", "new partial"),
    ]
    headings, *rows = words.effect_table("x", [one.as_dict() for one in found])
    assert headings == ["x", "old", "new", "difference", "status"]
    assert rows[0][:3] == ["a", "1", "5"]
    whole = compare_headline.effects(before, after)[0][0].as_dict()
    assert words.effect_table("x", [whole])[0] == ["x", "old", "new", "difference"]


def test_partial_numbers_are_those_whose_newest_rows_are() -> None:
    def row(vintage: str, status: str, year: int = 2025) -> dict[str, object]:
        return {"destination": "DEU", "stage": "first", "period_start": f"{year}-01-01",
                "vintage": vintage, "status": status, "count": 1}  # fmt: skip

    def asked(name: str, **wanted: object) -> Number:
        return Number(name, 1, "1", "persons", "x", ({"table": "decisions", **wanted},))

    rows = {
        "decisions": [row("1", "partial"), row("2", "complete"), row("2", "partial", 2026)],
        "encounters": [{"fiscal_year": "2026", "period_end": "2025-11-30", "status": "complete"},
                       {"fiscal_year": "2025", "period_end": "2025-09-30", "status": "complete"}],
    }  # fmt: skip
    found = [
        asked("mended", stage=["first", "repeat"], period_start="2025-01-01"),
        asked("old_copy", vintage="1", period_start="2025-01-01"),
        asked("half", stage=["first", "repeat"], period_start="2026-01-01"),
        asked("appeal", stage=["appeal"], period_start="2026-01-01"),
        Number("fy26", 1, "1", "x", "x", ({"table": "encounters", "fiscal_year": "2026"},)),
        Number("fy25", 1, "1", "x", "x", ({"table": "encounters", "fiscal_year": "2025"},)),
    ]
    assert compare_headline.partial(rows, {one.name: one for one in found}) == {
        "old_copy", "half", "fy26",
    }  # fmt: skip


def test_vanished_figures_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    kept = ("DEU", "2022-12-31", 5)
    gone = [(f"A{letter}A", "2022-12-31", 100 + n) for n, letter in enumerate("ABCDEFGHIJKL")]
    about = compare_datasets.Dataset("UNHCR", "synthetic", "stocks", "2023", "2024")
    found = compare_datasets.between("stocks", stocks(kept, *gone), stocks(kept), about)
    one = found.__dict__ | {"differs": True}
    named, more = words.vanished(one)
    assert (len(named), more) == (compare_datasets.MOST, "and 2 more")
    assert named[0] == ("ALA, 2022-12-31, refugees", "111")
    text = words.markdown(found_with(**one))
    assert "| vanished figures | old |" in text
    assert "and 2 more" in text
    cli_vintages._screen(found_with(**one))
    screen = capsys.readouterr().out
    assert "  vanished figures" in screen
    assert "  and 2 more" in screen


def test_a_dataset_of_one_side_is_told_as_a_whole() -> None:
    one: dict[str, object] = {"old": "", "new": "2025", "counts": {}}
    frame = stocks(("DEU", "2022-12-31", 5), ("FRA", "2023-12-31", 5))
    extent = compare_datasets._extent(frame)
    assert words.summary_of(one | {"extent": extent}) == (
        "new dataset: 2 rows, periods 2022-12-31 to 2023-12-31, 2 destinations"
    )
    assert words.summary_of({"old": "2025", "new": "", "counts": {}, "extent": extent}).startswith(
        "vanished dataset: 2 rows"
    )
    texts = {"rows": 1, "first": "", "last": "", "destinations": 0}
    assert words.summary_of(one | {"extent": texts}) == "new dataset: 1 row"


def test_published_is_what_was_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path
) -> None:
    def git(*told: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *told], cwd=top, check=True, capture_output=True)

    def made_of(*names: tuple[str, str]) -> None:
        sources = [{"dataset": dataset, "vintage": vintage} for dataset, vintage in names]
        place.write_text(json.dumps({"resources": [{"path": "x.csv", "sources": sources}]}))

    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    top = tmp_path / "project"  # a part of a repository, not the whole
    shutil.copytree(project / "data" / "raw" / "prm", top / "data" / "raw" / "prm")
    (top / "_quarto.yml").touch()
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(top))
    monkeypatch.delenv("ASYLUM_REPORT_PROCESSED", raising=False)
    place = top / "data" / "processed" / "datapackage.json"
    place.parent.mkdir()
    made_of(("prm-admissions", "2024-12"), ("prm-admissions", "2023-01"))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True, capture_output=True)
    assert compare_published.copies()[1][0] == compare_published.ON_DISK  # no commit yet
    git("add", "data/processed")
    git("commit", "-q", "-m", "x")
    made_of()  # a build that failed afterwards has made the tables
    # Where a hook names the repository of another folder, it is not that one's list.
    monkeypatch.setenv("GIT_DIR", str(ROOT / ".git"))
    found, notes = compare_published.copies()
    assert [(one.dataset, one.date) for one in found] == [("prm-admissions", "2024-12")]
    assert notes == [
        compare_published.COMMITTED,
        "published, but no longer on disk and left out: prm-admissions@2023-01",
    ]
    monkeypatch.setenv("PATH", str(tmp_path))  # no git
    assert compare_published.copies() == ([], [compare_published.ON_DISK])


def test_full_names_stand_for_the_releases_on_russia() -> None:
    assert set(asof.FULL.values()) == {
        "unhcr-asylum-decisions-RUS", "unhcr-asylum-applications-RUS",
    }  # fmt: skip
