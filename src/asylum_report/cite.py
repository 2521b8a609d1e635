"""How to cite the report, one of its numbers, a chart or a table: with the vintage of the data.

Name, version and date come from ``CITATION.cff``, sources from what the tables record.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths
from asylum_report.cite_forms import FILES, FORMATS, Kind, Source, Work, as_files
from asylum_report.errors import InvalidTable, UnknownName

__all__ = ["FILES", "FORMATS", "Source", "Work", "as_files", "chart", "number", "report", "table"]


def home(root: Path | None = None) -> str:
    """Return the address of the site with a slash at its end, or nothing where nobody said it.

    ``ASYLUM_REPORT_SITE_URL`` wins over ``website: site-url:`` in ``_quarto.yml``.
    """
    url = os.environ.get("ASYLUM_REPORT_SITE_URL", "")
    if not url:
        try:
            content = ((root or paths.root()) / "_quarto.yml").read_text(encoding="utf-8")
            url = str((yaml.safe_load(content).get("website") or {}).get("site-url") or "")
        except (OSError, yaml.YAMLError, AttributeError):
            url = ""  # the build says what is wrong with that file
    return url.rstrip("/") + "/" if url else ""


def about(root: Path) -> dict[str, Any]:
    """Return the content of ``CITATION.cff``.

    Raises
    ------
    InvalidTable
        If it cannot be read or lacks what a citation needs.
    """
    path = root / "CITATION.cff"
    try:
        found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        missing = {"title", "authors", "version", "date-released"} - found.keys()
    except (OSError, yaml.YAMLError, AttributeError) as error:
        raise InvalidTable("no readable citation file", where=str(path)) from error
    if missing:
        raise InvalidTable(f"no {', '.join(sorted(missing))}", where=str(path))
    return found


def _author(one: Mapping[str, str]) -> str:
    person = " ".join(one.get(part, "") for part in ("given-names", "family-names")).strip()
    return one.get("name") or person


def report(root: Path | None = None) -> Work:
    """Return the report itself.

    Raises
    ------
    InvalidTable
        If ``CITATION.cff`` or the list of tables cannot be read.
    """
    root = root or paths.root()
    found = about(root)
    newest: dict[str, Source] = {}
    for source in (one for resource in _resources(root) for one in resource["sources"]):
        one = _source(source)
        # Tables compiled here are no publisher's.
        if one.publisher != "asylum-report" and one.vintage >= newest.get(one.dataset, one).vintage:
            newest[one.dataset] = one
    return Work(
        "", "software", str(found["title"]), str(found["title"]),
        tuple(_author(one) for one in found["authors"]), str(found["version"]),
        str(found["date-released"]), str(found.get("license", "")),
        home(root) or str(found.get("url") or found.get("repository-code") or ""),
        tuple(newest[name] for name in sorted(newest)),
    )  # fmt: skip


def _resources(root: Path) -> list[dict[str, Any]]:
    path = root / "data" / "processed" / "datapackage.json"
    try:
        found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["resources"]
        return found
    except (OSError, ValueError, KeyError) as error:
        raise InvalidTable(
            "no readable list of tables", where=str(path), todo="run: asylum-report tables"
        ) from error


def _source(one: Mapping[str, str]) -> Source:
    publisher, _, rest = one["title"].partition(", ")
    title = rest.removesuffix(f", vintage {one['vintage']}")
    return Source(publisher, title, one["vintage"], one.get("path", ""), one["dataset"])


def _part(root: Path, name: str, kind: Kind, title: str, page: str) -> Work:
    whole = report(root)
    site = home(root)
    address = site + page if site else whole.address
    # The figures of a part keep their publisher's licence.
    return replace(whole, name=name, kind=kind, title=title, address=address, licence="")


def table(name: str, root: Path | None = None) -> Work:
    """Return a tidy table or a table of results.

    Raises
    ------
    UnknownName
        With the names there are.
    """
    from asylum_report.results_list import ABOUT, ANALYSES

    root = root or paths.root()
    resources = {one["name"]: one for one in _resources(root) if one["format"] == "parquet"}
    if name in resources:
        taken = resources[name]["sources"]
        title = str(resources[name]["title"])
    elif name in ABOUT:
        one = next(one for one in ANALYSES.values() if name in one.tables)
        inputs = {each.partition(":")[2] or each for each in one.inputs}
        taken = [s for r in resources.values() for s in r["sources"] if s["dataset"] in inputs]
        title = ABOUT[name]
    else:
        raise UnknownName(
            f"unknown table '{name}'", todo=f"use one of {', '.join([*resources, *ABOUT])}"
        )
    work = _part(root, name, "dataset", title, f"downloads/{name}.csv")
    return replace(work, sources=tuple(dict.fromkeys(_source(one) for one in taken)))


def chart(name: str, root: Path | None = None) -> Work:
    """Return a chart of the report; what it comes from is what stands below it.

    Raises
    ------
    UnknownName
        With the names there are, or if its figures are not held.
    """
    from asylum_report.charts import library

    root = root or paths.root()
    found = library.chart(name)
    title = f"{found.title}. {found.subtitle}".removesuffix(". ")
    work = _part(root, name, "figure", title, f"embed/{name}.html")
    return replace(work, sources=(Source("", found.source),))


def number(name: str, root: Path | None = None) -> Work:
    """Return a number that pages use, with the vintages of the rows it comes from.

    Raises
    ------
    UnknownName
        With near names where there are some.
    """
    from asylum_report import numbers

    root = root or paths.root()
    found = numbers.explain(name)
    words = found["definition"][:1].upper() + found["definition"][1:]
    title = f"{words}: {found['display']}"
    work = _part(root, name, "dataset", title, "downloads/numbers.json")
    known = {(one.dataset, one.vintage): one for one in every_source(root)}
    sources: dict[Source, None] = {}
    for row in found["rows"]:
        if row.get("dataset"):
            at = (row["dataset"], row["vintage"])
            sources[known.get(at, Source(row["source"], at[0], at[1], dataset=at[0]))] = None
        elif row.get("publisher"):
            one = Source(row["publisher"], row["source_title"], row["source_date"], row["url"])
            sources[one] = None
    return replace(work, sources=tuple(sources))


def every_source(root: Path) -> list[Source]:
    """Return every vintage that goes into a table."""
    return [_source(one) for resource in _resources(root) for one in resource["sources"]]
