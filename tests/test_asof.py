"""What was known on a day is what the vintages of that day say, and nothing else."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from asylum_report import (
    asof,
    asof_kept,
    asof_needs,
    paths,
    process,
    query,
    records,
    results,
    store,
    tables,
)
from asylum_report.errors import ReportError, UnknownName
from asylum_report.harmonise import halves
from asylum_report.live import state
from asylum_report.sources import unhcr

ROOT = Path(__file__).parents[1]
SMALL = ("unhcr/unhcr-asylum-decisions-RUS", "unhcr/unhcr-asylum-applications-RUS",
         "eurostat/migr_asydcfina", "eurostat/migr_eipre")  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a project of a few real vintages, and one made-up release of every origin."""
    top = tmp_path_factory.mktemp("project")
    (top / "_quarto.yml").touch()
    for name in SMALL:
        shutil.copytree(ROOT / "data" / "raw" / name, top / "data" / "raw" / name)
    shutil.copytree(ROOT / "data" / "reference", top / "data" / "reference")
    (top / "data" / "processed").mkdir()
    old = store.latest("unhcr-asylum-decisions-RUS", top / "data" / "raw")
    synthetic = pd.DataFrame(
        [
            [2025, origin, "DEU", "G", "FI", "persons", 30, 0, 70, 0, 100]
            for origin in ("RUS", "SYR")
        ],
        columns=list(unhcr.DECISIONS),
    )
    meta = dict(old.meta) | {
        "dataset": "unhcr-asylum-decisions", "vintage": "2026-08-01", "columns": unhcr.DECISIONS,
        "title": "synthetic release", "retrieved": "release 2025.12.9",
    }  # fmt: skip
    store.write(synthetic, meta, top / "data" / "raw")
    return top


@pytest.fixture(autouse=True)
def at(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(project))
    monkeypatch.delenv("ASYLUM_REPORT_PROCESSED", raising=False)
    yield
    paths.refresh_state().unlink(missing_ok=True)


def rate(year: int, origin: str = "RUS") -> list[dict[str, object]]:
    return query.rate_records(origin, ["DEU"], (year, year), "protection", None, "UNHCR")


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2024-06-17", "2024-06-17"),
        ("2026-06-25.2", "2026-06-25"),
        ("2024-06", "2024-06-30"),
        ("2024-02", "2024-02-29"),
        ("2024", "2024-12-31"),
    ],
)
def test_a_vintage_counts_from_the_last_day_its_date_can_mean(date: str, day: str) -> None:
    assert asof.last_day(date) == day


@pytest.mark.parametrize(
    "text", ["", "24", "2024-13", "2024-02-30", "2024-6", "june", "2024-06-301"]
)
def test_what_is_no_day_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(ReportError) as error, asof.known_on(text):
        pass
    assert str(error.value) == (
        f"'{text}' is no day: write 2024-06-30, or 2024-06 or 2024 for its last day"
    )


def test_a_month_is_known_at_its_end_only() -> None:
    copies = [asof.Copy("x", "a", date, Path()) for date in ("2015-08", "2023-10-25", "2024")]
    assert [one.date for one in asof.chosen("2023-10-25", copies)[1]] == ["2015-08", "2023-10-25"]
    assert asof.chosen("2015-08", copies)[0] == "2015-08-31"
    assert len(asof.chosen("2024-12-30", copies)[1]) == 2
    assert len(asof.chosen("2024", copies)[1]) == 3
    with pytest.raises(ReportError, match=r"known on 2015-08-30; the first .* 2015-08$"):
        asof.chosen("2015-08-30", copies)
    with pytest.raises(ReportError, match="2999-12-31 is in the future"):
        asof.chosen("2999", copies)


def test_a_month_or_year_that_is_not_over_is_known_as_of_today() -> None:
    today = datetime.date.today()
    copies = [asof.Copy("x", "a", "2015-08", Path())]
    for text in (f"{today:%Y-%m}", f"{today:%Y}", today.isoformat()):
        assert asof.chosen(text, copies) == (today.isoformat(), copies)
    # A copy that is dated later than today, by a clock that is wrong, may be asked for.
    later = f"{today.year + 1}-03"
    ahead = [*copies, asof.Copy("x", "a", later, Path())]
    assert asof.chosen(later, ahead)[1] == ahead
    tomorrow = (today + datetime.timedelta(1)).isoformat()
    with pytest.raises(ReportError) as error:
        asof.chosen(tomorrow, copies)
    assert str(error.value) == f"{tomorrow} is in the future: name a day that has been"
    with pytest.raises(ReportError) as error:
        asof.chosen("2999-01", copies)
    assert str(error.value) == (
        "2999-01-31 is in the future: name a day that has been; a month or a year means its last "
        "day"
    )


def kept(*names: tuple[str, float]) -> Path:
    """Make folders as if they had been used so many hours ago; return the newest build's."""
    top = paths.cache() / "as-of"
    for name, hours in names:
        (top / name).mkdir(parents=True)
        marker = top / name / (process.AS_OF if name[0] != "." else "half.csv")
        marker.touch()
        used = time.time() - 3600 * hours
        os.utime(marker, (used, used))
        os.utime(top / name, (used, used))
    return top


def test_tables_that_nobody_uses_do_not_pile_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    old = [(f"2020-01-{day:02}-abc", 24.0 + day) for day in range(1, 11)]
    top = kept(("2024-01-01-new", 0), ("2024-01-01-same-day-used", 0.5),
               ("2024-01-01-same-day-left", 2), ("2021-01-01-today", 20), *old,
               (".2020-01-01-abc.1.part", 2), (".2020-01-02-abc.1.part", 0.5),
               (".2020-01-03-abc.1.gone", 2))  # fmt: skip
    asof_kept.clear(top / "2024-01-01-new")
    left = sorted(one.name for one in top.iterdir())
    # Eight with the one just made, counting those that go for another reason.
    assert left == [
        ".2020-01-02-abc.1.part", "2020-01-01-abc", "2020-01-02-abc", "2020-01-03-abc",
        "2020-01-04-abc", "2021-01-01-today", "2024-01-01-new", "2024-01-01-same-day-used",
    ]  # fmt: skip


def test_many_tables_used_today_all_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    top = kept(*((f"2020-01-{day:02}-abc", 23.0) for day in range(1, 21)))
    asof_kept.clear(top / "2020-01-01-abc")
    assert len(list(top.iterdir())) == 20


def test_tables_asked_for_while_they_go_are_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "cache", lambda: tmp_path)
    folder = kept(("2020-01-01-abc", 50)) / "2020-01-01-abc"
    rename = Path.rename

    def asked_for(self: Path, target: Path) -> Path:
        if self == folder:
            assert asof_kept.touch(folder)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", asked_for)
    asof_kept._remove(folder)
    assert (folder / process.AS_OF).is_file()
    monkeypatch.undo()
    asof_kept._remove(folder)
    assert list(folder.parent.iterdir()) == []
    assert not asof_kept.touch(folder)


def test_using_tables_keeps_them() -> None:
    with asof.known_on("2024-06-30"):
        marker = paths.processed() / process.AS_OF
    os.utime(marker, (1.0, 1.0))
    with asof.known_on("2024-06-30"):
        assert time.time() - marker.stat().st_mtime < 60


def test_where_nothing_can_be_computed_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    only = {name: results.ANALYSES[name] for name in ("lottery", "outlook")}
    monkeypatch.setattr(results, "ANALYSES", only)
    with asof.known_on("2024-06-30"), pytest.raises(ReportError) as error:
        results.build(None, lines.append)
    assert str(error.value) == "no analysis can be computed as of 2024-06-30"
    assert [line.split(" as of")[0] for line in lines] == [
        "analysis lottery left out", "analysis outlook left out",
    ]  # fmt: skip


def test_an_unknown_analysis_is_refused_by_its_name_alone() -> None:
    results.check_names(["lottery", "trend"])
    with pytest.raises(UnknownName, match="unknown analysis 'bar': use one of "):
        results.check_names(["lottery", "bar"])


def test_without_a_day_nothing_is_done() -> None:
    before = paths.processed()
    with asof.known_on(None):
        assert paths.processed() == before
        assert asof.current() is None
        assert "ASYLUM_REPORT_PROCESSED" not in os.environ


def test_a_rate_is_the_one_of_the_release_of_then() -> None:
    with asof.known_on("2024-06-30"):
        [found] = rate(2023)
        assert found["dataset"] == "unhcr-asylum-decisions-RUS"
        assert (found["vintage"], found["total"], found["n"]) == ("2024-06-17", 5246, 1658)
        assert (found["numerator"], found["status"]) == (480, "complete")
        assert asof.current() == "2024-06-30"
        assert results.folder().parent == paths.processed()
        assert tables.read("events").empty  # a dataset that was not there is an empty table
        assert rate(2024) == []
    with asof.known_on("2026-07"):
        assert rate(2023)[0]["vintage"] == "2026-06-25"


def test_the_half_year_of_a_mid_year_release_is_marked() -> None:
    with asof.known_on("2024-06-16"):
        [found] = rate(2023)
        assert (found["vintage"], found["total"], found["status"]) == (
            "2023-10-25",
            2792,
            "partial",
        )
        assert str(found["note"]).startswith("covers about January to June only")
        assert rate(2022)[0]["status"] == "complete"
    assert halves.release_name("release 2023.12") == ("2023.12", None)
    assert halves.release_name("UNHCR, release 2025.06.1") == ("2025.06.1", 2025)
    assert halves.release_name("Eurostat's table of 2024-01-18") == ("", None)


def test_releases_on_russia_stand_in_only_until_there_is_a_whole_one() -> None:
    with asof.known_on("2026-08-01"):
        assert rate(2025, "SYR")[0]["n"] == 100
        assert rate(2025)[0]["dataset"] == "unhcr-asylum-decisions"
        # Of applications there is no release on every origin: the others still stand in.
        datasets = {row["dataset"] for row in records.rows("applications", source="UNHCR")}
        assert datasets == {"unhcr-asylum-applications-RUS"}


def test_inside_and_afterwards_the_environment_is_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASYLUM_REPORT_PROCESSED", "elsewhere")
    with asof.known_on("2024-06-30"):
        outer = paths.processed()
        inner = asof.known_on("2026-07")
        inner.__enter__()
        assert paths.processed() != outer
        broken = RuntimeError("broken")
        assert not inner.__exit__(RuntimeError, broken, None)
        assert paths.processed() == outer
        with asof.known_on(None):
            assert paths.processed() == outer
    assert os.environ["ASYLUM_REPORT_PROCESSED"] == "elsewhere"
    monkeypatch.delenv("ASYLUM_REPORT_PROCESSED")
    with asof.known_on("2024-06-30"):
        pass
    assert "ASYLUM_REPORT_PROCESSED" not in os.environ


def test_tables_are_built_once_and_never_taken_for_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    with asof.known_on("2024-06-30"):
        folder = paths.processed()

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(process, "build", refused)
    with asof.known_on("2024-06"):
        assert paths.processed() == folder
        assert not process.ensure()
    # The same day of other vintages is another folder.
    monkeypatch.setattr(asof, "ensure", lambda day, found, progress: asof.folder_of(day, found))
    held = ("migr_eipre", "2018-03")
    state.write(state.State(held={held: state.Held(*held, ("history",), "2026-01-01")}))
    with asof.known_on("2024-06-30"):
        assert paths.processed() != folder


def test_a_held_vintage_was_never_known() -> None:
    held = ("unhcr-asylum-decisions-RUS", "2024-06-17")
    state.write(state.State(held={held: state.Held(*held, ("it shrank",), "2024-06-18")}))
    assert held not in {(one.dataset, one.date) for one in asof.copies()}
    assert held in {(one.dataset, one.date) for one in asof.copies(held_too=True)}
    with asof.known_on("2024-06-30"):
        assert rate(2023)[0]["vintage"] == "2023-10-25"


def test_a_build_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def half(folder: Path, *_: object) -> None:
        folder.mkdir(parents=True)
        (folder / "decisions.csv").write_text("half")
        raise ReportError("the disk is full")

    monkeypatch.setattr(process, "build", half)
    with pytest.raises(ReportError, match="the disk is full"), asof.known_on("2025-01-31"):
        raise AssertionError("not reached")
    assert list((paths.cache() / "as-of").glob("*2025-01-31*")) == []


def test_what_was_not_published_yet_is_said() -> None:
    with pytest.raises(ReportError) as error, asof.known_on("2022-01"):
        raise query.nothing("RUS", ["DEU"], "2020", None, "UNHCR")
    assert str(error.value) == (
        "nothing of UNHCR was known on 2022-01-31; the first release held is of 2023-06-14"
    )
    with pytest.raises(ReportError) as error, asof.known_on("2024-06-30"):
        raise query.nothing("SYR", ["DEU"], None, None, "UNHCR")
    assert str(error.value) == (
        "no decisions on Syria in Germany from UNHCR known on 2024-06-30; UNHCR's figures on "
        "citizens of other countries than Russia are held from the release of 2026-08-01 on"
    )
    with pytest.raises(UnknownName, match="UNHCR has 2000 to 2023"), asof.known_on("2024-06-30"):
        raise query.nothing("RUS", ["DEU"], "2024", None, "UNHCR")


def test_an_analysis_that_cannot_run_names_what_it_lacks() -> None:
    lines: list[str] = []
    assert asof_needs.able(["trend", "lottery"], True) == ["trend", "lottery"]
    with asof.known_on("2024-06-30"):
        assert asof_needs.able(["revisions", "lottery"], True, lines.append) == ["revisions"]
        with pytest.raises(ReportError) as error:
            asof_needs.able(["lottery"], False)
    what = (
        "as of 2024-06-30, no vintage of UNHCR's decisions (unhcr-asylum-decisions) is that old: "
        "the first is of 2026-08-01"
    )
    assert lines == [f"analysis lottery left out {what}"]
    assert str(error.value) == f"analysis lottery cannot run {what}"


def test_the_tables_say_which_vintages_they_are_of() -> None:
    with asof.known_on("2024-06-30"):
        top = paths.processed()
        marker = json.loads((top / process.AS_OF).read_text())
        assert marker["day"] == "2024-06-30"
        assert "unhcr-asylum-decisions-RUS@2024-06-17" in marker["vintages"]
        assert "unhcr-asylum-decisions-RUS@2024-10-18" not in marker["vintages"]
        package = json.loads((top / records.PACKAGE).read_text())
        [of] = [r["sources"] for r in package["resources"] if r["name"] == "decisions"]
        assert [(one["dataset"], one["vintage"]) for one in of] == [
            ("migr_asydcfina", "2015-08"),
            ("unhcr-asylum-decisions-RUS", "2024-06-17"),
        ]


def test_the_module_imports_nothing_heavy() -> None:
    heavy = "('pandas', 'numpy', 'pyarrow')"
    code = f"import asylum_report.asof, sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
