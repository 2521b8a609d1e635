"""Our words for what was compiled by hand; a row without wording is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths
from asylum_report.errors import ReportError
from asylum_report.sources import checks


def wording(part: str) -> dict[str, Any]:
    """Return one part of ``data/reference/wording.yml``: figures, events or claims.

    Raises
    ------
    ReportError
        If the file cannot be read.
    """
    path = paths.reference() / "wording.yml"
    try:
        return dict(yaml.safe_load(path.read_text(encoding="utf-8"))[part])
    except (OSError, ValueError, TypeError, yaml.YAMLError, KeyError) as error:
        raise ReportError("the list of wordings cannot be read", where=str(path)) from error


def said(words: Mapping[str, Any], text: str, column: str, path: Path, row: int) -> Any:
    """Return what is said of `text`.

    Raises
    ------
    InvalidTable
        Naming file, line and column, if nothing is.
    """
    if text not in words:
        raise checks.fail(f"no wording for '{text}' in wording.yml", path, row, column)
    return words[text]
