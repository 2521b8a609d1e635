"""The PDF brief in four languages: from its texts, the numbers and the charts to PDF files.

A text becomes Typst by pandoc here or, for English, by Quarto elsewhere, through the same
partials and filter; PyPI's ``typst`` makes every PDF, because only it is sure to be recent enough
to tag it. Other languages are always made here: nobody renders them by hand.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

from asylum_report import language
from asylum_report.errors import BuildError
from asylum_report.publish import brief_data, brief_typst, variables

LANGUAGES = ("en", *language.LANGUAGES)
FOLDER = "report"
TOKENS = "tokens.typ"
"""What the layout imports; Typst reads it from beside the text."""
UNRESOLVED = re.compile(r"\{\{<.*?>\}\}|\?var:[\w.]+")
"""What an unknown variable looks like in the Typst that Quarto leaves."""


def name(lang: str, suffix: str = ".pdf") -> str:
    """Return the file name of the brief in a language: ``brief.pdf``, ``brief.de.pdf``."""
    return f"brief{suffix}" if lang == "en" else f"brief.{lang}{suffix}"


def source(lang: str) -> str:
    """Return where the text of the brief in a language is."""
    return f"{FOLDER}/{name(lang, '.qmd')}"


def made_in(lang: str) -> str:
    """Return the folder of what is made for the text: beside it, or in one of the language."""
    return FOLDER if lang == "en" else f"{FOLDER}/{lang}"


def prepare_brief(stage: Path, lang: str = "en") -> dict[str, str]:
    """Write what the brief's text reads beside it: ``brief-data.json`` and ``charts/*.svg``.

    Both ways need it before they start: Quarto's as part of its pre-render step.

    Parameters
    ----------
    stage
        The project, or its staged copy, with ``data/processed/numbers.json`` built.
    lang
        One of `LANGUAGES`.

    Returns
    -------
    dict
        Name of a variable of the text to what prose shows: of a number, in other languages than
        English with ``in_de.`` and the like before it.

    Raises
    ------
    BuildError
        If numbers are missing or a chart in the text is unknown, by file and line.
    InvalidTable
        If a chart has words that nobody has translated.
    """
    folder = stage / made_in(lang)
    numbers = brief_data.read_numbers(stage)
    calls = brief_data.chart_calls(_read(stage, lang), source(lang))
    words = brief_data.draw(calls, folder / "charts", lang)
    if lang != "en":
        brief_data.write_whole(folder / TOKENS, (stage / FOLDER / TOKENS).read_bytes())
    text = json.dumps(
        brief_data.contents(numbers, words, lang), ensure_ascii=False, indent=1, sort_keys=True
    )
    brief_data.write_whole(folder / "brief-data.json", (text + "\n").encode())
    shown = brief_data.displays(numbers, lang)
    return shown if lang == "en" else {f"in_{lang}.{key}": text for key, text in shown.items()}


def build_brief(stage: Path, out: Path, publisher: str = "builtin", lang: str = "en") -> Path:
    """Make the brief in a language.

    Parameters
    ----------
    stage
        The project, or its staged copy, with ``data/processed/numbers.json`` built.
    out
        The site's folder, or the PDF file itself.
    publisher
        ``quarto`` takes the Typst that Quarto left of the English text (``keep-typ``); else, and
        for every other language, pandoc makes it.
    lang
        One of `LANGUAGES`.

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
    values = prepare_brief(stage, lang)
    folder = stage / made_in(lang)
    if publisher == "quarto" and lang == "en":
        typ = _kept(stage)
    else:
        typ = folder / name(lang, ".typ")
        brief_data.write_whole(typ, _to_typst(stage, values, lang).encode())
    seconds = brief_typst.instant(brief_data.read_numbers(stage), os.environ)
    pdf = brief_typst.compile_pdf(typ, folder, seconds)
    target = out if out.suffix == ".pdf" else out / name(lang)
    brief_data.write_whole(target, pdf)
    return target


def _to_typst(stage: Path, values: Mapping[str, str], lang: str) -> str:
    """Return the Typst text of the brief, by pandoc, with every variable filled in."""
    import pypandoc

    folder = stage / FOLDER
    text = variables.resolve(_read(stage, lang), values, source(lang))
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
        raise BuildError("pandoc failed", where=source(lang), todo=str(error)) from error
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
            todo=f"render {source('en')} with Quarto first; it sets keep-typ",
        )
    for number, line in enumerate(typ.read_text(encoding="utf-8").splitlines(), start=1):
        if left := UNRESOLVED.search(line):
            raise BuildError(
                f"unknown number in prose: {left.group()}",
                where=f"{FOLDER}/brief.typ, line {number}",
                todo="add it to asylum_report.numbers or mend the name",
            )
    return typ


def _read(stage: Path, lang: str) -> str:
    """Return the text of the brief, or say in one line why not."""
    try:
        return (stage / source(lang)).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BuildError(
            "cannot read the brief's text", where=source(lang), todo=str(error)
        ) from error
