"""The tables that can be taken away: their bytes, columns, sources and licences, read from disk.

Every table is its CSV: Parquet and JSON are made of the same bytes, so the three cannot differ.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from asylum_report import columns, evaluation, store
from asylum_report.publish import downloads_columns
from asylum_report.results_list import ABOUT, ANALYSES

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["string", "integer", "number", "boolean", "date"]
Group = Literal["figures", "results", "studies", "vintages"]

KINDS: dict[str, Kind] = {
    "text": "string", "day": "date", "integer": "integer", "number": "number",
}  # fmt: skip
TEXTS = frozenset({"vintage", "first_vintage", "period", "level", "first_year", "last_year"})
"""Columns of results that are texts even where each value looks like a number or a day."""

OWN_LICENCE = ("MIT", "https://opensource.org/license/mit")
"""Licence of what the project works out itself; the figures it rests on keep their publisher's."""


@dataclass(frozen=True)
class Field:
    """One column: its type and what it means."""

    name: str
    kind: Kind
    title: str = ""
    description: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    unit: str = ""
    minimum: int | None = None


@dataclass(frozen=True)
class Table:
    """One table as it can be taken away.

    Attributes
    ----------
    name
        File name without its ending.
    title
        What it holds, in a sentence without its full stop.
    group
        figures (tidy tables), results (of models), studies (simulations), vintages.
    csv
        The table as CSV: UTF-8, comma, one line of names, missing values empty.
    fields
        Its columns in order.
    key
        Columns that together name one row, or empty.
    sources
        Each with ``title``, ``path``, ``dataset``, ``vintage`` and ``publisher``.
    licences
        Title and address of each; the address may be empty.
    """

    name: str
    title: str
    group: Group
    csv: bytes
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    sources: tuple[Mapping[str, str], ...]
    licences: tuple[tuple[str, str], ...]

    @cached_property
    def arrow(self) -> pa.Table:
        """The table in its types; what is empty in the CSV is null."""
        return _arrow(self.csv, {field.name: field.kind for field in self.fields})

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.arrow.num_rows)

    @property
    def parquet(self) -> bytes:
        """The table as Parquet."""
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        pq.write_table(self.arrow, buffer, compression="zstd", row_group_size=50_000)
        return buffer.getvalue()

    @property
    def json(self) -> bytes:
        """The table as a JSON array of records, one a line, days as ISO texts."""
        lines = (json.dumps(row, ensure_ascii=False, default=str) for row in self.arrow.to_pylist())
        return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _arrow(content: bytes, kinds: Mapping[str, Kind] | None) -> pa.Table:
    """Return a CSV as a table of the types named, or of those its values allow."""
    import pyarrow as pa
    from pyarrow import csv

    types = {
        "string": pa.string(), "integer": pa.int64(), "number": pa.float64(),
        "boolean": pa.bool_(), "date": pa.date32(),
    }  # fmt: skip
    options = csv.ConvertOptions(
        column_types={name: types[kind] for name, kind in (kinds or {}).items()}
        or dict.fromkeys(TEXTS, types["string"]),
        # NA is one of UNHCR's codes: only what is empty is missing.
        null_values=[""],
        strings_can_be_null=True,
        true_values=["True"],
        false_values=["False"],
        timestamp_parsers=[],
    )
    return csv.read_csv(
        io.BytesIO(content),
        # One block, or types would be guessed from the first rows alone.
        read_options=csv.ReadOptions(block_size=max(1, len(content) + 1), use_threads=False),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )


def inferred(content: bytes) -> tuple[Field, ...]:
    """Return the columns of a table of results: types by what its values allow, words by name."""
    import pyarrow as pa

    found = []
    for one in _arrow(content, None).schema:
        kind: Kind = "string"
        if pa.types.is_integer(one.type):
            kind = "integer"
        elif pa.types.is_floating(one.type):
            kind = "number"
        elif pa.types.is_boolean(one.type):
            kind = "boolean"
        elif pa.types.is_date(one.type):
            kind = "date"
        title, description = downloads_columns.words(one.name)
        found.append(Field(one.name, kind, title, description))
    return tuple(found)


def tidy(processed: Path, package: Mapping[str, Any]) -> list[Table]:
    """Return the tidy tables, of those with an origin the part on Russian citizens.

    Parameters
    ----------
    processed
        Folder of the built tables.
    package
        Content of its ``datapackage.json``.
    """
    found = []
    for resource in package["resources"]:
        if resource["format"] != "csv":
            continue
        name = resource["name"].removesuffix("-csv")
        content = (processed / resource["path"]).read_bytes()
        found.append(
            Table(
                name,
                _title(resource["title"]),
                "figures",
                gzip.decompress(content) if resource["path"].endswith(".gz") else content,
                tuple(_tidy_field(name, each) for each in columns.TABLES[name]),
                columns.key(name),
                tuple(_source(one) for one in resource["sources"]),
                tuple((one["title"], one["path"]) for one in resource["licenses"]),
            )
        )
    return found


def _title(title: str) -> str:
    """Say which citizens a table is about, unless its title does."""
    words = title.removesuffix(" (origin Russia)")
    return words if words == title or "Russia" in words else f"{words} (Russian citizens)"


def _tidy_field(table: str, name: str) -> Field:
    one = columns.column(table, name)
    least = 0 if one.kind == "integer" else None
    return Field(
        name, KINDS[one.kind], one.title, one.description, not one.blank, one.values, one.unit,
        least,
    )  # fmt: skip


def _source(one: Mapping[str, str]) -> dict[str, str]:
    publisher = one["title"].split(",", 1)[0]
    return {**one, "publisher": publisher}


def results(processed: Path, figures: Sequence[Table]) -> list[Table]:
    """Return the tables of model results, with the sources of the tidy tables they rest on."""
    found = []
    for analysis in ANALYSES.values():
        inputs = {name.partition(":")[2] or name for name in analysis.inputs}
        sources: dict[tuple[str, str], Mapping[str, str]] = {}
        for source in (one for table in figures for one in table.sources):
            if source["dataset"] in inputs:
                sources[source["dataset"], source["vintage"]] = source
        for name in analysis.tables:
            content = (processed / "models" / f"{name}.csv").read_bytes()
            found.append(
                Table(name, ABOUT[name], "results", content, inferred(content), (),
                      tuple(sources[each] for each in sorted(sources)), (OWN_LICENCE,))
            )  # fmt: skip
    return found


def studies(folder: Path) -> list[Table]:
    """Return the tables of the simulation studies, which hold no figure on asylum."""
    found = []
    for study in evaluation.STUDIES.values():
        for name in study.tables:
            content = (folder / f"{name}.csv").read_bytes()
            title = f"Simulation study ({name.replace('_', ' ')}): {study.about.split(': ')[-1]}"
            found.append(
                Table(f"study_{name}", title, "studies", content, inferred(content), (), (),
                      (OWN_LICENCE,))
            )  # fmt: skip
    return found


VINTAGE_COLUMNS = {
    "publisher": "Who publishes the dataset",
    "dataset": "The dataset, as its vintages are named",
    "vintage": "Date of the copy, as precisely as it is known",
    "title": "What the dataset holds",
    "rows": "Rows of the copy",
    "retrieved": "How the copy came here",
    "url": "Where the publisher offers the dataset",
    "licence": "Licence of the publisher",
    "licence_url": "Address of the licence",
    "attribution": "How the publisher wants to be named",
    "definition": "What is counted, and what must not be done with it",
    "sha256": "SHA-256 of the copy",
}


def vintages(found: Sequence[store.Vintage]) -> Table:
    """Return every embedded vintage as a table: what its sidecar says."""
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(VINTAGE_COLUMNS)
    for one in found:
        known = {"publisher": one.publisher, "dataset": one.dataset, "vintage": one.date}
        row = [known.get(name, one.meta.get(name, "")) for name in VINTAGE_COLUMNS]
        writer.writerow(" ".join(str(value).split()) for value in row)
    fields = tuple(
        Field(name, "integer" if name == "rows" else "string", name.replace("_", " ").capitalize(),
              words, name in ("publisher", "dataset", "vintage", "title", "rows", "sha256"))
        for name, words in VINTAGE_COLUMNS.items()
    )  # fmt: skip
    title = "Vintages: every dated copy of a publisher's dataset that the report holds"
    content = buffer.getvalue().encode()
    key = ("publisher", "dataset", "vintage")
    return Table("vintages", title, "vintages", content, fields, key, (), (OWN_LICENCE,))


def every(root: Path) -> list[Table]:
    """Return every table that can be taken away, in the order in which pages list them."""
    processed = root / "data" / "processed"
    package = json.loads((processed / "datapackage.json").read_text(encoding="utf-8"))
    figures = tidy(processed, package)
    return [
        *figures,
        *results(processed, figures),
        *studies(root / "data" / "evaluation"),
        vintages(store.vintages(folder=root / "data" / "raw")),
    ]
