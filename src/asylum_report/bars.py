"""Bars of progress on a terminal, the same for every command."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)


def bars(console: Console, name: str = "{task.description}", words: str = "") -> Progress:
    """Return bars, one a task.

    Parameters
    ----------
    name
        What stands before a bar, as rich writes columns.
    words
        What stands behind it.
    """
    columns: list[ProgressColumn] = [
        SpinnerColumn(finished_text="✓"),
        TextColumn(name),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    if words:
        columns.append(TextColumn(words, markup=False))
    return Progress(*columns, console=console)
