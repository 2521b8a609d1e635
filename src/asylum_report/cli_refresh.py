"""The commands that bring in new figures and say whether they may be used."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from asylum_report import display, paths, show
from asylum_report.errors import INTERRUPTED, PublisherError, ReportError, UnknownName

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from asylum_report.live.model import Outcome, Source
    from asylum_report.live.refresh import Options

NOT_ALL_WELL = 3
WIDTH = 160
"""Columns of a table that nobody looks at on a terminal."""


def refresh(
    source: list[str] | None = None,
    dataset: list[str] | None = None,
    since: int | None = None,
    dry_run: bool = False,
    offline: bool = False,
    bulk: bool = False,
    address: list[str] | None = None,
    format: str = "table",
) -> None:
    """Refresh, show progress on standard error, and print what became of each dataset.

    Raises
    ------
    ReportError
        If what is asked for is not known, another refresh is running, or nothing can be written.
    SystemExit
        With 3 if a dataset did not come, was refused or is held back; with 130 on Ctrl-C.
    """
    chosen = show.check_format(format, ("table", "json", "markdown"))
    from asylum_report.live import refresh as live
    from asylum_report.live.sources import SOURCES

    options = live.Options(
        since=since,
        dry_run=dry_run,
        offline=offline,
        addresses=addresses(address or [], SOURCES),
    )
    try:
        with Bars() as bars:
            if bulk:
                outcomes = whole_datasets(SOURCES, source, dataset, options, bars)
            else:
                outcomes = live.run(SOURCES, source, dataset, options, bars)
    except KeyboardInterrupt as stop:
        # Here and not further out: the command line's own library would end it with 0.
        print("asylum-report: stopped; every vintage is whole", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from stop
    print_outcomes(outcomes, chosen)
    if chosen == "table":
        print_next(outcomes, dry_run)
    if live.exit_code(outcomes):
        raise SystemExit(NOT_ALL_WELL)


def addresses(given: Sequence[str], sources: Mapping[str, Source]) -> dict[str, str]:
    """Return the address of each source that is not where it usually is.

    Raises
    ------
    UnknownName
        If a text is not SOURCE=URL of a known source.
    """
    found = {}
    for text in given:
        name, _, url = text.partition("=")
        if name not in sources:
            todo = "write SOURCE=URL with one of " + ", ".join(sources)
            raise UnknownName(f"no source in '{text[:80]}'", todo=todo)
        try:
            parts = urlsplit(url)
            _ = parts.port  # raises where it is no number
            good = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            good = False
        if not good:
            todo = "write SOURCE=URL, such as https://example.org/api"
            raise UnknownName(f"no address in '{text[:80]}'", todo=todo)
        found[name] = url
    return found


def whole_datasets(
    sources: Mapping[str, Source],
    names: Sequence[str] | None,
    datasets: Sequence[str] | None,
    options: Options,
    progress: Bars,
) -> list[Outcome]:
    """Stream Eurostat's whole datasets into ``.cache/bulk/`` and return what became of each.

    Raises
    ------
    UnknownName
        If something else than Eurostat is asked for.
    ReportError
        If another refresh is running or nothing can be written.
    """
    from asylum_report.live import bulk, choose
    from asylum_report.live import refresh as live
    from asylum_report.live.model import Outcome

    if options.offline or options.dry_run or options.since:
        raise ReportError("--bulk goes with none of --offline, --dry-run and --since")
    found: list[Outcome] = []
    wanted = [one for one in names or ["eurostat"] if one != "eurostat"]
    if wanted:
        raise UnknownName(f"no whole datasets of '{wanted[0][:40]}'", todo="use eurostat")
    [(source, some)] = choose.plan(sources, ["eurostat"], datasets)
    with live.locked():
        for number, each in enumerate(some):
            say = _bytes(progress, source.name, each, number, len(some))
            out = paths.cache() / "bulk" / f"{each}.parquet"
            try:
                client = live.client_for(source, options, say)
                bulk.fetch_bulk(client, each, out)
            except PublisherError as error:
                line = live.line(error, source, source.name in options.addresses)
                found.append(Outcome(source.name, each, "failed", line))
            else:
                size = out.stat().st_size / 1e6
                line = f"{out.relative_to(paths.root()).as_posix()}, {size:.1f} MB"
                found.append(Outcome(source.name, each, "written", line))
            progress(source.name, f"{each}: {found[-1].state}", number + 1, len(some))
    return found


def _bytes(progress: Bars, source: str, dataset: str, done: int, total: int) -> Any:
    def say(got: int, _: int) -> None:
        progress(source, f"{dataset}, {got / 1e6:.1f} MB", done, total)

    return say


class Bars:
    """Progress of a refresh: a bar for each source on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False)
        self.progress: Progress | None = None
        self.tasks: dict[str, TaskID] = {}
        self.said: set[str] = set()
        self.began = time.perf_counter()

    def __enter__(self) -> Bars:
        if self.console.is_terminal:
            from asylum_report.bars import bars

            self.progress = bars(self.console, "{task.fields[source]}", "{task.description}")
            self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.progress:
            self.progress.stop()

    def __call__(self, source: str, words: str, done: int, total: int) -> None:
        """Show that `done` of `total` datasets of a source are done, and what it is doing."""
        if self.progress:
            if source not in self.tasks:
                self.tasks[source] = self.progress.add_task("", total=total, source=source)
            self.progress.update(self.tasks[source], completed=done, description=words)
            return
        # Without a terminal how many bytes have come is not said.
        line = f"{source}: {words.split(',')[0]} ({done} of {total})"
        if line not in self.said:
            self.said.add(line)
            seconds = time.perf_counter() - self.began
            print(f"[{seconds:5.1f} s] {line}", file=sys.stderr, flush=True)


def print_outcomes(outcomes: Sequence[Outcome], format: str) -> None:
    """Print what became of each dataset."""
    if format == "json":
        rows = [
            {
                "source": one.source,
                "dataset": one.dataset,
                "state": one.state,
                "vintage": one.vintage,
                "line": one.line,
                "findings": [vars(each) for each in one.findings],
            }
            for one in outcomes
        ]
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    head = ("dataset", "state", "vintage", "what")
    lines = [(one.dataset, one.state, one.vintage, one.line) for one in outcomes]
    _print(head, lines, format)


def print_next(outcomes: Sequence[Outcome], dry_run: bool = False) -> None:
    """Print below the table what to do with what has come."""
    from asylum_report import gate as gates

    found = {one.state for one in outcomes}
    if dry_run:
        if found & {"would-change", "held"}:
            print("Next: asylum-report refresh, without --dry-run")
        return
    if "new" in found:
        print("Next: asylum-report diff published now; asylum-report build")
    held = [one.dataset for one in outcomes if one.state == "held"]
    for line in gates.ways([one for one in gates.verdicts() if one.dataset in held]):
        print(f"Held back: {line}")


def _print(head: Sequence[str], rows: Sequence[Sequence[str]], format: str) -> None:
    if format == "markdown":
        for row in (head, ["---"] * len(head), *rows):
            print("| " + " | ".join(display.plain(text) for text in row) + " |")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        table.add_column(name, no_wrap=name not in ("what", "why"), overflow="fold")
    for row in rows:
        table.add_row(*(Text(text) for text in row))
    Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False).print(table)


def gate(accept: list[str] | None = None, format: str = "table") -> None:
    """Print for each dataset whether its newest vintage may be built from, and why not.

    Raises
    ------
    ReportError
        If what is to be accepted is not held back or would stop every build.
    SystemExit
        With 3 if a newest copy is held back or a dataset was not refreshed.
    """
    from asylum_report import gate as gates

    chosen = show.check_format(format, ("table", "json", "markdown"))
    out = sys.stderr if chosen == "json" else sys.stdout
    for named in accept or []:
        print(gates.accept(named), file=out)
    if accept:
        print("Now run asylum-report build", file=out)
    found = gates.verdicts()
    if chosen == "json":
        print(json.dumps([one.row() for one in found], indent=1, ensure_ascii=False))
    elif not accept:
        rows = [
            (
                one.publisher,
                one.dataset,
                one.state,
                one.in_use or "-",
                one.newest or "-",
                one.attempt.tried if one.attempt else "-",
                "; ".join(one.reasons),
            )
            for one in found
        ]
        head = ("publisher", "dataset", "gate", "in use", "newest", "last tried", "why")
        _print(head, rows, chosen)
        if chosen == "table":
            for line in gates.ways(found):
                print(f"Held back: {line}")
    if not accept and not all(one.passed for one in found):
        raise SystemExit(NOT_ALL_WELL)
