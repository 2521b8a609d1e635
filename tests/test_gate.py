"""The gate: what is in use, what is not and why, in tables and in sentences. Synthetic figures."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from asylum_report import cli_refresh, gate, lock, paths, store
from asylum_report.dates import day
from asylum_report.errors import ReportError, UnknownName
from asylum_report.live import state
from asylum_report.live.state import Attempt, Held, State
from test_live_refresh import ROOT, here, meta, synthetic_decisions  # noqa: F401

NBSP = "\u00a0"
NAME = "migr_asydcfstq"


def keep(*dates: str, dataset: str = NAME) -> None:
    for number, date in enumerate(dates):
        frame = synthetic_decisions()
        frame["count"] *= number + 1
        store.write(frame, meta(dataset=dataset, vintage=date))


def remember(
    attempt: tuple[str, str, str] | None = None, held: str = "", dataset: str = NAME
) -> None:
    before = state.read()
    if attempt:
        before = before.tried(Attempt(dataset, *attempt, held))
    if held:
        before = before.arriving(dataset, held, "2026-11-21", ["figures moved"])
    state.write(before)


def only() -> gate.Verdict:
    (one,) = gate.verdicts()
    return one


@pytest.mark.usefixtures("here")
class TestOneDataset:
    def test_a_dataset_that_was_never_tried_passes(self) -> None:
        keep("2026-08-18")
        assert only() == gate.Verdict(NAME, "Eurostat", True, "2026-08-18", "2026-08-18", (), None)
        assert gate.notices() == {}

    @pytest.mark.parametrize("what", ["new", "unchanged"])
    def test_a_good_try_passes(self, what: str) -> None:
        keep("2026-08-18")
        remember(("2026-11-21", what, "fine"))
        assert only().passed
        assert gate.notices() == {}

    @pytest.mark.parametrize("what", ["failed", "refused"])
    def test_a_failure_fails_and_the_page_says_which_figures_stand(self, what: str) -> None:
        keep("2026-08-18")
        remember(("2026-11-21", what, "Eurostat does not answer"))
        one = only()
        assert (one.passed, one.in_use, one.state) == (False, "2026-08-18", "not refreshed")
        assert one.row()["state"] == "not refreshed"
        assert gate.ways([one]) == []
        assert one.reasons == (f"{what} on 2026-11-21: Eurostat does not answer",)
        assert gate.notices() == {
            NAME: "Eurostat's quarterly first-instance decisions could not be refreshed on"
            f" 21{NBSP}November{NBSP}2026; the figures are those of 18{NBSP}August{NBSP}2026."
        }

    def test_a_vintage_that_is_held_back_is_not_in_use(self) -> None:
        keep("2026-08-18", "2026-11-18.2")
        remember(("2026-11-21", "held", "held back: figures moved"), "2026-11-18.2")
        one = only()
        assert (one.passed, one.in_use, one.newest) == (False, "2026-08-18", "2026-11-18.2")
        assert one.state == "held"
        assert one.reasons == ("held back since 2026-11-21: figures moved",)
        assert gate.notices() == {
            NAME: "A newer copy of Eurostat's quarterly first-instance decisions"
            f" (18{NBSP}November{NBSP}2026) is being checked; the figures are those of"
            f" 18{NBSP}August{NBSP}2026."
        }

    def test_an_old_one_that_is_held_back_does_not_matter_any_more(self) -> None:
        keep("2026-08-18", "2026-11-18", "2026-11-20")
        remember(("2026-11-21", "new", "fine"), "2026-11-18")
        assert (only().passed, only().in_use) == (True, "2026-11-20")

    def test_a_dataset_that_never_came_has_no_figures(self) -> None:
        remember(("2026-11-21", "failed", "away"))
        assert (only().publisher, only().in_use, only().newest) == ("Eurostat", "", "")
        assert gate.notices()[NAME].endswith("November\u00a02026; there are none to show yet.")

    def test_accepting_lets_it_be_used(self) -> None:
        keep("2026-08-18", "2026-11-18")
        remember(("2026-11-21", "held", "held back: figures moved"), "2026-11-18")
        line = gate.accept(f"{NAME}@2026-11-18")
        assert line == f"{NAME}: the vintage in use is now 2026-11-18"
        assert (only().passed, only().in_use) == (True, "2026-11-18")
        assert only().attempt == Attempt(
            NAME, "2026-11-21", "new", "looked at and accepted", "2026-11-18"
        )

    @pytest.mark.parametrize("named", ["", "x", f"{NAME}@2026-08-18", f"{NAME}@", "@2026-11-18"])
    def test_only_what_is_held_back_can_be_accepted(self, named: str) -> None:
        keep("2026-08-18", "2026-11-18")
        remember(held="2026-11-18")
        with pytest.raises(UnknownName, match=f"held back: {NAME}@2026-11-18"):
            gate.accept(named)
        assert only().in_use == "2026-08-18"

    def test_a_damaged_vintage_is_not_accepted(self) -> None:
        keep("2026-08-18", "2026-11-18")
        remember(held="2026-11-18")
        file = store.latest(NAME).file
        file.write_bytes(file.read_bytes()[:-5])
        with pytest.raises(ReportError, match="a data file is damaged"):
            gate.accept(f"{NAME}@2026-11-18")
        assert only().in_use == "2026-08-18"

    def test_what_would_stop_every_build_is_not_accepted(self) -> None:
        keep("2026-08-18")
        frame = synthetic_decisions()
        wrong = (frame["destination"] == "AUT") & (frame["decision"] == "TOTAL")
        store.write(
            frame.assign(decision=frame["decision"].mask(wrong, "POS_MOON")),
            meta(dataset=NAME, vintage="2026-11-18"),
        )
        remember(held="2026-11-18")
        with pytest.raises(ReportError, match=r"table of decisions cannot be built with it"):
            gate.accept(f"{NAME}@2026-11-18")
        assert only().in_use == "2026-08-18"

    def test_nothing_is_accepted_during_a_refresh(self) -> None:
        keep("2026-08-18", "2026-11-18")
        remember(held="2026-11-18")
        with (
            lock.only_one(paths.cache() / "refresh.lock"),
            pytest.raises(ReportError, match="another refresh is running"),
        ):
            gate.accept(f"{NAME}@2026-11-18")

    def test_the_command_prints_tables_json_and_codes(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keep("2026-08-18", "2026-11-18")
        keep("2025", dataset="migr_eiord")
        remember(("2026-11-21", "held", "held back"), "2026-11-18")
        with pytest.raises(SystemExit) as stop:
            cli_refresh.gate()
        assert stop.value.code == 3
        lines = [line.split() for line in capsys.readouterr().out.splitlines()]
        assert lines[0] == [
            "publisher",
            "dataset",
            "gate",
            "in",
            "use",
            "newest",
            "last",
            "tried",
            "why",
        ]
        assert lines[1][:5] == ["Eurostat", NAME, "held", "2026-08-18", "2026-11-18"]
        assert lines[2] == ["Eurostat", "migr_eiord", "pass", "2025", "2025", "-"]
        assert " ".join(lines[-1]) == (
            f"Held back: asylum-report diff {NAME}@2026-08-18 {NAME}@2026-11-18,"
            f" then asylum-report gate --accept {NAME}@2026-11-18"
        )
        with pytest.raises(SystemExit):
            cli_refresh.gate(format="JSON")
        rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        assert [(row["dataset"], row["passed"]) for row in rows] == [
            (NAME, False),
            ("migr_eiord", True),
        ]
        assert rows[0]["attempt"]["tried"] == "2026-11-21"
        cli_refresh.gate([f"{NAME}@2026-11-18"])
        assert capsys.readouterr().out == (
            f"{NAME}: the vintage in use is now 2026-11-18\nNow run asylum-report build\n"
        )
        cli_refresh.gate()
        assert "Held back" not in capsys.readouterr().out
        cli_refresh.gate(format="markdown")
        assert (
            capsys.readouterr()
            .out.splitlines()[2]
            .startswith("| Eurostat | migr\\_asydcfstq | pass | 2026-11-18 |")
        )
        cli_refresh.gate(format="json")
        row = json.loads(capsys.readouterr().out)[0]
        assert row["state"] == "pass"
        (one,) = row["accepted"]
        assert one.pop("accepted") >= "2026-01-01"
        assert one == {
            "dataset": NAME,
            "vintage": "2026-11-18",
            "reasons": ["figures moved"],
            "since": "2026-11-21",
        }


def test_the_real_vintages_pass_and_answer_at_once() -> None:
    found = gate.verdicts(path=ROOT / "data" / "nothing.json")
    assert all(one.passed for one in found)
    assert {"UNHCR", "Eurostat", "BAMF", "CBP"} <= {one.publisher for one in found}


@pytest.mark.parametrize(
    ("date", "words"),
    [
        ("2025", "2025"),
        ("2026-09", f"September{NBSP}2026"),
        ("2026-11-18", f"18{NBSP}November{NBSP}2026"),
        ("2026-11-18.2", f"18{NBSP}November{NBSP}2026"),
    ],
)
def test_days_are_written_as_people_do(date: str, words: str) -> None:
    assert day(date) == words


def test_tables_leave_out_what_is_held_back(here: Path) -> None:  # noqa: F811
    from asylum_report.harmonise import recipes

    shutil.copytree(ROOT / "data" / "raw", here / "data" / "raw", dirs_exist_ok=True)
    last = store.latest("cbp-nationwide-encounters")
    frame = pd.concat([last.read(), last.read().tail(1).assign(month="2025-12")])
    given = {key: last.meta[key] for key in meta() if key in last.meta}
    store.write(frame, given | {"dataset": last.dataset, "vintage": "2026-02-17"})

    def in_use() -> list[str]:
        return [one.date for _, one in recipes.used() if one.dataset == last.dataset]

    assert in_use() == ["2026-02-17"]
    state.write(
        State({}, {(last.dataset, "2026-02-17"): Held(last.dataset, "2026-02-17", ("x",), "")})
    )
    assert in_use() == ["2026-01"]


def test_the_schedule_asks_for_no_more_than_it_needs() -> None:
    path = ROOT / ".github" / "workflows" / "refresh.yml"
    found = yaml.safe_load(path.read_text())
    assert found["permissions"] == {}
    (job,) = found["jobs"].values()
    assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
    steps = job["steps"]
    assert [step["uses"].split("@")[0] for step in steps if "uses" in step] == [
        "actions/checkout",
        "actions/setup-python",
    ]
    assert steps[0]["with"] == {"persist-credentials": False}
    # The key is there for the step that pushes, and for no other.
    assert [("env" in step) for step in steps] == [False] * (len(steps) - 1) + [True]


BOT = "41898282+github-actions[bot]@users.noreply.github.com"
GH = """#!/bin/bash
echo "$*" >> "$GH_CALLS"
case "$1 $2" in
  "pr list") echo "$GH_NUMBER" ;;
  "pr view") git ls-remote origin refs/heads/refresh | cut -f 1 ;;
  "api --paginate") printf '%s' "$GH_PEOPLE" ;;
esac
"""


@pytest.mark.skipif(os.name == "nt", reason="the schedule runs in bash on Linux")
@pytest.mark.parametrize(
    ("number", "people", "pushed", "called"),
    [
        ("", "", True, "pr create"),
        ("7", f"{BOT}\n{BOT}\n", True, "pr edit 7"),
        ("7", f"{BOT}\n{BOT}\nreader@example.org\nreader@example.org\n", False, ""),
        ("7", f"{BOT}\nreader@example.org\n", False, ""),
    ],
)
def test_the_schedule_writes_over_nobody_elses_commits(
    tmp_path: Path, number: str, people: str, pushed: bool, called: str
) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=x", "-c", "user.email=reader@example.org")
        made = subprocess.run(
            ["git", *who, *words], cwd=work, capture_output=True, text=True, check=True
        )
        return made.stdout.strip()

    work, tools = tmp_path / "work", tmp_path / "tools"
    (work / "data").mkdir(parents=True)
    tools.mkdir()
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "far.git")], check=True)
    git("init", "-q", "-b", "main")
    git("remote", "add", "origin", str(tmp_path / "far.git"))
    (work / "data" / "x").write_text("old")
    git("add", "--all")
    git("commit", "-q", "-m", "first")
    git("commit", "-q", "--allow-empty", "-m", "looked at")
    git("push", "-q", "origin", "main:refresh")
    before = git("ls-remote", "origin", "refs/heads/refresh")
    git("reset", "-q", "--hard", "HEAD~1")
    (work / "data" / "x").write_text("new")
    (tmp_path / "text.md").write_text("what changed")
    step = yaml.safe_load((ROOT / ".github" / "workflows" / "refresh.yml").read_text())
    (job,) = step["jobs"].values()
    environment = os.environ | {
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "GH_CALLS": str(tmp_path / "calls"),
        "GH_NUMBER": number,
        "GH_PEOPLE": people,
        "GITHUB_REPOSITORY": "somebody/report",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "RUNNER_TEMP": str(tmp_path),
        "BASE": "main",
    }
    subprocess.run(
        ["bash", "-e", "-c", job["steps"][-1]["run"]],
        cwd=work, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    after = git("ls-remote", "origin", "refs/heads/refresh")
    assert (after != before) == pushed
    calls = (tmp_path / "calls").read_text()
    if pushed:
        assert called in calls
        assert not (tmp_path / "summary").exists()
    else:
        assert "merge or close it" in (tmp_path / "summary").read_text()
        assert "pr edit" not in calls
