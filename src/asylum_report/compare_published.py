"""Which copies of datasets the published tables are made of, as the last commit has it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Collection

from asylum_report import asof, paths, records
from asylum_report.errors import InvalidTable

LIST = f"data/processed/{records.PACKAGE}"
COMMITTED = "published: what the tables last committed are made of"
ON_DISK = (
    "published: what the tables in data/processed are made of now, "
    "because no commit of them can be read here"
)
_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git sets for a hook, and would take for the repository of any folder."""


def _committed() -> str | None:
    """Return the list of tables of the last commit, None where there is no git or no such commit.

    A build makes the tables anew before anything else can fail, so that those on disk may be those
    of now although nothing was published.
    """
    known = {name: value for name, value in os.environ.items() if name not in _REPOSITORY}
    try:
        done = subprocess.run(
            ["git", "show", f"HEAD:./{LIST}"],
            cwd=paths.root(), env=known, capture_output=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout.decode("utf-8")
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None


def copies() -> tuple[list[asof.Copy], list[str]]:
    """Return the vintages that the published tables are made of, and what to know of them.

    Raises
    ------
    InvalidTable
        If there is no list of the tables, or it cannot be read.
    """
    text, where, note = _committed(), f"HEAD:{LIST}", COMMITTED
    try:
        if text is None:
            place = paths.processed() / records.PACKAGE
            where, note = str(place), ON_DISK
            text = place.read_text(encoding="utf-8")
        made = {
            (of["dataset"], of["vintage"])
            for resource in json.loads(text)["resources"]
            for of in resource["sources"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        todo = records.REBUILD
        raise InvalidTable("no readable list of tables", where=where, todo=todo) from error
    found = [one for one in asof.copies(held_too=True) if (one.dataset, one.date) in made]
    return found, [note, *_missing(made, found)]


def _missing(made: Collection[tuple[str, str]], found: Collection[asof.Copy]) -> list[str]:
    lost = sorted(set(made) - {(one.dataset, one.date) for one in found})
    names = ", ".join(f"{dataset}@{vintage}" for dataset, vintage in lost)
    return [f"published, but no longer on disk and left out: {names}"] if lost else []
