"""From a claim of the ledger and the numbers to its verdict. Pure."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asylum_report.claims import rules
from asylum_report.claims.ledger import SLOT
from asylum_report.claims.model import Claim, Figure, Ledger, Outcome, Shown, Test
from asylum_report.errors import ReportError

SEARCHED = "unrecorded"
"""Tests whose number only says that nothing is recorded: told with the test, no figure."""

OVER = " / "
"""Between two names in a text: how many times the first is the second."""


@dataclass(frozen=True)
class Tested:
    """A test with what it found.

    Attributes
    ----------
    test, outcome
        What was tested and what was found.
    verdict
        The verdict that follows from this test alone.
    note
        What the ledger says of this outcome, numbers filled in; empty where it says nothing.
    """

    test: Test
    outcome: Outcome
    verdict: str
    note: str


@dataclass(frozen=True)
class Checked:
    """A claim with its verdict.

    Attributes
    ----------
    claim
        As the ledger has it.
    verdict
        Name of the weightiest verdict that follows from any of its tests.
    tests
        Every test with what it found.
    reads, finds
        How the claim is read and what the deciding figures are, numbers filled in.
    figures
        What is shown: the ledger's list, then the numbers of the rules that are not in it, but for
        those of `SEARCHED`.
    """

    claim: Claim
    verdict: str
    tests: tuple[Tested, ...]
    reads: str
    finds: str
    figures: tuple[Shown, ...]


def check(ledger: Ledger, numbers: Mapping[str, Figure]) -> tuple[Checked, ...]:
    """Return every claim with its verdict.

    Parameters
    ----------
    ledger
        The ledger.
    numbers
        Every number by name.

    Raises
    ------
    ReportError
        If a rule, a figure or a text names an unknown number; one line that names the claim.
    """
    return tuple(_checked(claim, ledger, numbers) for claim in ledger.claims)


def counts(ledger: Ledger, checked: Sequence[Checked]) -> dict[str, int]:
    """Return verdict to how many claims have it, in the ledger's order, zeros included."""
    found = Counter(one.verdict for one in checked)
    return {word.name: found[word.name] for word in ledger.verdicts}


def filled(text: str, numbers: Mapping[str, Figure], where: str) -> str:
    """Return a text of the ledger with its numbers filled in.

    Raises
    ------
    ReportError
        If it names an unknown number.
    """
    for slot in SLOT.findall(text):
        for name in slot.split(OVER):
            known(name, numbers, where)
    return SLOT.sub(lambda match: _in_words(match[1], numbers), text)


def _in_words(slot: str, numbers: Mapping[str, Figure]) -> str:
    name, _, below = slot.partition(OVER)
    if not below:
        return numbers[name].display
    times = rules.times(name, below, numbers)
    return "\u2013" if times is None else f"{times:.2f}"


def known(name: str, numbers: Mapping[str, Figure], where: str) -> None:
    """Raise a clear error if a number is not known."""
    if name in numbers:
        return
    near = difflib.get_close_matches(name, numbers, n=2, cutoff=0.7)
    todo = f"did you mean {' or '.join(near)}?" if near else "see data/processed/numbers.json"
    raise ReportError(f"unknown number '{name}'", where=where, todo=todo)


def _checked(claim: Claim, ledger: Ledger, numbers: Mapping[str, Figure]) -> Checked:
    where = f"claims.yml, claim {claim.id}"
    tests = tuple(
        _tested(test, ledger, numbers, f"{where}, test {position}")
        for position, test in enumerate(claim.tests, start=1)
    )
    order = [word.name for word in ledger.verdicts]
    verdict = max((one.verdict for one in tests), key=order.index)
    listed = {name for one in claim.figures for name in (one.number, one.interval, one.n)}
    for name in listed - {""}:
        known(name, numbers, where)
    rest = dict.fromkeys(
        name for test in claim.tests if test.measures != SEARCHED
        for name in rules.named(test.rule) if name not in listed
    )  # fmt: skip
    figures = (*claim.figures, *(Shown(name) for name in rest))
    reads, finds = (filled(text, numbers, where) for text in (claim.reads, claim.finds))
    return Checked(claim, verdict, tests, reads, finds, figures)


def _tested(test: Test, ledger: Ledger, numbers: Mapping[str, Figure], where: str) -> Tested:
    for name in rules.named(test.rule):
        known(name, numbers, where)
    outcome = rules.evaluate(test.rule, numbers)
    verdict = ledger.kinds[test.measures].follows[outcome.found]
    note = filled(test.notes.get(outcome.found, ""), numbers, where)
    return Tested(test, outcome, verdict, note)
