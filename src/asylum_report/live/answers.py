"""Answers of publishers, kept to ask "has it changed since?" and to run without a network.

One file an answer: a line of JSON that says what it is, with the hash of what follows; then the
body. Whoever cannot keep an answer (read-only folder, full disk) goes on without.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from asylum_report import files
from asylum_report.errors import ReportError

OLDEST = 90 * 86_400
"""Seconds after which an answer that nobody asked for is thrown away."""
MOST = 2_000_000_000
"""Bytes that the answers of one publisher may take; the oldest go first."""
LONGEST_HEAD = 100_000

# Parts of files are named by process, so threads take turns.
_turn = threading.Lock()


@dataclass(frozen=True)
class Answer:
    """What a publisher answered.

    Parameters
    ----------
    url
        The address asked, with its query.
    status
        HTTP status.
    content
        The body, freed from transfer and content encodings; a gzip file stays one.
    content_type, etag, modified
        As the publisher sent them, or empty.
    retrieved
        ISO date-time (UTC) when it was got from the publisher.
    kept
        Whether it comes from the kept answers.
    """

    url: str
    status: int
    content: bytes
    content_type: str = ""
    etag: str = ""
    modified: str = ""
    retrieved: str = ""
    kept: bool = False


class Kept:
    """The kept answers of one publisher.

    Parameters
    ----------
    folder
        Where they lie; None: nothing is kept.
    most
        Bytes of a body beyond which a kept answer is not read.
    """

    def __init__(self, folder: Path | None, most: int = MOST) -> None:
        self.folder, self.most = folder, most
        self._pruned = False

    def path(self, url: str) -> Path | None:
        """Return the file of an address's answer."""
        if self.folder is None:
            return None
        return self.folder / f"{hashlib.sha256(url.encode()).hexdigest()[:32]}.answer"

    def read(self, url: str) -> Answer | None:
        """Return the kept answer of an address; drop it and return None if it is damaged."""
        path = self.path(url)
        if path is None:
            return None
        try:
            with path.open("rb") as file:
                head = file.readline(LONGEST_HEAD)
                content = file.read(self.most + 1)
        except OSError:
            return None
        try:
            facts = json.loads(head)
            good = facts.pop("sha256") == hashlib.sha256(content).hexdigest()
            answer = Answer(content=content, kept=True, **facts)
            good = good and answer.url == url and isinstance(answer.status, int)
        except (ValueError, TypeError, KeyError, AttributeError):
            good = False
        if not good:
            self.drop(url)
            return None
        return answer

    def write(self, answer: Answer) -> bool:
        """Keep an answer, whole or not at all; say whether it could be kept."""
        path = self.path(answer.url)
        if path is None:
            return False
        facts = asdict(replace(answer, content=b""))
        del facts["content"], facts["kept"]
        facts["sha256"] = hashlib.sha256(answer.content).hexdigest()
        head = json.dumps(facts, sort_keys=True).encode() + b"\n"
        with _turn:
            try:
                files.place({path: head + answer.content})
            except (ReportError, OSError):
                return False
            if not self._pruned:
                self._pruned = True
                self.prune()
        return True

    def used(self, url: str) -> None:
        """Note that an answer is still the publisher's."""
        path = self.path(url)
        if path is not None:
            with contextlib.suppress(OSError):
                os.utime(path)

    def drop(self, url: str) -> None:
        """Throw an answer away."""
        path = self.path(url)
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def prune(self, oldest: float = OLDEST, most: int = MOST) -> None:
        """Throw away what is older than `oldest` seconds, then the oldest beyond `most` bytes."""
        found = []
        with contextlib.suppress(OSError):
            for path in self.folder.glob("*.answer") if self.folder else ():
                with contextlib.suppress(OSError):
                    facts = path.stat()
                    found.append((facts.st_mtime, facts.st_size, path))
        total = 0
        for changed, size, path in sorted(found, reverse=True):
            total += size
            if changed < time.time() - oldest or total > most:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
