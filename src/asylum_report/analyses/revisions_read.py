"""UNHCR's dated releases and Eurostat's vintages as tidy rows, with what each release covers."""

from __future__ import annotations

import pandas as pd

from asylum_report import asof, corrections, store, tables
from asylum_report.analyses.revisions_releases import RELEASES, release
from asylum_report.harmonise import recipes

EUROSTAT = "migr_asyappctza"


def read() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return decisions, applications, Eurostat's applicants, and the releases that they are of.

    As of an earlier day, where one is asked for (`asylum_report.asof.known_on`); vintages that are
    held back are left out.
    """
    day = asof.current() or "9999"
    known = {(one.dataset, one.date): one.since for one in asof.copies() if one.since <= day}
    parts, releases = [], []
    for full, russia in asof.FULL.items():
        table, found = _releases(full, russia, known)
        parts.append(table)
        releases += found
    every = tables.read("applications", origin="RUS")
    eurostat = every[every["dataset"] == EUROSTAT].reset_index(drop=True)
    releases += [
        release("Eurostat", EUROSTAT, date, since, "")
        for (dataset, date), since in sorted(known.items())
        if dataset == EUROSTAT and (eurostat["vintage"] == date).any()
    ]
    return parts[0], parts[1], eurostat, pd.DataFrame(releases, columns=RELEASES)


def _releases(
    full: str, russia: str, known: dict[tuple[str, str], str]
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Return every release of one of UNHCR's datasets: of those on all origins the Russian rows."""
    name, tidy = recipes.RELEASES[russia]
    parts, releases, seen = [], [], set()
    for dataset in (russia, full):
        for one in store.vintages(dataset=dataset):
            if (dataset, one.date) not in known or one.date in seen:
                continue
            seen.add(one.date)
            # What is rounded is judged by every origin, so the table is made before it is cut.
            table = tables.conform(name, tidy(one.read(), dataset, one.date))
            parts.append(table[table["origin"] == "RUS"])
            releases.append(
                release(
                    "UNHCR", full, one.date, known[dataset, one.date], str(one.meta["retrieved"])
                )
            )
    if not parts:
        return tables.empty(name), []
    whole = corrections.apply(pd.concat(parts, ignore_index=True), name, expecting=False)
    return whole, releases
