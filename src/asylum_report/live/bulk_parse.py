"""Reading a bulk TSV block by block: what is kept, and rows in batches of one size."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from asylum_report.errors import InvalidTable, ReportError
from asylum_report.live.bulk_format import CODE, NO_NUMBER, head
from asylum_report.live.bulk_scan import Block, Scanner, Tokens
from asylum_report.live.bulk_sums import Closure, Seen, Sums
from asylum_report.live.bulk_unpack import blocks, whole_lines

Sink = Callable[[pa.RecordBatch], None]

MOST_BYTES = 4_000_000_000
"""Most unpacked bytes; a monthly table of applicants has some 600 MB."""
ROWS = 1 << 16
"""Rows of a batch and so of a row group."""


@dataclass(frozen=True)
class Counts:
    """What was read.

    Parameters
    ----------
    lines, cells
        Series and cells of the whole file.
    rows
        Rows handed on: cells of the series and periods asked for with a number or a flag.
    periods
        Periods kept, in the head's order.
    missing
        Codes asked for that the file does not have, as ``dimension=code``.
    closure
        For a file read whole, how well citizenships add up.
    held
        Most bytes of text, numbers and marks held at one time.
    """

    lines: int
    cells: int
    rows: int
    periods: tuple[str, ...]
    missing: tuple[str, ...]
    closure: Closure | None
    held: int


_WORDS = pa.dictionary(pa.int16(), pa.string())


# Arrow's own ways from arrays and lists import pandas, which takes longer than reading a file.
def _texts(words: Collection[bytes]) -> pa.Array:
    ends = np.cumsum([0, *(len(word) for word in words)], dtype=np.int32)
    text = b"".join(words)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(text))


class _Reading:
    """One reading of a file: what is asked for, what has been seen, and rows not yet handed on."""

    def __init__(
        self, first: bytes, keep: Mapping[str, Collection[str]], since: int | None, where: str,
        sink: Sink,
    ) -> None:  # fmt: skip
        self.where, self.sink, self.keep = where, sink, keep
        axes, self.columns = head(first, where)
        for axis, codes in keep.items():
            if axis not in axes:
                raise InvalidTable(f"a dimension is missing: {axis}", where=where)
            if not codes or not all(CODE.fullmatch(code.encode()) for code in codes):
                raise ReportError("a filter holds no codes", where=axis)
        self.chosen = np.flatnonzero([since is None or int(p[:4]) >= since for p in self.columns])
        self.periods = tuple(self.columns[at] for at in self.chosen)
        if not self.periods:
            raise InvalidTable(f"no period since {since}", where=where)
        self.scan = Scanner(axes, self.columns, where)
        self.seen = Seen(self.scan.codes, where)
        # Only a whole file can add up.
        self.sums = None if keep else Sums(axes, self.scan.codes, len(self.columns))
        self.words = [period.encode() for period in self.periods]
        self.schema = pa.schema(
            [
                pa.field(name, pa.int32() if name == "count" else _WORDS, name == "count")
                for name in (*axes, "period", "count", "flag")
            ]
        )
        self.upward = np.arange(ROWS)
        self.texts: dict[str, pa.Array] = {}
        self.rows = self.waiting = self.held = 0
        self._room()

    def _room(self) -> None:
        self.code = np.empty((len(self.scan.axes), ROWS), np.int16)
        self.period, self.flag = np.empty(ROWS, np.int16), np.empty(ROWS, np.int16)
        self.count = np.empty(ROWS, np.int32)

    def read(self, text: np.ndarray, tokens: Tokens | None) -> None:
        """Take in a block."""
        block = self.scan.read(text, tokens)
        self.seen.mark(block)
        if self.sums:
            self.sums.add(block, self.scan.cells)
        if len(self.periods) < len(self.columns):
            block.cells = block.cells[:, self.chosen]
        if self.keep:
            kept = np.ones(len(block.tail), bool)
            for axis, codes in self.keep.items():
                at = self.scan.axes.index(axis)
                numbers, which = block.code(at)
                asked = np.array([name in codes for name in self.scan.codes[at].names])
                kept &= asked[numbers].take(which)
            block.start, block.tail = block.start[kept], block.tail[kept]
        rows = self._append(block) if len(block.tail) else 0
        of_cells = 3 * block.cells.nbytes + self.seen.seen.nbytes
        held = 2 * len(text) + of_cells + 4 * len(block.tail) + 16 * rows
        self.held = max(self.held, held)

    def _append(self, block: Block) -> int:
        """Take in the rows of some lines and return how many they are."""
        cells, start, tail = self.scan.cells, block.start, block.tail
        # The rows of each different tail once, one behind the other ...
        shown = block.cells > 0
        of_tail = np.count_nonzero(shown, axis=1)
        period = np.broadcast_to(np.arange(len(self.periods), dtype=np.int16), shown.shape)
        once = block.cells[shown].astype(np.intp)
        values: tuple[Any, ...] = (
            np.repeat(block.lasts, of_tail),
            period[shown],
            cells.count.take(once),
            cells.flag.take(once),
        )
        # ... and from where each line has its own.
        of_line = of_tail.take(tail)
        end = np.cumsum(of_line)
        shift = (np.cumsum(of_tail) - of_tail).take(tail) - (end - of_line)
        turns = start[1:] != start[:-1]
        rows, done = int(end[-1]), 0
        while done < rows:
            here = slice(self.waiting, min(ROWS, self.waiting + rows - done))
            part = slice(done, done + here.stop - here.start)
            line = slice(end.searchsorted(part.start, "right"), end.searchsorted(part.stop) + 1)
            size = of_line[line].copy()
            size[0] -= part.start - (end[line.start] - size[0])
            size[-1] -= end[line.stop - 1] - part.stop
            # Many lines on end have the same start.
            turn = np.append(0, np.flatnonzero(turns[line.start : line.stop - 1]) + 1)
            of_turn = np.add.reduceat(size, turn)
            codes = block.starts.take(start[line][turn], axis=1)
            for into, code in zip(self.code, codes, strict=False):
                alike = (code == code[0]).all()
                into[here] = code[0] if alike else np.repeat(code, of_turn)
            place = np.repeat(shift[line] + part.start, size)
            place += self.upward[: len(place)]
            rooms: tuple[Any, ...] = (self.code[-1], self.period, self.count, self.flag)
            for room, value in zip(rooms, values, strict=True):
                value.take(place, out=room[here], mode="clip")
            self.waiting, done = here.stop, part.stop
            if self.waiting == ROWS:
                self.hand_on()
        return rows

    def hand_on(self) -> None:
        """Hand the waiting rows to the sink."""
        rows = self.waiting
        if not rows:
            return
        coded: dict[str, tuple[np.ndarray, Collection[bytes]]] = {
            axis: (code, words.number)
            for axis, code, words in zip(self.scan.axes, self.code, self.scan.codes, strict=True)
        }
        coded["period"] = (self.period, self.words)
        coded["flag"] = (self.flag, self.scan.cells.flags.number)
        arrays: dict[str, pa.Array] = {
            name: pa.DictionaryArray.from_buffers(
                _WORDS, rows, [None, pa.py_buffer(code[:rows])], self._texts(name, words)
            )
            for name, (code, words) in coded.items()
        }
        count = self.count[:rows]
        null = count == NO_NUMBER
        count[null] = 0
        valid = pa.py_buffer(np.packbits(~null, bitorder="little")) if null.any() else None
        arrays["count"] = pa.Array.from_buffers(pa.int32(), rows, [valid, pa.py_buffer(count)])
        self.sink(
            pa.RecordBatch.from_arrays(
                [arrays[one] for one in self.schema.names], schema=self.schema
            )
        )
        self.rows, self.waiting = self.rows + rows, 0
        self._room()  # the sink may still be at work on the batch

    def _texts(self, name: str, words: Collection[bytes]) -> pa.Array:
        """Return a dimension's words, made again only when there are more."""
        made = self.texts.get(name)
        if made is None or len(made) < len(words):
            made = self.texts[name] = _texts(words)
        return made

    def counts(self) -> Counts:
        """Hand on the last rows and return what was read.

        Raises
        ------
        InvalidTable
            If there is no row.
        """
        self.hand_on()
        if not self.rows:
            raise InvalidTable("no row on what is asked for", where=self.where)
        lines = self.scan.line - 2
        known = dict(zip(self.scan.axes, self.scan.codes, strict=True))
        fixed = (self.code, self.period, self.count, self.flag)
        return Counts(
            lines=lines,
            cells=lines * len(self.columns),
            rows=self.rows,
            periods=self.periods,
            missing=tuple(
                f"{axis}={code}"
                for axis, codes in self.keep.items()
                for code in sorted(codes)
                if code.encode() not in known[axis].number
            ),
            closure=self.sums.closure() if self.sums else None,
            held=self.held + 3 * sum(one.nbytes for one in fixed),
        )


def parse(
    source: Path | Iterable[bytes],
    keep: Mapping[str, Collection[str]] | None,
    sink: Sink,
    *,
    since: int | None = None,
    name: str = "",
    most: int = MOST_BYTES,
    progress: Callable[[int, int], None] | None = None,
) -> Counts:
    """Read a bulk TSV and hand its figures on as long rows, in bounded memory.

    Every cell of the file is checked, also of series that nobody asked for.

    Parameters
    ----------
    source
        A file, or its bytes in blocks of any size; packed by gzip or not.
    keep
        Codes asked for, by dimension; None or a dimension left out: all.
    sink
        Is given batches of `ROWS` rows, the last one shorter: the file's dimensions, ``period``
        and ``flag`` (dictionaries of texts; the flag may be empty) and ``count`` (persons; null
        where only a flag is given). Cells without number and flag are left out.
    since
        First year of the periods kept.
    name
        What messages call the source.
    most
        Most unpacked bytes.
    progress
        Is told lines and rows so far after each block.

    Raises
    ------
    InvalidTable
        With file, line and column, if anything is not as the format has it, a series comes
        twice, or there is no row on what is asked for.
    ReportError
        If a filter holds no codes.
    """
    where = name or (source.name if isinstance(source, Path) else "a bulk table")
    reading: _Reading | None = None
    waiting: tuple[np.ndarray, Future[Tokens | None]] | None = None

    def work() -> None:
        if reading and waiting:
            reading.read(waiting[0], waiting[1].result())
            if progress:
                progress(reading.scan.line - 2, reading.rows + reading.waiting)

    # One thread unpacks and splits: with one for each, Python's lock costs more than they gain.
    with ThreadPoolExecutor(1, "split") as pool:
        for text in whole_lines(blocks(source, most, where, pool), where):
            if reading is None:
                reading = _Reading(text.tobytes(), keep or {}, since, where, sink)
                continue
            task = pool.submit(reading.scan.split, text)
            work()
            waiting = (text, task)
        work()
    assert reading
    return reading.counts()
