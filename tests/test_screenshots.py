"""The pictures of the pages: made by the machine, judged by the eye."""

from __future__ import annotations

import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="generator" content="x">'
)


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "tools" / "screenshots.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["screenshots"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a site of two pages, of which one is too wide for a phone."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "notebooks").mkdir()
    (folder / "index.html").write_text(f"{HEAD}</head><body>Short</body></html>")
    (folder / "notebooks" / "wide.html").write_text(
        f'{HEAD}</head><body><div style="width:500px;height:20000px">x</div></body></html>'
    )
    (folder / "frame.html").write_text("<!doctype html><title>No page of the report</title>")
    return folder


def size(path: Path) -> tuple[int, int]:
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    return struct.unpack(">II", content[16:24])


def test_home_stands_first_and_frames_are_no_pages(tool: ModuleType, small: Path) -> None:
    assert tool.pages(small) == ["index.html", "notebooks/wide.html"]


def test_what_cannot_be_done_is_said_in_one_line(
    tool: ModuleType, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tool.main(["--site", str(tmp_path)]) == 2
    assert "build the site first" in capsys.readouterr().err
    assert tool.main(["--site", str(small), "--page", "nowhere.html"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("screenshots: there is no page nowhere.html: use one of index.html")
    assert told.count("\n") == 1


@pytest.mark.browser
def test_pictures_of_a_phone_and_of_paper(
    tool: ModuleType, small: Path, tmp_path: Path, browser: Any
) -> None:
    with tool.served(small) as address:
        shots = tool.take(
            browser, address, tool.pages(small), tmp_path, widths=(390,), schemes=("dark",)
        )
    assert [(shot.page, shot.view, shot.over) for shot in shots] == [
        ("index.html", "390-dark", 0),
        ("notebooks/wide.html", "390-dark", 118),
        ("index.html", "print", 0),
        ("notebooks/wide.html", "print", 0),
    ]
    assert size(tmp_path / "index-390-dark.png") == (390, 844)
    assert size(tmp_path / "notebooks_wide-390-dark.png")[1] == tool.TALLEST
    assert (tmp_path / "index.pdf").read_bytes().startswith(b"%PDF")
    sheet = tool.sheet(shots)
    assert sheet.count("<img") == 4
    assert "118 px too wide" in sheet
    assert 'href="index.pdf"' in sheet
