"""A copy of the project in the cache, with executed notebooks, for a publisher to render.

A publisher may write where it likes in there; the project itself stays as it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from asylum_report.errors import BuildError
from asylum_report.publish import fingerprint, notebooks

SOURCES = (
    "*.qmd",
    "_quarto.yml",
    "_variables.yml",
    "CITATION.cff",
    "_charts/*.md",
    "_generated/*.md",
    "assets/**/*",
    "data/processed/*",
    "data/processed/models/*",
    "data/evaluation/*",
    "figures/*",
    "tools/*.py",
)
"""What a publisher may need. Notebooks come executed, from the cache."""

BRIEF = ("report/**/*",)
"""What the brief is made of. Quarto renders it with the pages; smalldocs would make it a page."""

FOLD = "#| code-fold: true\n#| code-summary: Show the code\n"


def build(root: Path, stage: Path, executed: Mapping[Path, Mapping[str, Any]]) -> Path:
    """Make `stage` afresh from the project `root` and return it.

    Parameters
    ----------
    executed
        The notebooks with their outputs, by their path in the project.

    Raises
    ------
    BuildError
        If the project has no pages.
    """
    if stage.exists():
        shutil.rmtree(stage)
    stage.mkdir(parents=True)
    copy(root, stage, SOURCES)
    for path, notebook in executed.items():
        target = stage / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(notebooks.dump(folded(notebook)), encoding="utf-8", newline="\n")
    if not (stage / "_quarto.yml").is_file() or not (stage / "index.qmd").is_file():
        raise BuildError(
            "the project has no pages", where=root.name, todo="it needs _quarto.yml and index.qmd"
        )
    return stage


def folded(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notebook with the code of every cell folded away, but for cells that say.

    Quarto folds by the setting of the site, smalldocs only by the cell's own.
    """
    cells = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        options = "".join(line for line in source.splitlines() if line.startswith("#|"))
        if cell["cell_type"] == "code" and "code-fold" not in options:
            cell = {**cell, "source": FOLD + source}
        cells.append(cell)
    return {**notebook, "cells": cells}


def copy(root: Path, stage: Path, patterns: Iterable[str]) -> None:
    """Copy the files of `root` that match the globs to the same places under `stage`."""
    for source in fingerprint.files(root, *patterns):
        target = stage / source.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
