"""UNHCR's Refugee Statistics service, page by page.

Documented at https://api.unhcr.org/docs/refugee-statistics.html ; what the documentation leaves out
was taken from clients that others have published, notably the R package ``refugees`` and the
observations in https://github.com/cyanheads/unhcr-refugees-mcp-server/blob/main/docs/design.md
(September 2026):

- An answer is ``{"page", "short-url", "maxPages", "total", "items"}``; the items have the names of
  columns of the yearly releases, with the same codes (level NA is a code).
- A count is a number, but zero is the text ``"0"`` and a count not collected the text ``"-"``.
- ``total`` is empty for stocks; for applications and decisions it holds the sum of each count over
  all pages, which equals the sum of the rows: rounding comes first.
- ``cf_type=ISO`` makes ``coo`` and ``coa`` ISO's codes, else AUS is Austria. An unknown parameter
  is ignored, and so is ``yearFrom`` without ``yearTo``. ``coo_all`` overrules ``coo``; without
  either, all origins come as one sum whose codes are ``-``.
- Rows come by year and pages are stable; ``limit`` has no ceiling: 10,000 rows are 2.8 MB.
- There is neither a date of release nor ETag nor Last-Modified, so a vintage bears the day on which
  it was got.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from asylum_report.errors import InvalidTable, PublisherError
from asylum_report.live.model import Candidate, Unchanged, Wanted
from asylum_report.live.unhcr_pages import LATER, Moved, Page, Untrusted, gather, page, refused
from asylum_report.sources import unhcr

if TYPE_CHECKING:
    from asylum_report.live.client import Answer, Client
    from asylum_report.store import Vintage


@dataclass(frozen=True)
class _Dataset:
    """What one dataset is called in the service.

    Parameters
    ----------
    codes
        Keys of an item that hold codes.
    counts
        Keys of an item that hold counts, to our columns.
    first
        First year that is asked for.
    compared
        Whether the other origins are asked for too.
    read
        Items as a table of texts, and what to call them, to our table.
    columns
        Our columns to their descriptions.
    """

    endpoint: str
    codes: tuple[str, ...]
    counts: Mapping[str, str]
    first: int
    compared: bool
    read: Callable[[pd.DataFrame, Path], pd.DataFrame]
    columns: Mapping[str, str]


_WHO = ("year", "coo_iso", "coa_iso")
DATASETS = {
    "unhcr-asylum-decisions": _Dataset(
        endpoint="asylum-decisions",
        codes=(*_WHO, "procedure_type", "dec_level", "dec_pc"),
        counts={
            "dec_recognized": "recognised",
            "dec_other": "other",
            "dec_rejected": "rejected",
            "dec_closed": "closed",
            "dec_total": "total",
        },
        first=2000,
        compared=True,
        read=unhcr.decisions_from,
        columns=unhcr.DECISIONS,
    ),
    "unhcr-asylum-applications": _Dataset(
        endpoint="asylum-applications",
        codes=(*_WHO, "procedure_type", "app_type", "dec_level", "app_pc"),
        counts={"applied": "applied"},
        first=2000,
        compared=True,
        read=unhcr.applications_from,
        columns=unhcr.APPLICATIONS,
    ),
    "unhcr-population": _Dataset(
        endpoint="population",
        codes=_WHO,
        counts={"refugees": "refugees", "asylum_seekers": "asylum_seekers"},
        first=1951,
        compared=False,
        read=unhcr.population_from,
        columns=unhcr.POPULATION,
    ),
    # Apart from the one on Russia, whose tidy table holds no other origin.
    "unhcr-population-origins": _Dataset(
        endpoint="population",
        codes=_WHO,
        counts={"refugees": "refugees", "asylum_seekers": "asylum_seekers"},
        first=unhcr.COMPARED_SINCE,
        compared=True,
        read=unhcr.population_from,
        columns=unhcr.POPULATION,
    ),
}


@dataclass(frozen=True)
class Question:
    """Rows asked of the service: all destinations, Russia or every origin, a span of years."""

    russia: bool
    first: int
    last: int

    def params(self, limit: int, page: int) -> dict[str, str]:
        """Return the parameters of one page."""
        origin = {"coo": "RUS"} if self.russia else {"coo_all": "true"}
        years = {"yearFrom": str(self.first), "yearTo": str(self.last)}
        rows = {"limit": str(limit), "page": str(page)}
        return origin | {"coa_all": "true"} | years | {"cf_type": "ISO"} | rows


def questions(dataset: str, first: int, last: int) -> list[Question]:
    """Return what is asked for a dataset's years: Russia whole, the others where compared."""
    if not DATASETS[dataset].compared:
        return [Question(True, first, last)]
    asked = [Question(True, first, min(last, unhcr.COMPARED_SINCE - 1))]
    asked += [Question(False, max(first, unhcr.COMPARED_SINCE), last)]
    return [one for one in asked if one.first <= one.last]


def table(dataset: str, pages: list[Page], asked: Question, where: str) -> pd.DataFrame:
    """Return the rows of all pages in our columns and codes.

    Raises
    ------
    PublisherError
        If rows were not asked for, a code is unknown, a count is none, a row comes twice (on two
        pages, say), or the rows do not add up to the sums that the service gives.
    """
    known = DATASETS[dataset]
    keys = (*known.codes, *known.counts)
    frame = pd.DataFrame(
        {key: [cell for one in pages for cell in one.cells[key]] for key in keys}, dtype="str"
    )
    try:
        found = known.read(frame, Path(known.endpoint))
    except InvalidTable as error:
        raise refused(error.what, _place(error.where, where, len(pages[0]))) from error
    outside = found[~found["year"].between(asked.first, asked.last)]
    if len(outside):
        raise refused(f"rows of {outside['year'].iloc[0]}, which was not asked for", where)
    other = found[found["origin"] != "RUS"] if asked.russia else found[:0]
    if len(other):
        raise refused(f"rows of origin {other['origin'].iloc[0]} in an answer on RUS", where)
    total = pages[0].total
    stated = {"items": total} if isinstance(total, str) else dict(total)
    sums = {key: int(found[ours].sum()) for key, ours in known.counts.items()}
    for name, number in (sums | {"items": len(found)}).items():
        said = stated.get(name, "").removesuffix(".0")
        if said not in ("", "-", str(number)):
            what = f"its rows add up to {number:,} {name} and its total is {stated[name]}"
            raise refused(what, where)
    return found


def _place(inside: str, where: str, size: int) -> str:
    """Return where a reader found a fault, by page and item in place of the line of a file."""
    line = re.search(r", line (\d+)", inside)
    column = re.search(r", column \S+", inside)
    if line:
        row = int(line[1]) - 2  # the readers count a header and begin at one
        where += f", page {row // size + 1}, item {row % size + 1}"
    return where + (column[0] if column else "")


@dataclass(frozen=True)
class Unhcr:
    """UNHCR's live service; see the module for what it is like.

    Parameters
    ----------
    limit
        Rows on a page.
    """

    name: str = "unhcr"
    publisher: str = "UNHCR"
    address: str = "https://api.unhcr.org/population/v1"
    datasets: tuple[str, ...] = tuple(DATASETS)
    limit: int = 10_000

    def fetch(
        self, dataset: str, client: Client, wanted: Wanted, known: Vintage | None
    ) -> Candidate | Unchanged:
        """Return a dataset as the service has it now; see `asylum_report.live.model.Source`."""
        last = int(wanted.today[:4])
        first = DATASETS[dataset].first
        since = min(wanted.since, last) if wanted.since and known else first
        answers: list[Answer] = []
        asked = questions(dataset, max(first, since), last)
        parts = [self._ask(dataset, client, one, answers) for one in asked]
        if known and since > first:
            earlier = known.read()
            parts.append(earlier[earlier["year"] < since])
        raw = pd.concat(parts, ignore_index=True)
        columns = DATASETS[dataset].columns
        key = [name for name in columns if raw[name].dtype != "Int64"]
        raw = raw[list(columns)].sort_values([*key, "year"], ignore_index=True)
        kept = all(answer.kept for answer in answers)
        vintage = max(answer.retrieved[:10] for answer in answers) if kept else wanted.today
        before = f", years from {since} on" if len(parts) > len(asked) else ""
        if known and before:
            before += f"; earlier ones from the vintage of {known.date}"
        meta = unhcr.PUBLISHER | {
            "title": unhcr.TITLES[dataset],
            "retrieved": f"UNHCR Refugee Statistics service (api.unhcr.org){before}",
            "definition": unhcr.definition(dataset, int(raw["year"].max())),
            "columns": dict(columns),
            "route": "live",
            "service_code": DATASETS[dataset].endpoint,
        }
        return Candidate(dataset, vintage, raw, meta)

    def _ask(
        self, dataset: str, client: Client, asked: Question, answers: list[Answer]
    ) -> pd.DataFrame:
        """Return the rows of one question; begin again once if they change meanwhile."""
        known = DATASETS[dataset]
        keys = (*known.codes, *known.counts)
        where, moved = f"{client.address}/{known.endpoint}/", ""

        def ask(number: int) -> Page:
            answer = client.get(
                f"{known.endpoint}/",
                asked.params(self.limit, number),
                kinds=("application/json",),
                conditional=not moved,  # begun again, nothing kept is of use
            )
            answers.append(answer)
            return page(answer.content, keys, f"{where}, page {number}")

        for _ in range(2):
            try:
                return table(dataset, gather(ask, self.limit, where), asked, where)
            except Moved as error:
                moved = str(error)
            except Untrusted:
                for answer in answers:
                    client.forget(answer)
                raise
        raise PublisherError(
            f"UNHCR's figures change while they are read: {moved}",
            where=where,
            todo="try again later; " + LATER,
        )


SOURCE = Unhcr()
