"""Fits kept by content: the same counts, effect, method and code never need fitting twice."""

from __future__ import annotations

import contextlib
import hashlib
import os
from functools import cache
from pathlib import Path

import numpy as np

from asylum_report.models.exact import LEVELS
from asylum_report.models.many import Found, Task

CODE = ("exact.py", "exact_batch.py", "exact_shapes.py", "fast.py", "likelihood.py",
        "likelihood_apart.py", "many.py")  # fmt: skip
"""Modules of `asylum_report.models` on which a fit rests."""

LIMIT = 100_000_000
"""Bytes on disk above which the files used longest ago are removed."""

BLOCK = 4096
"""Bytes that the smallest file takes on a disk."""

_WORDS = 64
_HASH = 32


@cache
def version() -> str:
    """Return a hash of the code of the models."""
    total = hashlib.sha256()
    for name in CODE:
        total.update((Path(__file__).parent / "models" / name).read_bytes())
    return total.hexdigest()


def key(task: Task, method: str) -> str:
    """Return the name under which the fit of a single series is kept.

    Parameters
    ----------
    method
        As asked for: auto, exact or fast.
    """
    about = f"{version()} {task.effect!r} {method} {task.form.resets} {task.low.shape}"
    total = hashlib.sha256(about.encode())
    for array in (task.low, task.high, task.counts):
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def load(folder: Path, name: str) -> Found | None:
    """Return what is kept under a name; None where there is nothing, or nothing whole."""
    path = folder / name
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, payload = content[:_HASH], content[_HASH:]
    if hashlib.sha256(payload).digest() != digest:
        return None
    method, word = payload[:_WORDS].decode("ascii").split()
    values = np.frombuffer(payload[_WORDS:]).reshape(2, -1, len(LEVELS))
    with contextlib.suppress(OSError):
        os.utime(path)
    return Found(values[0], values[1], method, word)


def save(folder: Path, name: str, found: Found) -> None:
    """Keep a fit; a disk that is full or may not be written costs speed, never the result."""
    words = f"{found.method} {found.status}".encode("ascii").ljust(_WORDS)
    payload = words + np.stack([found.own, found.level]).astype(float).tobytes()
    part = folder / f".{name}.{os.getpid()}.part"
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(payload).digest() + payload)
        part.replace(folder / name)


def trim(folder: Path, limit: int | None = None) -> int:
    """Remove the files used longest ago until the rest fit in `limit`; return how many."""
    kept = []
    for path in folder.glob("*") if folder.is_dir() else ():
        with contextlib.suppress(OSError):
            state = path.stat()
            kept.append((state.st_mtime_ns, -(-state.st_size // BLOCK) * BLOCK, path))
    total, removed = sum(size for _, size, _ in kept), 0
    for _, size, path in sorted(kept):
        if total <= (LIMIT if limit is None else limit):
            break
        with contextlib.suppress(OSError):
            path.unlink()
            removed += 1
        total -= size
    return removed
