"""Execution of notebooks: in fresh kernels, remembered, and clear when one fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from asylum_report.errors import BuildError
from asylum_report.publish import fingerprint, notebooks, stage
from test_publish_sample import notebook


def write(root: Path, name: str, *cells: tuple[str, str]) -> Path:
    path = root / "notebooks" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text(notebooks.dump(notebook(*cells)))
    return path


def execute(root: Path, *paths: Path, figures: str = "one", **options: int) -> tuple[dict, int]:
    return notebooks.execute(paths, root / ".cache" / "nb", figures, root, **options)


def test_outputs_of_two_notebooks(tmp_path: Path) -> None:
    one = write(
        tmp_path,
        "one",
        ("markdown", "# One"),
        ("code", "import os, sys\nprint('out')\nprint('noise', file=sys.stderr)\nx = 20"),
        ("code", "x + 1"),
        ("code", "print(os.path.basename(os.getcwd()), os.environ['ASYLUM_REPORT_ROOT'])"),
    )
    two = write(tmp_path, "two", ("code", "'x' in dir()"))
    seen: list[tuple[int, int]] = []
    done, count = notebooks.execute(
        [one, two],
        tmp_path / ".cache" / "nb",
        "one",
        tmp_path,
        progress=lambda ready, total: seen.append((ready, total)),
    )
    assert count == 2
    assert seen == [(0, 2), (1, 2), (2, 2)]
    assert [cell.get("outputs") for cell in done[one]["cells"]] == [
        None,
        [{"name": "stdout", "output_type": "stream", "text": "out\n"}],
        [{"data": {"text/plain": "21"}, "metadata": {}, "output_type": "display_data"}],
        [{"name": "stdout", "output_type": "stream", "text": f"notebooks {tmp_path}\n"}],
    ]
    assert done[two]["cells"][0]["outputs"][0]["data"] == {"text/plain": "False"}
    assert all(cell.get("execution_count") is None for cell in done[one]["cells"])
    assert "execution" not in json.dumps(done[one]["cells"]).replace("execution_count", "")
    again, count = execute(tmp_path, one, two)
    assert count == 0
    assert again == done


def test_only_code_and_what_charts_come_from_run_it_again(tmp_path: Path) -> None:
    path = write(tmp_path, "one", ("markdown", "Prose"), ("code", "1"))
    assert execute(tmp_path, path)[1] == 1
    write(tmp_path, "one", ("markdown", "Other prose"), ("code", "1"))
    done, count = execute(tmp_path, path)
    assert count == 0
    assert done[path]["cells"][0]["source"] == ["Other prose"]
    assert execute(tmp_path, path, figures="two")[1] == 1
    assert len(list((tmp_path / ".cache" / "nb").iterdir())) == 1, "old outputs are thrown away"
    [entry] = (tmp_path / ".cache" / "nb").iterdir()
    entry.write_text("damaged")
    assert execute(tmp_path, path, figures="two")[1] == 1


def test_failure_names_notebook_cell_and_last_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "bad",
        ("markdown", "# Bad"),
        ("code", "x = 1"),
        ("code", "raise ValueError('first line\\nlast line')"),
    )
    with pytest.raises(BuildError) as caught:
        execute(tmp_path, path)
    assert str(caught.value) == (
        "a notebook failed: ValueError: last line (bad.ipynb, cell 3): "
        "open it with JupyterLab and run it from the top"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import time; time.sleep(60)", "a cell took more than 3 seconds"),
        ("import os; os._exit(1)", "its kernel died"),
    ],
)
def test_cell_that_never_ends_and_kernel_that_dies(tmp_path: Path, code: str, words: str) -> None:
    path = write(tmp_path, "bad", ("code", "1"), ("code", code))
    with pytest.raises(BuildError, match=rf"{words} \(bad.ipynb, cell 2\)"):
        execute(tmp_path, path, timeout=3)


@pytest.mark.parametrize("text", ["", "{}", '{"nbformat": 3, "cells": []}', "[1]"])
def test_what_is_no_notebook(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(text)
    with pytest.raises(BuildError, match=r"not a notebook \(x.ipynb\)"):
        notebooks.read(path)


def test_code_is_folded_unless_the_cell_says() -> None:
    cells = notebook(("code", "1"), ("code", "#| code-fold: false\n2"), ("markdown", "x"))
    folded = stage.folded(cells)["cells"]
    assert folded[0]["source"] == "#| code-fold: true\n#| code-summary: Show the code\n1"
    assert folded[1]["source"] == ["#| code-fold: false\n", "2"]
    assert folded[2]["source"] == ["x"]


def project(root: Path) -> Path:
    for name in (
        "src/asylum_report/rates.py",
        "src/asylum_report/publish/site.py",
        "src/asylum_report/cli.py",
        "data/raw/unhcr/d/2023/meta.yml",
        "data/reference/events.csv",
        "assets/site.css",
        "assets/fonts/x.woff2",
        "notebooks/one.ipynb",
        "index.qmd",
        "README.md",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("first")
    return root


@pytest.mark.parametrize(
    ("name", "figures", "site"),
    [
        ("src/asylum_report/rates.py", True, True),
        ("data/raw/unhcr/d/2023/meta.yml", True, True),
        ("data/reference/events.csv", True, True),
        ("src/asylum_report/publish/site.py", False, True),
        ("src/asylum_report/cli.py", False, False),
        ("assets/site.css", False, True),
        ("assets/fonts/x.woff2", False, False),
        ("notebooks/one.ipynb", False, True),
        ("index.qmd", False, True),
        ("README.md", False, False),
        ("src/asylum_report/new.py", True, True),
    ],
)
def test_what_a_change_means(tmp_path: Path, name: str, figures: bool, site: bool) -> None:
    root = project(tmp_path)
    before = fingerprint.of_figures(root), fingerprint.of_site(root, "builtin")
    (root / name).write_text("second")
    assert (fingerprint.of_figures(root) != before[0]) is figures
    assert (fingerprint.of_site(root, "builtin") != before[1]) is site


def test_publisher_and_address_belong_to_the_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path)
    before = fingerprint.of_site(root, "builtin")
    assert fingerprint.of_site(root, "quarto 1.7") != before
    monkeypatch.setenv("ASYLUM_REPORT_SITE_URL", "https://x.invalid/")
    assert fingerprint.of_site(root, "builtin") != before


def test_a_kernel_that_does_not_start_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "one", ("code", "1"))
    real, starts = notebooks._once, []

    async def once(*given: Any) -> Any:
        starts.append(given)
        if len(starts) == 1:
            raise RuntimeError("Kernel died before replying to kernel_info")
        return await real(*given)

    monkeypatch.setattr(notebooks, "_once", once)
    assert execute(tmp_path, path)[1] == 1
    assert len(starts) == 2


def test_a_kernel_that_never_starts_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "one", ("code", "1"))
    monkeypatch.setattr(notebooks.sys, "executable", "/bin/false")
    with pytest.raises(BuildError, match=r"did not start in 3 attempts \(.+\) \(one.ipynb\)"):
        execute(tmp_path, path)
