"""Refreshing: every service asked, every answer judged, what may be kept written as vintages.

The services are asked side by side, a thread each, and the datasets of one service in order. What
arrives is judged and written by the thread that called `run` alone, so that an interruption never
finds two writers, and that one dataset's failure leaves the others as they are.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report import lock, paths, sidecars
from asylum_report.errors import DamagedVintage, PublisherError, ReportError, UnknownName
from asylum_report.files import why
from asylum_report.live.choose import plan
from asylum_report.live.model import Outcome, Source, Wanted
from asylum_report.live.settle import Desk
from asylum_report.live.trust_tables import clean

if TYPE_CHECKING:
    from asylum_report.live.client import Client, Limits
    from asylum_report.live.model import Candidate, Unchanged

Progress = Callable[[str, str, int, int], None]
"""Source, words on what it is doing, datasets done, datasets to do."""
MakeClient = Callable[[Source, "Options", Callable[[int, int], None]], Any]
GOOD = ("new", "unchanged", "would-change", "written", "skipped")
"""States of an outcome with which all is well."""
EARLIEST = 1900


@dataclass
class Options:
    """How one run is made.

    Parameters
    ----------
    today
        ISO date; the day in UTC unless given.
    since
        Ask for periods from this year on only.
    dry_run
        Say what would change and write nothing but kept answers.
    offline
        Ask nobody: use the answers that are kept.
    addresses
        Source to the address of its service, where it is another one.
    limits
        Of the client; its own unless given.
    verify
        Whether certificates are checked, or the file of those that are trusted.
    stop
        Set once the run is to end: clients then stop waiting.
    """

    today: str = ""
    since: int | None = None
    dry_run: bool = False
    offline: bool = False
    addresses: Mapping[str, str] = field(default_factory=dict)
    limits: Limits | None = None
    verify: bool | str = True
    stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.today = self.today or datetime.now(UTC).date().isoformat()
        year = int(self.today[:4])
        if self.since is not None and not EARLIEST <= self.since <= year:
            todo = f"give a year from {EARLIEST} to {year}"
            raise ReportError(f"no figures can be asked for since {self.since}", todo=todo)


def client_for(source: Source, options: Options, progress: Callable[[int, int], None]) -> Client:
    """Return the client that asks one service; it ends its waiting once the run is to stop."""
    from asylum_report.live import client

    def clock() -> float:
        return time.monotonic() + (1e9 if options.stop.is_set() else 0.0)

    def sleep(seconds: float) -> None:
        options.stop.wait(seconds)

    return client.Client(
        source.publisher,
        options.addresses.get(source.name, source.address),
        options.limits or client.Limits(),
        keep=paths.cache() / "answers" / sidecars.slug(source.publisher),
        offline=options.offline,
        verify=options.verify,
        progress=progress,
        clock=clock,
        sleep=sleep,
    )


def run(
    sources: Mapping[str, Source],
    names: Collection[str] | None = None,
    datasets: Collection[str] | None = None,
    options: Options | None = None,
    progress: Progress | None = None,
    make_client: MakeClient = client_for,
) -> list[Outcome]:
    """Refresh, and return what became of each dataset, in the order of the sources.

    Parameters
    ----------
    sources
        The live services by name.
    names, datasets
        Only these.
    progress
        Told of every step.
    make_client
        Gives what a source asks with.

    Raises
    ------
    UnknownName
        If a source or dataset is not known.
    ReportError
        If another refresh is running, what is on the disk cannot be read, or nothing can be
        written there. What had been written before stays.
    """
    chosen = options or Options()
    asked = plan(sources, names, datasets)
    for name in chosen.addresses:
        if name not in sources:
            raise UnknownName(f"unknown source '{name}'", todo="use some of " + ", ".join(sources))
    with nullcontext() if chosen.dry_run else locked():
        desk = Desk(chosen.today, chosen.since, chosen.dry_run, chosen.offline)
        try:
            outcomes = _gather(asked, desk, chosen, progress or (lambda *_: None), make_client)
        finally:
            chosen.stop.set()
    order = [(source.name, each) for source, some in asked for each in some]
    return sorted(outcomes, key=lambda one: order.index((one.source, one.dataset)))


@contextmanager
def locked() -> Iterator[None]:
    """Let nobody else refresh, or change what is held back, in the meantime.

    Raises
    ------
    ReportError
        If somebody does.
    """
    with lock.only_one(
        paths.cache() / "refresh.lock", "another refresh is running", error=ReportError
    ):
        yield


@dataclass(frozen=True)
class _Step:
    """What a thread tells: it begins with a dataset, or an answer or a failure has arrived."""

    source: Source
    dataset: str
    answer: Candidate | Unchanged | Exception | None = None
    words: str = ""


def _ask(
    source: Source,
    datasets: Sequence[str],
    desk: Desk,
    options: Options,
    make_client: MakeClient,
    tell: Callable[[_Step], None],
) -> None:
    """Ask one service for its datasets in order: what a thread does."""
    at = ""

    def under_way(done: int, total: int) -> None:
        size = f"{done / 1e6:.1f}" + (f" of {total / 1e6:.1f}" if total > done else "")
        tell(_Step(source, at, words=f"{at}, {size} MB"))

    client = None
    wanted = Wanted(options.today, options.since)
    for at in datasets:
        if options.stop.is_set():
            return
        tell(_Step(source, at, words=at))
        try:
            if client is None:
                client = make_client(source, options, under_way)
            answer = source.fetch(at, client, wanted, desk.known(at))
        except Exception as error:
            # Whatever a publisher's answer does to the code that reads it ends in one line.
            tell(_Step(source, at, error))
        else:
            tell(_Step(source, at, answer))


def _gather(
    asked: Sequence[tuple[Source, tuple[str, ...]]],
    desk: Desk,
    options: Options,
    progress: Progress,
    make_client: MakeClient,
) -> list[Outcome]:
    steps: queue.Queue[_Step] = queue.Queue()
    for source, datasets in asked:
        # Not waited for at the end: after an interruption nobody waits for a publisher.
        threading.Thread(
            target=_ask,
            args=(source, datasets, desk, options, make_client, steps.put),
            name=f"refresh {source.name}",
            daemon=True,
        ).start()
    outcomes: list[Outcome] = []
    reached = False
    done = {source.name: 0 for source, _ in asked}
    of = {source.name: len(datasets) for source, datasets in asked}
    while len(outcomes) < sum(of.values()):
        step = steps.get()
        name = step.source.name
        if step.answer is None:
            progress(name, step.words, done[name], of[name])
            continue
        outcome = _outcome(step, desk, name in options.addresses)
        outcomes.append(outcome)
        reached |= name not in options.addresses and _reached(step.answer)
        done[name] += 1
        progress(name, f"{step.dataset}: {outcome.state}", done[name], of[name])
    desk.remember_away(reached, options.addresses)
    return outcomes


def _reached(answer: Candidate | Unchanged | Exception) -> bool:
    """Return whether an answer or failure shows that a connection to the service came about."""
    from asylum_report.live.http_rules import no_connection

    if isinstance(answer, Exception):
        return isinstance(answer, PublisherError) and not no_connection(answer)
    return True


def _outcome(step: _Step, desk: Desk, elsewhere: bool) -> Outcome:
    """Return what becomes of one answer.

    Parameters
    ----------
    elsewhere
        Whether the address of the service was given.

    Raises
    ------
    ReportError
        If nothing can be written here.
    """
    source, dataset, answer = step.source, step.dataset, step.answer
    if isinstance(answer, Exception):
        if isinstance(answer, OSError) and answer.filename:
            where = "/".join(Path(str(answer.filename)).parts[-4:])
            raise ReportError(f"a file cannot be used: {why(answer)}", where=where) from answer
        ours = isinstance(answer, ReportError) and not isinstance(
            answer, PublisherError | DamagedVintage
        )
        if ours and isinstance(answer.__cause__, OSError):
            raise answer
        away = isinstance(answer, PublisherError) and not _reached(answer)
        return desk.failed(source, dataset, line(answer, source, elsewhere), away)
    assert answer is not None
    return desk.settle(source, dataset, answer)


def line(error: Exception, source: Source, elsewhere: bool = False) -> str:
    """Return a failure in one line; `elsewhere`: the address of the service was given."""
    from asylum_report.live.http_rules import CHECK, MOVED

    if isinstance(error, ReportError):
        return clean(str(error).replace(MOVED, CHECK) if elsewhere else error, 300)
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{source.publisher}'s answer could not be understood: {clean(what, 200)}"


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """Return 0 if all is well, and 3 if a dataset did not come, was refused or is held back."""
    return 0 if all(one.state in GOOD for one in outcomes) else 3
