"""Finding CBP's newest file of encounters by state among the links of a page.

The page is https://www.cbp.gov/document/stats/nationwide-encounters in CBP's public data portal.
Links look like ``/sites/default/files/2026-01/nationwide-encounters-fy23-fy26-nov-state.csv``. The
running fiscal year is named with its newest month, a finished one without; the folder is the month
of publication (``2023-Nov`` in older ones). Beside each file by state stands one by area of
responsibility (``-aor.csv``), which divides encounters in another way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from asylum_report.sources.us import MONTHS, calendar_month

_NAME = re.compile(
    r"nationwide-encounters-fy(?P<first>\d{2}|\d{4})-fy(?P<last>\d{2}|\d{4})"
    r"(?:-(?P<month>[a-z]{3})[a-z]*)?-state(?:[-_](?P<copy>\d{1,4}))?\.csv",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"/(?P<year>20\d{2})-(?P<month>\d{2}|[a-z]{3})/", re.IGNORECASE)
_CALENDAR = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PAGE = re.compile(r"/stats/nationwide-encounters/?$", re.IGNORECASE)


@dataclass(frozen=True, order=True)
class File:
    """One file by state, ordered by how new it is.

    Parameters
    ----------
    newest
        Newest month that its name promises: 2025-11.
    folder
        Month of the folder in which it lies, or empty.
    copy
        Number that the site appends to a name that it has had before.
    """

    newest: str
    folder: str
    copy: int
    first: int
    address: str
    name: str


class _Links(HTMLParser):
    """The targets of a page's links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, or the address to which links are relative."""
        target = dict(attrs).get("href")
        if target and tag == "a":
            self.found.append(target.strip())
        elif target and tag == "base":
            self.base = target.strip()


def links(page: str, address: str) -> list[str]:
    """Return the absolute addresses of a page's links to the web, each once, in order."""
    parser = _Links()
    parser.feed(page)
    parser.close()
    found = []
    for target in parser.found:
        try:
            whole = urljoin(urljoin(address, parser.base), target)
            if urlsplit(whole).scheme in ("http", "https"):
                found.append(whole.split("#")[0])
        except ValueError:  # no address, as "http://[": nothing to be found there
            continue
    return list(dict.fromkeys(found))


def file(address: str) -> File | None:
    """Return the file by state at an address, or None if its name is not that of one."""
    path = unquote(urlsplit(address).path)
    name = path.rsplit("/", 1)[-1]
    match = _NAME.fullmatch(name)
    month = (match["month"] or "SEP").upper() if match else ""
    if not match or month not in MONTHS:
        return None
    first, last = (int(match[which][-2:]) + 2000 for which in ("first", "last"))
    return File(
        newest=calendar_month(last, month),
        folder=_folder(path),
        copy=int(match["copy"] or 0),
        first=first,
        address=address,
        name=name,
    )


def _folder(path: str) -> str:
    match = _FOLDER.search(path)
    if not match:
        return ""
    month = match["month"].upper()
    number = int(month) if month.isdigit() else (*_CALENDAR, month).index(month) + 1
    return f"{match['year']}-{number:02}"


def newest(addresses: list[str]) -> File | None:
    """Return the newest file by state: by its newest month, folder, copy; None if there is none."""
    return max(filter(None, map(file, addresses)), default=None)


def same_host(addresses: list[str], address: str) -> list[str]:
    """Return the addresses on the host of `address`, with its scheme and port."""
    host = urlsplit(address)[:2]
    return [one for one in addresses if urlsplit(one)[:2] == host]


def pages(addresses: list[str], address: str) -> list[str]:
    """Return the addresses of other pages that may be the one with the files."""
    here = urlsplit(address).path.rstrip("/")
    found = []
    for one in addresses:
        path = urlsplit(one).path.rstrip("/")
        if _PAGE.search(path) and path != here:
            found.append(one)
    # The portal's document page has the files; the newsroom's page of that name shows tables.
    return sorted(found, key=lambda one: "/document/" not in one)
