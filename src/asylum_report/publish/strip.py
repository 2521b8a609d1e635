"""Notebooks in git hold sources only: no outputs, no counters, no timestamps, no paths."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from asylum_report.errors import BuildError
from asylum_report.publish import notebooks

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEPT_OF_A_CELL = ("tags", "slideshow")


def stripped(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of `notebook` that holds nothing but its sources."""
    cells = []
    for number, cell in enumerate(notebook["cells"], start=1):
        kept = {
            "cell_type": cell["cell_type"],
            "id": cell.get("id") or f"cell-{number}",
            "metadata": {k: v for k, v in cell.get("metadata", {}).items() if k in KEPT_OF_A_CELL},
            "source": _lines(cell["source"]),
        }
        if cell["cell_type"] == "code":
            kept |= {"execution_count": None, "outputs": []}
        if cell.get("attachments"):
            kept["attachments"] = cell["attachments"]
        cells.append(kept)
    return {
        "cells": cells,
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _lines(source: str | list[str]) -> list[str]:
    return "".join(source).splitlines(keepends=True)


def strip(path: Path) -> bool:
    """Strip the notebook file at `path` in place and tell whether that changed it.

    Raises
    ------
    BuildError
        If the file is no notebook.
    """
    before = path.read_text(encoding="utf-8")
    after = notebooks.dump(stripped(notebooks.read(path)))
    if before == after:
        return False
    path.write_text(after, encoding="utf-8", newline="\n")
    return True


def check_stripped(paths: Iterable[Path]) -> list[Path]:
    """Return the notebooks that hold more than their sources, however they are laid out.

    Raises
    ------
    BuildError
        If a file is no notebook.
    """
    found = []
    for path in paths:
        notebook = notebooks.read(path)
        cells = [{**cell, "source": _lines(cell["source"])} for cell in notebook["cells"]]
        if {**notebook, "cells": cells} != stripped(notebook):
            found.append(path)
    return found


def main(arguments: list[str]) -> int:
    """Run ``strip_notebooks.py [--check] FILE...``; 1 if something was or has to be stripped."""
    check = "--check" in arguments
    paths = [Path(name) for name in arguments if name != "--check"]
    try:
        found = check_stripped(paths) if check else [path for path in paths if strip(path)]
    except (BuildError, OSError) as error:
        print(error)
        return 2
    for path in found:
        print(f"{path}: {'holds outputs; run tools/strip_notebooks.py' if check else 'stripped'}")
    return 1 if found else 0
