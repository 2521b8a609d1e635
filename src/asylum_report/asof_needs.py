"""What each analysis needs, so that one that cannot run as of an early day says so in a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from asylum_report import asof, records
from asylum_report.errors import ReportError

NEEDS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "lottery": (("UNHCR", "decisions", {"dataset": "unhcr-asylum-decisions"}),),
    "trend": (
        ("UNHCR", "decisions", {"source": "UNHCR", "origin": "RUS"}),
        ("BAMF", "decisions", {"dataset": "bamf-monthly", "origin": "RUS"}),
    ),
    "appeal": (
        ("UNHCR", "decisions", {"source": "UNHCR", "origin": "RUS"}),
        ("UNHCR", "applications", {"source": "UNHCR", "origin": "RUS"}),
        ("UNHCR", "stocks", {"dataset": "unhcr-population"}),
        ("asylum-report", "figures", {}),
    ),
    "outlook": (
        ("UNHCR", "decisions", {"dataset": "unhcr-asylum-decisions"}),
        ("Eurostat", "applications", {"dataset": "migr_asyappctzm", "destination": "EU+"}),
        ("CBP", "encounters", {}),
    ),
    "revisions": (("UNHCR", "decisions", {"source": "UNHCR", "origin": "RUS"}),),
    "turning-points": (
        ("UNHCR", "decisions", {"dataset": "unhcr-asylum-decisions"}),
        ("Eurostat", "applications", {"dataset": "migr_asyappctzm", "destination": "EU+"}),
        ("CBP", "encounters", {}),
        ("asylum-report", "events", {}),
    ),
}
"""Rows without which an analysis cannot run: publisher, table and the values that they have."""


def able(
    names: Sequence[str], every: bool, progress: Callable[[str], None] | None = None
) -> list[str]:
    """Return the analyses that can run on the tables read at the moment; all of them for today.

    Parameters
    ----------
    names
        Analyses, as `asylum_report.results_list.ANALYSES` calls them.
    every
        Whether they were not asked for by name: then those that cannot run are left out.
    progress
        Called with a line for each that is left out.

    Raises
    ------
    ReportError
        If one that was asked for by name needs what there was not yet.
    """
    day = asof.current()
    if day is None:
        return list(names)
    found = []
    for name in names:
        lacking = _lacking(name, day)
        if lacking and not every:
            raise ReportError(f"analysis {name} cannot run as of {day}, {lacking}")
        if not lacking:
            found.append(name)
        elif progress:
            progress(f"analysis {name} left out as of {day}, {lacking}")
    return found


def _lacking(name: str, day: str) -> str:
    """Return what an analysis needs that is not in the tables of a day, or the empty text."""
    for publisher, table, wanted in NEEDS.get(name, ()):
        if records.rows(table, **wanted):
            continue
        dataset = wanted.get("dataset", table)
        what = f"{publisher}'s {table}" + (f" ({dataset})" if dataset != table else "")
        later = [one.date for one in asof.copies() if one.since > day and one.dataset == dataset]
        since = f": the first is of {min(later)}" if later else ""
        return f"no vintage of {what} is that old{since}"
    return ""
