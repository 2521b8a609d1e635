"""Which tables of earlier days are kept: those used of late, and the last few of the others.

A process says that it reads a folder of tables by touching its marker first; one that removes
folders takes only those not touched for long, moves them away whole, and looks at the marker again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

from asylum_report import process

KEPT = 8
"""Folders of tables that are kept however old they are, the last used first."""
_LEFT = 3600
"""Seconds for which tables of the same day made of other vintages or by other code are kept."""
_UNUSED = 24 * 3600
"""Seconds without use after which no other process can still be reading a folder of tables."""


def touch(folder: Path) -> bool:
    """Note that tables are in use from now on; return whether they are there."""
    marker = folder / process.AS_OF
    try:
        os.utime(marker)
    except FileNotFoundError:
        return False
    except OSError:  # somebody else's, or a disk that cannot be written
        pass
    return marker.is_file()


def _last_used(folder: Path) -> float:
    """Return when tables were last asked for, in seconds; of what is no whole folder, its age."""
    for place in (folder / process.AS_OF, folder):
        with contextlib.suppress(OSError):
            return place.stat().st_mtime
    return time.time()  # removed by somebody else at this moment


def clear(folder: Path) -> None:
    """Remove tables that nobody has used for long, but `KEPT`; and what was left half done.

    Tables of the same day as those of `folder`, but of other vintages or by other code, go sooner.
    """
    now, top = time.time(), folder.parent
    for part in (*top.glob(".*.part"), *top.glob(".*.gone")):
        if now - _last_used(part) > _LEFT:
            shutil.rmtree(part, ignore_errors=True)
    others = sorted(
        (one for one in top.glob("[0-9]*") if one != folder and one.is_dir()),
        key=_last_used, reverse=True,
    )  # fmt: skip
    for place, other in enumerate(others, start=2):
        same_day = other.name[:10] == folder.name[:10]
        if now - _last_used(other) > (_LEFT if same_day else _UNUSED) and (
            same_day or place > KEPT
        ):
            _remove(other)


def _remove(folder: Path) -> None:
    """Remove a folder of tables at once, unless another process asks for it at this moment."""
    used = _last_used(folder)
    gone = folder.parent / f".{folder.name}.{os.getpid()}.gone"
    with contextlib.suppress(OSError):
        folder.rename(gone)
        if _last_used(gone) > used:
            gone.rename(folder)
    shutil.rmtree(gone, ignore_errors=True)
