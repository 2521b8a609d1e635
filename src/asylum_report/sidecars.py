"""The sidecar of a vintage, ``meta.yml``: what it has to say, and reading it."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from asylum_report.errors import DamagedVintage

SIDECAR = "meta.yml"
GIVEN = (
    "publisher",
    "dataset",
    "title",
    "licence",
    "licence_url",
    "attribution",
    "vintage",
    "retrieved",
    "url",
    "definition",
    "columns",
)
"""Keys of a sidecar that whoever writes a vintage has to give, in the order they are written."""
ADDED = ("types", "rows", "file", "sha256")
"""Keys that `write` adds."""

TYPES = {"integer": "Int64", "number": "Float64", "string": "str"}
"""Types of columns in the sidecar's words to those of pandas."""

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2}(\.[2-9])?)?)?")
_PLACE = ("publisher", "dataset", "vintage")


def _wrong(meta: Mapping[str, Any], folder: Path) -> dict[str, bool]:
    """Return of each key of a sidecar that can be judged whether it is wrong."""
    types = meta["types"]
    return {
        "publisher": slug(str(meta["publisher"])) != folder.parent.parent.name,
        "dataset": str(meta["dataset"]) != folder.parent.name,
        "vintage": str(meta["vintage"]) != folder.name,
        "date": not is_date(str(meta["vintage"])),
        "columns": not isinstance(meta["columns"], dict),
        "types": not isinstance(types, dict)
        or not all(isinstance(kind, str) and kind in TYPES for kind in types.values()),
        "rows": type(meta["rows"]) is not int,
        "file": meta["file"] not in ("data.csv.gz", "data.parquet"),
        "sha256": not re.fullmatch(r"[0-9a-f]{64}", str(meta["sha256"])),
    }


def is_date(text: str) -> bool:
    """Return whether a text is a date that exists: YYYY, YYYY-MM or YYYY-MM-DD.

    A day may be followed by ``.2`` to ``.9``: a second copy of the same day, because a publisher
    may update twice.
    """
    if _DATE.fullmatch(text):
        with contextlib.suppress(ValueError):
            datetime.date.fromisoformat(f"{text}-01-01"[:10])
            return True
    return False


def slug(publisher: str) -> str:
    """Return the folder name of a publisher."""
    return re.sub(r"[^a-z0-9]+", "-", publisher.lower()).strip("-")


def short(path: Path) -> str:
    """Return a path as a reader of the checkout knows it."""
    parts = path.parts
    return "/".join(parts[-6:]) if "data" in parts[-6:] else path.as_posix()


def load(folder: Path) -> dict[str, Any]:
    """Return the sidecar in a vintage's folder after checking it.

    Raises
    ------
    DamagedVintage
        If it is missing, cannot be read, lacks a key or contradicts the names of its folders.
    """
    sidecar = folder / SIDECAR
    try:
        text = sidecar.read_text(encoding="utf-8")
        meta = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except OSError as error:
        raise DamagedVintage("a vintage has no sidecar", where=short(sidecar)) from error
    except (ValueError, yaml.YAMLError) as error:
        raise DamagedVintage("a sidecar cannot be read", where=short(sidecar)) from error
    lacking = [key for key in (*GIVEN, *ADDED) if not isinstance(meta, dict) or key not in meta]
    if lacking:
        raise DamagedVintage(f"a sidecar lacks {', '.join(lacking)}", where=short(sidecar))
    for key, wrong in _wrong(meta, folder).items():
        if wrong:
            what = f"a sidecar's {key} {'differs from its folder' if key in _PLACE else 'is wrong'}"
            raise DamagedVintage(what, where=short(sidecar))
    return dict(meta)
