"""Bytes of a bulk file, packed by gzip or not, as blocks of bounded size."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from itertools import chain
from pathlib import Path

import numpy as np
from isal import isal_zlib
from isal.igzip_lib import IsalError

from asylum_report.errors import InvalidTable

BLOCK = 3 << 18
"""Most bytes of one unpacked block."""
LONGEST_LINE = 1 << 18
"""Bytes of a line, the head included; a monthly table's lines have some 3,000."""
_PIECE = 1 << 16
_MAGIC = b"\x1f\x8b"
_GZIP = 31  # zlib's way of saying: a gzip header and its check sum, nothing else


class _Unpacker:
    """Unpacks what it is fed, a block at a time."""

    def __init__(self, most: int, where: str) -> None:
        self.most, self.where = most, where
        self.first = b""
        self.packed: bool | None = None
        self.waiting: bytes | memoryview = b""
        self.stream = isal_zlib.decompressobj(_GZIP)
        self.given = 0

    def feed(self, piece: memoryview) -> None:
        """Take the next bytes as they came."""
        if self.packed is None:
            self.first += bytes(piece)
            if len(self.first) < 2:
                return
            self.packed = self.first[:2] == _MAGIC
            self.waiting = self.first
        else:
            self.waiting = piece

    def take(self) -> bytes:
        """Return the next block, empty if more must be fed before."""
        if not self.packed:
            block, self.waiting = bytes(self.waiting), b""
        else:
            block = self._take()
        self.given += len(block)
        if self.given > self.most:
            raise InvalidTable(f"a table has more than {self.most // 10**6:,} MB", where=self.where)
        return block

    def _take(self) -> bytes:
        try:
            if self.stream.eof and len(self.waiting):
                # Several packed parts may follow one another, and zeros the last one.
                rest = bytes(self.waiting)
                if not rest.strip(b"\0"):
                    self.waiting = b""
                    return b""
                if not _MAGIC.startswith(rest[:2]):
                    raise self._damaged()
                self.stream = isal_zlib.decompressobj(_GZIP)
            block = self.stream.decompress(self.waiting, BLOCK)
        except IsalError as error:  # type: ignore[misc]  # a class, whatever its stub says
            raise self._damaged() from error
        self.waiting = self.stream.unused_data if self.stream.eof else self.stream.unconsumed_tail
        return block

    def _damaged(self) -> InvalidTable:
        return InvalidTable("a gzip file is damaged", where=self.where)

    def more(self, block: bytes) -> bool:
        """Return whether another block may be had without feeding."""
        return len(self.waiting) > 0 or len(block) == BLOCK

    def rest(self) -> bytes:
        """Return what is left when nothing more comes."""
        if self.packed is None:
            return self.first
        if self.packed and not self.stream.eof:
            raise InvalidTable(
                "a gzip file is cut short", where=self.where, todo="download it again"
            )
        return b""


def _pieces(source: Path | Iterable[bytes], where: str) -> Iterator[memoryview]:
    """Give the bytes as they came, in small pieces."""
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield memoryview(piece)
        except FileNotFoundError as error:
            raise InvalidTable("a file is missing", where=where) from error
        except OSError as error:
            raise InvalidTable("a file cannot be read", where=where) from error
    else:
        for block in source:
            view = memoryview(block)
            for start in range(0, len(view), _PIECE):
                yield view[start : start + _PIECE]


def blocks(
    source: Path | Iterable[bytes], most: int, where: str, pool: Executor
) -> Iterator[bytes]:
    """Give unpacked blocks; the next is unpacked in the pool while the caller works on one.

    The source itself is only ever asked from the caller's thread, so that a connection can be
    closed there.

    Parameters
    ----------
    most
        Refuse more unpacked bytes than these.

    Raises
    ------
    InvalidTable
        If the gzip is damaged, cut short or too large, or the file cannot be read.
    """
    unpacker = _Unpacker(most, where)
    ready: list[bytes] = []  # popped when given, so that no name here holds on to it
    for piece in _pieces(source, where):
        unpacker.feed(piece)
        more = unpacker.packed is not None
        while more:
            task = pool.submit(unpacker.take)
            if ready:
                yield ready.pop()
            if block := task.result():
                ready.append(block)
            more = unpacker.more(block)
            del task, block
    if ready:
        yield ready.pop()
    if rest := unpacker.rest():
        yield rest


class _Rooms:
    """Places for blocks, taken in turns: new memory for each costs as much as filling it."""

    def __init__(self, turns: int) -> None:
        self.rooms = deque(np.empty(0, np.uint8) for _ in range(turns))

    def joined(self, parts: list[bytes | memoryview]) -> np.ndarray:
        """Return bytes one behind the other; unlike a join, lets another thread work meanwhile."""
        size, at = sum(map(len, parts)), 0
        whole = self.rooms.popleft()
        if len(whole) < size:
            whole = np.empty(size + BLOCK // 8, np.uint8)
        self.rooms.append(whole)
        for part in parts:
            whole[at : at + len(part)] = np.frombuffer(part, np.uint8)
            at += len(part)
        return whole[:size]


def whole_lines(pieces: Iterable[bytes], where: str) -> Iterator[np.ndarray]:
    """Give the head, then blocks of whole lines, each line with its end, as bytes.

    A block is written over when the second one after it is asked for.

    Raises
    ------
    InvalidTable
        If a line is too long, or nothing follows the head.
    """
    rooms = _Rooms(2)
    held: list[bytes] = []
    size, first, some = 0, True, False
    for piece in chain(pieces, [b""]):
        held.append(piece)
        size += len(piece)
        if piece and size < BLOCK // 2:
            continue
        if end := piece.rfind(b"\n") + 1:
            text = rooms.joined([*held[:-1], memoryview(piece)[:end]])
            rest = piece[end:]
        else:
            all_ = b"".join(held)
            if not piece and all_[-1:] not in (b"", b"\n"):
                all_ += b"\n"
            end = all_.rfind(b"\n") + 1
            text, rest = np.frombuffer(all_, np.uint8, end), all_[end:]
        held, size, piece = [rest], len(rest), b""
        if size > LONGEST_LINE:
            raise InvalidTable("a line is too long", where=where)
        if first and len(text):
            line = text.tobytes().partition(b"\n")[0] + b"\n"
            first, text = False, text[len(line) :]
            yield np.frombuffer(line, np.uint8)
        if len(text):
            some = True
            yield text
    if not some:
        raise InvalidTable("a file is empty or has a head only", where=where)
