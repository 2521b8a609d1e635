"""Eurostat's live service: what a dataset is through the `eurostat` package, its figures directly.

A dataset is asked for only when Eurostat says that it was updated since the last vintage. Its
address is https://ec.europa.eu/eurostat/api/dissemination ; docs/eurostat-package.md says which
questions go through the package.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from asylum_report.errors import PublisherError
from asylum_report.live import eurostat_data as data
from asylum_report.live.eurostat_datasets import DATASETS, PERIODS, Declared, Dimension
from asylum_report.live.eurostat_package import Contents, Described
from asylum_report.live.model import Candidate, Unchanged, Wanted

if TYPE_CHECKING:
    import pandas as pd

    from asylum_report.live.client import Client
    from asylum_report.store import Vintage

BROWSER = "https://ec.europa.eu/eurostat/databrowser/view/{}/default/table"
LISTED = ("applicant", "decision", "reason", "sex", "age", "unit")
"""Columns whose code lists go into the sidecar; citizenships and countries are our own codes."""


def _find(client: Client, declared: Declared) -> tuple[Described, Contents]:
    """Return the first of a dataset's codes that the service has."""
    for code in declared.codes:
        described = Described(client, code, where=declared.dataset)
        try:
            return described, described.contents()
        except data.NotThere as error:
            last = error
    raise PublisherError(
        f"Eurostat no longer has this dataset under {' or '.join(declared.codes)}",
        where=declared.dataset,
        todo="the last vintage stays in use; look for its new code at "
        "https://ec.europa.eu/eurostat/databrowser",
    ) from last


def _day(contents: Contents, wanted: Wanted, where: str) -> str:
    """Return the day of the last update, ISO."""
    try:
        day = datetime.datetime.fromisoformat(contents.updated).date()
    except ValueError as error:
        what = f"Eurostat gives no date of the last update: '{contents.updated[:40]}'"
        raise PublisherError(what, where=where, todo=data.AGAIN) from error
    limit = datetime.date.fromisoformat(wanted.today) + datetime.timedelta(days=1)
    if day > limit:
        what = f"Eurostat's last update {day} lies after today, {wanted.today}"
        raise PublisherError(what, where=where, todo="check the clock of this computer")
    return day.isoformat()


def _since(wanted: Wanted, known: Vintage | None, declared: Declared) -> int | None:
    """Return the year from which on to ask, None for everything.

    Earlier periods come from the last vintage, so it has to be a fetched one of the same columns:
    an embedded copy may hold sums or countries that the service does not give.
    """
    if wanted.since is None or known is None or known.meta.get("route") != "live":
        return None
    return wanted.since if list(known.meta["columns"]) == list(declared.columns) else None


def _unchanged(contents: Contents, known: Vintage | None, since: int | None) -> bool:
    """Say whether a vintage on disk is of this update and not shorter than what is asked for."""
    if known is None or known.meta.get("route") != "live":
        return False
    before = known.meta.get("since")
    covers = before is None or (since is not None and int(before) <= since)
    return known.meta.get("updated") == contents.updated and covers


def _key(
    described: Described, declared: Declared
) -> tuple[list[tuple[str, ...]], dict[str, Dimension]]:
    """Return the codes to ask of each dimension, in order, and the dimensions by name.

    Raises
    ------
    PublisherError
        If a dimension is missing, renamed or new, or a code that is needed is not offered.
    """
    where = declared.dataset
    named: dict[str, Dimension] = {}
    order = described.order()
    for dimension in declared.dimensions:
        name = next((name for name in dimension.names if name in order), "")
        if name:
            named[name] = dimension
        elif not dimension.optional:
            beside = [one for one in order if not _known(declared, one)]
            more = f", and '{beside[0][:40]}' is there, which is not known" if beside else ""
            what = f"Eurostat's dimension '{dimension.names[0]}' is missing{more}"
            raise PublisherError(what, where=where, todo="the last vintage stays in use")
    for name in order:
        if name not in named:
            what = f"Eurostat's dimension '{name[:40]}' is not known"
            raise PublisherError(what, where=where, todo="the last vintage stays in use")
    key: list[tuple[str, ...]] = []
    for name in order:
        dimension = named[name]
        offered = described.offered(name) if dimension.ask else ()
        for code in dimension.needed:
            if code not in offered:
                what = f"Eurostat no longer has '{code}' in its dimension '{name}'"
                raise PublisherError(what, where=where, todo="the last vintage stays in use")
        key.append(tuple(code for code in dimension.ask if code in offered))
    return key, named


def _known(declared: Declared, name: str) -> bool:
    return any(name in dimension.names for dimension in declared.dimensions)


def _asked(contents: Contents, declared: Declared, since: int | None) -> list[str]:
    """Return the periods to ask for."""
    ends = (contents.first, contents.newest)
    for end in ends:
        if not re.fullmatch(PERIODS[declared.frequency], end):
            what = f"Eurostat gives no first and newest period of it: '{end[:40]}'"
            raise PublisherError(what, where=declared.dataset, todo=data.AGAIN)
    every = data.periods(*ends)
    return [period for period in every if since is None or int(period[:4]) >= since]


def _lists(
    described: Described, named: Mapping[str, Dimension], table: pd.DataFrame
) -> dict[str, dict[str, str]]:
    """Return the words behind the codes that the table uses, in our (the newer) vocabulary."""
    lists = {}
    for name, dimension in named.items():
        column = dimension.column or name
        if column not in LISTED or dimension.codes is None:
            continue
        used = set(table[column]) if column in table else set(dimension.ask)
        words = described.labels(name)
        lists[column] = {
            ours: words.get(code, "")
            for code, ours in sorted(dimension.codes.items())
            if code in words and ours in used
        }
    return lists


class Eurostat:
    """Eurostat as a source; see `asylum_report.live.model.Source`."""

    name = "eurostat"
    publisher = "Eurostat"
    address = "https://ec.europa.eu/eurostat/api/dissemination"
    datasets = tuple(DATASETS)

    def fetch(
        self, dataset: str, client: Client, wanted: Wanted, known: Vintage | None
    ) -> Candidate | Unchanged:
        """Return a dataset as Eurostat has it now.

        Parameters
        ----------
        dataset
            Its name in the store.
        client
            Speaks HTTP.
        wanted
            Day of the run, and the first year to ask for.
        known
            The newest vintage on disk.

        Returns
        -------
        Candidate or Unchanged
            Unchanged without any figure asked for where Eurostat's last update is that of `known`.

        Raises
        ------
        PublisherError
            In one line with dataset and, where it is one place, line and column: the service
            cannot be asked, fails, is not ready in time, or its answer is not to be trusted.
        """
        declared = DATASETS[dataset]
        described, contents = _find(client, declared)
        vintage = _day(contents, wanted, dataset)
        since = _since(wanted, known, declared)
        if known is not None and _unchanged(contents, known, since):
            return Unchanged(dataset, known.date)
        key, named = _key(described, declared)
        periods = _asked(contents, declared, since)
        question = data.Question(client, described.code, key, where=dataset)
        try:
            table = _table(question, declared, periods, since, vintage)
        except PublisherError:
            # Not to be offered again as what the publisher says unchanged.
            question.forget()
            raise
        retrieved = f"Eurostat API, SDMX 2.1 data query (SDMX-CSV), {question.retrieved[:10]}"
        if known is not None and since is not None:
            table = _joined(table, known, declared, since)
            retrieved += f"; periods before {since} taken over from vintage {known.date}"
        meta = self._meta(declared, contents, described.code) | {
            "retrieved": retrieved,
            "code_lists": _lists(described, named, table),
        }
        if since is not None:
            meta["since"] = since
        return Candidate(dataset, vintage, table, meta, newest=contents.newest)

    def _meta(self, declared: Declared, contents: Contents, code: str) -> dict[str, Any]:
        from asylum_report.sources import eurostat as layouts

        meta = layouts.PUBLISHER | {
            "title": f"{contents.title or declared.title}: Russian citizens and all citizens",
            "attribution": f"Eurostat, {code.lower()}",
            "retrieved": "",
            "url": BROWSER.format(code.lower()),
            "definition": declared.definition,
            "columns": dict(declared.columns),
            "route": "live",
            "updated": contents.updated,
            "service_code": code,
        }
        return meta | ({"doi": contents.doi} if contents.doi else {})


def _table(
    question: data.Question,
    declared: Declared,
    periods: list[str],
    since: int | None,
    vintage: str,
) -> pd.DataFrame:
    """Return the raw table of the periods asked for, every part of the answer checked."""
    import pandas as pd

    from asylum_report.live import eurostat_table as tables

    where = declared.dataset
    if not periods:
        raise tables.refused(f"it has no period from {since} on", where)
    found = []
    for content in question.parts(periods, whole=since is None):
        frame = tables.read(content, where)
        day = tables.last_update(frame)
        if day and day < _day_before(vintage):
            what = f"it is a copy of {day}, older than the update of {vintage} that it announces"
            raise tables.refused(what, where)
        found.append(tables.raw(frame, declared, question.code, where))
    key = [name for name in declared.columns if name not in ("count", "flag")]
    table = pd.concat(found, ignore_index=True).sort_values(key, ignore_index=True)
    if table.empty or not (table["origin"] == "RUS").any():
        raise tables.refused("it has no row on Russian citizens", where)
    if table.duplicated(key).any():
        raise tables.refused("two of its parts give the same figure", where)
    return table


def _day_before(day: str) -> str:
    # Eurostat writes its own local time without saying so.
    return (datetime.date.fromisoformat(day) - datetime.timedelta(days=1)).isoformat()


def _joined(table: pd.DataFrame, known: Vintage, declared: Declared, since: int) -> pd.DataFrame:
    """Return the table with the periods before `since` from the last vintage."""
    import pandas as pd

    earlier = known.read()
    earlier = earlier[earlier["period"].str[:4].astype(int) < since]
    key = [name for name in declared.columns if name not in ("count", "flag")]
    both = pd.concat([earlier[list(declared.columns)], table], ignore_index=True)
    return both.sort_values(key, ignore_index=True)


SOURCE = Eurostat()
