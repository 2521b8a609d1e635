"""CBP's page and files of encounters as they are, filled from the embedded figures.

Russian encounters are those of the newest vintage in ``data/raw``. The vintage holds no states, so
each figure is split among synthetic ones: their sums are real. Rows of other citizenships
(`SYNTHETIC_OTHERS`) are synthetic.
"""

from __future__ import annotations

import hashlib
import html
from typing import Any

from asylum_report import store
from asylum_report.sources import us
from double.server import Double, Reply, Seen

HEADER = (
    "Fiscal Year",
    "Month Grouping",
    "Month (abbv)",
    "Land Border Region",
    "State",
    "Demographic",
    "Citizenship",
    "Title of Authority",
    "Encounter Count",
)
REGIONS = {ours: theirs for theirs, ours in us.REGIONS.items()}
DEMOGRAPHICS = {
    ours: theirs for theirs, ours in us.DEMOGRAPHICS.items() if theirs != "UC / Single Minors"
}
SYNTHETIC_STATES = ("TX", "CA", "NY")
SYNTHETIC_OTHERS = ("CANADA", "CHINA, PEOPLES REPUBLIC OF", "OTHER")
PAGE = "/document/stats/nationwide-encounters"
NEWSROOM = "/newsroom/stats/nationwide-encounters"
Row = dict[str, str]


def _month(month: str) -> tuple[int, str]:
    """Return the fiscal year and CBP's word of a calendar month."""
    year, number = map(int, month.split("-"))
    return year + (number >= 10), us.MONTHS[(number - 10) % 12]


def rows(first: str, last: str) -> list[Row]:
    """Return a file's rows from a month to a month, with the embedded figures of Russia."""
    table = store.latest("cbp-nationwide-encounters").read()
    table = table[table["month"].between(first, last)]
    running = _month(last)
    found = []
    for one in table.to_dict("records"):
        found += _split(one, running)
    for month in sorted(set(table["month"])):
        for citizenship in SYNTHETIC_OTHERS:
            found.append(_row(month, running, citizenship, "TX", 7))
    return found


def _split(one: dict[str, Any], running: tuple[int, str]) -> list[Row]:
    """Return a figure as rows of up to three states that add up to it."""
    share, rest = divmod(int(one["count"]), len(SYNTHETIC_STATES))
    found = []
    for place, state in enumerate(SYNTHETIC_STATES):
        count = share + (place < rest)
        if count:
            row = _row(one["month"], running, "RUSSIA", state, count)
            row["Land Border Region"] = REGIONS[one["region"]]
            row["Demographic"] = DEMOGRAPHICS[one["demographic"]]
            row["Title of Authority"] = one["title"]
            found.append(row)
    return found


def _row(month: str, running: tuple[int, str], citizenship: str, state: str, count: int) -> Row:
    year, word = _month(month)
    finished = running[1] == "SEP"
    current = year == running[0] and not finished
    so_far = us.MONTHS.index(word) <= us.MONTHS.index(running[1])
    values = (
        f"{year} (FYTD)" if current else str(year),
        "FYTD" if so_far else "Remaining",
        word,
        "Southwest Land Border",
        state,
        "Single Adults",
        citizenship,
        "Title 8",
        str(count),
    )
    return dict(zip(HEADER, values, strict=True))


def name(first: str, last: str) -> str:
    """Return what CBP calls the file by state from a month to a month."""
    year, word = _month(last)
    month = "" if word == "SEP" else f"-{word.lower()}"
    return f"nationwide-encounters-fy{_month(first)[0] % 100:02}-fy{year % 100:02}{month}-state.csv"


class CbpDouble:
    """The page, the newest file by state and one of a year before.

    Parameters
    ----------
    first, last
        Months that the newest file covers.
    folder
        Month of publication in the newest file's address.
    modified
        Its Last-Modified header; none is sent if empty.
    """

    def __init__(
        self,
        first: str = "2022-10",
        last: str = "2025-11",
        folder: str = "2026-01",
        modified: str = "Fri, 16 Jan 2026 15:04:05 GMT",
    ) -> None:
        self.first, self.last, self.folder, self.modified = first, last, folder, modified
        self.rows = rows(first, last)
        self.file_name = name(first, last)
        self.header = list(HEADER)
        self.prefix = "/cbp"
        self.host = ""
        self.content_type = "text/csv"
        self.etags = True
        self.links: list[str] | None = None
        self.body: bytes | None = None
        self.page_html: str | None = None

    def install(self, double: Double, prefix: str = "/cbp") -> str:
        """Answer under a prefix; return the address of the page for ``--address cbp=``."""
        self.prefix = prefix
        double.route(prefix, self.respond)
        return f"{double.url}{prefix}{PAGE}"

    # What is answered

    @property
    def path(self) -> str:
        """Return the path of the newest file below the prefix."""
        return f"/sites/default/files/{self.folder}/{self.file_name}"

    def respond(self, seen: Seen) -> Reply:
        """Return the answer to a request."""
        path = seen.path.removeprefix(self.prefix)
        if path == PAGE:
            return self._reply(seen, self.page().encode(), "text/html; charset=UTF-8")
        if path == NEWSROOM:
            link = f'<a href="{self.prefix}{PAGE}">Download</a>'
            return self._reply(seen, link.encode(), "text/html; charset=UTF-8")
        if path == self.path:
            return self._reply(seen, self.csv(), self.content_type, self.modified)
        return Reply(
            404, b"<html><body>Page not found</body></html>", {"Content-Type": "text/html"}
        )

    def _reply(self, seen: Seen, body: bytes, kind: str, modified: str = "") -> Reply:
        headers = {"Content-Type": kind}
        if modified:
            headers["Last-Modified"] = modified
        if self.etags:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if seen.headers.get("if-none-match") == headers["ETag"]:
                return Reply(304, b"", headers)
        return Reply(200, body, headers)

    def page(self) -> str:
        """Return the page; files by area of responsibility and of a year before stand in it too."""
        if self.page_html is not None:
            return self.page_html
        files = self.links
        if files is None:
            files = [
                self.path.replace("-state.csv", "-aor.csv"),
                self.path,
                "/sites/default/files/2025-11/nationwide-encounters-fy22-fy25-state.csv",
                "/sites/default/files/assets/documents/2023-Nov/"
                "nationwide-encounters-fy20-fy23-state.csv",
            ]
            files = [f"{self.host}{self.prefix}{one}" for one in files]
        items = "".join(
            f'<li><span class="file"><a href="{html.escape(one)}" type="text/csv">'
            f"Nationwide Encounters &amp; {html.escape(one.rsplit('/', 1)[-1])}</a></span></li>"
            for one in files
        )
        return (
            "<!DOCTYPE html><html lang=en><head><title>Nationwide Encounters</title>"
            '<link rel="stylesheet" href="/core/site.css"></head><body><p>Unclosed <b>mark'
            f'<a name="top"><a href="mailto:x@example.org">Mail</a><ul>{items}</ul></body></html>'
        )

    def csv(self) -> bytes:
        """Return the newest file."""
        if self.body is not None:
            return self.body
        lines = [self.header, *([row[name] for name in HEADER] for row in self.rows)]
        quoted = ([f'"{cell}"' if "," in cell else cell for cell in line] for line in lines)
        return "".join(",".join(line) + "\r\n" for line in quoted).encode()

    # What can be altered

    def add_month(self) -> str:
        """Add a synthetic month with the figures of the last one, renaming the file; return it."""
        year, number = map(int, self.last.split("-"))
        month = f"{year + number // 12}-{number % 12 + 1:02}"
        copies = [row for row in self.rows if self._in(row, self.last)]
        year, word = _month(month)
        new = {"Fiscal Year": f"{year} (FYTD)", "Month (abbv)": word}
        self.rows += [row | new for row in copies]
        self.last = month
        self.file_name = name(self.first, month)
        return month

    def drop_month(self, month: str, citizenship: str = "") -> None:
        """Leave a month out, for one citizenship or for all."""
        self.rows = [
            row
            for row in self.rows
            if not self._in(row, month) or (citizenship and row["Citizenship"] != citizenship)
        ]

    def drop_citizenship(self, citizenship: str = "RUSSIA") -> None:
        """Leave a citizenship out."""
        self.rows = [row for row in self.rows if row["Citizenship"] != citizenship]

    def rename_citizenship(self, old: str, new: str, since: str = "") -> None:
        """Call a citizenship by another name, from a month on."""
        self.rows = [
            row | {"Citizenship": new}
            if row["Citizenship"] == old and self._calendar(row) >= since
            else row
            for row in self.rows
        ]

    def change(self, month: str, count: object, column: str = "Encounter Count") -> None:
        """Set a cell of a month's first Russian row."""
        for place, row in enumerate(self.rows):
            if row["Citizenship"] == "RUSSIA" and self._in(row, month):
                self.rows[place] = row | {column: str(count)}
                return
        raise AssertionError(f"no Russian row in {month}")

    def repeat_row(self) -> None:
        """Give the first row a second time, at the end."""
        self.rows.append(dict(self.rows[0]))

    def rename_column(self, old: str, new: str) -> None:
        """Call a column by another name."""
        self.header[self.header.index(old)] = new

    @staticmethod
    def _calendar(row: Row) -> str:
        return us.calendar_month(int(row["Fiscal Year"][:4]), row["Month (abbv)"])

    def _in(self, row: Row, month: str) -> bool:
        return self._calendar(row) == month
