"""What a publisher's service is asked, and what comes back from it before anything is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from asylum_report.live.client import Client
    from asylum_report.store import Vintage


@dataclass(frozen=True)
class Wanted:
    """What one run asks for.

    Parameters
    ----------
    today
        ISO date of the run.
    since
        Ask for periods from this year on only; earlier ones are taken over from the last vintage.
    """

    today: str
    since: int | None = None


@dataclass(frozen=True)
class Candidate:
    """One dataset as it arrived: parsed, its codes known, but not yet trusted.

    Parameters
    ----------
    dataset
        The dataset's name in the store.
    vintage
        Day of the publisher's last update, ISO; of the run where the publisher names none.
    table
        The raw table in our own columns and codes, as a vintage holds it; sums over all
        citizenships stand in it under the origin ``TOTAL``.
    meta
        The sidecar without ``vintage`` and ``dataset``; beyond `asylum_report.sidecars.GIVEN` it
        holds ``route: live`` and, where known, ``updated`` (the publisher's time stamp), ``doi``,
        ``service_code`` (the publisher's current code) and ``code_lists``.
    newest
        The newest period that the publisher itself says the dataset has, or empty.
    """

    dataset: str
    vintage: str
    table: pd.DataFrame
    meta: Mapping[str, Any]
    newest: str = ""


@dataclass(frozen=True)
class Unchanged:
    """The publisher says that nothing has changed since a vintage on disk."""

    dataset: str
    vintage: str


@dataclass(frozen=True)
class Finding:
    """One thing that a check found in a candidate.

    Parameters
    ----------
    check
        Name of the rule: identity, codes, unit, empty, newest, closure, reporting, history, size.
    level
        ``refuse``: no vintage is kept. ``hold``: a vintage is kept, but the report is not built
        from it before somebody has looked. ``mark``: used, and the period concerned is marked.
    text
        One line for people: what, where.
    period
        The period concerned, where it is one.
    """

    check: str
    level: str
    text: str
    period: str = ""


class Source(Protocol):
    """A publisher's live service."""

    name: str
    """What ``--source`` calls it: eurostat, unhcr, cbp."""
    publisher: str
    address: str
    """Where the service is unless ``--address`` says otherwise."""
    datasets: tuple[str, ...]
    """Datasets that it gives, by their names in the store."""

    def fetch(
        self, dataset: str, client: Client, wanted: Wanted, known: Vintage | None
    ) -> Candidate | Unchanged:
        """Return a dataset as the publisher has it now.

        Parameters
        ----------
        known
            The newest vintage of it on disk, to ask only for what has changed since.

        Raises
        ------
        PublisherError
            In one line: what, where, what to do.
        """
        ...


@dataclass
class Outcome:
    """What became of one dataset in one run.

    Parameters
    ----------
    state
        ``new`` (a vintage was written), ``unchanged``, ``would-change`` (dry run), ``held``
        (written but not used), ``refused`` (arrived, not trusted), ``failed`` (did not arrive),
        ``skipped``.
    line
        One line for people.
    """

    source: str
    dataset: str
    state: str
    line: str
    vintage: str = ""
    findings: list[Finding] = field(default_factory=list)
