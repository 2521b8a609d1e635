"""A refresh killed at any moment: what was there is whole, and the next refresh goes through.

A process imports everything once and forks a child for each moment. The child refreshes two
datasets from synthetic figures, of which one gets a mark and one is held back, and kills itself
(SIGKILL, so that nothing of it runs any more) at its k-th call that changes the disk: making,
opening or renaming a file or folder, flushing it, removing it, or amid the bytes that it writes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from asylum_report import gate, store
from asylum_report.live import state, trust
from asylum_report.live.model import Candidate, Finding
from test_live_refresh import QUARTERS, Made, candidate, project, run, synthetic_decisions

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither fork nor SIGKILL")

FEW = QUARTERS[-4:]

SERVER = """
import io, os, signal, sys
sys.path.insert(0, {tests!r})
import pandas as pd
from test_live_killed import arriving, judge
from test_live_refresh import Made, run
from asylum_report.live import refresh, settle, trial, trust, client
from asylum_report.harmonise import recipes

trust.judge = judge
left = 0

def at_last(before=lambda: None):
    global left
    left -= 1
    if left == 0:
        before()
        os.kill(os.getpid(), signal.SIGKILL)

def counted(module, name):
    plain = getattr(module, name)
    def instead(*args, **named):
        at_last()
        return plain(*args, **named)
    setattr(module, name, instead)

class Written:
    def __init__(self, file): self.file = file
    def __enter__(self): return self
    def __exit__(self, *_): self.file.close()
    def __getattr__(self, name): return getattr(self.file, name)
    def write(self, content):
        def half():
            self.file.write(content[: len(content) // 2])
            self.file.flush()
        at_last(half)
        return self.file.write(content)

def install():
    for name in ("mkdir", "rename", "replace", "unlink", "rmdir", "fsync"):
        counted(os, name)
    plain = io.open
    def opened(file, mode="r", *args, **named):
        if "w" not in mode:
            return plain(file, mode, *args, **named)
        at_last()
        return Written(plain(file, mode, *args, **named))
    io.open = opened

for line in sys.stdin:
    left = int(line)
    child = os.fork()
    if not child:
        install()
        try:
            run(*arriving())
            os._exit(7)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(8)
    _, how = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(how), flush=True)
"""


def arriving() -> list[Made]:
    """Return sources with a new copy of either dataset."""
    more = synthetic_decisions(FEW[1:])
    return [
        Made("one", synthetic_a=candidate("synthetic_a", more, "2026-11-20")),
        Made("two", synthetic_b=candidate("synthetic_b", more, "2026-11-20")),
    ]


def judge(arrived: Candidate, last: object, today: str, *, whole: bool = True) -> list[Finding]:
    """Mark a period of one dataset and hold the other back; the checks have tests of their own."""
    if last is None:
        return []
    if arrived.dataset == "synthetic_b":
        return [Finding("history", "hold", "to be looked at")]
    return [Finding("reporting", "mark", "few have reported", FEW[-1])]


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trust, "judge", judge)
        yield project(tmp_path_factory.mktemp("killed") / "project", patch)


def whole() -> dict[str, list[str]]:
    """Read every vintage that is there, and return their dates by dataset."""
    found: dict[str, list[str]] = {}
    for vintage in store.vintages():
        assert len(vintage.read()) == vintage.meta["rows"]
        found.setdefault(vintage.dataset, []).append(vintage.date)
    return found


def test_killed_at_any_moment_the_old_state_is_whole_and_the_next_refresh_succeeds(
    here: Path,
) -> None:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER.format(tests=str(Path(__file__).parent))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert server.stdin
    assert server.stdout
    old = {"synthetic_a": ["2026-11-18"], "synthetic_b": ["2026-11-18"]}
    seen = set()
    table = synthetic_decisions(FEW)
    both = [candidate(dataset, table) for dataset in old]
    run(Made("one", synthetic_a=both[0]), Made("two", synthetic_b=both[1]))
    before = shutil.copytree(here / "data", here / "before")
    with server:
        for moment in range(1, 200):
            shutil.rmtree(here / "data")
            shutil.copytree(before, here / "data")
            assert whole() == old
            server.stdin.write(f"{moment}\n")
            server.stdin.flush()
            code = int(server.stdout.readline())
            there, known = whole(), state.read()
            seen.add(tuple(len(dates) for dates in there.values()))
            for dataset, dates in there.items():
                assert dates[:1] == old[dataset]
                assert set(dates[1:]) <= {"2026-11-20"}
            # Never on the disk without what has to be known about it.
            if "2026-11-20" in there["synthetic_b"]:
                assert ("synthetic_b", "2026-11-20") in known.held
            if "2026-11-20" in there["synthetic_a"]:
                assert known.marked["synthetic_a", "2026-11-20"] == (FEW[-1],)
            in_use = {one.dataset: one.in_use for one in gate.verdicts()}
            assert in_use["synthetic_b"] == "2026-11-18"
            states = {one.dataset: one.state for one in run(*arriving())}
            assert states["synthetic_a"] in ("new", "unchanged")
            assert states["synthetic_b"] == "held"
            assert whole() == {name: [*dates, "2026-11-20"] for name, dates in old.items()}
            if code == 7:
                break
            assert code == -9, code
        server.stdin.close()
    # As many moments as calls: two vintages and the state four times, at the least.
    assert code == 7
    assert moment > 40
    assert {(1, 1), (2, 2)} <= seen
    assert len(seen) > 2
