"""What is made of the data for the site, kept in the cache until what it comes out of changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from asylum_report import cite, files
from asylum_report.publish import fingerprint


def key(root: Path, *code: str, data: str = "") -> str:
    """Return a hash of code of this room, the citation, the site's address, and the data named.

    Parameters
    ----------
    root
        The project.
    code
        Names of modules of this room.
    data
        A hash of the data; by default that of everything charts and numbers come out of.
    """
    here = Path(__file__).parent
    return fingerprint.combine(
        {
            "code": fingerprint.digests(here, [here / name for name in ("keep.py", *code)]),
            "citation": fingerprint.digests(root, fingerprint.files(root, "CITATION.cff")),
            "data": data or fingerprint.of_figures(root),
            "home": cite.home(root),
        }
    )


def kept(folder: Path, wanted: str, make: Callable[[], Mapping[str, bytes]]) -> Path:
    """Return a folder of the cache with files, made again unless they are whole and of `wanted`.

    Parameters
    ----------
    folder
        Where the files stand; a note beside it says what they were made of.
    wanted
        What `key` gives.
    make
        Makes every file, by name.
    """
    note = folder.with_name(f"{folder.name}.made-of")
    try:
        found = json.loads(note.read_text(encoding="utf-8"))
        known: Mapping[str, str] = found["files"]
        if found["key"] == wanted and all(
            fingerprint.file_digest(folder / name) == sha for name, sha in known.items()
        ):
            return folder
    except (OSError, ValueError, KeyError, TypeError):
        pass
    note.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    files.place_folder(folder, make())
    digests = fingerprint.digests(folder, folder.iterdir())
    files.place({note: json.dumps({"key": wanted, "files": digests}, indent=1).encode()})
    return folder
