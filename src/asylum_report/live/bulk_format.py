"""The format of a bulk TSV: what a head, a code, a period and a cell may be, and their numbers."""

from __future__ import annotations

import re

import numpy as np

from asylum_report.errors import InvalidTable

FLAGS = "bcdefnprsuz"
"""Eurostat's flags (`asylum_report.sources.eurostat.FLAGS`)."""
CEILING = 10**9
"""No count reaches this (`asylum_report.sources.checks.CEILING`)."""

NO_NUMBER = -1
"""Stands for the count of a cell that has a flag only, or nothing."""

MOST_CODES = 1 << 14
"""Most codes of one dimension, and most different flags (an asylum table has some 250)."""

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


def _plain(token: bytes) -> tuple[int, str] | None:
    """Return what most cells say, a number and a space, at a tenth of `cell`'s cost."""
    digits = token[:-2]
    if digits.isdigit() and len(digits) < len(str(CEILING)) and token.endswith(b" \t"):
        return int(digits), ""
    return None


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

    def code(self, text: bytes) -> int:
        """Return a code's number as `take` does; -1 for what is no code, too."""
        return self.take(text) if text in self.number or CODE.fullmatch(text) else -1


class Cells:
    """Cells met so far: what each text stands for. Number 0 is nothing to show."""

    def __init__(self) -> None:
        self.flags = Words()
        self.flags.take(b"")
        self.forget()

    def forget(self) -> None:
        """Begin anew; numbers given before are void."""
        self.number: dict[bytes, int] = {}
        self.count = np.array([NO_NUMBER], np.int32)
        self.flag = np.zeros(1, np.int16)

    def take(self, tokens: list[bytes]) -> np.ndarray:
        """Return the numbers of texts, each with its tab or line end; -1 for what is no cell."""
        found = list(map(self.number.get, tokens))
        if None in found:
            counts: list[int] = []
            flags: list[int] = []
            for at, one in enumerate(found):
                if one is None:
                    found[at] = self._new(tokens[at], counts, flags)
            self.count = np.append(self.count, np.array(counts, np.int32))
            self.flag = np.append(self.flag, np.array(flags, np.int16))
        return np.array(found, np.int32)

    def _new(self, token: bytes, counts: list[int], flags: list[int]) -> int:
        """Take up a text; what it stands for goes to the ends of the lists."""
        # Codes come here, too: what is no cell need not be one.
        found = _plain(token) or cell(
            token.removesuffix(b"\n").removesuffix(b"\r") if token[-1] == 10 else token[:-1]
        )
        one = -1
        if not isinstance(found, str):
            count, flag = found[0], self.flags.take(found[1].encode()) if found[1] else 0
            if count is None and not flag:
                one = 0
            elif flag >= 0:
                one = len(self.count) + len(counts)
                counts.append(NO_NUMBER if count is None else count)
                flags.append(flag)
        self.number[token] = one
        return one
