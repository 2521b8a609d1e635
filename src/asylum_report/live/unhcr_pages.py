"""Pages of an answer of UNHCR's service: taken apart, and put together only if they fit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from asylum_report.errors import PublisherError

LATER = "the last vintage stays in use"
MOST_PAGES = 2_000
"""More pages than this are no count of pages."""
_LONGEST = 80  # characters of a cell: no code or number is longer, and a message quotes it


@dataclass(frozen=True)
class Page:
    """One answer.

    Parameters
    ----------
    cells
        Key of an item to its texts, one for each item.
    total
        Key of an item to the sum over all pages, as text; or the number of items; or empty.
    """

    number: int
    pages: int
    cells: Mapping[str, list[str]]
    total: Mapping[str, str] | str = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.cells["year"])


class Moved(Exception):
    """The service's data changed between two pages; a caller begins again."""


class Untrusted(PublisherError):
    """An answer that came whole and is not to be trusted: it must not be kept either."""


def refused(what: str, where: str) -> Untrusted:
    """Return the error for an answer that is not to be trusted."""
    # What a publisher wrote is quoted: it must not steer a terminal.
    shown = "".join(letter if letter.isprintable() else "?" for letter in what)
    return Untrusted(f"UNHCR's answer is not to be trusted: {shown}", where=where, todo=LATER)


def page(content: bytes, keys: tuple[str, ...], where: str) -> Page:
    """Return one answer, taken apart; every cell is a text, as the publisher wrote it.

    Parameters
    ----------
    content
        The body of an answer.
    keys
        Keys that every item must have; others are left out.

    Raises
    ------
    PublisherError
        If it is no JSON or no page, or if an item lacks a key.
    """
    try:
        # Numbers stay texts: the checks then see what was written, be it 1e400.
        found = json.loads(content, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise refused("it is no JSON", where) from error
    if not isinstance(found, dict):
        raise refused("it is no page", where)
    for name in ("page", "maxPages", "items"):
        if name not in found:
            raise refused(f"it lacks '{name}'", where)
    items = found["items"]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise refused("its items are no list of rows", where)
    cells = {}
    for key in keys:
        try:
            cells[key] = [_text(item[key]) for item in items]
        except KeyError:
            bad = next(place for place, item in enumerate(items, 1) if key not in item)
            raise refused(f"item {bad} lacks '{key}'", where) from None
    total = found.get("total")
    if isinstance(total, dict):
        total = {str(name): _text(value) for name, value in total.items()}
    elif not isinstance(total, str):
        total = {}
    return Page(_number(found, "page", where), _number(found, "maxPages", where), cells, total)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()[:_LONGEST]


def _number(found: Mapping[str, object], name: str, where: str) -> int:
    text = _text(found[name])
    if not re.fullmatch("[0-9]{1,6}", text):
        raise refused(f"{name} is '{text}'", where)
    return int(text)


def gather(ask: Callable[[int], Page], limit: int, where: str) -> list[Page]:
    """Return all pages of an answer, asked for in order.

    Parameters
    ----------
    ask
        Number of a page to the page.
    limit
        Rows asked for on a page; the service may give fewer on every page.

    Raises
    ------
    PublisherError
        If there is no row, another page than the one asked for, a page twice or one that is
        shorter than the others and not the last.
    Moved
        If the number of pages or the sums change from one page to another.
    """
    first = ask(1)
    if not first.pages or not len(first):
        raise refused("it has no rows", where)
    if first.pages > MOST_PAGES or (first.pages > 1 and len(first) > limit):
        raise refused(f"{first.pages} pages, the first of {len(first)} rows", where)
    pages = [first]
    for number in range(1, first.pages + 1):
        new = first if number == 1 else ask(number)
        if new.number != number:
            raise refused(f"page {new.number} came for page {number}", where)
        if new.pages != first.pages:
            raise Moved(f"{first.pages} pages, then {new.pages}")
        if new.total != first.total:
            raise Moved("the sums over all pages change")
        if number > 1:
            for old in pages:
                if new.cells == old.cells:
                    raise refused(f"page {number} repeats page {old.number}", where)
            pages.append(new)
        last = number == first.pages
        if len(new) > len(first) or not len(new) or (len(new) < len(first) and not last):
            rows = f"page {number} of {first.pages} has {len(new)} rows"
            raise refused(f"{rows}, the first has {len(first)}", where)
    return pages
