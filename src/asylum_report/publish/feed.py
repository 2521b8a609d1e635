"""``feed.xml``: what is new in the data, for readers of feeds (Atom, RFC 4287).

One entry a vintage of a dataset, newest first. The feed follows from the vintages alone, so that
the same vintages give the same bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from html import escape
from pathlib import Path

from asylum_report import gate, store
from asylum_report.store import Vintage

FILE = "feed.xml"
TITLE = "Asylum Report: updates of the data"
OURS = "asylum-report"
"""The publisher's name of what is kept by hand: no publisher's update, so not in the feed."""

_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:asylum-report:vintages")
"""Ids hang on publisher, dataset and date, never on the address, so that they outlive a move."""


def write(site: Path, root: Path, url: str = "") -> Path:
    """Write the feed of the project's vintages into a site.

    Parameters
    ----------
    site
        The finished site.
    root
        The project.
    url
        The site's address with a slash at its end; without it, links are relative to the feed.

    Raises
    ------
    ReportError
        If a sidecar or the state of refreshing cannot be read.
    """
    folder = root / "data" / "raw"
    unused = {
        (one.dataset, one.newest): "; ".join(one.reasons)
        for one in gate.verdicts(folder, root / "data" / "refresh.json")
        if one.newest != one.in_use
    }
    path = site / FILE
    path.write_text(feed(store.vintages(folder=folder), unused, url), "utf-8", newline="\n")
    return path


def feed(
    vintages: Sequence[Vintage], unused: dict[tuple[str, str], str] | None = None, url: str = ""
) -> str:
    """Return the feed as text.

    Parameters
    ----------
    vintages
        In any order.
    unused
        Why a vintage is not in use, by dataset and date.
    url
        As for `write`.
    """
    shown = [one for one in vintages if one.publisher.casefold() != OURS]
    shown.sort(key=lambda one: (one.publisher, one.dataset))
    shown.sort(key=lambda one: moment(one.date), reverse=True)
    newest = moment(shown[0].date) if shown else moment("1970")
    self_link = f'<link rel="self" type="application/atom+xml" href="{escape(url + FILE)}"/>'
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<title>{escape(TITLE)}</title>",
        "<subtitle>New and revised official statistics on asylum that the report reads.</subtitle>",
        f"<id>{_SPACE.urn}</id>",
        f"<updated>{newest}</updated>",
        "<author><name>Asylum Report</name></author>",
        f'<link rel="alternate" type="text/html" href="{escape(url)}data.html"/>',
        *([self_link] if url else []),
    ]
    for one in shown:
        lines += _entry(one, (unused or {}).get((one.dataset, one.date), ""), url)
    return "\n".join([*lines, "</feed>"]) + "\n"


def moment(date: str) -> str:
    """Return a date as the feed's format wants it: the first moment of what is known.

    A vintage may be known by its month or its year only; then it begins with its first day.
    """
    year, month, day = (*date.split("-"), "01", "01")[:3]
    return f"{year}-{month}-{day}T00:00:00Z"


def _entry(one: Vintage, why_not: str, url: str) -> list[str]:
    title = f"{one.publisher}: {one.meta.get('title', one.dataset)}, {one.date}"
    words = [
        f"Dataset {one.dataset} as of {one.date}, {one.meta.get('rows', 0)} rows.",
        *(["The day is not known."] if len(one.date) < 10 else []),
        *([f"Not in use: {why_not}."] if why_not else []),
        str(one.meta.get("definition") or ""),
        f"Source: {one.meta.get('attribution') or one.publisher}.",
    ]
    text = " ".join(" ".join(words).split())
    name = f"{one.publisher.casefold()}/{one.dataset}/{one.date}"
    return [
        "<entry>",
        f"<title>{escape(title)}</title>",
        f"<id>{uuid.uuid5(_SPACE, name).urn}</id>",
        f"<updated>{moment(one.date)}</updated>",
        f'<link rel="alternate" type="text/html" href="{escape(url)}data.html"/>',
        f"<summary>{escape(text)}</summary>",
        "</entry>",
    ]
