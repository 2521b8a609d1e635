"""The tables as they were known on an earlier day, from the vintages that there were by then.

A vintage counts from the last day that its date can mean: 2024-06-17 from that day, 2024-06 from
30 June, 2024 from 31 December. Vintages that are held back are left out, as they are everywhere.
UNHCR's releases on Russian citizens stand in where no release on every origin is old enough.

The module is imported by commands that must answer at once, so everything heavy is imported only
when tables have to be built.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from asylum_report import asof_kept, paths, process
from asylum_report.errors import ReportError, UnknownName

VARIABLE = "ASYLUM_REPORT_PROCESSED"
FULL = {
    "unhcr-asylum-decisions": "unhcr-asylum-decisions-RUS",
    "unhcr-asylum-applications": "unhcr-asylum-applications-RUS",
}
"""Datasets of every origin to the releases on Russian citizens that stand in for them."""
_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@dataclass(frozen=True)
class Copy:
    """A vintage as the names of its folders tell it, without its sidecar."""

    publisher: str
    dataset: str
    date: str
    folder: Path

    @property
    def since(self) -> str:
        """Return the day from which it counts as known."""
        return last_day(self.date)


def last_day(date: str) -> str:
    """Return the last day that a date can mean: 2024-06 is 2024-06-30, 2024 is 2024-12-31.

    Raises
    ------
    ReportError
        If it is no date.
    """
    found = _DAY.fullmatch(re.sub(r"\.[2-9]$", "", date))  # a second copy of the same day
    if found:
        year, month = int(found[1]), int(found[2] or 12)
        with contextlib.suppress(ValueError):  # also calendar's own for a 13th month
            day = int(found[3] or calendar.monthrange(year, month)[1])
            return datetime.date(year, month, day).isoformat()
    raise ReportError(
        f"'{date}' is no day", todo="write 2024-06-30, or 2024-06 or 2024 for its last day"
    )


def copies(held_too: bool = False) -> list[Copy]:
    """Return every vintage on disk, oldest first within its dataset.

    Parameters
    ----------
    held_too
        Whether to return those that are held back, too.
    """
    from asylum_report.live import state

    held = {} if held_too else state.read().held
    found = [
        Copy(place.parent.parent.name, place.parent.name, place.name, place)
        for place in sorted(paths.raw().glob("*/*/*"))
        if place.is_dir() and not place.name.startswith(".")
    ]
    return [one for one in found if (one.dataset, one.date) not in held]


def chosen(day: str, every: Collection[Copy]) -> tuple[str, list[Copy]]:
    """Return a day as ISO date, and the vintages that there were by its end.

    Parameters
    ----------
    day
        2024-06-30, or 2024-06 and 2024 for their last days; for today where they are not over.
    every
        What `copies` returns.

    Raises
    ------
    ReportError
        If it is no day, lies in the future, or before the first vintage.
    """
    wanted = last_day(day)
    # The newest vintage too, because a clock may be wrong.
    newest = max((one.since for one in every), default="")
    until = max(newest, datetime.date.today().isoformat())
    if day[:10] > until[: len(day)]:
        whole = "; a month or a year means its last day" if len(day) < len(wanted) else ""
        todo = f"name a day that has been{whole}"
        raise ReportError(f"{wanted} is in the future", todo=todo)
    wanted = min(wanted, until)
    found = [one for one in every if one.since <= wanted]
    if not found:
        first = min(every, key=lambda one: one.since, default=None)
        held = f"the first vintage held is of {first.date}" if first else "no vintage is held"
        raise ReportError(f"nothing was known on {wanted}; {held}")
    return wanted, found


def current() -> str | None:
    """Return the day as of which tables are read at the moment, or None for today."""
    try:
        marker = (paths.processed() / process.AS_OF).read_text(encoding="utf-8")
        return str(json.loads(marker)["day"])
    except (OSError, ValueError, KeyError):
        return None


@contextmanager
def known_on(day: str | None, progress: Callable[[str], None] | None = None) -> Iterator[None]:
    """Let everything inside read the tables as they were known on a day.

    Tables are built into ``.cache/as-of/`` the first time and found there the next; the process's
    environment variable ``ASYLUM_REPORT_PROCESSED`` says where, and is put back at the end.

    Parameters
    ----------
    day
        2024-06-30, or 2024-06 and 2024 for their last days (for today where they are not over);
        None for what is known now, when nothing is done.
    progress
        Called with a line for each table that is built.

    Raises
    ------
    ReportError
        If it is no day, in the future, or before anything was known; also instead of
        `UnknownName` where what was asked had not been published yet.
    """
    if day is None:
        yield
        return
    wanted, found = chosen(day, copies())
    folder = ensure(wanted, found, progress)
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(folder)
    try:
        yield
    except UnknownName as error:
        explained = _not_yet(str(error), wanted, found)
        if explained is None:
            raise
        raise explained from error
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before


_PUBLISHERS = {"UNHCR": ("unhcr",), "Eurostat": ("eurostat",), "BAMF": ("bamf",)}


def _not_yet(line: str, day: str, found: Sequence[Copy]) -> ReportError | None:
    """Return that what an error line says is missing had not been published, where that is why."""
    named = next((name for name in _PUBLISHERS if f"from {name}" in line), None)
    if named is None:
        return None
    every = [one for one in copies() if one.publisher in _PUBLISHERS[named]]
    if every and not any(one.publisher in _PUBLISHERS[named] for one in found):
        first = min(every, key=lambda one: one.since)
        return ReportError(
            f"nothing of {named} was known on {day}; the first release held is of {first.date}"
        )
    full = min((one for one in every if one.dataset in FULL), key=lambda one: one.since,
               default=None)  # fmt: skip
    if named == "UNHCR" and full is not None and full.since > day:
        what = line.split(":")[0]
        return ReportError(
            f"{what} known on {day}; UNHCR's figures on citizens of other countries than Russia "
            f"are held from the release of {full.date} on"
        )
    return None


def folder_of(day: str, found: Sequence[Copy]) -> Path:
    """Return where the tables of a day stand.

    The name holds a hash of the sidecars (which hold the hash of their data), of the periods that
    are marked as partial, of the reference tables and of the code that makes tables.
    """
    from asylum_report.live import state

    total = hashlib.sha256()
    for one in found:
        total.update(f"{one.publisher}/{one.dataset}/{one.date}".encode())
        total.update((one.folder / "meta.yml").read_bytes())
    marked = state.read().marked
    known = sorted((one.dataset, one.date) for one in found)
    total.update(repr([(one, marked[one]) for one in known if one in marked]).encode())
    for path in (*process.ground(), *sorted(Path(__file__).parent.glob("asof*.py"))):
        total.update(path.name.encode())
        total.update(path.read_bytes())
    return paths.cache() / "as-of" / f"{day}-{total.hexdigest()[:16]}"


def ensure(day: str, found: Sequence[Copy], progress: Callable[[str], None] | None = None) -> Path:
    """Return the folder of tables of a day, built if it is not there.

    Parameters
    ----------
    day
        ISO date.
    found
        The vintages known by then, as `chosen` gives them.

    Raises
    ------
    DamagedVintage, InvalidTable
        If a vintage or a table is not as it should be.
    ReportError
        If the folder cannot be written.
    """
    folder = folder_of(day, found)
    if asof_kept.touch(folder):
        asof_kept.clear(folder)
        return folder
    from asylum_report import asof_vintages, files

    beside = folder.parent / f".{folder.name}.{os.getpid()}.part"
    marker = {"day": day, "vintages": [f"{one.dataset}@{one.date}" for one in found]}
    try:
        process.build(beside, progress, asof_vintages.taken(found))
        files.place({beside / process.AS_OF: json.dumps(marker, indent=1).encode()})
        with contextlib.suppress(FileExistsError, OSError):
            # Somebody else may have been quicker: then theirs, which are the same, stay.
            beside.rename(folder)
        if not (folder / process.AS_OF).is_file():
            raise ReportError("tables as of a day cannot be written", where=str(folder))
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    asof_kept.clear(folder)
    return folder
