"""CBP's nationwide encounters: the newest file by state, joined to the months before it.

CBP publishes one CSV a month that covers about four fiscal years, linked from a page of its public
data portal; see `asylum_report.live.cbp_page` for names. Columns: Fiscal Year (``2026 (FYTD)`` for
the running one), Month Grouping, Month (abbv), Land Border Region, State, Demographic, Citizenship
(``RUSSIA``), Title of Authority, Encounter Count; dictionary at
https://www.cbp.gov/document/stats/nationwide-encounters . The site sends ETag and Last-Modified.
Its guard answers 403 to some programs and not to browsers, so others report; then a file saved by
hand can be served from this machine.
"""

from __future__ import annotations

import csv
import datetime
import email.utils
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pandas as pd

from asylum_report.errors import InvalidTable, PublisherError
from asylum_report.live import cbp_page
from asylum_report.live.model import Candidate, Unchanged, Wanted
from asylum_report.sources import us

if TYPE_CHECKING:
    from asylum_report.live.client import Answer, Client
    from asylum_report.store import Vintage

DATASET = "cbp-nationwide-encounters"
LATER = "the last vintage stays in use"
CSV = (
    "text/csv",
    "application/csv",
    "text/plain",
    "application/octet-stream",
    "application/vnd.ms-excel",
)
"""Content types under which web servers send CSV."""
BY_HAND = (
    "save the file by state in a browser, serve its folder by python -m http.server and name it by "
    "--address cbp=http://127.0.0.1:8000/FILE.csv"
)
_LONGEST = 200  # characters of a message
_HOPS = 2  # pages read before giving up


def _refused(what: str, where: str) -> PublisherError:
    # What a publisher wrote is quoted: it must not steer a terminal, nor fill it.
    shown = "".join(letter if letter.isprintable() else "?" for letter in what)
    shown = shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "..."
    return PublisherError(f"CBP's file is not to be trusted: {shown}", where=where, todo=LATER)


def rows(content: bytes, where: str) -> pd.DataFrame:
    """Return a file's rows, every cell a text.

    Raises
    ------
    PublisherError
        If it is no UTF-8 text or no table: no rows, a column twice, a line with fewer or more
        fields than the header.
    """
    try:
        lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header, *body = (line for line in lines if line)
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refused("it cannot be read as a table", where) from error
    except ValueError as error:  # not even a header
        raise _refused("it is empty", where) from error
    header = [name.strip() for name in header]
    again = next((name for name in header if header.count(name) > 1), None)
    if again is not None:
        raise _refused(f"a column comes twice: '{again}'", where)
    if not body:
        raise _refused("it has a header and no rows", where)
    for number, line in enumerate(body, 2):
        if len(line) != len(header):
            what = f"a line has {len(line)} fields, the header {len(header)}"
            raise _refused(what, f"{where}, line {number}")
    return pd.DataFrame(body, columns=header, dtype="str").apply(lambda cells: cells.str.strip())


def encounters(content: bytes, where: str, today: str, promised: str = "") -> pd.DataFrame:
    """Return encounters of Russian citizens from CBP's file, summed over states.

    Parameters
    ----------
    content
        The file.
    today
        ISO date, after which no month can begin.
    promised
        Newest month of the file by its name, or empty.

    Returns
    -------
    DataFrame
        Columns `asylum_report.sources.us.ENCOUNTERS`.

    Raises
    ------
    PublisherError
        If the file cannot be trusted; see `asylum_report.sources.us.encounters_by_state`.
    """
    name = Path(urlsplit(where).path).name
    try:
        table = us.encounters_by_state(rows(content, where), Path(name))
    except InvalidTable as error:
        raise _refused(error.what, where + error.where.removeprefix(name)) from error
    newest = table["month"].max()
    if newest > today[:7]:
        raise _refused(f"its newest month is {newest}, which is yet to come", where)
    if promised and newest != promised:
        what = f"its name promises months up to {promised}, its newest is {newest}"
        raise _refused(what, where)
    return table


def joined(
    new: pd.DataFrame, old: pd.DataFrame | None, since: int | None
) -> tuple[pd.DataFrame, str]:
    """Return a file's months after the earlier ones of a vintage, and the first month of the file.

    Where both have a month the file wins, but for months before the year `since`.
    """
    first = str(new["month"].min())
    if old is None:
        return new, first
    first = max(first, f"{since or 0:04}-01")
    both = pd.concat([old[old["month"] < first], new[new["month"] >= first]], ignore_index=True)
    key = [column for column in us.ENCOUNTERS if column != "count"]
    return both[list(us.ENCOUNTERS)].sort_values(key, ignore_index=True), first


def modified(text: str) -> str:
    """Return the ISO date and time of a Last-Modified header, or nothing if it is none."""
    try:
        when = email.utils.parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return ""
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.UTC)
    return when.astimezone(datetime.UTC).isoformat(timespec="seconds")


def _dated(updated: str, today: str, known: Vintage | None) -> str:
    """Return the date of a vintage: the file's, if it can be and is not before the last vintage."""
    day = updated[:10]
    if not day or day > today or (known and day < known.date[:10]):
        return today
    return day


def _get(client: Client, address: str, kinds: tuple[str, ...]) -> Answer:
    """Return an answer; say what to do where programs are turned away."""
    answer = client.get(address, kinds=kinds, statuses=(200, 403))
    if answer.status == 403:
        client.forget(answer)
        raise PublisherError("CBP turns programs away: HTTP 403", where=address, todo=BY_HAND)
    return answer


@dataclass(frozen=True)
class Cbp:
    """CBP's page and files; the address may be that of another page, or of a file."""

    name: str = "cbp"
    publisher: str = "CBP"
    address: str = "https://www.cbp.gov/document/stats/nationwide-encounters"
    datasets: tuple[str, ...] = (DATASET,)

    def fetch(
        self, dataset: str, client: Client, wanted: Wanted, known: Vintage | None
    ) -> Candidate | Unchanged:
        """Return encounters as of CBP's newest file; see `asylum_report.live.model.Source`."""
        address = client.address
        promised = cbp_page.file(address)
        if not urlsplit(address).path.lower().endswith(".csv"):
            promised = self._find(client)
            address = promised.address
        answer = _get(client, address, CSV)
        month = promised.newest if promised else ""
        try:
            new = encounters(answer.content, address, wanted.today, month)
        except PublisherError:
            client.forget(answer)
            raise
        old = known.read() if known else None
        table, first = joined(new, old, wanted.since)
        return self._candidate(table, first, answer, promised, wanted, known)

    def _find(self, client: Client) -> cbp_page.File:
        """Return the newest file that the page links to, or a page of that name that it links to.

        Raises
        ------
        PublisherError
            If there is none.
        """
        asked = client.address
        for _ in range(_HOPS):
            answer = _get(client, asked, ("text/html", "application/xhtml+xml"))
            here = answer.url or asked
            found = cbp_page.links(answer.content.decode("utf-8", errors="replace"), here)
            near = cbp_page.same_host(found, here)
            best = cbp_page.newest(near)
            if best:
                return best
            others = cbp_page.pages(near, here)
            if not others:
                break
            asked = others[0]
        away = cbp_page.newest(found)
        raise PublisherError(
            "CBP's page links to no file of encounters by state"
            + (f" but one on another host, {urlsplit(away.address).netloc}" if away else ""),
            where=asked,
            todo="name the page or the file by --address cbp=ADDRESS",
        )

    def _candidate(
        self,
        table: pd.DataFrame,
        first: str,
        answer: Answer,
        promised: cbp_page.File | None,
        wanted: Wanted,
        known: Vintage | None,
    ) -> Candidate:
        updated = modified(answer.modified)
        name = Path(urlsplit(answer.url).path).name
        route = f"CBP's file by state {name}, summed over states"
        if known and (table["month"] < first).any():
            route += f"; months before {first} from the vintage of {known.date}"
        meta = us.ENCOUNTERS_META | {
            "retrieved": route,
            "definition": us.encounters_definition(table["month"].min(), table["month"].max()),
            "columns": dict(us.ENCOUNTERS),
            "route": "live",
            "service_code": name,
        }
        if updated:
            meta["updated"] = updated
        today = answer.retrieved[:10] if answer.kept and not updated else wanted.today
        newest = promised.newest if promised else ""
        return Candidate(DATASET, _dated(updated, today, known), table, meta, newest)


SOURCE = Cbp()
