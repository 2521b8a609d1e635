"""Labels kept off one another: those at the ends of lines, and the flags of events."""

from __future__ import annotations

from dataclasses import dataclass


def spread(wanted: list[float], sizes: list[float], low: float, high: float) -> list[float]:
    """Return places as near as possible to those wanted, in order and without overlap.

    Parameters
    ----------
    wanted
        Wanted centre of each label.
    sizes
        Its height.
    low, high
        The room; left only where the labels together need more than there is.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    # Labels that touch form a block, which stands at the mean of what its labels want.
    blocks: list[tuple[list[int], float]] = []

    def top(members: list[int]) -> float:
        offset, total = 0.0, 0.0
        for i in members:
            total += wanted[i] - (offset + sizes[i] / 2)
            offset += sizes[i]
        return max(low, min(total / len(members), high - offset))

    for i in order:
        blocks.append(([i], top([i])))
        while len(blocks) > 1:
            (before, start), (members, begin) = blocks[-2], blocks[-1]
            if start + sum(sizes[k] for k in before) <= begin + 1e-9:
                break
            merged = before + members
            blocks[-2:] = [(merged, top(merged))]
    placed = [0.0] * len(wanted)
    for members, begin in blocks:
        for i in members:
            placed[i] = begin + sizes[i] / 2
            begin += sizes[i]
    return placed


@dataclass(frozen=True)
class Flag:
    """Where an event's label stands: its row above the plot (0 is nearest) and its extent."""

    row: int
    left: float
    right: float
    leftward: bool
    """True where the label is on the left of its line."""


def flags(
    places: list[float], widths: list[float], low: float, high: float, gap: float = 6
) -> list[Flag] | None:
    """Return rows for event labels so that none touches another label or another event's line.

    Parameters
    ----------
    places
        Where each event's line stands.
    widths
        How wide its label is.
    low, high
        The room for labels.
    gap
        Least distance between a label and its own or another's line.

    Returns
    -------
    list of Flag, or None
        None where more than four rows would be needed: then number the events instead.
    """
    # From right to left: a label on the right of its line is clear of lines further left.
    order = sorted(range(len(places)), key=lambda k: (-places[k], k))

    def search(done: int, rows: int, placed: dict[int, Flag]) -> dict[int, Flag] | None:
        if done == len(order):
            return placed
        i = order[done]
        for leftward in (False, True):
            for row in range(rows):
                flag = _flag(places, widths[i], i, row, leftward, low, high, gap, placed)
                found = search(done + 1, rows, placed | {i: flag}) if flag else None
                if found:
                    return found
        return None

    for rows in range(1, 5):
        found = search(0, rows, {})
        if found:
            return [found[i] for i in range(len(places))]
    return None


def _flag(
    places: list[float], size: float, i: int, row: int, leftward: bool, low: float, high: float,
    gap: float, placed: dict[int, Flag],
) -> Flag | None:  # fmt: skip
    """Return the place of one label in one row if nothing stands in its way."""
    x = places[i]
    left = x - gap - size if leftward else x + gap
    right = left + size
    if left < low or right > high:
        return None
    clear = all(
        # Labels of one row are apart, from the other's line as well as from its label.
        not (
            other.row == row
            and min(left, x) - gap < max(other.right, places[k])
            and min(other.left, places[k]) - gap < max(right, x)
        )
        # This line passes through the rows below its own, other lines through those below theirs.
        and not (other.row < row and other.left - gap / 2 < x < other.right + gap / 2)
        and not (other.row > row and left - gap / 2 < places[k] < right + gap / 2)
        for k, other in placed.items()
    )
    return Flag(row, left, right, leftward) if clear else None
