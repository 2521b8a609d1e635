"""Everything that can go wrong with a build: one clear line, and the old site still stands."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

import test_publish_sample as sample_project
from asylum_report import lock
from asylum_report.errors import BuildError
from asylum_report.publish import prepare, render, site
from test_publish_sample import files_of


def fails(project: Path, before: str = "") -> tuple[int, str]:
    """Build in a process of its own; return exit code and what stands on stderr's last line."""
    process = sample_project.run(project, before)
    _, said = process.communicate(timeout=120)
    lines = [line for line in said.splitlines() if not line.startswith("[")]
    assert len(lines) == 1, said
    return process.returncode, lines[0]


def standing(project: Path) -> str:
    return (project / "_site" / "index.html").read_text()


@pytest.fixture
def built_sample(sample: Path) -> Path:
    """Give the sample with a site that stands, and a page that was changed since."""
    site.build("builtin", root=sample)
    page = sample / "index.qmd"
    page.write_text(page.read_text().replace("Germany granted", "Germany NEW granted"))
    return sample


def test_command_says_what_it_built(cold_sample: Path) -> None:
    sample = cold_sample
    process = sample_project.run(sample)
    out, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert out.startswith("Built 4 pages, 1 charts and the brief into _site (")
    assert "with the built-in publisher (smalldocs) in " in out
    assert "notebooks: 2 executed." in out
    assert out.endswith("Look at it: make preview (without make: python tools/make.py preview)\n")
    assert "Executing the notebooks (2 of 2)" in said
    process = sample_project.run(sample)
    out, said = process.communicate(timeout=120)
    assert out.startswith("Nothing changed; _site is whole and current (")
    assert said == ""


def test_unknown_number_names_page_and_line(built_sample: Path) -> None:
    page = built_sample / "index.qmd"
    page.write_text(page.read_text() + "\nAnd {{< var de.unknown >}}.\n")
    line = len(page.read_text().splitlines())
    code, said = fails(built_sample)
    assert code == 2
    assert said == (
        f"asylum-report: unknown number 'de.unknown' in prose (index.qmd, line {line}): "
        "add it to asylum_report.numbers or mend the name"
    )
    assert "NEW" not in standing(built_sample)


def test_notebook_that_raises_names_cell_and_last_line(built_sample: Path) -> None:
    cells = sample_project.notebook(
        ("markdown", "---\ntitle: One\n---"),
        ("code", "import math"),
        ("code", "def root(x):\n    return math.sqrt(x)\nroot(-1)"),
        ("code", "1 / 0"),
    )
    (built_sample / "notebooks" / "one.ipynb").write_text(json.dumps(cells))
    code, said = fails(built_sample)
    assert code == 2
    assert said.startswith("asylum-report: a notebook failed: ValueError: ")
    assert said.endswith(" (one.ipynb, cell 3): open it with JupyterLab and run it from the top")
    assert "NEW" not in standing(built_sample)


def test_broken_link_stops_the_build(built_sample: Path) -> None:
    page = built_sample / "index.qmd"
    page.write_text(page.read_text() + "\n[Nowhere](nowhere.qmd)\n")
    code, said = fails(built_sample)
    assert code == 2
    assert said == (
        "asylum-report: the site has a fault (index.qmd: broken link nowhere.qmd): mend the page"
    )
    assert "NEW" not in standing(built_sample)


def test_description_that_is_no_yaml_names_the_line(built_sample: Path) -> None:
    config = built_sample / "_quarto.yml"
    config.write_text(config.read_text().replace("title: Sample", "title: Sample: a site"))
    code, said = fails(built_sample)
    assert code == 2
    assert said == (
        "asylum-report: the site's description is no YAML (_quarto.yml, line 8): "
        "mapping values are not allowed here"
    )


def test_page_that_the_publisher_refuses(built_sample: Path) -> None:
    (built_sample / "404.qmd").write_text("---\ntitle: [\n---\n\nText.\n")
    code, said = fails(built_sample)
    assert code == 2
    assert said.startswith("asylum-report: smalldocs failed (404.qmd: while parsing a flow node")
    assert "NEW" not in standing(built_sample)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EACCES, "no permission to write"),
        (errno.EROFS, "no permission to write"),
        (errno.EIO, "the build could not go on: Input/output error"),
    ],
)
def test_what_the_system_refuses_is_one_line(built_sample: Path, number: int, words: str) -> None:
    before = (
        "import shutil\n"
        f"def refuse(*_): raise OSError({number}, os.strerror({number}), '_site/x.html')\n"
        "shutil.copyfile = refuse"
    )
    code, said = fails(built_sample, before)
    assert code == 2
    where = built_sample / "_site" if number == errno.ENOSPC else "_site/x.html"
    assert said.startswith(f"asylum-report: {words} ({where})")
    assert "NEW" not in standing(built_sample)


# Root may write anywhere: the child gives up that right (CAP_DAC_OVERRIDE) before it builds.
LIKE_ANYBODY = """
import ctypes, os
if os.getuid() == 0:
    libc = ctypes.CDLL(None, use_errno=True)
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    sets = (ctypes.c_uint32 * 6)()
    assert libc.capget(head, sets) == 0
    sets[0] &= ~(1 << 1)
    assert libc.capset(head, sets) == 0
"""


@pytest.mark.skipif(sys.platform != "linux", reason="folders are closed by mode on Linux only")
def test_folder_that_may_not_be_written(built_sample: Path) -> None:
    (built_sample / ".cache").chmod(0o500)
    try:
        code, said = fails(built_sample, LIKE_ANYBODY)
    finally:
        (built_sample / ".cache").chmod(0o700)
    assert code == 2
    assert "no permission to write" in said


def test_output_that_holds_something_else(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "letter.txt").write_text("dear")
    with pytest.raises(BuildError, match="the folder for the site holds something else"):
        site.build("builtin", tmp_path / "letters", root=sample)
    with pytest.raises(BuildError, match="cannot stand where the project does"):
        site.build("builtin", sample, root=sample)
    with pytest.raises(BuildError, match="is a file"):
        site.build("builtin", tmp_path / "letters" / "letter.txt", root=sample)
    assert (tmp_path / "letters" / "letter.txt").read_text() == "dear"


def test_publisher_that_is_not_there(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render.shutil, "which", lambda name: None)
    with pytest.raises(BuildError, match="Quarto is not on the PATH: install it or use"):
        site.build("quarto", root=sample)
    with pytest.raises(BuildError, match="unknown publisher 'word': use auto, quarto or builtin"):
        site.build("word", root=sample)
    assert render.choose("auto") == "builtin"


def test_two_builds_at_a_time(sample: Path) -> None:
    with lock.only_one(sample / ".cache" / "build.lock"):
        code, said = fails(sample)
    assert code == 2
    assert said.startswith("asylum-report: another build is running, process ")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT")
@pytest.mark.parametrize("where", ["notebook", "publisher", "brief"])
def test_ctrl_c_ends_with_130_and_the_old_site(built_sample: Path, where: str) -> None:
    before = {
        "notebook": "",
        "publisher": "from asylum_report.publish import render\n"
        "render.builtin = lambda stage: (print('here', flush=True), time.sleep(60))",
        "brief": "from asylum_report.publish import brief\n"
        "brief.build_brief = lambda *_: (print('here', flush=True), time.sleep(60))",
    }[where]
    mark = built_sample / ".cache" / "here"
    if where == "notebook":
        slow = sample_project.notebook(
            ("code", f"open({str(mark)!r}, 'w').close()\nimport time; time.sleep(60)")
        )
        (built_sample / "notebooks" / "one.ipynb").write_text(json.dumps(slow))
    (built_sample / "report" / "brief.qmd").write_text("# Another brief\n")
    process = sample_project.run(built_sample, before, start_new_session=True)
    assert process.stdout
    if where == "notebook":
        began = time.monotonic()
        while not mark.exists():  # imports and the kernel may take long on a busy machine
            assert process.poll() is None, "the build ended before a cell was run"
            assert time.monotonic() - began < 120, "no cell was run"
            time.sleep(0.05)
    else:
        process.stdout.readline()
    # As a terminal does: to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "asylum-report: stopped; what stood before still stands"
    assert "Traceback" not in said
    assert "NEW" not in standing(built_sample)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_kill_at_any_moment_leaves_a_whole_site(built_sample: Path) -> None:
    before = files_of(built_sample / "_site")
    for wait in (0.3, 0.6, 0.9, 1.2):
        process = sample_project.run(built_sample)
        time.sleep(wait)
        process.kill()
        process.communicate()
        now = files_of(built_sample / "_site")
        assert now.keys() == before.keys()
        assert now == before or b"NEW" in now["index.html"]
    site.build("builtin", root=built_sample)
    assert "NEW" in standing(built_sample)


def test_unknown_chart_names_page_and_line(sample: Path) -> None:
    page = sample / "index.qmd"
    page.write_text("---\ntitle: Home\n---\n\n{{< include /_charts/nothing.md >}}\n")
    with pytest.raises(BuildError, match=r"unknown chart 'nothing' \(index.qmd, line 5\)"):
        prepare.write_includes(sample, prepare.included([page], sample), {})
