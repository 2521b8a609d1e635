"""Errors a user can meet, each one clear line: what is wrong, where, and what to do."""

from __future__ import annotations

INTERRUPTED = 130
"""Exit code of a command that was stopped by the user."""


class ReportError(Exception):
    """Base of every error this project raises on purpose.

    Parameters
    ----------
    what
        What is wrong, as a sentence without its full stop.
    where
        The file, table, row or argument concerned.
    todo
        What the reader can do about it.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", todo: str = "") -> None:
        self.what, self.where, self.todo = what, where, todo
        line = what + (f" ({where})" if where else "") + (f": {todo}" if todo else "")
        super().__init__(" ".join(line.split()))


class UnknownName(ReportError):
    """A country, table, definition, stage, year or number that the project does not know."""


class DamagedVintage(ReportError):
    """A vintage on disk whose content does not match its sidecar, or which cannot be read."""


class InvalidTable(ReportError):
    """A table that breaks its schema: missing column, bad count, duplicate key, bad totals."""


class MendedFault(ReportError):
    """A correction whose expectation no longer holds because the publisher mended the fault."""


class OverlapError(ReportError):
    """Decisions of overlapping stages, authorities or sources asked to be added together."""


class BuildError(ReportError):
    """A build that cannot go on: a notebook raised, a variable is unknown, a tool failed."""


class PublisherError(ReportError):
    """A publisher that cannot be reached or fails, or whose answer is not to be trusted.

    Nobody's input is wrong, so the exit code is another one.
    """

    exit_code = 3
