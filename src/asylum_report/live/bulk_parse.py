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
from asylum_report.live.bulk_format import CODE, head
from asylum_report.live.bulk_scan import Scanner, Tokens
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


# Arrow's own ways from arrays and lists import pandas, which takes longer than reading a file.
def _array(values: np.ndarray, null: np.ndarray | None = None) -> pa.Array:
    """Return an array's numbers as Arrow sees them, without a copy."""
    valid = None
    if null is not None and null.any():
        valid = pa.py_buffer(np.packbits(~null, bitorder="little"))
    kind = pa.int16() if values.dtype == np.int16 else pa.int32()
    return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(values)])


def _texts(words: Collection[str]) -> pa.Array:
    ends = np.cumsum([0, *(len(word) for word in words)], dtype=np.int32)
    text = "".join(words).encode("ascii")
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
        self.rows = self.waiting = self.held = 0
        self._room()

    def _room(self) -> None:
        self.code = [np.empty(ROWS, np.int16) for _ in self.scan.axes]
        self.period, self.flag = np.empty(ROWS, np.int16), np.empty(ROWS, np.int16)
        self.count, self.null = np.empty(ROWS, np.int32), np.empty(ROWS, np.bool_)

    def read(self, text: bytes, tokens: Tokens | None) -> None:
        """Take in a block."""
        block = self.scan.read(text, tokens)
        self.seen.mark(block.code, block.line + np.arange(len(block.code)))
        if self.sums:
            self.sums.add(block, self.scan.cells)
        code, rest, cell = block.code, block.rest, block.cell
        if self.keep:
            kept = np.ones(len(code), bool)
            for axis, codes in self.keep.items():
                at = self.scan.axes.index(axis)
                names = self.scan.codes[at].names
                kept &= np.array([name in codes for name in names])[code[:, at]]
            code, rest = code[kept], rest[kept]
        if len(self.periods) < len(self.columns):
            cell = cell[:, self.chosen]
        rows = self._append(code, rest, cell)
        held = 2 * len(text) + 3 * cell.nbytes + code.nbytes + self.seen.seen.nbytes + 8 * rows
        self.held = max(self.held, held)

    def _append(self, code: np.ndarray, rest: np.ndarray, cell: np.ndarray) -> int:
        """Take in the rows of some lines and return how many they are."""
        cells = self.scan.cells
        # The rows of each different rest once, one behind the other ...
        shown = cell > 0
        of_rest = np.count_nonzero(shown, axis=1)
        period = np.broadcast_to(np.arange(len(self.periods), dtype=np.int16), shown.shape)[shown]
        once = cell[shown]
        values: tuple[Any, ...] = (
            period,
            cells.count.take(once),
            cells.null.take(once),
            cells.flag.take(once),
        )
        # ... and where each row of the lines is among them.
        of_line = of_rest[rest]
        end = np.cumsum(of_line)
        rows = int(end[-1]) if len(end) else 0
        first = np.cumsum(of_rest) - of_rest
        place = np.repeat((first[rest] - (end - of_line)).astype(np.int32), of_line)
        place += np.arange(rows, dtype=np.int32)
        columns = [
            # Mostly one code for the whole block: a file is sorted.
            one[:1] if (one == one[0]).all() else np.repeat(one, of_line)
            for one in (np.ascontiguousarray(code.T) if rows else ())
        ]
        done = 0
        while done < rows:
            here = slice(self.waiting, min(ROWS, self.waiting + rows - done))
            part = slice(done, done + here.stop - here.start)
            for into, column in zip(self.code, columns, strict=True):
                into[here] = column if len(column) == 1 else column[part]
            rooms: tuple[Any, ...] = (self.period, self.count, self.null, self.flag)
            for room, value in zip(rooms, values, strict=True):
                value.take(place[part], out=room[here], mode="clip")
            self.waiting, done = here.stop, part.stop
            if self.waiting == ROWS:
                self.hand_on()
        return rows

    def hand_on(self) -> None:
        """Hand the waiting rows to the sink."""
        rows = self.waiting
        if not rows:
            return
        coded: dict[str, Any] = {
            axis: (code, words.names)
            for axis, code, words in zip(self.scan.axes, self.code, self.scan.codes, strict=True)
        }
        coded["period"] = (self.period, self.periods)
        coded["flag"] = (self.flag, self.scan.cells.flags.names)
        arrays = {
            name: pa.DictionaryArray.from_arrays(
                _array(code[:rows]),
                _texts(words),
                safe=False,  # numbers are those of the words
            )
            for name, (code, words) in coded.items()
        }
        arrays["count"] = _array(self.count[:rows], self.null[:rows])
        names = [*self.scan.axes, "period", "count", "flag"]
        fields = [pa.field(name, arrays[name].type, name == "count") for name in names]
        self.sink(
            pa.RecordBatch.from_arrays([arrays[name] for name in names], schema=pa.schema(fields))
        )
        self.rows, self.waiting = self.rows + rows, 0
        self._room()  # the sink may still be at work on the batch

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
        fixed: tuple[np.ndarray, ...] = (*self.code, self.period, self.count, self.null, self.flag)
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
    waiting: tuple[bytes, Future[Tokens | None]] | None = None

    def work() -> None:
        if reading and waiting:
            reading.read(waiting[0], waiting[1].result())
            if progress:
                progress(reading.scan.line - 2, reading.rows + reading.waiting)

    # One thread unpacks and splits: with one for each, Python's lock costs more than they gain.
    with ThreadPoolExecutor(1, "split") as pool:
        for text in whole_lines(blocks(source, most, where, pool), where):
            if reading is None:
                reading = _Reading(text, keep or {}, since, where, sink)
                continue
            task = pool.submit(reading.scan.split, text)
            work()
            waiting = (text, task)
        work()
    assert reading
    return reading.counts()
