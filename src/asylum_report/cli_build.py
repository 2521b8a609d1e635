"""The commands that build: progress while they run, one clear line when they end or fail."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report import paths
from asylum_report.errors import INTERRUPTED, ReportError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from asylum_report.publish.site import BuildReport


def build(publisher: str = "auto", output: Path | None = None) -> None:
    """Build the report, show progress, and say at the end what was built and how to look at it.

    Parameters
    ----------
    publisher
        ``auto``, ``quarto`` or ``builtin``.
    output
        Where the site goes; by default ``_site``.

    Raises
    ------
    SystemExit
        With 2 and one clear line on stderr if something is wrong, with 130 on Ctrl-C.
    """
    with _one_line():
        from asylum_report.publish import site

        with Steps() as steps:
            done = site.build(publisher, output, steps)
        print(summary(done, Path.cwd()))


def figures() -> None:
    """Draw every chart into ``figures/``, with what they need before them.

    Raises
    ------
    SystemExit
        With 2 and one clear line on stderr if something is wrong, with 130 on Ctrl-C.
    """
    with _one_line():
        from asylum_report.publish import site

        started = time.perf_counter()
        with Steps() as steps:
            done = site.figures(steps)
        state = "drawn" if done.fresh else "unchanged"
        where = _name(paths.figures(), Path.cwd())
        print(f"{done.charts} charts {state}, in {where} ({time.perf_counter() - started:.1f} s)")


def summary(done: BuildReport, here: Path) -> str:
    """Return the closing words of a build."""
    with_what = "Quarto" if done.publisher == "quarto" else "the built-in publisher (smalldocs)"
    where = _name(done.output, here)
    # Opened as a file, a browser allows neither search nor live charts.
    look = "Look at it: make preview (without make: python tools/make.py preview)"
    if done.unchanged:
        return f"Nothing changed; {where} is whole and current ({done.seconds:.1f} s).\n{look}"
    ran = f"{done.executed} executed" if done.executed else "all remembered"
    lines = [
        f"Built {done.pages} pages, {done.charts} charts and the brief into {where}"
        f" ({done.bytes / 1e6:.1f} MB) with {with_what}"
        f" in {done.seconds:.1f} s; notebooks: {ran}.",
        *(f"Warning: {text}" for text in done.warnings),
        look,
    ]
    return "\n".join(lines)


class Steps:
    """Progress of a build: a bar for each step on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console: Console = Console(stderr=True, highlight=False)
        self.progress: Progress | None = None
        self.tasks: dict[str, TaskID] = {}
        self.began = time.perf_counter()

    def __enter__(self) -> Steps:
        if self.console.is_terminal:
            from asylum_report.bars import bars

            self.progress = bars(self.console)
            self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.progress:
            self.progress.stop()

    def __call__(self, name: str, done: int, total: int) -> None:
        """Show that `done` of `total` of the step `name` is done."""
        if self.progress is None:
            if name not in self.tasks or (done == total and total > 1):
                seconds = time.perf_counter() - self.began
                count = f" ({done} of {total})" if total > 1 else ""
                print(f"[{seconds:5.1f} s] {name}{count}", file=sys.stderr, flush=True)
                self.tasks[name] = 0  # type: ignore[assignment]
            return
        if name not in self.tasks:
            self.tasks[name] = self.progress.add_task(name, total=total)
        self.progress.update(self.tasks[name], completed=done, total=total)


@contextmanager
def _one_line() -> Iterator[None]:
    """Let an error end the command with one line on stderr and the right exit code."""
    try:
        yield
    except ReportError as error:
        print(f"asylum-report: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt as stop:
        print("asylum-report: stopped; what stood before still stands", file=sys.stderr)
        raise SystemExit(INTERRUPTED) from stop


def _name(path: Path, here: Path) -> str:
    try:
        return path.relative_to(here).as_posix()
    except ValueError:
        return str(path)
