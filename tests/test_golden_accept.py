"""The command that accepts: what it says, what it writes, how it fails."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from asylum_report.errors import BuildError
from asylum_report.publish import site
from conftest import ROOT
from golden import keep


@pytest.fixture
def accept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Load the command on an empty folder, with a site of one page that is built at once."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(ROOT))
    monkeypatch.setenv("ASYLUM_REPORT_SITE_URL", "https://example.org/")
    spec = importlib.util.spec_from_file_location("accept_tool", ROOT / "tools" / "accept.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text('<main><a href="https://example.org/">x</a></main>', "utf-8")
    monkeypatch.setattr(site, "build", lambda *_, **__: SimpleNamespace(output=folder))
    monkeypatch.setattr(module, "ROOT", tmp_path)
    (tmp_path / "tests" / "golden").mkdir(parents=True)
    return module


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["everything"], "everything: accept pages, charts, hosts or words"),
        (["pages", "nowhere"], "there is no page or chart of the name nowhere"),
        (["words", "xx", "word"], "words: a language (en, de, fr, ru) and words"),
        (["words", "en"], "words: a language (en, de, fr, ru) and words"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    accept: ModuleType, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert accept.main(arguments) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{says}\n")


def test_a_build_that_fails_accepts_nothing(
    accept: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise BuildError("a link is broken", where="x.qmd")

    monkeypatch.setattr(site, "build", fail)
    monkeypatch.setattr(keep, "accept_pages", lambda *_: pytest.fail("accepted"))
    assert accept.main(["pages"]) == 2
    assert "a link is broken" in capsys.readouterr().err


def test_it_says_what_it_accepted(
    accept: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def pages(now: dict[str, str], names: list[str]) -> list[str]:
        asked.append((sorted(now), names))
        return ["changed: index"]

    monkeypatch.setattr(keep, "accept_pages", pages)
    assert accept.main(["pages", "index"]) == 0
    assert asked == [(["frames", "index"], ["index"])]
    assert capsys.readouterr().out == "pages changed: index\n"


def test_hosts_and_words_are_written(
    accept: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert accept.main(["hosts"]) == 0
    assert (tmp_path / "tests/golden/hosts.txt").read_text("utf-8") == "example.org\n"
    assert accept.main(["hosts"]) == 0
    assert capsys.readouterr().out == "hosts new: example.org\nEverything is as accepted.\n"
    assert accept.main(["words", "en", "Zeta", "alpha"]) == 0
    written = tmp_path / "tests/golden/words/en.txt"
    assert written.read_text("utf-8") == "alpha\nZeta\n"
