"""The gate: which vintage of each dataset the report may be built from, and why not the newest.

A pure function of the vintages on the disk and of what refreshing remembered. Whatever happens at a
publisher, the report is built from the newest vintage that is not held back, and its pages say so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asylum_report import store
from asylum_report.dates import day
from asylum_report.errors import ReportError, UnknownName
from asylum_report.live import state as states
from asylum_report.live.state import Accepted, Attempt, State
from asylum_report.store import Vintage

FAILING = ("failed", "refused")
"""States of the last try after which the figures are older than they should be."""
STATES = ("pass", "held", "not refreshed")
"""The newest copy is in use; it is held back; it is in use, but the last try brought none."""

NAMES = {
    "migr_asyappctzm": ("Eurostat", "monthly asylum applicants"),
    "migr_asyappctza": ("Eurostat", "annual asylum applicants"),
    "migr_asydcfstq": ("Eurostat", "quarterly first-instance decisions"),
    "migr_asydcfsta": ("Eurostat", "annual first-instance decisions"),
    "migr_asydcfina": ("Eurostat", "final decisions"),
    "migr_asypenctzm": ("Eurostat", "pending applications"),
    "migr_asywitfstq": ("Eurostat", "decisions to withdraw protection"),
    "migr_eiord": ("Eurostat", "orders to leave"),
    "migr_eirtn": ("Eurostat", "returns"),
    "unhcr-asylum-decisions": ("UNHCR", "asylum decisions"),
    "unhcr-asylum-applications": ("UNHCR", "asylum applications"),
    "unhcr-population": ("UNHCR", "refugees and asylum-seekers at the end of each year"),
    "unhcr-population-origins": (
        "UNHCR",
        "refugees and asylum-seekers of every origin at the end of each year",
    ),
    "cbp-nationwide-encounters": ("CBP", "nationwide encounters"),
}
"""Datasets that are refreshed: their publishers, and what sentences call them."""


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one dataset.

    Parameters
    ----------
    dataset, publisher
        Which.
    passed
        Whether its newest figures are the ones in use.
    in_use, newest
        Dates of vintages, empty where there is none.
    reasons
        Why not, each a line.
    attempt
        The last try to refresh it, if there was one.
    held
        Whether the newest copy is held back.
    accepted
        Its vintages that were held back and then let through, oldest first.
    """

    dataset: str
    publisher: str
    passed: bool
    in_use: str
    newest: str
    reasons: tuple[str, ...]
    attempt: Attempt | None
    held: bool = False
    accepted: tuple[Accepted, ...] = ()

    @property
    def state(self) -> str:
        """Say in a word or two how it is: `STATES`."""
        return STATES[0] if self.passed else STATES[1] if self.held else STATES[2]

    def row(self) -> dict[str, Any]:
        """Return this as plain values, for programs."""
        return asdict(self) | {"reasons": list(self.reasons), "state": self.state}


def verdicts(folder: Path | None = None, path: Path | None = None) -> list[Verdict]:
    """Return what the gate says of every dataset, by publisher and name.

    Parameters
    ----------
    folder
        Folder of vintages; the project's ``data/raw`` unless given.
    path
        The state of refreshing; the project's ``data/refresh.json`` unless given.

    Raises
    ------
    ReportError
        If a sidecar or the state cannot be read.
    """
    state = states.read(path)
    found: dict[str, list[Vintage]] = {}
    for vintage in store.vintages(folder=folder):
        found.setdefault(vintage.dataset, []).append(vintage)
    names = sorted({*found, *state.attempts})
    every = [_verdict(name, found.get(name, []), state) for name in names]
    return sorted(every, key=lambda one: (one.publisher, one.dataset))


def _verdict(dataset: str, vintages: list[Vintage], state: State) -> Verdict:
    attempt = state.attempts.get(dataset)
    usable = [one.date for one in vintages if (dataset, one.date) not in state.held]
    newest = vintages[-1].date if vintages else ""
    reasons: list[str] = []
    held = state.held.get((dataset, newest))
    if held:
        reasons += [f"held back since {held.since}: {reason}" for reason in held.reasons]
    if attempt and attempt.state in FAILING:
        reasons.append(f"{attempt.state} on {attempt.tried}: {attempt.line}")
    return Verdict(
        dataset=dataset,
        publisher=vintages[-1].publisher if vintages else NAMES.get(dataset, ("", ""))[0],
        passed=not reasons,
        in_use=usable[-1] if usable else "",
        newest=newest,
        reasons=tuple(reasons),
        attempt=attempt,
        held=held is not None,
        accepted=tuple(state.accepted[key] for key in sorted(state.accepted) if key[0] == dataset),
    )


def notices(folder: Path | None = None, path: Path | None = None) -> dict[str, str]:
    """Return one sentence for each dataset that is not in order, for the pages it concerns.

    Parameters
    ----------
    folder, path
        As in `verdicts`.
    """
    return {one.dataset: _sentence(one) for one in verdicts(folder, path) if not one.passed}


def _sentence(one: Verdict) -> str:
    publisher, words = NAMES.get(one.dataset, (one.publisher, f"dataset {one.dataset}"))
    owner = f"{publisher}'s" if publisher else "The"
    subject = f"{owner} {words}"
    figures = (
        f"the figures are those of {day(one.in_use)}"
        if one.in_use
        else "there are none to show yet"
    )
    if one.attempt and one.attempt.state in FAILING:
        return f"{subject} could not be refreshed on {day(one.attempt.tried)}; {figures}."
    return f"A newer copy of {_inside(subject)} ({day(one.newest)}) is being checked; {figures}."


def _inside(subject: str) -> str:
    return "the" + subject[3:] if subject.startswith("The ") else subject


def accept(named: str) -> str:
    """Let a vintage be used that is held back, and say in one line what is used now.

    Parameters
    ----------
    named
        DATASET@VINTAGE.

    Raises
    ------
    UnknownName
        If no such vintage is held back.
    ReportError
        If it is damaged, the tables cannot be built with it, a refresh is running, or the state
        cannot be written.
    """
    from asylum_report.live import refresh, trial

    with refresh.locked():
        state = states.read()
        dataset, _, date = named.partition("@")
        if (dataset, date) not in state.held:
            held = ", ".join("@".join(key) for key in sorted(state.held))
            todo = f"held back: {held}" if held else "no vintage is held back"
            raise UnknownName(f"'{named[:80]}' is not held back", todo=todo)
        there = store.vintages()
        chosen = [one for one in there if (one.dataset, one.date) == (dataset, date)]
        if not chosen:
            raise UnknownName(f"there is no vintage '{named[:80]}'")
        chosen[0].content()
        usable = [one for one in there if (one.dataset, one.date) not in state.held]
        # Used, it would stop every build.
        reason = trial.why_not(chosen[0], usable) if _newer(chosen[0], usable) else ""
        if reason:
            todo = "mend data/reference/corrections.yml, then accept it"
            raise ReportError(reason, where=named, todo=todo)
        state = state.released(dataset, date, datetime.now(UTC).date().isoformat())
        tried = state.attempts.get(dataset)
        if tried and tried.state == "held" and tried.vintage == date:
            line = "looked at and accepted"
            state = state.tried(Attempt(dataset, tried.tried, "new", line, date))
        states.write(state)
    used = [*(one.date for one in usable if one.dataset == dataset), date]
    return f"{dataset}: the vintage in use is now {max(used)}"


def ways(found: Collection[Verdict]) -> list[str]:
    """Return for each dataset whose newest copy is held back the commands that go on from there."""
    lines = []
    for one in found:
        if one.held:
            new = f"{one.dataset}@{one.newest}"
            look = f"asylum-report diff {one.dataset}@{one.in_use} {new}, then "
            lines.append((look if one.in_use else "") + f"asylum-report gate --accept {new}")
    return lines


def _newer(vintage: Vintage, usable: list[Vintage]) -> bool:
    """Return whether a vintage would be the newest in use."""
    return all(one.date < vintage.date for one in usable if one.dataset == vintage.dataset)
