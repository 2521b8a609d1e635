"""What is cited, and how it reads in each form: text, BibTeX, RIS, Citation File Format, CSL-JSON.

Pure functions from a `Work` to text. Sources of the forms: Citation File Format 1.2.0; CSL-JSON of
the Citation Style Language 1.0.2; BibTeX entries that BibTeX and BibLaTeX both read; RIS as
reference managers import it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

Kind = Literal["software", "dataset", "figure"]

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class Source:
    """A vintage of a publisher's dataset, or a document."""

    publisher: str
    title: str
    vintage: str = ""
    url: str = ""
    dataset: str = ""


@dataclass(frozen=True)
class Work:
    """What is cited.

    Attributes
    ----------
    name
        Of the part that is cited (``de.y2023.protection``), or empty for the whole report.
    kind
        software (the report), dataset (a table or a number) or figure (a chart).
    title
        Of what is cited.
    report
        Title of the whole.
    authors, version, date, licence, address
        Of the report; `address` is that of the part, or empty where nobody said where the site is.
    sources
        What the part comes from; for the whole report the newest vintage of each dataset.
    """

    name: str
    kind: Kind
    title: str
    report: str
    authors: tuple[str, ...]
    version: str
    date: str
    licence: str
    address: str
    sources: tuple[Source, ...]

    @property
    def year(self) -> str:
        """Year of the release."""
        return self.date[:4]


def _apart(work: Work) -> tuple[Source, ...]:
    """Return the sources that get a record of their own: those of a part, by their publisher."""
    return tuple(one for one in work.sources if work.name and one.publisher)


def _named(source: Source) -> str:
    """Return a source in words: publisher, title, vintage."""
    vintage = f"vintage {source.vintage}" if source.dataset else source.vintage
    return ", ".join(part for part in (source.publisher, source.title, vintage) if part)


def _data(work: Work) -> str:
    """Return where the figures come from in one sentence; of the whole report by publisher."""
    if work.name:
        return "; ".join(_named(one) for one in work.sources)
    newest: dict[str, str] = {}
    for one in work.sources:
        newest[one.publisher] = max(newest.get(one.publisher, ""), one.vintage)
    return "; ".join(f"{name}, vintage {day}" for name, day in sorted(newest.items()))


def text(work: Work) -> str:
    """Return the citation as a sentence to paste."""
    who = ", ".join(work.authors)
    whole = f"{who} ({work.year}). {work.report}. Version {work.version}."
    place = f" {work.address}" if work.address else ""
    data = _data(work)
    if not work.name:
        return f"{whole} Data: {data}.{place}\n"
    source = f" Data: {data}." if data else ""
    return f"{work.title} ({work.name}).{source} In: {whole}{place}\n"


def _slug(*parts: str) -> str:
    return "-".join(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts if part)


_TEX = str.maketrans({sign: f"\\{sign}" for sign in "&%$#_"} | {"\u00a0": "~", "\u2212": "-"})


def bibtex(work: Work) -> str:
    """Return BibTeX: the report or its part, and for a part an entry for each source."""
    fields = {
        "author": "{" + " and ".join(work.authors) + "}",
        "title": "{" + work.title + "}",
        "howpublished": f"In: {work.report}" if work.name else "",
        "year": work.year,
        "month": MONTHS[int(work.date[5:7]) - 1],
        "version": work.version,
        "url": work.address,
        "note": _note(work),
    }
    entries = [_entry(_slug("asylum-report", work.version, work.name), fields)]
    for one in _apart(work):
        fields = {
            "author": "{" + one.publisher + "}",
            "title": "{" + one.title + "}",
            "year": one.vintage[:4],
            "note": _vintage(one),
            "url": one.url,
        }
        entries.append(_entry(_slug(one.publisher, one.dataset or one.title[:40], one.vintage),
                              fields))  # fmt: skip
    return "\n".join(entries)


def _note(work: Work) -> str:
    """Return version and data as a note: forms without a field for a version keep it so."""
    data = _data(work)
    part = f", {work.name}" if work.name else ""
    return f"Version {work.version}{part}." + (f" Data: {data}." if data else "")


def _vintage(source: Source) -> str:
    return f"Vintage {source.vintage}" if source.dataset and source.vintage else source.vintage


def _entry(name: str, fields: Mapping[str, str]) -> str:
    lines = []
    for key, value in fields.items():
        if not value:
            continue
        # A month is a word that BibTeX knows, an address is taken as it is; a name or a title in
        # braces stays as it is written, and in quotes, because two braces open a shortcode.
        text = value if key in ("month", "url") else value.translate(_TEX)
        if key in ("author", "title"):
            text = f'"{text}"'
        elif key != "month":
            text = f"{{{text}}}"
        lines.append(f"  {key} = {text}")
    return f"@misc{{{name},\n" + ",\n".join(lines) + "\n}\n"


RIS_TYPES: dict[Kind, str] = {"software": "COMP", "dataset": "DATA", "figure": "FIGURE"}


def ris(work: Work) -> str:
    """Return RIS: one record for the report or its part, one for each source of a part."""
    records = [[
        ("TY", RIS_TYPES[work.kind]),
        *(("AU", author) for author in work.authors),
        ("TI", work.title),
        ("T2", work.report if work.name else ""),
        ("PY", work.year),
        ("DA", work.date.replace("-", "/")),
        ("ET", work.version),
        ("UR", work.address),
        ("N1", _note(work)),
    ]]  # fmt: skip
    for one in _apart(work):
        records.append([
            ("TY", "DATA"), ("AU", one.publisher), ("TI", one.title), ("PY", one.vintage[:4]),
            ("ET", _vintage(one)), ("UR", one.url),
        ])  # fmt: skip
    return "".join(
        "".join(f"{tag}  - {' '.join(value.split())}\n" for tag, value in record if value)
        + "ER  - \n"
        for record in records
    )


def _date_parts(day: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in re.findall(r"\d+", day)[:3]]]}


def csl(work: Work) -> str:
    """Return CSL-JSON: an array with the report or its part, and each source of a part."""
    items: list[dict[str, Any]] = [{
        "id": _slug("asylum-report", work.version, work.name),
        "type": work.kind,
        "title": work.title,
        "container-title": work.report if work.name else "",
        "author": [{"literal": author} for author in work.authors],
        "issued": _date_parts(work.date),
        "version": work.version,
        "URL": work.address,
        "note": _note(work),
    }]  # fmt: skip
    for one in _apart(work):
        items.append({
            "id": _slug(one.publisher, one.dataset or one.title[:40], one.vintage),
            "type": "dataset",
            "title": one.title,
            "author": [{"literal": one.publisher}],
            "issued": _date_parts(one.vintage) if one.vintage[:4].isdigit() else {},
            "version": _vintage(one),
            "URL": one.url,
        })  # fmt: skip
    shown = [{key: value for key, value in item.items() if value} for item in items]
    return json.dumps(shown, indent=1, ensure_ascii=False) + "\n"


def cff(work: Work) -> str:
    """Return a citation file; its references are the vintages of the data."""
    content: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "Cite the publisher of the statistic, and this report as follows.",
        "title": work.title,
        "type": "software" if work.kind == "software" else "dataset",
        "authors": [{"name": author} for author in work.authors],
        "version": work.version,
        "date-released": work.date,
        "license": work.licence,
        "url": work.address,
        "references": [
            {
                key: value
                for key, value in {
                    "type": "data",
                    "title": one.title,
                    "authors": [{"name": one.publisher or one.title.partition(",")[0]}],
                    "version": one.vintage,
                    "url": one.url,
                }.items()
                if value
            }
            for one in work.sources
        ],
    }
    shown = {key: value for key, value in content.items() if value}
    return yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=100)


FORMATS: dict[str, Callable[[Work], str]] = {
    "text": text, "bibtex": bibtex, "ris": ris, "cff": cff, "csl-json": csl,
}  # fmt: skip
"""Every form by the name that the command takes."""

FILES = {"CITATION.cff": cff, "citation.bib": bibtex, "citation.ris": ris, "citation.json": csl}


def as_files(work: Work, names: Iterable[str] = tuple(FILES)) -> dict[str, bytes]:
    """Return the citation of a work as files, by name."""
    return {name: FILES[name](work).encode() for name in names}
