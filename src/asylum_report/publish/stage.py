"""A copy of the project in the cache, with executed notebooks, for a publisher to render.

A publisher may write where it likes in there; the project itself stays as it is.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from asylum_report.errors import BuildError
from asylum_report.publish import fingerprint, notebooks, notices
from asylum_report.publish.directions import Moved
from asylum_report.publish.notices import Notice

SOURCES = (
    *fingerprint.PAGES,
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

ASIS = re.compile(r"^#\|\s*output:\s*asis\s*$", re.MULTILINE)
"""The option of a cell whose outputs are part of the page."""

FOLD = "#| code-fold: true\n#| code-summary: Show the code\n"


def build(
    root: Path, stage: Path, executed: Mapping[Path, Mapping[str, Any]],
    moved: Sequence[Moved] = (),
) -> Path:  # fmt: skip
    """Make `stage` afresh from the project `root` and return it.

    Parameters
    ----------
    executed
        The notebooks with their outputs, by their path in the project.
    moved
        Sentences that the figures no longer bear out; their pages say so.

    Raises
    ------
    BuildError
        If the project has no pages.
    """
    if stage.exists():
        shutil.rmtree(stage)
    stage.mkdir(parents=True)
    copy(root, stage, SOURCES, moved)
    found = notices.current(root)
    for path, notebook in executed.items():
        target = stage / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        page = path.relative_to(root).as_posix()
        text = notebooks.dump(folded(noticed(lifted(notebook), page, found, moved)))
        target.write_text(text, encoding="utf-8", newline="\n")
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


def lifted(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return the notebook with each cell of the option ``output: asis`` as what it shows.

    The Markdown of its outputs becomes a cell of Markdown, so that a heading is one of the page in
    both publishers; a cell that shows nothing leaves no trace.
    """
    cells: list[Any] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or not ASIS.search("".join(cell["source"])):
            cells.append(cell)
            continue
        shown = [
            "".join(output["data"]["text/markdown"])
            for output in cell.get("outputs", [])
            if "text/markdown" in output.get("data", {})
        ]
        if shown:
            cells.append(markdown(str(cell.get("id", "asis")), "\n\n".join(shown)))
    return {**notebook, "cells": cells}


def noticed(
    notebook: Mapping[str, Any], page: str, found: list[Notice], moved: Sequence[Moved] = ()
) -> dict[str, Any]:
    """Return the notebook with the notices of its page below its front matter."""
    text = notices.cell(page, found, moved)
    if not text:
        return dict(notebook)
    cells = list(notebook["cells"])
    front = 1 if "".join(cells[0]["source"]).startswith("---") else 0
    return {**notebook, "cells": [*cells[:front], markdown("notices", text), *cells[front:]]}


def markdown(name: str, text: str) -> dict[str, Any]:
    """Return a cell of Markdown."""
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}


def copy(root: Path, stage: Path, patterns: Iterable[str], moved: Sequence[Moved] = ()) -> None:
    """Copy the files of `root` that match the globs to the same places under `stage`.

    Pages get their notices on the way.
    """
    found = notices.current(root)
    for source in fingerprint.files(root, *patterns):
        place = source.relative_to(root)
        target = stage / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        if source.suffix == ".qmd":
            text = source.read_text(encoding="utf-8")
            if (told := notices.inserted(place.as_posix(), text, found, moved)) != text:
                target.write_text(told, encoding="utf-8", newline="\n")
