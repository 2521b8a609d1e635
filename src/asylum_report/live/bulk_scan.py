"""Blocks of whole lines of a bulk TSV as numbers: codes of each line, figures and flags of cells.

Commas and line ends are found in a block all at once, and must stand as the head has them. A line
is two texts: its start, all codes but the last; and its tail, the last code with all the cells.
The different ones become numbers (Arrow's dictionary encoding); only different tails are split
at their tabs, and again only the different cells are read. In a real table nine lines of ten
repeat the tail of another one, so that most figures are never looked at twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from asylum_report.errors import InvalidTable
from asylum_report.live.bulk_format import CODE, Cells, Words, cell

_MOST_TEXTS = 1 << 15  # cells remembered, not a bound on what a file may have
_TAB, _END, _COMMA = b"\t", b"\n", b","


@dataclass
class Block:
    """Some lines of the file, each a start and a tail.

    Parameters
    ----------
    line
        The first one's number in the file.
    start, tail
        Which of the different starts and tails each line has.
    starts
        Number of each code among its dimension's: all dimensions but the last, by starts.
    lasts
        Number of each last code among its dimension's; one for each tail.
    cells
        Number of each cell among `Cells`, 0 if it has nothing to show; tails by periods.
    """

    line: int
    start: np.ndarray
    tail: np.ndarray
    starts: np.ndarray
    lasts: np.ndarray
    cells: np.ndarray

    def code(self, axis: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers of a dimension's codes, and which of them each line has."""
        if axis == len(self.starts):
            return self.lasts, self.tail
        return self.starts[axis], self.start


@dataclass
class Parts:
    """Texts of several parts each.

    Parameters
    ----------
    text
        The different parts, each with the mark behind it.
    which
        Which part stands where; texts by parts.
    """

    text: list[bytes]
    which: np.ndarray


@dataclass
class Tokens:
    """What a block is made of.

    Parameters
    ----------
    start, tail
        Which start and tail each line has.
    starts
        The different starts, made of all codes but the last.
    tails
        The different tails, made of the last code and the cells.
    """

    start: np.ndarray
    tail: np.ndarray
    starts: Parts
    tails: Parts


def _bytes(texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Return the bytes of some texts and where each text ends."""
    _, ends, text = texts.buffers()
    end = np.frombuffer(ends, np.int32, len(texts) + 1)
    return np.frombuffer(text, np.uint8, end[-1]), end[1:]


def _coded(ends: np.ndarray, text: np.ndarray) -> tuple[pa.Array, np.ndarray]:
    """Return the different ones of the texts that end there, and which stands where."""
    begins = np.zeros(ends.size + 1, np.int32)
    begins[1:] = ends.reshape(-1)
    array = pa.BinaryArray.from_buffers(
        pa.binary(), ends.size, [None, pa.py_buffer(begins), pa.py_buffer(text)]
    )
    # This pool gives back what is no longer needed.
    coded = pc.dictionary_encode(array, memory_pool=pa.system_memory_pool())
    # Not .to_numpy(), which imports pandas.
    which = np.frombuffer(coded.indices.buffers()[1], np.int32, ends.size)
    return coded.dictionary, which.reshape(ends.shape)


def _those(texts: pa.Array, chosen: np.ndarray) -> pa.Array:
    """Return the chosen ones of some texts."""
    # Arrow's own ways from arrays import pandas.
    bits = pa.py_buffer(np.packbits(chosen, bitorder="little"))
    mask = pa.Array.from_buffers(pa.bool_(), len(chosen), [None, bits])
    return pc.filter(texts, mask, memory_pool=pa.system_memory_pool())


def _places(byte: np.ndarray, inner: bytes, last: bytes, width: int) -> np.ndarray | None:
    """Return where the marks in some texts stand, texts by marks.

    None if one of them does not have `width` marks, all but the last one `inner`.
    """
    is_mark = byte == ord(last)
    texts = np.count_nonzero(is_mark)
    if inner == last:
        texts //= width
    else:
        is_mark |= byte == ord(inner)
    place = np.flatnonzero(is_mark)
    if len(place) != texts * width:
        return None
    # There are as many last marks as texts: if each text ends with one, no other is inside.
    of_text = place.reshape(-1, width)
    return of_text if (byte.take(of_text[:, -1]) == ord(last)).all() else None


def _cut(texts: pa.Array, inner: bytes, last: bytes, width: int) -> Parts | None:
    """Return texts as parts; None if one does not have its marks as `_places` wants them."""
    byte, _ = _bytes(texts)
    place = _places(byte, inner, last, width)
    if place is None:
        return None
    different, which = _coded(place + 1, byte)
    byte, end = _bytes(different)
    whole, ends = byte.tobytes(), end.tolist()
    return Parts([whole[a:b] for a, b in zip([0, *ends], ends, strict=False)], which)


def _codes(words: Words, text: list[bytes], which: np.ndarray) -> np.ndarray:
    """Return the codes' numbers of parts, each with a mark behind it; -1 for what is no code."""
    number = np.full(len(text), -1, np.int16)
    for one in np.flatnonzero(np.bincount(which)).tolist():
        number[one] = words.code(text[one][:-1])
    return number.take(which)


class Scanner:
    """Turns blocks into numbers, and says what is wrong with one that it cannot turn.

    Parameters
    ----------
    axes, periods
        The head; two dimensions at least.
    where
        Name of the file in messages.
    """

    def __init__(self, axes: list[str], periods: list[str], where: str) -> None:
        self.axes, self.periods, self.where = axes, periods, where
        self.codes = [Words() for _ in axes]
        self.cells = Cells()
        self.line = 2

    def split(self, text: np.ndarray) -> Tokens | None:
        """Return a block's texts; None if commas, tabs and line ends are not where they should be.

        Safe to call in another thread.
        """
        mark = _places(text, _COMMA, _END, len(self.axes))
        if mark is None:
            return None
        different, which = _coded(mark[:, -2:] + 1, text)
        letter, end = _bytes(different)
        is_start = letter[end - 1] == ord(_COMMA)
        starts = _cut(_those(different, is_start), _COMMA, _COMMA, len(self.axes) - 1)
        tails = _cut(_those(different, ~is_start), _TAB, _END, len(self.periods) + 1)
        if starts is None or tails is None:
            return None
        before = np.cumsum(is_start, dtype=np.int32)  # starts up to here
        place = np.where(is_start, before - 1, np.arange(len(before), dtype=np.int32) - before)
        return Tokens(place.take(which[:, 0]), place.take(which[:, 1]), starts, tails)

    def read(self, text: np.ndarray, tokens: Tokens | None) -> Block:
        """Return a block as numbers.

        Parameters
        ----------
        text
            Whole lines.
        tokens
            What `split` made of them.

        Raises
        ------
        InvalidTable
            Naming the first line, and column, that is not as it should be.
        """
        if tokens is None:
            raise self._fault(text)
        if len(self.cells.number) > _MOST_TEXTS:
            self.cells.forget()
        starts, tails = tokens.starts, tokens.tails
        start = np.empty((len(self.axes) - 1, len(starts.which)), np.int16)
        for into, words, which in zip(start, self.codes, starts.which.T, strict=False):
            into[:] = _codes(words, starts.text, which)
        last = _codes(self.codes[-1], tails.text, tails.which[:, 0])
        cells = self.cells.take(tails.text).take(tails.which)[:, 1:]
        if min(one.min(initial=0) for one in (start, last, cells)) < 0:
            raise self._fault(text)
        block = Block(self.line, tokens.start, tokens.tail, start, last, cells)
        self.line += len(block.tail)
        return block

    def _fault(self, text: np.ndarray) -> InvalidTable:
        """Return what is wrong with the first bad line of a block, looked for one by one."""
        for number, line in enumerate(text.tobytes().split(b"\n")[:-1], self.line):
            where = f"{self.where}, line {number}"
            key, *cells = line.removesuffix(b"\r").split(b"\t")
            codes = key.split(b",")
            if len(codes) < len(self.axes) or len(cells) < len(self.periods):
                return InvalidTable("a line is cut short", where=where)
            if len(codes) > len(self.axes):
                return InvalidTable("a line has more codes than the head has", where=where)
            if len(cells) > len(self.periods):
                return InvalidTable("a line has more cells than the head has", where=where)
            for axis, code in zip(self.axes, codes, strict=True):
                if not CODE.fullmatch(code):
                    said = f"no code: '{_shown(code)}'"
                    return InvalidTable(said, where=f"{where}, column {axis}")
            for period, one in zip(self.periods, cells, strict=True):
                if isinstance(found := cell(one), str):
                    said = f"{found}: '{_shown(one)}'"
                    return InvalidTable(said, where=f"{where}, column {period}")
        return InvalidTable("a table has more codes or flags than it can have", where=self.where)


def _shown(text: bytes) -> str:
    return text.strip()[:40].decode("ascii", "replace")
