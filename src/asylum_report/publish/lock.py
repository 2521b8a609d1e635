"""One build at a time: a lock that the operating system lets go of when its holder dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from asylum_report.errors import BuildError


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock file `path` for the length of a ``with`` block.

    Raises
    ------
    BuildError
        If another process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as stream:
        if not _take(stream):
            raise BuildError(
                "another build is running" + _who(path),
                where=path.parent.parent.name,
                todo="wait until it has ended",
            )
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
