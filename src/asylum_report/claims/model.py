"""What the ledger of claims is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Figure(Protocol):
    """What a rule needs to know of a number; `asylum_report.numbers.model.Number` is one."""

    @property
    def name(self) -> str:
        """Dotted name."""

    @property
    def value(self) -> float | int | str | Sequence[float] | None:
        """The value: a share, points as a share, a count, a text, or the ends of an interval."""

    @property
    def display(self) -> str:
        """How it is written in prose."""

    @property
    def unit(self) -> str:
        """Unit: percent, points, persons ..."""

    @property
    def definition(self) -> str:
        """What it is, in a sentence."""

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """Queries that give the rows it was worked out from."""


OUTCOMES = ("holds", "unclear", "fails")
"""What a rule can find. ``unclear``: the interval allows both."""


@dataclass(frozen=True)
class Outcome:
    """What a rule found.

    Attributes
    ----------
    found
        One of `OUTCOMES`.
    words
        The rule and what it met with, in a sentence without its full stop.
    """

    found: str
    words: str


@dataclass(frozen=True)
class Word:
    """A verdict: how it is called and what it means."""

    name: str
    word: str
    means: str


@dataclass(frozen=True)
class Kind:
    """What a test measures, and so which verdict follows from each of its outcomes.

    Attributes
    ----------
    name
        As tests name it: same, nearest, caveat ...
    means
        What it says of the figures, in a sentence.
    follows
        Outcome to name of a verdict.
    """

    name: str
    means: str
    follows: Mapping[str, str]


@dataclass(frozen=True)
class Test:
    """One part of a statement and the rule that tests it.

    Attributes
    ----------
    part
        The part in words.
    measures
        Name of a `Kind`.
    rule
        The rule, as the ledger writes it.
    notes
        Outcome to what is said of it; numbers stand in it as ``{name}``.
    """

    part: str
    measures: str
    rule: Mapping[str, Any]
    notes: Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """A figure set beside a statement.

    Attributes
    ----------
    number
        Its name.
    interval, n
        Names of its 95% interval and of its denominator; empty where there is none.
    """

    number: str
    interval: str = ""
    n: str = ""


@dataclass(frozen=True)
class Claim:
    """One statement with everything the ledger says of it.

    Attributes
    ----------
    id
        As in the table ``claims``.
    says
        The statement in our words.
    reads
        How it is read, and what the figures beside it do and do not count.
    finds
        The deciding figures in one sentence that says no outcome; empty where what is read says
        why no figure can decide.
    tests
        At least one.
    figures
        What is shown beside it; the numbers of the rules are added by the page.
    pages
        Pages of this site that say more.
    """

    id: str
    says: str
    reads: str
    finds: str
    tests: tuple[Test, ...]
    figures: tuple[Shown, ...]
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Bound:
    """A figure that bounds how many deserters can be among some people, with its reservation."""

    number: str
    says: str
    reservation: str


@dataclass(frozen=True)
class Ledger:
    """The whole ledger: verdicts from the lightest to the weightiest, kinds, claims, bounds."""

    verdicts: tuple[Word, ...]
    kinds: Mapping[str, Kind]
    claims: tuple[Claim, ...]
    bounds: tuple[Bound, ...]

    def word(self, verdict: str) -> str:
        """Return how a verdict is called."""
        return next(one.word for one in self.verdicts if one.name == verdict)
