"""How refreshing went, and which vintages are held back: ``data/refresh.json``.

The file is committed, so that a checkout builds from the same vintages wherever it is. It is
written before a vintage gets its place, so that a vintage that is to be held back is never on the
disk without being known as such.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from asylum_report import files, paths
from asylum_report.errors import ReportError


@dataclass(frozen=True)
class Attempt:
    """The last try to refresh one dataset.

    Parameters
    ----------
    dataset
        Its name in the store.
    tried
        ISO date.
    state
        As `asylum_report.live.model.Outcome` has it: new, unchanged, held, refused, failed.
    line
        What came of it, in one line.
    vintage
        The vintage that was written, or that the publisher still has.
    """

    dataset: str
    tried: str
    state: str
    line: str
    vintage: str = ""


@dataclass(frozen=True)
class Held:
    """A vintage that is kept but not used before somebody has looked.

    Parameters
    ----------
    reasons
        Why, each a line.
    since
        ISO date of the day on which it arrived.
    """

    dataset: str
    vintage: str
    reasons: tuple[str, ...]
    since: str


@dataclass(frozen=True)
class Accepted:
    """A vintage that was held back and that somebody then let be used.

    Parameters
    ----------
    reasons
        Why it had been held back, each a line.
    since
        ISO date from which on it was.
    accepted
        ISO date of the day on which it was let through.
    """

    dataset: str
    vintage: str
    reasons: tuple[str, ...]
    since: str
    accepted: str


@dataclass(frozen=True)
class State:
    """Everything that is remembered.

    Parameters
    ----------
    attempts
        The last try of each dataset, by its name.
    held
        By dataset and vintage.
    marked
        Periods for which fewer destinations than usual have reported, by dataset and vintage.
    accepted
        What was held back and let through, by dataset and vintage; for good.
    """

    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    held: Mapping[tuple[str, str], Held] = field(default_factory=dict)
    marked: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    accepted: Mapping[tuple[str, str], Accepted] = field(default_factory=dict)

    def tried(self, attempt: Attempt) -> State:
        """Return this with the last try of one dataset replaced."""
        return replace(self, attempts={**self.attempts, attempt.dataset: attempt})

    def arriving(
        self,
        dataset: str,
        vintage: str,
        today: str,
        reasons: Collection[str] = (),
        periods: Collection[str] = (),
    ) -> State:
        """Return this with what has to be known about a vintage that is about to be written."""
        key = (dataset, vintage)
        held = {name: one for name, one in self.held.items() if name != key}
        marked = {name: one for name, one in self.marked.items() if name != key}
        if reasons:
            held[key] = Held(dataset, vintage, tuple(reasons), today)
        if periods:
            marked[key] = tuple(sorted(periods))
        return replace(self, held=held, marked=marked)

    def released(self, dataset: str, vintage: str, today: str) -> State:
        """Return this with one vintage no longer held back, and with what had held it back."""
        key = (dataset, vintage)
        one = self.held[key]
        accepted = Accepted(dataset, vintage, one.reasons, one.since, today)
        return replace(
            self,
            held={name: each for name, each in self.held.items() if name != key},
            accepted={**self.accepted, key: accepted},
        )

    def only(self, there: Collection[tuple[str, str]]) -> State:
        """Return this without what is said about vintages that are not there.

        A refresh that was killed may have announced one and never written it.
        """
        return replace(
            self,
            held={key: one for key, one in self.held.items() if key in there},
            marked={key: one for key, one in self.marked.items() if key in there},
        )


def _texts(one: Mapping[str, Any], *names: str) -> None:
    if not all(isinstance(one[name], str) for name in names):
        raise TypeError(f"{', '.join(names)} must be texts")


def _several(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise TypeError("a list of texts was expected")
    return tuple(values)


def read(path: Path | None = None) -> State:
    """Return what is remembered; nothing where the file is absent.

    Raises
    ------
    ReportError
        If the file is there and cannot be read: which vintages are held back must be known.
    """
    place = path or paths.refresh_state()
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        for one in found["attempts"]:
            _texts(one, "dataset", "tried", "state", "line", "vintage")
        accepted = found.get("accepted", [])  # older files have no such list
        for one in (*found["held"], *found["marked"], *accepted):
            _texts(one, "dataset", "vintage")
        return State(
            {one["dataset"]: Attempt(**one) for one in found["attempts"]},
            {
                (one["dataset"], one["vintage"]): Held(
                    **one | {"reasons": _several(one["reasons"])}
                )
                for one in found["held"]
            },
            {(one["dataset"], one["vintage"]): _several(one["periods"]) for one in found["marked"]},
            {
                (one["dataset"], one["vintage"]): Accepted(
                    **one | {"reasons": _several(one["reasons"])}
                )
                for one in accepted
            },
        )
    except FileNotFoundError:
        return State()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError(
            "the state of refreshing cannot be read",
            where=_short(place),
            todo="restore it, say with git checkout",
        ) from error


def write(state: State, path: Path | None = None) -> None:
    """Write what is remembered, whole or not at all, the same bytes for the same state.

    Raises
    ------
    ReportError
        If the disk is full or the folder cannot be written; then the old file stands.
    """
    text = {
        "attempts": [vars(state.attempts[name]) for name in sorted(state.attempts)],
        "held": [
            vars(state.held[key]) | {"reasons": list(state.held[key].reasons)}
            for key in sorted(state.held)
        ],
        "marked": [
            {"dataset": key[0], "vintage": key[1], "periods": list(state.marked[key])}
            for key in sorted(state.marked)
        ],
        "accepted": [
            vars(state.accepted[key]) | {"reasons": list(state.accepted[key].reasons)}
            for key in sorted(state.accepted)
        ],
    }
    content = json.dumps(text, indent=1, ensure_ascii=False) + "\n"
    files.place({path or paths.refresh_state(): content.encode("utf-8")})


def effect(state: State) -> str:
    """Return as a text what of the state changes the tables that are built, for fingerprints.

    When a dataset was last tried changes none of them.
    """
    held = sorted(state.held)
    marked = sorted((*key, *periods) for key, periods in state.marked.items())
    return json.dumps([held, marked])


def _short(path: Path) -> str:
    return "/".join(path.parts[-2:])
