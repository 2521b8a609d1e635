"""Blocks of whole lines of a bulk TSV as numbers: codes of each line, figures and flags of cells.

Commas, tabs and line ends are found in a block all at once, and must stand as the head has them.
A line is three texts: all codes but the last, the last code, and the rest with all its cells. The
different ones of each become numbers (Arrow's dictionary encoding); only different rests are split
into cells, and again only the different cells are read. In a real table nine lines of ten repeat
the rest of another one, so that most figures are never looked at twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from asylum_report.errors import InvalidTable
from asylum_report.live.bulk_format import CODE, Cells, Words, cell

_MOST_TEXTS = 1 << 15  # cells remembered, not a bound on what a file may have
_LONGEST = 65  # bytes of a code and its tab, as `CODE` has it
_TAB, _END, _COMMA = b"\t\n,"


@dataclass
class Block:
    """Some lines of the file.

    Parameters
    ----------
    line
        The first one's number in the file.
    code
        Number of each line's code among its dimension's; lines by dimensions.
    rest
        Which of the different rests each line has.
    cell
        Number of each cell among `Cells`, 0 if it has nothing to show; rests by periods.
    """

    line: int
    code: np.ndarray
    rest: np.ndarray
    cell: np.ndarray


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
    which
        Which start, last code and rest each line has; lines by three.
    starts
        The different starts, made of all codes but the last.
    lasts
        The different last codes, each with its tab.
    rests
        The different rests, made of cells.
    """

    which: np.ndarray
    starts: Parts
    lasts: list[bytes]
    rests: Parts


def _coded(ends: np.ndarray, text: bytes | pa.Buffer) -> tuple[pa.Array, np.ndarray]:
    """Return the different ones of the texts that end there, and which stands where."""
    begins = np.zeros(len(ends) + 1, np.int32)
    begins[1:] = ends
    array = pa.BinaryArray.from_buffers(
        pa.binary(), len(ends), [None, pa.py_buffer(begins), pa.py_buffer(text)]
    )
    # This pool gives back what is no longer needed.
    coded = pc.dictionary_encode(array, memory_pool=pa.system_memory_pool())
    # Not .to_numpy(), which imports pandas.
    return coded.dictionary, np.frombuffer(coded.indices.buffers()[1], np.int32, len(ends))


def _those(texts: pa.Array, chosen: np.ndarray) -> pa.Array:
    """Return the chosen ones of some texts."""
    # Arrow's own ways from arrays import pandas.
    bits = pa.py_buffer(np.packbits(chosen, bitorder="little"))
    mask = pa.Array.from_buffers(pa.bool_(), len(chosen), [None, bits])
    return pc.filter(texts, mask, memory_pool=pa.system_memory_pool())


def _cut(texts: pa.Array, marks: np.ndarray) -> Parts | None:
    """Return texts as parts; None if one does not have these marks in this order."""
    _, ends, text = texts.buffers()
    byte = np.frombuffer(text, np.uint8, np.frombuffer(ends, np.int32, len(texts) + 1)[-1])
    is_mark = byte == marks[0]
    if marks[-1] != marks[0]:
        is_mark |= byte == marks[-1]
    mark = np.flatnonzero(is_mark)
    if len(mark) != len(marks) * len(texts) or (byte[mark].reshape(-1, len(marks)) != marks).any():
        return None
    different, which = _coded(mark + 1, text)
    return Parts(different.to_pylist(), which.reshape(-1, len(marks)))


def _first_tabs(byte: np.ndarray, begin: np.ndarray) -> np.ndarray | None:
    """Return the place of the first tab from each beginning; None if one is too far away."""
    place = begin.copy()
    left = np.arange(len(place))
    for _ in range(_LONGEST):
        left = left[byte[place[left]] != _TAB]
        if not len(left):
            return place
        place[left] += 1
        if place[left[-1]] == len(byte):
            return None
    return None


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
        # Marks of a line up to its first tab, of its start, and of its rest.
        self._key, self._start, self._rest = (
            np.frombuffer(marks, np.uint8)
            for marks in (
                b"," * (len(axes) - 1) + b"\n",
                b"," * (len(axes) - 1),
                b"\t" * (len(periods) - 1) + b"\n",
            )
        )

    def split(self, text: bytes) -> Tokens | None:
        """Return a block's texts; None if commas, tabs and line ends are not where they should be.

        Safe to call in another thread.
        """
        byte = np.frombuffer(text, np.uint8)
        mark = np.flatnonzero((byte == _COMMA) | (byte == _END))
        width = len(self._key)
        if len(mark) % width or (byte[mark].reshape(-1, width) != self._key).any():
            return None
        end = np.empty((len(mark) // width, 3), np.int32)  # of start, last code, rest
        end[:, [0, 2]] = mark.reshape(-1, width)[:, -2:] + 1
        tab = _first_tabs(byte, end[:, 0])
        if tab is None or (tab >= end[:, 2]).any():
            return None
        end[:, 1] = tab + 1
        different, which = _coded(end.reshape(-1), text)
        which = which.reshape(-1, 3)
        kind = np.empty(len(different), np.int8)
        for number in range(3):
            kind[which[:, number]] = number
        starts = _cut(_those(different, kind == 0), self._start)
        rests = _cut(_those(different, kind == 2), self._rest)
        if starts is None or rests is None:
            return None
        place = np.empty(len(different), np.int32)  # of each text among those of its kind
        for number in range(3):
            of_kind = np.flatnonzero(kind == number)
            place[of_kind] = np.arange(len(of_kind), dtype=np.int32)
        return Tokens(place[which], starts, _those(different, kind == 1).to_pylist(), rests)

    def read(self, text: bytes, tokens: Tokens | None) -> Block:
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
        look = np.array([self.cells.take(one) for one in tokens.rests.text], np.int32)
        start, last, rest = tokens.which.T
        code = np.empty((len(start), len(self.axes)), np.int16)
        for axis, words in enumerate(self.codes[:-1]):
            number = tokens.starts.which[:, axis]
            of_text = np.full(len(tokens.starts.text), -1, np.int16)
            for one in np.unique(number):
                of_text[one] = words.code(tokens.starts.text[one][:-1])
            code[:, axis] = of_text[number][start]
        of_last = np.array([self.codes[-1].code(one[:-1]) for one in tokens.lasts], np.int16)
        code[:, -1] = of_last[last]
        if look.min(initial=0) < 0 or code.min(initial=0) < 0:
            raise self._fault(text)
        block = Block(self.line, code, rest, look.take(tokens.rests.which))
        self.line += len(code)
        return block

    def _fault(self, text: bytes) -> InvalidTable:
        """Return what is wrong with the first bad line of a block, looked for one by one."""
        for number, line in enumerate(text.split(b"\n")[:-1], self.line):
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
