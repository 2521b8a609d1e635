"""From Typst text to a PDF that is archivable, accessible and the same to the byte."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from asylum_report import identity
from asylum_report.errors import BuildError

STANDARDS: Final[list[Any]] = ["a-2a", "ua-1"]
PLACE = re.compile(r"┌─ (.+?):(\d+):\d+")
VINTAGE = "meta.unhcr_vintage"


def instant(numbers: Mapping[str, Mapping[str, Any]], environment: Mapping[str, str]) -> int:
    """Return the time written into the PDF, in seconds since 1970: never the clock's.

    ``SOURCE_DATE_EPOCH`` where it is set, as reproducible builds have it; else noon, UTC, of the
    day of the newest statistic (``meta.date``), or of the UNHCR vintage; of a month, its first.

    Parameters
    ----------
    numbers
        Name to entry with ``value`` in ISO form.
    environment
        The environment variables.

    Raises
    ------
    BuildError
        If neither gives a date.
    """
    if (named := environment.get("SOURCE_DATE_EPOCH", "").strip()) != "":
        if named.isdecimal():
            return int(named)
        raise BuildError(
            "not a number of seconds", where="SOURCE_DATE_EPOCH", todo=f"unset it or mend '{named}'"
        )
    for name in ("meta.date", VINTAGE):
        try:
            text = str(numbers.get(name, {}).get("value"))
            day = date.fromisoformat(text if len(text) > len("2026-09") else f"{text}-01")
        except ValueError:
            continue
        return int(datetime.combine(day, time(12), UTC).timestamp())
    raise BuildError(
        "no date for the brief", where=VINTAGE, todo="its value must be a day such as 2026-06-25"
    )


def compile_pdf(typ: Path, root: Path, seconds: int) -> bytes:
    """Compile Typst text into a tagged PDF, checked by Typst as PDF/A-2a and PDF/UA-1.

    Parameters
    ----------
    typ
        The text.
    root
        The folder that it may read from.
    seconds
        The time written into the PDF.

    Raises
    ------
    BuildError
        With Typst's own message and the place, in one line.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="asylum-report-fonts-") as fonts:
        copy_fonts(Path(fonts))
        compiler = typst.Compiler(
            root=str(root), font_paths=[fonts], ignore_system_fonts=True, package_path=fonts
        )
        try:
            pdf, warnings = compiler.compile_with_warnings(
                str(typ), format="pdf", pdf_standards=STANDARDS, timestamp=seconds
            )
        except typst.TypstError as error:
            raise BuildError(_line(error), where=_place(error, typ)) from error
        except (RuntimeError, OSError, ValueError) as error:
            raise BuildError(f"Typst: {error}", where=typ.name) from error
    for warning in warnings:
        if "font" in str(warning.message):
            raise BuildError(f"Typst: {warning.message}", where=_place(warning, typ))
    assert isinstance(pdf, bytes)
    return pdf


def copy_fonts(folder: Path) -> None:
    """Put the report's faces, and no others, into a folder.

    The packages hold two formats of each face, and which one Typst would take depends on the
    order in which the file system lists them: a choice of files makes the bytes sure.

    Raises
    ------
    BuildError
        If a font package is not installed or there is no room.
    """
    try:
        for face in identity.FACES:
            shutil.copyfile(face.path(), folder / face.file)
    except OSError as error:
        raise BuildError("cannot copy the fonts", where=str(folder), todo=str(error)) from error


def _line(problem: Any) -> str:
    """Return Typst's message and its first hint as one line."""
    hint = f" ({problem.hints[0]})" if problem.hints else ""
    return f"Typst: {problem.message}{hint}"


def _place(problem: Any, typ: Path) -> str:
    """Return file and line of a Typst error or warning, as far as it names them."""
    found = PLACE.search(str(getattr(problem, "diagnostic", "")))
    if not found:
        return typ.name
    return f"{Path(found.group(1).strip()).name}, line {found.group(2)}"
