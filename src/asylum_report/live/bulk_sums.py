"""What is asked of a bulk table as a whole: no series twice, and citizenships that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from asylum_report import places
from asylum_report.errors import InvalidTable
from asylum_report.live.bulk_format import NO_NUMBER, Cells, Words
from asylum_report.live.bulk_scan import Block

MOST_SERIES = 1 << 26
"""Most combinations of codes that are watched for repetitions, a byte each."""
_HALF = 2.5  # figures are rounded to 5
_BESIDE = ("RNC", "UK_OCT")  # groups on the axis of citizenships that are no aggregates
_UNIONS = ("EU1", "EU2", "EA1", "EA2", "EEA", "EFTA")


def singles() -> frozenset[str]:
    """Return the codes on the axis of citizenships that are one citizenship and no aggregate.

    Stateless (STLS) and unknown (UNK) persons count as one each.
    """
    return frozenset(_BESIDE) | {place.eurostat for place in places.places().values()} - {""}


def is_aggregate(code: str) -> bool:
    """Return whether a code on the axis of citizenships is known to hold several."""
    return code == "TOTAL" or code.removeprefix("EXT_").startswith(_UNIONS)


class Seen:
    """Series met so far, one place for each combination of codes: grows with the codes only."""

    def __init__(self, codes: list[Words], where: str) -> None:
        self.codes, self.where = codes, where
        self.seen = np.zeros((1,) * len(codes), np.bool_)

    def _grow(self) -> None:
        need = [len(words.number) for words in self.codes]
        size = self.seen.shape
        if all(count <= room for count, room in zip(need, size, strict=True)):
            return
        wider = [
            room if count <= room else 1 << (count - 1).bit_length()
            for count, room in zip(need, size, strict=True)
        ]
        if np.prod(wider, dtype=float) > MOST_SERIES:
            raise InvalidTable("a table has more codes than can be checked", where=self.where)
        old, self.seen = self.seen, np.zeros(wider, np.bool_)
        self.seen[tuple(slice(0, room) for room in size)] = old

    def mark(self, block: Block) -> None:
        """Mark the series of a block.

        Raises
        ------
        InvalidTable
            If one was there before, or there are more combinations than can be watched.
        """
        self._grow()
        seen, *size = self.seen.reshape(-1), *self.seen.shape
        start = np.ravel_multi_index((*block.starts, np.zeros_like(block.starts[0])), size)
        place = start.take(block.start)
        place += block.lasts.take(block.tail)
        order = np.sort(place)
        if (order[1:] == order[:-1]).any() or seen.take(place).any():
            first = np.unique(place, return_index=True)[1]
            again = seen[place]
            again[np.setdiff1d(np.arange(len(place)), first)] = True
            at = int(again.argmax())
            codes = np.unravel_index(place[at], size)
            names = (words.names[one] for words, one in zip(self.codes, codes, strict=True))
            raise InvalidTable(
                f"a duplicate key: {','.join(names)}", where=f"{self.where}, line {block.line + at}"
            )
        seen[place] = True


@dataclass(frozen=True)
class Closure:
    """How well single citizenships add up to the total (both sexes, all ages).

    Parameters
    ----------
    judged
        Totals with a figure for every citizenship listed beside them.
    fitting
        Of these, totals that their parts reach within rounding: 2.5 for each figure concerned.
    exact
        Of these, totals met to the person.
    worst
        The largest difference among those judged, in persons.
    unknown
        Codes of citizenships left out because nobody knows whether they are single.
    """

    judged: int
    fitting: int
    exact: int
    worst: int
    unknown: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Share of the totals judged that fit."""
        return self.fitting / self.judged if self.judged else None


class Sums:
    """Sums over single citizenships by everything else, as blocks stream by."""

    _EVERYBODY = (("sex", b"T"), ("age", b"TOTAL"))

    def __init__(self, axes: list[str], codes: list[Words], periods: int) -> None:
        self.citizen = axes.index("citizen")
        self.citizens = codes[self.citizen]
        self.all = [
            (number, codes[number], code)
            for axis, code in self._EVERYBODY
            for number, name in enumerate(axes)
            if name == axis
        ]
        self.others = [axis for axis in range(len(axes)) if axis != self.citizen]
        self.groups: dict[tuple[int, ...], int] = {}
        self.singles = singles()
        self.single = np.zeros(0, np.bool_)
        shape = (64, periods)
        self.sum, self.parts = np.zeros(shape, np.int64), np.zeros(shape, np.int32)
        self.gaps, self.total = np.zeros(shape, np.int32), np.full(shape, -1, np.int64)

    def add(self, block: Block, cells: Cells) -> None:
        """Add a block's figures."""
        chosen = np.ones(len(block.tail), bool)
        for axis, words, code in self.all:
            numbers, which = block.code(axis)
            chosen &= (numbers == words.number.get(code, -1)).take(which)
        rows = np.flatnonzero(chosen)
        if not len(rows):
            return
        new = self.citizens.names[len(self.single) :]
        self.single = np.append(self.single, [name in self.singles for name in new]).astype(bool)
        numbers, which = block.code(self.citizen)
        citizen = numbers[which[rows]]
        group = self._groups(block, rows)
        while len(self.groups) > len(self.sum):
            for name, empty in (("sum", 0), ("parts", 0), ("gaps", 0), ("total", -1)):
                old = getattr(self, name)
                setattr(self, name, np.concatenate([old, np.full_like(old, empty)]))
        cell = block.cells[block.tail[rows]]
        count = cells.count[cell]
        null = count == NO_NUMBER
        count[null] = 0
        part = self.single[citizen]
        periods = cell.shape[1]
        place = (group[part][:, None] * periods + np.arange(periods)).ravel()
        for into, values in (
            (self.sum, count),
            (self.parts, ~null),
            (self.gaps, null & (cell > 0)),
        ):
            added = np.bincount(place, values[part].ravel(), into.size)
            into += added.reshape(into.shape).astype(into.dtype)
        total = citizen == self.citizens.number.get(b"TOTAL", -1)
        self.total[group[total]] = np.where(null[total], -1, count[total])

    def _groups(self, block: Block, rows: np.ndarray) -> np.ndarray:
        """Return the number of some lines' codes, citizenship aside."""
        codes = [numbers[which[rows]] for numbers, which in map(block.code, self.others)]
        place = np.ravel_multi_index(codes, [int(one.max()) + 1 for one in codes])
        _, first, which = np.unique(place, return_index=True, return_inverse=True)
        keys = zip(*(one[first].tolist() for one in codes), strict=True)
        number = [self.groups.setdefault(key, len(self.groups)) for key in keys]
        return np.array(number)[which]

    def closure(self) -> Closure:
        """Return the judgement."""
        judged = (self.total >= 0) & (self.parts > 0) & (self.gaps == 0)
        apart = np.abs(self.sum - self.total)
        fits = apart <= _HALF * (self.parts + 1)
        left = (code for code in self.citizens.names if code not in self.singles)
        return Closure(
            int(judged.sum()),
            int((judged & fits).sum()),
            int((judged & (apart == 0)).sum()),
            int(apart[judged].max(initial=0)),
            tuple(code for code in left if not is_aggregate(code)),
        )
