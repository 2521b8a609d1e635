"""The commands ``vintages`` and ``diff``: what there is, and what changed, on the screen."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from asylum_report import (
    asof,
    asof_vintages,
    compare_datasets,
    compare_headline,
    compare_published,
    show,
    store,
)
from asylum_report import compare_words as words
from asylum_report.errors import ReportError, UnknownName
from asylum_report.harmonise import recipes
from asylum_report.live import state

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

LISTED = ("publisher", "dataset", "vintage", "rows", "first", "last", "route", "state")
WIDTH = 80
_PERIODS = ("period", "month", "year", "fiscal_year", "period_start", "date", "published")
NOW, PUBLISHED = "now", "published"
WHAT_NOW = "now: what is on disk and not held back"
IN_USE, NEWEST = "in use", "in use, newest"
WHAT_IN_USE = (
    "in use: the tables take every extract made by hand and the newest live copy of these "
    "datasets; of each figure the newest copy counts."
)


def listed(dataset: str | None = None) -> list[dict[str, Any]]:
    """Return every vintage with what can be said of it in a line.

    Returns
    -------
    list of dict
        `LISTED`, ``reasons`` (why it is held back) and ``sha256`` (its first twelve characters).
        ``state``: in use; held; superseded by a newer one; in no table (kept for comparison); or a
        dated release, which goes into the tables of an earlier day and into the analysis of
        revisions.

    Raises
    ------
    UnknownName
        If there is no such dataset.
    """
    every = store.vintages()
    known = sorted({one.dataset for one in every})
    if dataset is not None and dataset not in known:
        raise UnknownName(f"no dataset '{dataset}'", todo=f"use one of {', '.join(known)}")
    used = {(one.dataset, one.date) for _, one in asof_vintages.taken(asof.copies())}
    tabled = {dataset for dataset, _ in used}
    held = state.read().held
    found = []
    for one in sorted(every, key=lambda v: (v.publisher.casefold(), v.dataset, v.date)):
        if dataset not in (None, one.dataset):
            continue
        first, last = _span(one.read())
        name = (one.dataset, one.date)
        found.append(
            {
                "publisher": one.publisher, "dataset": one.dataset, "vintage": one.date,
                "rows": int(one.meta["rows"]), "first": first, "last": last,
                "route": str(one.meta.get("route") or "embedded"),
                "state": "held" if name in held else "in use" if name in used
                else "release" if one.dataset in recipes.RELEASES
                else "superseded" if one.dataset in tabled else "in no table",
                "reasons": list(held[name].reasons) if name in held else [],
                "sha256": str(one.meta["sha256"])[:12],
            }
        )  # fmt: skip
    return found


def _span(raw: pd.DataFrame) -> tuple[str, str]:
    """Return the first and the last period of a raw table as its publisher writes them."""
    column = next((name for name in _PERIODS if name in raw.columns), None)
    values = [] if column is None else sorted({str(one) for one in raw[column] if str(one)})
    return (values[0], values[-1]) if values else ("", "")


def _table(*headings: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        # ">" numbers, at the right; "=" names; both never broken; "+" at the right, and may be.
        right, whole = heading[:1] in ">+", heading[:1] in ">="
        table.add_column(heading.strip(">=+"), justify="right" if right else "left",
                         no_wrap=whole, overflow="fold")  # fmt: skip
    return table


def _print(*things: Any) -> None:
    from rich.console import Console

    # Never wider than 80 columns, so that it reads the same in a log.
    console = Console(width=WIDTH if not sys.stdout.isatty() else None, highlight=False,
                      markup=False)  # fmt: skip
    for thing in things:
        console.print(thing)


def vintages(dataset: str | None, format: str) -> None:
    """Print the list of vintages.

    Raises
    ------
    UnknownName
        If there is no such dataset or format.
    """
    format = show.check_format(format, ("table", "json", "csv"))
    found = listed(dataset)
    if format == "json":
        print(json.dumps(found, indent=1, ensure_ascii=False))
        return
    if format == "csv":
        writer = csv.DictWriter(sys.stdout, LISTED, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(found)
        return
    used = [one for one in found if one["state"] == IN_USE]
    newest = {one["dataset"]: one["vintage"] for one in used}
    several = {name for name in newest if sum(one["dataset"] == name for one in used) > 1}
    # Datasets stand above their copies: beside them, lines would break at 80 columns.
    line = "  {:<13}{:>9}  {:<24}  {:<8}  {}".format
    _print(line("vintage", "rows", "periods", "route", "state"))
    shown = ""
    for one in found:
        if one["dataset"] != shown:
            shown = one["dataset"]
            _print(f"{one['publisher']} {shown}")
        span = " to ".join(dict.fromkeys((one["first"], one["last"])))
        best = one["state"] == IN_USE and one["dataset"] in several
        best = best and newest[one["dataset"]] == one["vintage"]
        _print(line(one["vintage"], f"{one['rows']:,}", span, one["route"],
                    NEWEST if best else one["state"]))  # fmt: skip
    if several:
        _print(WHAT_IN_USE)
    for one in found:
        for reason in one["reasons"]:
            _print(f"{one['dataset']}@{one['vintage']} is held: {reason}")
    if any(one["state"] == "release" for one in found):
        _print("release: for earlier days (--as-of) and for the analysis of revisions.")


def sides(old: str, new: str) -> tuple[compare_datasets.Chosen, compare_datasets.Chosen, list[str]]:
    """Return the vintages that two sides of a comparison stand for, and what to know of them.

    Parameters
    ----------
    old, new
        A day, DATASET@VINTAGE, now, or published: the vintages that the tables last committed are
        made of (those on disk, where there is no commit). A day does for no comparison with what a
        refresh has just brought, because a vintage is dated by its publisher, often days before it
        is fetched.

    Raises
    ------
    ReportError
        If a day or a vintage is not there, or the two are not of a kind.
    """
    pairs = [one.partition("@") for one in (old, new)]
    named = [pair[0] for pair in pairs if pair[1]]
    if len({at for text, (_, at, _) in zip((old, new), pairs, strict=True) if text != NOW}) > 1:
        raise ReportError(
            f"{old} and {new} cannot be compared",
            todo="give two days, or two vintages of a dataset; now stands beside either",
        )
    full = {russia: name for name, russia in asof.FULL.items()}
    if len({full.get(name, name) for name in named}) > 1:
        raise ReportError(f"{old} and {new} are of two datasets", todo="name one dataset twice")
    every = asof.copies()
    now = asof_vintages.taken(every)
    made, notes = compare_published.copies() if PUBLISHED in (old, new) else ([], [])
    notes += [WHAT_NOW] if NOW in (old, new) else []
    if held := state.read().held:
        names = ", ".join(f"{data}@{date}" for data, date in sorted(held))
        notes.append(f"held back and used on neither side unless named: {names}")
    if named:
        notes.append("everything else is as in use now")
    found = []
    for text, (dataset, at, vintage) in zip((old, new), pairs, strict=True):
        if text == NOW:
            found.append(now)
        elif text == PUBLISHED:
            found.append(asof_vintages.taken(made))
        elif at:
            copies = asof.copies(held_too=True)
            found.append(list(compare_datasets.swapped(now, dataset, vintage, copies)))
        else:
            found.append(asof_vintages.taken(asof.chosen(text, every)[1]))
    return found[0], found[1], notes


def worked(old: str, new: str) -> dict[str, Any]:
    """Return everything that `diff` shows, as plain data."""
    before, after, notes = sides(old, new)
    found = compare_datasets.datasets(before, after)
    effects, compared = compare_headline.of(before, after)
    return {
        "old": old, "new": new, "notes": notes,
        "datasets": [asdict(one) | {"differs": one.differs} for one in found],
        "headline": {
            "compared": compared, "differ": len(effects), "left_out": compare_headline.LEFT_OUT,
            "numbers": (told := [one.as_dict() for one in effects]),
            "note": words.PARTIAL if any(map(words.status_of, told)) else "",
        },
    }  # fmt: skip


def diff(old: str, new: str, format: str) -> None:
    """Print what changed between two days or vintages.

    Raises
    ------
    ReportError
        If a day or a vintage is not there, or the two are not of a kind.
    """
    format = show.check_format(format, ("table", "json", "markdown"))
    found = worked(old, new)
    if format == "json":
        print(json.dumps(found, indent=1, ensure_ascii=False))
    elif format == "markdown":
        print(words.markdown(found))
    else:
        _screen(found)


def _screen(found: dict[str, Any]) -> None:
    _print(f"From {found['old']} to {found['new']}", *(f"  {note}" for note in found["notes"]))
    for one in found["datasets"]:
        _print("", words.title(one), f"  {words.summary_of(one)}")
        if one["note"]:
            _print(f"  {one['note']}")
        for label, text in words.extents(one):
            _print(f"  {label}: {text}")
        for label, rows in words.largest(one):
            table = _table(f"  {label}", ">old", ">new", ">change", ">%")
            for row in rows:
                table.add_row(f"  {words.key_of(row)}", *words.values(row))
            _print(table)
        gone, more = words.vanished(one)
        if gone:
            table = _table("  vanished figures", ">old")
            for key, value in gone:
                table.add_row(f"  {key}", value)
            _print(table)
        if more:
            _print(f"  {more}")
    if not found["datasets"]:
        _print("", "every copy is the same on both sides")
    headline = found["headline"]
    _print("", f"{headline['differ']} of {headline['compared']} headline numbers differ "
           f"({headline['left_out']})")  # fmt: skip
    if headline["note"]:
        _print(headline["note"])
    for label, numbers in words.sorted_effects(headline["numbers"]):
        headings, *lines = words.effect_table(label, numbers)
        # The name is never broken: what is long in the others, a month or a country, is.
        table = _table(f"={headings[0]}", *(f"+{each}" for each in headings[1:4]), *headings[4:])
        for line in lines:
            table.add_row(*line)
        _print("", table)
