"""Notebooks in git hold sources only."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from asylum_report.publish import notebooks, strip

ROOT = Path(__file__).parents[1]
COMMITTED = sorted((ROOT / "notebooks").glob("*.ipynb"))

DIRTY = {
    "cells": [
        {"cell_type": "raw", "id": "a", "metadata": {}, "source": "---\ntitle: T\n---"},
        {
            "cell_type": "code",
            "execution_count": 7,
            "id": "b",
            "metadata": {
                "execution": {"iopub.execute_input": "2026-01-01T00:00:00Z"},
                "collapsed": True,
                "tags": ["keep"],
            },
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "/home/me"}],
            "source": ["a = 1\n", "a"],
        },
    ],
    "metadata": {
        "kernelspec": {"display_name": "mine", "language": "python", "name": "mine"},
        "language_info": {"name": "python", "version": "3.11.9"},
        "widgets": {},
    },
    "nbformat": 4,
    "nbformat_minor": 4,
}

CLEAN = """{
 "cells": [
  {
   "cell_type": "raw",
   "id": "a",
   "metadata": {},
   "source": [
    "---\\n",
    "title: T\\n",
    "---"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": null,
   "id": "b",
   "metadata": {
    "tags": [
     "keep"
    ]
   },
   "outputs": [],
   "source": [
    "a = 1\\n",
    "a"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "Python 3",
   "language": "python",
   "name": "python3"
  },
  "language_info": {
   "name": "python"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
"""


def test_there_are_notebooks() -> None:
    assert COMMITTED


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_committed_notebook_is_stripped(path: Path) -> None:
    assert strip.check_stripped([path]) == []


def test_strip(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(DIRTY))
    assert strip.check_stripped([path]) == [path]
    assert strip.strip(path)
    assert path.read_text() == CLEAN
    assert not strip.strip(path)
    assert strip.check_stripped([path]) == []
    assert notebooks.read(path)["nbformat_minor"] == 5


def test_hook_needs_nothing_installed(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps(DIRTY))
    hook = [sys.executable, "-S", str(ROOT / "tools" / "strip_notebooks.py")]
    check = subprocess.run([*hook, "--check", path], capture_output=True, text=True, check=False)
    assert check.returncode == 1, check.stderr
    assert check.stdout == f"{path}: holds outputs; run tools/strip_notebooks.py\n"
    strips = subprocess.run([*hook, path], capture_output=True, text=True, check=False)
    assert (strips.returncode, strips.stdout) == (1, f"{path}: stripped\n")
    again = subprocess.run([*hook, "--check", path], capture_output=True, text=True, check=False)
    assert (again.returncode, again.stdout) == (0, "")
    (tmp_path / "bad.ipynb").write_text("no")
    bad = subprocess.run(
        [*hook, tmp_path / "bad.ipynb"], capture_output=True, text=True, check=False
    )
    assert bad.returncode == 2
    assert bad.stdout.startswith("not a notebook (bad.ipynb)")
