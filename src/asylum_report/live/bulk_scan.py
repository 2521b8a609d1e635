"""Blocks of whole lines of a bulk TSV as numbers: codes of each line, figures and flags of cells.

Tabs, commas and line ends are found in a block all at once, and must stand as the head has them.
The texts between them become numbers of the few different ones (Arrow's dictionary encoding), so
that Python judges each different text once a block and arrays do the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from asylum_report.errors import InvalidTable

FLAGS = "bcdefnprsuz"
"""Eurostat's flags (`asylum_report.sources.eurostat.FLAGS`)."""
CEILING = 10**9
"""No count reaches this (`asylum_report.sources.checks.CEILING`)."""
MOST_CODES = 1 << 14
"""Most codes of one dimension, and most different flags (an asylum table has some 250)."""
_MOST_TEXTS = 1 << 15  # cells remembered, not a bound on what a file may have

DIMENSIONS = frozenset(
    (
        "freq",
        "citizen",
        "sex",
        "unit",
        "age",
        "asyl_app",
        "applicant",
        "decision",
        "reason",
        "c_dest",
        "geo",
    )
)
"""Dimensions of the tables on asylum and enforcement, old and new names."""

_MARKS = bytes(byte in b"\t\n," for byte in range(256))
"""Translates a block into where its marks are, in one pass and one byte a byte."""

CODE = re.compile(rb"[A-Za-z0-9_.+-]{1,64}")
_PERIOD = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d\d)?|-[QS][1-4]|-W\d\d)?", re.ASCII)
_CELL = re.compile(
    rb" *(?:(?P<colon>:)|(?P<whole>[0-9]+)(?:\.(?P<part>[0-9]+))?)? *(?P<flag>[%s]*) *"
    % FLAGS.encode()
)
_LIKE = re.compile(rb" *(?:(?P<minus>-[0-9.]+)|(?::|[0-9.]+) *[A-Za-z]+) *")


def head(text: bytes, where: str) -> tuple[list[str], list[str]]:
    """Return the dimensions and periods of a head.

    Raises
    ------
    InvalidTable
        If it is not the head of a bulk table, or has an unknown dimension.
    """
    if text.lstrip()[:1] in (b"<", b"{"):
        waiting = b"syncResponse" in text
        what = (
            "the answer says that the table is still being prepared"
            if waiting
            else "the answer is a page or a message instead of a table"
        )
        raise InvalidTable(what, where=where)
    try:
        first, *rest = text.decode("utf-8-sig").rstrip("\r\n").split("\t")
    except UnicodeDecodeError as error:
        raise InvalidTable("a table's head is no text", where=where) from error
    names, mark, time = first.strip().partition("\\")
    if not mark or time not in ("TIME_PERIOD", "time"):
        raise InvalidTable("a head does not end its dimensions with \\TIME_PERIOD", where=where)
    axes, periods = names.split(","), [period.strip() for period in rest]
    for axis in axes:
        if axis not in DIMENSIONS:
            raise InvalidTable(f"an unknown dimension '{axis[:40]}'", where=where)
    for axis in ("citizen", "geo"):
        if axis not in axes:
            raise InvalidTable(f"a dimension is missing: {axis}", where=where)
    for period in periods:
        if not _PERIOD.fullmatch(period):
            raise InvalidTable(f"a column is no period: '{period[:40]}'", where=where)
    for kind, names_ in (("dimension", axes), ("period", periods)):
        if len(set(names_)) < len(names_):
            raise InvalidTable(f"a head has the same {kind} twice", where=where)
    if not periods:
        raise InvalidTable("a table has no periods", where=where)
    return axes, periods


def cell(text: bytes) -> tuple[int | None, str] | str:
    """Return a cell's count and flags, or what is wrong with it."""
    match = _CELL.fullmatch(text)
    if match is None:
        like = _LIKE.fullmatch(text)
        if like is None:
            return "no count with flags"
        return "a count is negative" if like["minus"] else "an unknown flag"
    if (match["part"] or b"").strip(b"0"):
        return "a count is not a whole number"
    whole = (match["whole"] or b"0").lstrip(b"0") or b"0"
    if len(whole) >= len(str(CEILING)):
        return "a count is too large to be one"
    flag = match["flag"].decode()
    if len(flag) > len(FLAGS):
        return "an unknown flag"
    return (int(whole) if match["whole"] else None), flag


class Words:
    """Numbers for texts, given in the order in which they are met."""

    def __init__(self) -> None:
        self.number: dict[bytes, int] = {}

    @property
    def names(self) -> list[str]:
        """Return the texts in order."""
        return [text.decode("ascii") for text in self.number]

    def take(self, text: bytes) -> int:
        """Return a text's number, taking it up if it is new; -1: no room."""
        if text not in self.number and len(self.number) >= MOST_CODES:
            return -1
        return self.number.setdefault(text, len(self.number))


class Cells:
    """Cells met so far: what each text stands for. Number 0 is nothing to show."""

    def __init__(self) -> None:
        self.flags = Words()
        self.flags.take(b"")
        self.forget()

    def forget(self) -> None:
        """Begin anew; numbers given before are void."""
        self.number: dict[bytes, int] = {}
        self._used = 1
        self.count = np.zeros(1 << 10, np.int32)
        self.null = np.ones(1 << 10, np.bool_)
        self.flag = np.zeros(1 << 10, np.int16)

    def take(self, token: bytes) -> int:
        """Return the number of a text with its tab or line end; -1 if it is no cell."""
        if (one := self.number.get(token)) is not None:
            return one
        found = cell(
            token.removesuffix(b"\n").removesuffix(b"\r") if token[-1] == 10 else token[:-1]
        )
        if isinstance(found, str) or (number := self.flags.take(found[1].encode())) < 0:
            return -1
        count = found[0]
        if count is None and not number:
            one = 0
        else:
            if self._used == len(self.count):
                for name in ("count", "null", "flag"):
                    old = getattr(self, name)
                    setattr(self, name, np.concatenate([old, np.zeros_like(old)]))
            one, self._used = self._used, self._used + 1
            self.count[one], self.null[one], self.flag[one] = count or 0, count is None, number
        self.number[token] = one
        return one


@dataclass
class Block:
    """Some lines of the file.

    Parameters
    ----------
    line
        The first one's number in the file.
    code
        Number of each line's code among its dimension's; lines by dimensions.
    cell
        Number of each cell among `Cells`, 0 if it has nothing to show; lines by periods.
    """

    line: int
    code: np.ndarray
    cell: np.ndarray


@dataclass
class Tokens:
    """A block's different texts, each with the mark behind it, and their numbers.

    Parameters
    ----------
    text
        The different texts.
    number
        Which text stands where; lines by dimensions and periods.
    """

    text: list[bytes]
    number: np.ndarray


class Scanner:
    """Turns blocks into numbers, and says what is wrong with one that it cannot turn.

    Parameters
    ----------
    axes, periods
        The head.
    where
        Name of the file in messages.
    """

    def __init__(self, axes: list[str], periods: list[str], where: str) -> None:
        self.axes, self.periods, self.where = axes, periods, where
        self.codes = [Words() for _ in axes]
        self.cells = Cells()
        self.line = 2
        self._marks = np.frombuffer(b"," * (len(axes) - 1) + b"\t" * len(periods) + b"\n", np.uint8)

    def split(self, text: bytes) -> Tokens | None:
        """Return a block's texts; None if commas, tabs and line ends are not where they should be.

        Safe to call in another thread.
        """
        mark = np.flatnonzero(np.frombuffer(text.translate(_MARKS), np.bool_))
        width, count = len(self._marks), len(mark)
        byte = np.frombuffer(text, np.uint8)
        if count % width or (byte[mark].reshape(-1, width) != self._marks).any():
            return None
        end = np.zeros(count + 1, np.int32)
        np.add(mark, 1, out=end[1:], casting="same_kind")
        del mark
        token = pa.BinaryArray.from_buffers(
            pa.binary(), count, [None, pa.py_buffer(end), pa.py_buffer(text)]
        )
        # This pool gives back what is no longer needed.
        coded = pc.dictionary_encode(token, memory_pool=pa.system_memory_pool())
        # Not .to_numpy(), which imports pandas.
        number = np.frombuffer(coded.indices.buffers()[1], np.int32, count)
        return Tokens(coded.dictionary.to_pylist(), number.reshape(-1, width))

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
        axes = len(self.axes)
        look = np.array([self.cells.take(one) for one in tokens.text], np.int32)
        cells = look.take(tokens.number[:, axes:])
        code = np.empty((len(cells), axes), np.int16)
        for axis, words in enumerate(self.codes):
            number = tokens.number[:, axis]
            of_token = np.full(len(tokens.text), -1, np.int16)
            for one in np.flatnonzero(np.bincount(number, minlength=len(tokens.text))):
                said = tokens.text[one][:-1]
                if said in words.number or CODE.fullmatch(said):
                    of_token[one] = words.take(said)
            code[:, axis] = of_token[number]
        if cells.min(initial=0) < 0 or code.min(initial=0) < 0:
            raise self._fault(text)
        block = Block(self.line, code, cells)
        self.line += len(cells)
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
