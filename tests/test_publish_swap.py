"""A whole site stands at any moment, whatever is interrupted."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from asylum_report import lock
from asylum_report.errors import BuildError
from asylum_report.publish import swap

FILES = 400


def make_site(folder: Path, content: str) -> Path:
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"{number}.html").write_text(content)
    return folder


def content_of(site: Path) -> set[str]:
    files = list(site.iterdir())
    assert len(files) == FILES
    return {path.read_text() for path in files}


def test_puts_a_site_where_none_was(tmp_path: Path) -> None:
    swap.swap(make_site(tmp_path / "new", "new"), tmp_path / "a" / "_site")
    assert content_of(tmp_path / "a" / "_site") == {"new"}
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("one_step", [True, False])
def test_replaces_the_old_site(
    tmp_path: Path, one_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not one_step:
        monkeypatch.setattr(swap, "exchange", lambda one, other: False)
    output = make_site(tmp_path / "_site", "old")
    swap.swap(make_site(tmp_path / "new", "new"), output)
    assert content_of(output) == {"new"}
    assert [path.name for path in tmp_path.iterdir()] == ["_site"]


def test_brings_a_site_from_another_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = make_site(tmp_path / "new", "new")
    move = Path.replace

    def across(self: Path, target: Path) -> Path:
        if self == finished and target.name == "._site.new":
            raise OSError(errno.EXDEV, "cross-device link")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", across)
    output = make_site(tmp_path / "_site", "old")
    swap.swap(finished, output)
    assert content_of(output) == {"new"}


def test_full_disk_leaves_the_old_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished = make_site(tmp_path / "new", "new")
    output = make_site(tmp_path / "_site", "old")

    def far(self: Path, target: Path) -> Path:
        raise OSError(errno.EXDEV, "cross-device link")

    def full(*_: object) -> None:
        (tmp_path / "._site.new").mkdir()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", far)
    monkeypatch.setattr(swap.shutil, "copytree", full)
    with pytest.raises(OSError, match="No space"):
        swap.swap(finished, output)
    assert content_of(output) == {"old"}
    assert not (tmp_path / "._site.new").exists()


def test_recovers_between_the_two_steps(tmp_path: Path) -> None:
    make_site(tmp_path / "._site.old", "old")
    make_site(tmp_path / "._site.new", "new")
    assert swap.recover(tmp_path / "_site")
    assert content_of(tmp_path / "_site") == {"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["_site"]


def test_recover_throws_half_deleted_sites_away(tmp_path: Path) -> None:
    make_site(tmp_path / "_site", "new")
    (tmp_path / "._site.old.deleted").mkdir()
    (tmp_path / "._site.old.deleted" / "1.html").write_text("old")
    assert not swap.recover(tmp_path / "_site")
    assert [path.name for path in tmp_path.iterdir()] == ["_site"]


LOOP = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_publish_swap import make_site
from asylum_report.publish import swap
{before}
top = Path({top!r})
number = 0
print("ready", flush=True)
while True:
    number += 1
    swap.swap(make_site(top / f"new{{number}}", f"site {{number}}"), top / "_site")
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("before", ["", "swap.exchange = lambda one, other: False"])
def test_kill_leaves_a_whole_site(tmp_path: Path, before: str) -> None:
    make_site(tmp_path / "_site", "site 0")
    code = LOOP.format(tests=str(Path(__file__).parent), top=str(tmp_path), before=before)
    for wait in (0.0, 0.013, 0.031, 0.057, 0.083, 0.11, 0.14, 0.17):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if not before and sys.platform == "linux":
            # One step of the kernel: there is no moment without a site.
            assert len(content_of(tmp_path / "_site")) == 1
        swap.recover(tmp_path / "_site")
        assert len(content_of(tmp_path / "_site")) == 1
        for rest in tmp_path.glob("new*"):
            swap.remove(rest)


def test_lock_lets_one_in(tmp_path: Path) -> None:
    path = tmp_path / "project" / ".cache" / "build.lock"
    with (
        lock.only_one(path),
        pytest.raises(BuildError, match=r"another build is running, process \d+ \(project\)"),
        lock.only_one(path),
    ):
        pass
    with lock.only_one(path):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_lock_of_a_killed_build_is_free(tmp_path: Path) -> None:
    path = tmp_path / ".cache" / "build.lock"
    code = (
        "import sys, time; from pathlib import Path; from asylum_report import lock\n"
        f"with lock.only_one(Path({str(path)!r})): print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    with pytest.raises(BuildError, match="another build"), lock.only_one(path):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    with lock.only_one(path):
        pass
