"""The recorded verdicts, ``data/reference/claims_verdicts.csv``: what was published, every move.

One row a verdict: a claim's first, then one each time it moved. A move counts as told when
CHANGELOG.md has a line that names the claim with the old and the new verdict. So data cannot move
a verdict unnoticed: the test of the record fails until somebody has recorded and told it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asylum_report import files, paths
from asylum_report.claims.model import Ledger
from asylum_report.errors import ReportError

FILE = "claims_verdicts.csv"
COLUMNS = ("claim_id", "version", "verdict")


@dataclass(frozen=True)
class Recorded:
    """A claim's verdict as of a version of the report."""

    claim_id: str
    version: str
    verdict: str


def file() -> Path:
    """Return the path of the record."""
    return paths.reference() / FILE


def read(path: Path | None = None) -> tuple[Recorded, ...]:
    """Return the record, oldest first.

    Raises
    ------
    ReportError
        Naming the row, if the record is missing or cannot be understood.
    """
    chosen = path or file()
    try:
        reader = csv.DictReader(io.StringIO(chosen.read_text(encoding="utf-8")))
        rows = list(reader)
    except (OSError, ValueError, csv.Error) as error:
        raise ReportError("the record of verdicts cannot be read", where=str(chosen)) from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ReportError(f"the columns are not {', '.join(COLUMNS)}", where=chosen.name)
    found = []
    for number, row in enumerate(rows, start=2):
        # A row with more or fewer cells has a None among its keys or its values.
        if None in row or not all(row.values()):
            raise ReportError("a row is not whole", where=f"{chosen.name}, row {number}")
        found.append(Recorded(**row))
    return tuple(found)


def last(recorded: Sequence[Recorded]) -> dict[str, str]:
    """Return claim id to the verdict that was recorded last."""
    return {one.claim_id: one.verdict for one in recorded}


def faults(
    recorded: Sequence[Recorded], computed: Mapping[str, str], changelog: str, ledger: Ledger
) -> list[str]:
    """Return what is not told, each in a line; empty where record, verdicts and changelog agree.

    Parameters
    ----------
    recorded
        The record.
    computed
        Claim id to the verdict that the rules give now.
    changelog
        Text of CHANGELOG.md.
    ledger
        For the words of the verdicts.
    """
    known = last(recorded)
    found = [
        f"{claim}: recorded as '{known.get(claim, 'nothing')}', but the rules give '{verdict}': "
        f"run 'asylum-report claims --record' and tell it in CHANGELOG.md"
        for claim, verdict in computed.items() if known.get(claim) != verdict
    ]  # fmt: skip
    found += [f"{claim}: recorded, but not in the ledger" for claim in known.keys() - computed]
    for claim, old, new in moves(recorded):
        if not told(changelog, claim, ledger.word(old), ledger.word(new)):
            found.append(
                f"{claim}: moved from '{ledger.word(old)}' to '{ledger.word(new)}', and no line of "
                "CHANGELOG.md names the claim and both"
            )
    return found


def moves(recorded: Sequence[Recorded]) -> list[tuple[str, str, str]]:
    """Return every move as claim id, old and new verdict."""
    current: dict[str, str] = {}
    found = []
    for one in recorded:
        before = current.get(one.claim_id)
        if before is not None:
            found.append((one.claim_id, before, one.verdict))
        current[one.claim_id] = one.verdict
    return found


def told(changelog: str, claim: str, old: str, new: str) -> bool:
    """Tell whether an item of the changelog names a claim with its old and its new verdict.

    Case does not count, and an item may run over several lines. "Confirmed" is also the beginning
    of "confirmed with a caveat", so the old word is looked for before the new one.
    """
    items = re.split(r"\n(?=\s*- |\s*#)|\n\s*\n", changelog)
    pattern = re.compile(
        rf"\b{re.escape(claim)}\b.*\bfrom {re.escape(old)} to {re.escape(new)}(?! with a)", re.I
    )
    return any(pattern.search(" ".join(item.split())) for item in items)


def extended(
    recorded: Sequence[Recorded], computed: Mapping[str, str], version: str
) -> tuple[Recorded, ...]:
    """Return the record with a row for every verdict that is new or has moved."""
    known = last(recorded)
    fresh = [
        Recorded(claim, version, verdict)
        for claim, verdict in computed.items() if known.get(claim) != verdict
    ]  # fmt: skip
    return (*recorded, *fresh)


def as_csv(recorded: Sequence[Recorded]) -> str:
    """Return the text of the record."""
    lines = [",".join(COLUMNS), *(f"{r.claim_id},{r.version},{r.verdict}" for r in recorded)]
    return "\n".join(lines) + "\n"


def write(recorded: Sequence[Recorded], path: Path | None = None) -> None:
    """Write the record.

    Raises
    ------
    ReportError
        If it cannot be written; then the old one stands.
    """
    files.place({path or file(): as_csv(recorded).encode("utf-8")})
