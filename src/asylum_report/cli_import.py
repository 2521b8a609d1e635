"""The command ``import``: a typed table, its provenance and its problems."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd

    from asylum_report.store import Vintage

NAMED = 3
"""How many figures a message names before it only counts them."""


@dataclass(frozen=True)
class Prepared:
    """A filled-in template in which nothing is wrong.

    Parameters
    ----------
    frame
        The rows as a vintage holds them, in the order of their keys.
    meta
        The sidecar.
    there
        The vintage that holds the same rows already, if there is one.
    """

    table: str
    frame: pd.DataFrame
    meta: Mapping[str, Any]
    there: Vintage | None

    def line(self) -> str:
        """Return in one line what it holds."""
        first, last = self.frame["period_start"].min(), self.frame["period_end"].max()
        places = ", ".join(sorted(set(self.frame["destination"])))
        number = len(self.frame)
        noun = "figure" if number == 1 else "figures"
        return (
            f"{self.meta['dataset']} {self.meta['vintage']}: {number:,} {noun} for {self.table}, "
            f"{places}, {first} to {last}"
        )


def prepare(path: Path, today: str, folder: Path | None = None) -> Prepared:
    """Read and judge a filled-in template.

    Parameters
    ----------
    path
        The CSV.
    today
        ISO day.
    folder
        Folder of vintages; the project's ``data/raw`` unless given.

    Raises
    ------
    Refused
        With everything that is wrong in the rows, each with its line.
    InvalidTable
        If the file is no CSV in UTF-8, or has no header or rows.
    ReportError
        If the dataset's name is taken, other figures are there under the same date, or figures of
        the copy before are missing without a reason.
    """
    from asylum_report import columns, tables
    from asylum_report.harmonise import imported
    from asylum_report.sources import template, template_file, template_rows, template_series

    sheet = template_file.read(path)
    rows, problems = template_rows.judge(sheet, today)
    problems += template_series.judge(sheet.table, rows)
    if problems:
        raise template.Refused(sheet.file, problems)
    date = max(row["document_date"] for row in rows)
    if "copy" in sheet.keys:
        number, line = sheet.keys["copy"]
        if len(date) < 10:
            what = f"a copy of a document of {date} cannot be numbered"
            todo = "give the document's date to the day"
            raise template.Refused(sheet.file, [template.Problem(line, "copy", what, todo)])
        date = f"{date}.{number}"
    said = {name: text for name, (text, _) in sheet.keys.items()}
    meta = _sidecar(sheet.table, rows, date, said)
    described = imported.described(sheet.table)
    key = [name for name in columns.key(sheet.table) if name in described and name != "source"]
    frame = imported.frame(sheet.table, rows).sort_values(key, ignore_index=True)
    tidy = imported.tidy(frame, meta["dataset"], date)
    tables.check(sheet.table, tables.conform(sheet.table, tidy))
    there = _beside(frame, meta, key, "left_out" in sheet.keys, folder)
    return Prepared(sheet.table, frame, meta, there)


def _sidecar(
    table: str, rows: Sequence[Mapping[str, Any]], date: str, said: Mapping[str, str]
) -> dict[str, Any]:
    """Return what the vintage says about itself."""
    from asylum_report.harmonise import imported

    newest = max(rows, key=lambda row: str(row["document_date"]))
    documents = sorted({str(row["document"]) for row in rows})
    title = str(newest["document"])
    if len(documents) > 1:
        title += f" and {len(documents) - 1} more"
    typed = ", ".join(sorted({str(row["typed_by"]) for row in rows}))
    return {
        "publisher": newest["publisher"],
        "dataset": newest["dataset"],
        "title": title,
        "licence": newest["licence"] or "facts; each document belongs to its publisher",
        "licence_url": newest["licence_url"],
        "attribution": f"{newest['publisher']}: {title}; typed by {typed}",
        "vintage": date,
        "retrieved": max(str(row["retrieved"]) for row in rows),
        "url": newest["url"],
        "definition": said.get("definition", "As in the document; each row names its page."),
        "columns": imported.described(table),
        "route": imported.ROUTE,
        "table": table,
        **({"left_out": said["left_out"]} if "left_out" in said else {}),
    }


def _beside(
    frame: pd.DataFrame, meta: Mapping[str, Any], key: list[str], fewer: bool, folder: Path | None
) -> Vintage | None:
    """Judge a copy beside those that are there; return the one that is the same, if there is one.

    Raises
    ------
    ReportError
    """
    from asylum_report import store
    from asylum_report.harmonise import imported

    where = f"{meta['dataset']} {meta['vintage']}"
    held = store.vintages(dataset=str(meta["dataset"]), folder=folder)
    for one in held:
        if one.meta.get("route") != imported.ROUTE or one.publisher != meta["publisher"]:
            what = f"there is a dataset of this name of {one.publisher} already"
            raise ReportError(what, where=where, todo="give yours a name of its own")
        if one.meta.get("table") != meta["table"]:
            what = f"the dataset holds {one.meta.get('table')} and not {meta['table']}"
            raise ReportError(what, where=where, todo="give yours a name of its own")
    for one in held:
        if one.date == meta["vintage"]:
            return _same(one, frame, key, where)
    before = [one for one in held if one.date < str(meta["vintage"])]
    if before and not fewer:
        # The newest copy stands for the whole series, so what it leaves out would vanish.
        mine = set(frame[key].itertuples(index=False, name=None))
        gone = [
            row for row in before[-1].read()[key].itertuples(index=False, name=None)
            if row not in mine
        ]  # fmt: skip
        if gone:
            named = "; ".join(" ".join(map(str, filter(None, row))) for row in gone[:NAMED])
            more = f" and {len(gone) - NAMED} more" if len(gone) > NAMED else ""
            raise ReportError(
                f"{len(gone)} of {before[-1].date}'s figures are not in the file: {named}{more}",
                where=where,
                todo="the newest copy replaces the one before, so add them, or say why they are "
                "gone in a line '# left_out: reason' above the header",
            )
    return None


def _same(there: Vintage, frame: pd.DataFrame, key: list[str], where: str) -> Vintage:
    """Return the vintage of the same date if its rows are the same.

    Raises
    ------
    ReportError
    """
    old = there.read()
    if old.equals(frame):
        return there
    count = "value_text" if "value_text" in frame else "count"
    values = [
        {row[:-1]: str(row[-1]) for row in table[[*key, count]].itertuples(index=False, name=None)}
        for table in (old, frame)
    ]
    changed = sum(values[0][one] != values[1][one] for one in values[0] if one in values[1])
    said = [
        f"{number} {word}"
        for number, word in (
            (changed, "changed"),
            (len(values[1].keys() - values[0].keys()), "new"),
            (len(values[0].keys() - values[1].keys()), "gone"),
        )
        if number
    ]
    raise ReportError(
        f"another copy with this document_date is there already ({', '.join(said) or 'same counts'}"
        f"{'' if said else ', other notes or provenance'})",
        where=where,
        todo="give the newer document's date, or, where the copy there was typed wrongly, write "
        "'# copy: 2' above the header",
    )


def import_(file: Path | None, template: str, check: bool) -> None:
    """Run ``asylum-report import``.

    Raises
    ------
    ReportError
    """
    if template:
        from asylum_report.sources import template as templates

        if file or check:
            raise ReportError("--template only prints", todo="leave out the file and --check")
        print(templates.empty(template.casefold()), end="")
        return
    if file is None:
        raise ReportError(
            "no file to import",
            todo="name one, or print an empty one with --template decisions",
        )
    from asylum_report import show, sidecars, store

    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    ready = prepare(file, today)
    if ready.there:
        show.step(f"{ready.line()}: the same is there already, nothing to do")
    elif check:
        show.step(f"{ready.line()}: nothing wrong, nothing written")
    else:
        written = store.write(ready.frame, ready.meta)
        show.step(f"{ready.line()}: imported into {sidecars.short(written.folder)}")
        show.step("now run 'asylum-report build', and commit the folder")
