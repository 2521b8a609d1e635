"""Put a finished site in place of the old one, so that a whole one stands at any moment.

The finished site is first brought beside the old one, under a hidden name, and then the two change
names: in one step of the operating system where it has one (Linux, macOS), else in two, of which
an interruption between is mended at the next start.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import sys
from pathlib import Path

AT_FDCWD = -100
LINUX_EXCHANGE = 2
MACOS_SWAP = 2


def _beside(output: Path, word: str) -> Path:
    return output.with_name(f".{output.name}.{word}")


def recover(output: Path) -> bool:
    """Mend what an interrupted build left beside `output`; tell whether an old site was put back.

    With no site in place, the complete old one comes back; everything else is thrown away.
    """
    old, new = _beside(output, "old"), _beside(output, "new")
    mended = False
    if old.is_dir() and not output.exists():
        old.replace(output)
        mended = True
    for left in (old, new):
        remove(left)
        shutil.rmtree(_doomed(left), ignore_errors=True)
    return mended


def swap(finished: Path, output: Path) -> None:
    """Put the folder `finished` in place of `output`, which need not exist.

    Parameters
    ----------
    finished
        A complete site, on any file system; it is gone afterwards.
    output
        Where the site is to stand.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    recover(output)
    old, new = _beside(output, "old"), _beside(output, "new")
    try:
        finished.replace(new)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        try:
            shutil.copytree(finished, new)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            raise
        remove(finished)
    if not output.exists():
        new.replace(output)
    elif exchange(new, output):
        remove(new)
    else:
        output.replace(old)
        new.replace(output)
        remove(old)


def exchange(one: Path, other: Path) -> bool:
    """Let two existing paths change names in one step; False where the system cannot."""
    try:
        if sys.platform == "linux":
            call = ctypes.CDLL(None, use_errno=True).renameat2
            return not call(
                AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), LINUX_EXCHANGE
            )
        if sys.platform == "darwin":
            call = ctypes.CDLL(None, use_errno=True).renamex_np
            return not call(os.fsencode(one), os.fsencode(other), MACOS_SWAP)
    except (AttributeError, OSError):
        return False
    return False


def remove(path: Path) -> None:
    """Delete a file or folder if it is there.

    A folder gets another name first, so that what is half deleted is never taken for a whole.
    """
    if path.is_dir() and not path.is_symlink():
        doomed = _doomed(path)
        if doomed.exists():
            shutil.rmtree(doomed)
        path.replace(doomed)
        shutil.rmtree(doomed)
    elif path.exists() or path.is_symlink():
        path.unlink()


def _doomed(path: Path) -> Path:
    return path.with_name(f"{path.name}.deleted")
