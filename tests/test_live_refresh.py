"""Refreshing from small sources made up here: every figure in this file is synthetic."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from asylum_report import cli_refresh, lock, paths, store
from asylum_report.errors import PublisherError, ReportError, UnknownName
from asylum_report.live import choose, refresh, state
from asylum_report.live.model import Candidate, Unchanged, Wanted

ROOT = Path(__file__).parents[1]
TODAY = "2026-11-21"
COLUMNS = {
    "origin": "citizenship",
    "destination": "reporter",
    "decision": "outcome",
    "sex": "sex",
    "age": "age",
    "period": "quarter",
    "count": "persons",
    "flag": "flags",
}
QUARTERS = tuple(f"{year}-Q{q}" for year in (2023, 2024, 2025, 2026) for q in (1, 2, 3, 4))[:15]
PLACES = ("AUT", "DEU", "ESP", "FRA", "POL", "SWE")


def project(root: Path, monkeypatch: pytest.MonkeyPatch | None = None) -> Path:
    """Make a project without vintages and go by it."""
    (root / "data" / "raw").mkdir(parents=True)
    (root / "_quarto.yml").write_text("project: {}\n")
    shutil.copytree(ROOT / "data" / "reference", root / "data" / "reference")
    if monkeypatch:
        monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(root))
    return root


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return project(tmp_path / "project", monkeypatch)


def synthetic_decisions(
    quarters: tuple[str, ...] = QUARTERS,
    destinations: tuple[str, ...] = PLACES,
    change: Callable[[pd.DataFrame], pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Return decisions that close: for each destination 100 n in all, 40 n positive."""
    rows = []
    for origin, times in (("RUS", 1), ("TOTAL", 20)):
        for number, destination in enumerate(destinations, start=1):
            for quarter in quarters:
                unit = 100 * number * times
                for decision, count in (
                    ("TOTAL", unit),
                    ("POS", 4 * unit // 10),
                    ("POS_RFG", 2 * unit // 10),
                    ("POS_SPROT", unit // 10),
                    ("POS_HUM", unit // 10),
                    ("NEG", 6 * unit // 10),
                ):
                    rows.append((origin, destination, decision, "T", "TOTAL", quarter, count, ""))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.astype({name: "str" for name in COLUMNS if name != "count"})
    frame["count"] = frame["count"].astype("Int64")
    return change(frame) if change else frame


def meta(**more: object) -> dict[str, Any]:
    return {
        "publisher": "Eurostat",
        "title": "Synthetic decisions",
        "licence": "none",
        "licence_url": "https://example.org/",
        "attribution": "nobody",
        "retrieved": "2026-11-21T10:00:00Z",
        "url": "https://example.org/synthetic",
        "definition": "synthetic",
        "columns": COLUMNS,
        "route": "live",
        "unit": "PER",
    } | more


def candidate(
    dataset: str = "synthetic_a",
    table: pd.DataFrame | None = None,
    vintage: str = "2026-11-18",
    newest: str = "",
    **more: object,
) -> Candidate:
    frame = synthetic_decisions() if table is None else table
    return Candidate(dataset, vintage, frame, meta(**more), newest)


class Made:
    """A source that answers with what it was given: a candidate, an error, or what a call gives."""

    publisher = "Eurostat"
    address = "http://127.0.0.1:1"

    def __init__(self, name: str = "made", **answers: Any) -> None:
        self.name, self.answers = name, answers
        self.datasets = tuple(answers)
        self.asked: list[tuple[str, Wanted, Any]] = []

    def fetch(self, dataset: str, client: Any, wanted: Wanted, known: Any) -> Any:
        self.asked.append((dataset, wanted, known))
        answer = self.answers[dataset]
        answer = answer() if callable(answer) else answer
        if isinstance(answer, BaseException):
            raise answer
        return answer


def run(*sources: Made, **options: Any) -> list[Any]:
    chosen = refresh.Options(**{"today": TODAY} | options)
    every = {one.name: one for one in sources}
    return refresh.run(every, options=chosen, make_client=lambda *_: None)


def everything(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "data").rglob("*"))
        if path.is_file()
    }


def test_what_arrives_is_judged_and_kept_and_remembered(here: Path) -> None:
    (one,) = run(Made(synthetic_a=candidate()))
    assert (one.state, one.vintage, one.findings) == ("new", "2026-11-18", [])
    assert one.line == "1,080 rows; the first copy"
    vintage = store.latest("synthetic_a")
    assert vintage.meta["route"] == "live"
    assert vintage.read().equals(synthetic_decisions())
    kept = state.read()
    assert kept.attempts["synthetic_a"] == state.Attempt(
        "synthetic_a", TODAY, "new", one.line, "2026-11-18"
    )
    assert (kept.held, kept.marked) == ({}, {})
    assert refresh.exit_code([one]) == 0


def test_the_same_rows_in_another_order_make_no_new_vintage(here: Path) -> None:
    run(Made(synthetic_a=candidate()))
    before = everything(here)
    shuffled = synthetic_decisions().sample(frac=1, random_state=1)[list(reversed(COLUMNS))]
    (one,) = run(Made(synthetic_a=candidate(table=shuffled, vintage="2026-11-20")))
    assert (one.state, one.vintage, one.line) == ("unchanged", "2026-11-18", "nothing new")
    after = everything(here)
    assert {name for name in after if after[name] != before.get(name)} == {"data/refresh.json"}


def revised(frame: pd.DataFrame) -> pd.DataFrame:
    chosen = (frame["destination"] == "AUT") & (frame["period"] == "2024-Q1")
    chosen &= (frame["origin"] == "RUS") & frame["decision"].isin(["NEG", "TOTAL"])
    return frame.assign(count=frame["count"].mask(chosen, frame["count"] + 5))


def test_another_copy_of_the_same_day_gets_a_number(here: Path) -> None:
    run(Made(synthetic_a=candidate()))
    (one,) = run(Made(synthetic_a=candidate(table=synthetic_decisions(change=revised))))
    assert (one.state, one.vintage) == ("new", "2026-11-18.2")
    assert one.line == "1,080 rows; 2 figures changed, 0 new, 0 vanished"
    (one,) = run(Made(synthetic_a=candidate(vintage="2026-11-19")))
    assert one.vintage == "2026-11-19"
    dates = [each.date for each in store.vintages(dataset="synthetic_a")]
    assert dates == ["2026-11-18", "2026-11-18.2", "2026-11-19"]


def test_one_failure_touches_nothing_else(here: Path) -> None:
    first = Made(
        "first",
        synthetic_a=PublisherError("Nobody answers", where="x", todo="try again later"),
        synthetic_b=KeyError("geo"),
        synthetic_c=candidate("synthetic_c"),
        synthetic_d=candidate("synthetic_other"),
        synthetic_e=candidate("synthetic_e", synthetic_decisions().assign(count=-5)),
        synthetic_g=candidate("synthetic_g", synthetic_decisions().assign(count="many")),
    )
    second = Made("second", synthetic_f=candidate("synthetic_f"))
    found = run(first, second)
    assert [(one.dataset, one.state) for one in found] == [
        ("synthetic_a", "failed"),
        ("synthetic_b", "failed"),
        ("synthetic_c", "new"),
        ("synthetic_d", "refused"),
        ("synthetic_e", "refused"),
        ("synthetic_g", "failed"),
        ("synthetic_f", "new"),
    ]
    assert found[0].line == "Nobody answers (x): try again later"
    assert found[1].line == "Eurostat's answer could not be understood: KeyError: 'geo'"
    assert found[3].line == "Eurostat answered with dataset 'synthetic_other'"
    assert found[4].line == "a figure is negative: -5"
    assert found[5].line.startswith("Eurostat's answer could not be checked: ")
    assert refresh.exit_code(found) == 3
    assert {one.dataset for one in store.vintages()} == {"synthetic_c", "synthetic_f"}
    assert sorted(state.read().attempts) == [f"synthetic_{each}" for each in "abcdefg"]


def test_markup_and_control_characters_from_outside_become_one_plain_line(here: Path) -> None:
    said = "<script>alert(1)</script>\nsecond\x1b[31m line\u202e" + "x" * 900
    (one,) = run(Made(synthetic_a=PublisherError(said)))
    assert one.line.isprintable()
    assert len(one.line) <= 300
    assert one.line.startswith("<script>alert(1)</script> second")


def test_what_is_held_back_is_kept_and_stays_held(here: Path) -> None:
    run(Made(synthetic_a=candidate()))

    def halved(frame: pd.DataFrame) -> pd.DataFrame:
        german = (frame["destination"] == "DEU") & (frame["period"] == "2024-Q1")
        return frame.assign(count=frame["count"].mask(german, frame["count"] // 5 * 2))

    arrived = candidate(table=synthetic_decisions(change=halved), vintage="2026-11-20")
    (one,) = run(Made(synthetic_a=arrived))
    assert (one.state, one.vintage) == ("held", "2026-11-20")
    assert one.line == "held back: Germany, 2024-Q1: 200 before, 80 now"
    held = state.read().held[("synthetic_a", "2026-11-20")]
    assert held.reasons == ("Germany, 2024-Q1: 200 before, 80 now",)
    (again,) = run(Made(synthetic_a=arrived))
    assert (again.state, again.vintage) == ("held", "2026-11-20")
    source = Made(synthetic_a=Unchanged("synthetic_a", "2026-11-20"))
    (still,) = run(source)
    assert still.state == "held"
    assert still.line.startswith("nothing new; held back since 2026-11-21: Germany")
    assert source.asked[0][2].date == "2026-11-20"
    # What comes next is judged against the copy in use, not against the one that is held back.
    (good,) = run(Made(synthetic_a=candidate(vintage="2026-11-21")))
    assert (good.state, good.vintage) == ("new", "2026-11-21")
    assert good.line.endswith("0 figures changed, 0 new, 0 vanished")


def test_a_partial_period_is_marked_before_the_vintage_is_there(here: Path) -> None:
    def late(frame: pd.DataFrame) -> pd.DataFrame:
        missing = frame["destination"].isin(["FRA", "DEU"]) & (frame["period"] == "2026-Q3")
        return frame[~missing].reset_index(drop=True)

    (one,) = run(Made(synthetic_a=candidate(table=synthetic_decisions(change=late))))
    assert one.state == "new"
    assert state.read().marked == {("synthetic_a", "2026-11-18"): ("2026-Q3",)}
    assert "2026-Q3 is without Germany, France" in one.line


def test_a_dry_run_says_and_writes_nothing(here: Path) -> None:
    run(Made(synthetic_a=candidate()))
    before = everything(here)
    more = candidate(table=synthetic_decisions((*QUARTERS, "2026-Q4"), change=revised))
    found = run(
        Made(synthetic_a=more, synthetic_b=PublisherError("away")), dry_run=True, today="2027-02-01"
    )
    assert [one.state for one in found] == ["would-change", "failed"]
    assert found[0].line == (
        "1,152 rows; 2 figures changed, 72 new, 0 vanished, new period 2026-Q4"
    )
    assert everything(here) == before


def test_years_before_since_are_taken_over_from_the_copy_in_use(here: Path) -> None:
    run(Made(synthetic_a=candidate()))
    late = tuple(each for each in QUARTERS if each >= "2025")
    table = synthetic_decisions(late, change=lambda frame: frame)
    source = Made(synthetic_a=candidate(table=table, vintage="2026-11-20"))
    (one,) = run(source, since=2025)
    assert (one.state, one.vintage) == ("unchanged", "2026-11-18")
    assert source.asked[0][1] == Wanted(TODAY, 2025)
    more = synthetic_decisions((*late, "2026-Q4"))
    (one,) = run(
        Made(synthetic_a=candidate(table=more, vintage="2027-02-01")),
        since=2025,
        today="2027-02-01",
    )
    assert (one.state, one.line) == (
        "new",
        "1,152 rows; 0 figures changed, 72 new, 0 vanished, new period 2026-Q4",
    )
    assert store.latest("synthetic_a").read()["period"].min() == "2023-Q1"


def test_shrunken_history_is_refused_and_the_old_copy_stays(here: Path) -> None:
    run(Made(synthetic_a=candidate()))
    before = everything(here / "data" / "raw" / "..")
    short = candidate(table=synthetic_decisions(QUARTERS[4:]), vintage="2026-11-20")
    (one,) = run(Made(synthetic_a=short))
    assert one.state == "refused"
    assert one.line.startswith("periods have vanished: 2023-Q1, 2023-Q2, 2023-Q3 and 1 more")
    before.pop("data/refresh.json", None)
    assert [each.date for each in store.vintages()] == ["2026-11-18"]
    (one,) = run(Made(synthetic_a=candidate(vintage="2026-11-10", table=short.table)))
    assert one.line.startswith("the last update, 2026-11-10, lies before the copy of 2026-11-18")


def test_an_extract_by_hand_is_compared_in_what_stands_in_both_only(here: Path) -> None:
    extract = (
        synthetic_decisions(QUARTERS[:3], PLACES[:2])
        .assign(origin="RUS")
        .drop_duplicates(["destination", "decision", "period"])
    )
    given = meta(dataset="synthetic_a", vintage="2023-12")
    del given["route"]
    store.write(extract, given)
    (one,) = run(Made(synthetic_a=candidate(table=synthetic_decisions(QUARTERS[2:]))))
    assert one.state == "new"
    assert one.line == (
        "936 rows; the first copy from the live service;"
        " 0 of 12 figures differ from the extract of 2023-12"
    )


@pytest.mark.parametrize(
    ("names", "datasets", "message"),
    [
        (["nowhere"], None, "unknown source 'nowhere': use some of made"),
        (None, ["nothing"], "unknown dataset 'nothing': use some of synthetic_a"),
    ],
)
def test_unknown_names_are_bad_input(here: Path, names: Any, datasets: Any, message: str) -> None:
    with pytest.raises(UnknownName) as caught:
        refresh.run({"made": Made(synthetic_a=candidate())}, names, datasets)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2


def test_since_must_not_lie_ahead() -> None:
    with pytest.raises(ReportError, match="since 2027: give a year from 1900 to 2026"):
        refresh.Options(today=TODAY, since=2027)


def test_two_refreshes_do_not_run_at_once(here: Path) -> None:
    with lock.only_one(paths.cache() / "refresh.lock"):
        with pytest.raises(ReportError, match="another refresh is running, process") as caught:
            run(Made(synthetic_a=candidate()))
        assert caught.value.exit_code == 2
        (one,) = run(Made(synthetic_a=candidate()), dry_run=True)
        assert one.state == "would-change"
    assert store.vintages() == []


def test_sources_are_asked_side_by_side(here: Path) -> None:
    meet = threading.Barrier(2, timeout=5)

    def wait() -> Any:
        meet.wait()
        return PublisherError("both were asked")

    found = run(Made("one", synthetic_a=wait), Made("two", synthetic_b=wait))
    assert [one.line for one in found] == ["both were asked"] * 2


def test_an_interruption_does_not_wait_for_a_publisher(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = threading.Event()

    def never() -> Any:
        slow.wait(30)
        return PublisherError("too late")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    chosen = refresh.Options(today=TODAY)
    with pytest.raises(KeyboardInterrupt):
        refresh.run(
            {"made": Made("made", synthetic_a=never)},
            options=chosen,
            progress=stop,
            make_client=lambda *_: None,
        )
    assert time.monotonic() - began < 5
    assert chosen.stop.is_set()
    slow.set()
    assert everything(here).get("data/refresh.json") is None
    # Nothing is locked, nothing half done.
    (one,) = run(Made(synthetic_a=candidate()))
    assert one.state == "new"


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to a child")
def test_ctrl_c_ends_the_command_at_once_with_130_and_one_line(here: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        command = [sys.executable, "-m", "asylum_report.cli", "refresh", "--source", "cbp"]
        child = subprocess.Popen(
            [*command, "--address", f"cbp={address}"], stderr=subprocess.PIPE, text=True
        )
        with child:
            assert child.stderr
            assert "cbp: cbp-nationwide-encounters (0 of 1)" in child.stderr.readline()
            child.send_signal(signal.SIGINT)
            began = time.monotonic()
            assert child.wait(timeout=20) == 130
            assert time.monotonic() - began < 10
            assert child.stderr.read() == "asylum-report: stopped; every vintage is whole\n"
    assert not (here / "data" / "refresh.json").exists()


@pytest.mark.parametrize("number", [28, 30])
def test_a_disk_that_takes_nothing_is_one_line(
    here: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    from asylum_report import files

    run(Made(synthetic_a=candidate()))
    before = everything(here)

    def full(path: Path, content: bytes) -> None:
        raise OSError(number, "No space left on device" if number == 28 else "Read-only", "x")

    monkeypatch.setattr(files, "_write", full)
    more = candidate(table=synthetic_decisions(change=revised))
    with pytest.raises(ReportError, match=r"disk is full|Read-only") as caught:
        run(Made(synthetic_a=more))
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)
    assert everything(here) == before


def test_offline_a_failure_says_nothing_about_a_publisher(here: Path) -> None:
    (one,) = run(Made(synthetic_a=PublisherError("no answer is kept")), offline=True)
    assert one.state == "failed"
    assert state.read().attempts == {}


def test_a_damaged_vintage_stops_its_dataset_alone(here: Path) -> None:
    run(Made(synthetic_a=candidate(), synthetic_b=candidate("synthetic_b")))
    file = store.latest("synthetic_a").file
    file.write_bytes(file.read_bytes()[:-9])
    more = synthetic_decisions(change=revised)
    found = run(
        Made(
            synthetic_a=candidate(table=more, vintage="2026-11-20"),
            synthetic_b=candidate("synthetic_b", more, "2026-11-20"),
        )
    )
    assert [one.state for one in found] == ["failed", "new"]
    assert "synthetic_a/2026-11-18/data.csv.gz" in found[0].line


def test_what_a_correction_expects_holds_a_copy_back(here: Path) -> None:
    # The real copy of the border encounters and one figure of a month that had none: synthetic.
    shutil.copytree(ROOT / "data" / "raw" / "cbp", here / "data" / "raw" / "cbp")
    last = store.latest("cbp-nationwide-encounters")
    frame = last.read()
    month = frame[(frame["month"] == "2020-05") & (frame["region"] == "southwest")]
    month = month.head(1).assign(month="2020-04")
    table = pd.concat([frame, month], ignore_index=True)
    source = Made(
        **{
            "cbp-nationwide-encounters": Candidate(
                "cbp-nationwide-encounters",
                "2026-02-17",
                table,
                {key: last.meta[key] for key in meta() if key in last.meta},
            )
        }
    )
    source.publisher = "CBP"
    (one,) = run(source, today="2026-03-01")
    assert one.state == "held"
    assert "a known fault may be mended: correction 'cbp-april-2020-southwest'" in one.line
    assert state.read().held[("cbp-nationwide-encounters", "2026-02-17")]


def test_the_command_prints_every_format_and_says_by_its_code_that_not_all_is_well(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from asylum_report.live import sources

    made = Made(
        synthetic_a=lambda: candidate(vintage="2026-11-18"),
        synthetic_b=PublisherError("<b>away</b> | gone"),
    )
    monkeypatch.setattr(sources, "SOURCES", {"made": made})
    monkeypatch.setattr(refresh, "client_for", lambda *_: None)
    monkeypatch.setattr(refresh.run, "__defaults__", (None, None, None, None, lambda *_: None))
    with pytest.raises(SystemExit) as stop:
        cli_refresh.refresh(format="json")
    assert stop.value.code == 3
    out, said = capsys.readouterr()
    rows = json.loads(out)
    assert [(row["dataset"], row["state"]) for row in rows] == [
        ("synthetic_a", "new"),
        ("synthetic_b", "failed"),
    ]
    assert "made: synthetic_a (0 of 2)" in said
    assert "made: synthetic_b: failed (2 of 2)" in said
    with pytest.raises(SystemExit):
        cli_refresh.refresh(format="markdown")
    text = capsys.readouterr().out.splitlines()
    assert text[0] == "| dataset | state | vintage | what |"
    assert text[3] == "| synthetic\\_b | failed |  | &lt;b>away&lt;/b> \\| gone |"
    cli_refresh.refresh(dataset=["synthetic_a"])
    said = capsys.readouterr().out
    assert "synthetic_a  unchanged  2026-11-18  nothing new" in said
    assert "Next:" not in said


@pytest.mark.parametrize("text", ["made", "other=http://x", "made=ftp://x", "made=http://[::", ""])
def test_an_address_that_is_none_is_bad_input(text: str) -> None:
    with pytest.raises(UnknownName) as caught:
        cli_refresh.addresses([text], {"made": Made()})
    assert caught.value.exit_code == 2


def test_an_address_goes_to_its_source() -> None:
    assert cli_refresh.addresses(["made=http://127.0.0.1:9/x=y"], {"made": Made()}) == {
        "made": "http://127.0.0.1:9/x=y"
    }


def test_nine_copies_of_one_day_are_enough_and_stop_that_dataset_alone(here: Path) -> None:
    for number in range(10):
        table = synthetic_decisions().assign(flag=str(number))
        found = run(Made(synthetic_a=candidate(table=table), synthetic_b=candidate("synthetic_b")))
    assert [one.state for one in found] == ["failed", "unchanged"]
    assert found[0].line == "no other vintage of that day can be kept (synthetic_a 2026-11-18)"


def test_a_lock_that_cannot_be_written_is_one_line(here: Path) -> None:
    (here / ".cache").write_text("no folder")
    with pytest.raises(ReportError, match="a lock cannot be written: File exists") as caught:
        run(Made(synthetic_a=candidate()))
    assert caught.value.exit_code == 2


def test_whole_datasets_go_into_the_cache_and_are_no_vintages(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from asylum_report.live import bulk

    def fetch(client: Any, code: str, out: Path) -> Path:
        if code == "synthetic_b":
            raise PublisherError("Eurostat does not answer")
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(b"synthetic" * 200_000)
        return out

    monkeypatch.setattr(bulk, "fetch_bulk", fetch)
    monkeypatch.setattr(refresh, "client_for", lambda *_: None)
    sources = {"eurostat": Made("eurostat", synthetic_a=None, synthetic_b=None)}
    options = refresh.Options(today=TODAY)
    with cli_refresh.Bars() as bars:
        found = cli_refresh.whole_datasets(sources, None, None, options, bars)
        assert [(one.state, one.line) for one in found] == [
            ("written", ".cache/bulk/synthetic_a.parquet, 1.8 MB"),
            ("failed", "Eurostat does not answer"),
        ]
        with pytest.raises(UnknownName, match="no whole datasets of 'cbp'"):
            cli_refresh.whole_datasets(sources, ["cbp"], None, options, bars)
        dry = refresh.Options(today=TODAY, dry_run=True)
        with pytest.raises(ReportError, match="--bulk goes with none of"):
            cli_refresh.whole_datasets(sources, None, None, dry, bars)
    assert store.vintages() == []


def away() -> PublisherError:
    """Return an error as the client makes it where no connection comes about."""
    from asylum_report.live.http_rules import Passing

    try:
        raise PublisherError("Nobody answers: connection refused") from Passing("x", away=True)
    except PublisherError as error:
        return error


UNRECORDED = "; not recorded as the publisher's failure"


@pytest.mark.parametrize(
    ("second", "given", "recorded"),
    [
        (None, {}, []),
        (away, {}, []),
        (lambda: candidate("synthetic_b"), {}, ["synthetic_a", "synthetic_b"]),
        (lambda: PublisherError("it is failing: HTTP 503"), {}, ["synthetic_a", "synthetic_b"]),
        (lambda: candidate("synthetic_b"), {"first": "http://127.0.0.1:1"}, ["synthetic_b"]),
        (lambda: candidate("synthetic_b"), {"second": "http://127.0.0.1:1"}, ["synthetic_b"]),
    ],
)
def test_without_a_connection_it_may_be_this_machine(
    here: Path, second: Any, given: dict[str, str], recorded: list[str]
) -> None:
    sources = [Made("first", synthetic_a=away)]
    sources += [Made("second", synthetic_b=second)] if second else []
    found = run(*sources, addresses=given)
    assert found[0].state == "failed"
    assert found[0].line.endswith(UNRECORDED) == ("synthetic_a" not in recorded)
    assert sorted(state.read().attempts) == recorded
    assert refresh.exit_code(found) == 3


def test_a_dry_run_says_nothing_of_records(here: Path) -> None:
    (one,) = run(Made(synthetic_a=away), dry_run=True)
    assert one.line == "Nobody answers: connection refused"


def test_where_the_address_was_given_nobody_is_told_to_give_it(here: Path) -> None:
    from asylum_report.live.http_rules import MOVED

    source = Made(synthetic_a=lambda: PublisherError("it has nothing: HTTP 404", todo=MOVED))
    (one,) = run(source)
    assert one.line == f"it has nothing: HTTP 404: {MOVED}"
    (one,) = run(source, addresses={"made": "http://127.0.0.1:1"})
    assert one.line == "it has nothing: HTTP 404: check the address"


def test_a_dataset_of_another_source_or_of_none_is_named_as_such(here: Path) -> None:
    store.write(synthetic_decisions(), meta(dataset="synthetic_by_hand", vintage="2026-01"))
    sources = {"a": Made("a", synthetic_a=None), "b": Made("b", synthetic_b=None)}
    with pytest.raises(UnknownName) as caught:
        choose.plan(sources, ["b"], ["synthetic_a"])
    assert str(caught.value) == ("dataset 'synthetic_a' is Eurostat's: ask for it with --source a")
    with pytest.raises(UnknownName, match="'synthetic_by_hand' is not fetched: import it"):
        choose.plan(sources, None, ["synthetic_by_hand"])


def test_since_has_no_effect_without_a_live_copy_and_the_line_says_so(here: Path) -> None:
    (one,) = run(Made(synthetic_a=candidate()), since=2025)
    assert one.line == (
        "1,080 rows; the first copy; everything was asked for:"
        " no live copy to take earlier years from"
    )
    more = candidate(table=synthetic_decisions(change=revised), vintage="2026-11-20")
    (one,) = run(Made(synthetic_a=more), since=2023)
    assert "everything" not in one.line


def test_where_no_figure_stands_in_both_nothing_is_said_to_agree(here: Path) -> None:
    extract = synthetic_decisions(QUARTERS, PLACES[:1]).assign(destination="EU27")
    given = meta(dataset="synthetic_a", vintage="2026-09")
    del given["route"]
    store.write(extract, given)
    (one,) = run(Made(synthetic_a=candidate()))
    assert one.line == (
        "1,080 rows; the first copy from the live service; none of its figures stands in"
        " the extract of 2026-09 too, so nothing was compared"
    )


@pytest.mark.parametrize(("times", "became"), [(1.0, "new"), (1.5, "held")])
def test_sums_are_compared_where_the_extract_holds_sums_only(
    here: Path, times: float, became: str
) -> None:
    from test_live_trust import synthetic_countries

    name = "migr_asyappctzm"
    shutil.copytree(ROOT / "data" / "raw" / "eurostat" / name, here / "data/raw/eurostat" / name)
    last = store.latest(name)
    table = synthetic_countries(times)
    columns = dict(last.meta["columns"])
    (one,) = run(Made(**{name: candidate(name, table, columns=columns)}), today="2026-11-21")
    assert one.state == became, one.line
    if became == "new":
        assert "its own sums differ from them by 0% in the median month" in one.line
    else:
        assert "differs from the embedded series by 50% in the median month" in one.line


def test_below_the_table_stands_what_to_do_next(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def halved(frame: pd.DataFrame) -> pd.DataFrame:
        german = (frame["destination"] == "DEU") & (frame["period"] == "2024-Q1")
        return frame.assign(count=frame["count"].mask(german, frame["count"] // 5 * 2))

    found = run(Made(synthetic_a=candidate(), synthetic_b=candidate("synthetic_b")))
    cli_refresh.print_next(found)
    build = "Next: asylum-report diff published now; asylum-report build\n"
    assert capsys.readouterr().out == build
    new = candidate("synthetic_b", synthetic_decisions(change=revised), "2026-11-20")
    odd = candidate(table=synthetic_decisions(change=halved), vintage="2026-11-20")
    dry = run(Made(synthetic_a=odd, synthetic_b=new), dry_run=True)
    cli_refresh.print_next(dry, dry_run=True)
    assert capsys.readouterr().out == "Next: asylum-report refresh, without --dry-run\n"
    found = run(Made(synthetic_a=odd, synthetic_b=new))
    assert [one.state for one in found] == ["held", "new"]
    cli_refresh.print_next(found)
    assert capsys.readouterr().out == build + (
        "Held back: asylum-report diff synthetic_a@2026-11-18 synthetic_a@2026-11-20,"
        " then asylum-report gate --accept synthetic_a@2026-11-20\n"
    )
