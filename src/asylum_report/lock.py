"""One at a time: a lock that the operating system lets go of when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from asylum_report.errors import BuildError, ReportError
from asylum_report.files import why


@contextmanager
def only_one(
    path: Path,
    what: str = "another build is running",
    where: str = "",
    error: type[ReportError] = BuildError,
) -> Iterator[None]:
    """Hold the lock file `path` for the length of a ``with`` block.

    Parameters
    ----------
    path
        The lock file, two folders below the project's top.
    what
        What is wrong where another process holds it.
    where
        What the message names; the project's folder unless given.
    error
        Class of the error.

    Raises
    ------
    BuildError
        Or what `error` says, if another process holds it or the file cannot be written.
    """
    named = where or path.parent.parent.name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+", encoding="utf-8")
    except OSError as fault:
        raise error(f"a lock cannot be written: {why(fault)}", where=str(path)) from fault
    with stream:
        if not _take(stream):
            raise error(what + _who(path), where=named, todo="wait until it has ended")
        try:
            stream.seek(0)
            stream.truncate()
            stream.write(f"{os.getpid()}\n")
            stream.flush()
            yield
        finally:
            _release(stream)


def _who(path: Path) -> str:
    try:
        return f", process {int(path.read_text(encoding='utf-8'))}"
    except (OSError, ValueError):
        return ""


if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30
    """The byte that is locked: far behind the process id, which stays readable."""

    def _take(stream: IO[str]) -> bool:
        stream.seek(FAR)
        try:
            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _release(stream: IO[str]) -> None:
        stream.seek(FAR)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(stream: IO[str]) -> bool:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _release(stream: IO[str]) -> None:
        fcntl.flock(stream, fcntl.LOCK_UN)
