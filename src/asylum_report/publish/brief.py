"""The PDF brief: from ``report/brief.qmd``, the numbers and the charts to ``_site/brief.pdf``.

Text becomes Typst by pandoc here or by Quarto elsewhere, through the same partials and filter;
PyPI's ``typst`` makes the PDF of either, because only it is sure to be recent enough to tag it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from asylum_report.errors import BuildError
from asylum_report.publish import brief_data, brief_typst, variables

FOLDER = "report"
SOURCE = "report/brief.qmd"
UNRESOLVED = re.compile(r"\{\{<.*?>\}\}|\?var:[\w.]+")
"""What an unknown variable looks like in the Typst that Quarto leaves."""


def prepare_brief(stage: Path) -> dict[str, str]:
    """Write what the brief's text reads beside it: ``brief-data.json`` and ``charts/*.svg``.

    Both ways need it before they start: Quarto's as part of its pre-render step.

    Parameters
    ----------
    stage
        The project, or its staged copy, with ``data/processed/numbers.json`` built.

    Returns
    -------
    dict
        Number name to the text that prose shows.

    Raises
    ------
    BuildError
        If numbers are missing or a chart in the text is unknown, by file and line.
    """
    folder = stage / FOLDER
    numbers = brief_data.read_numbers(stage)
    calls = brief_data.chart_calls(_read(stage / SOURCE), SOURCE)
    words = brief_data.draw(calls, folder / "charts")
    text = json.dumps(
        brief_data.contents(numbers, words), ensure_ascii=False, indent=1, sort_keys=True
    )
    brief_data.write_whole(folder / "brief-data.json", (text + "\n").encode())
    return brief_data.displays(numbers)


def build_brief(stage: Path, out: Path, publisher: str = "builtin") -> Path:
    """Make the brief.

    Parameters
    ----------
    stage
        The project, or its staged copy, with ``data/processed/numbers.json`` built.
    out
        The site's folder, or the PDF file itself.
    publisher
        ``quarto`` takes the Typst that Quarto left (``keep-typ``); else pandoc makes it.

    Returns
    -------
    Path
        The PDF, replaced in one step: tagged, valid as PDF/UA-1 and PDF/A-2a by Typst's own
        check, and the same to the byte from the same inputs.

    Raises
    ------
    BuildError
        In one line, with file and line where there is one.
    """
    values = prepare_brief(stage)
    folder = stage / FOLDER
    if publisher == "quarto":
        typ = _kept(stage)
    else:
        typ = folder / "brief.typ"
        brief_data.write_whole(typ, _to_typst(stage, values).encode())
    seconds = brief_typst.instant(brief_data.read_numbers(stage), os.environ)
    pdf = brief_typst.compile_pdf(typ, folder, seconds)
    target = out if out.suffix == ".pdf" else out / "brief.pdf"
    brief_data.write_whole(target, pdf)
    return target


def _to_typst(stage: Path, values: Mapping[str, str]) -> str:
    """Return the Typst text of the brief, by pandoc, with every variable filled in."""
    import pypandoc

    folder = stage / FOLDER
    text = variables.resolve(_read(stage / SOURCE), values, SOURCE)
    try:
        typ = pypandoc.convert_text(
            text,
            to="typst",
            format="markdown",
            extra_args=[
                "--standalone",
                "--wrap=none",
                f"--template={folder / 'pandoc-template.typ'}",
                f"--lua-filter={folder / 'alt.lua'}",
            ],
            sandbox=False,
        )
    except (RuntimeError, OSError) as error:
        raise BuildError("pandoc failed", where=SOURCE, todo=str(error)) from error
    return str(typ)


def _kept(stage: Path) -> Path:
    """Return the Typst file that Quarto left beside the text, checked for unknown variables."""
    folder = stage / FOLDER
    typ = folder / "brief.typ"
    moved = stage / "_site" / FOLDER / "brief.typ"
    if not typ.is_file() and moved.is_file():
        brief_data.write_whole(typ, moved.read_bytes())
    if not typ.is_file():
        raise BuildError(
            "Quarto left no Typst text of the brief",
            where=f"{FOLDER}/brief.typ",
            todo=f"render {SOURCE} with Quarto first; it sets keep-typ",
        )
    for number, line in enumerate(typ.read_text(encoding="utf-8").splitlines(), start=1):
        if left := UNRESOLVED.search(line):
            raise BuildError(
                f"unknown number in prose: {left.group()}",
                where=f"{FOLDER}/brief.typ, line {number}",
                todo="add it to asylum_report.numbers or mend the name",
            )
    return typ


def _read(path: Path) -> str:
    """Return the text of a source file, or say in one line why not."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError("cannot read the brief's text", where=SOURCE, todo=str(error)) from error
