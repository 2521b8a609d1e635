"""What describes the files that can be taken away: a data package, checksums, a file to read.

Source: Data Package 2.0 (datapackage.org), with Table Schema for columns.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from asylum_report.publish.downloads_tables import Field, Table

MEDIA = {
    "csv": "text/csv",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
}
WHOLE = "-all-origins"
"""What the name of a file with every citizenship ends in."""


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def package(
    tables: Sequence[Table], contents: Mapping[str, bytes], version: str, home: str = ""
) -> bytes:
    """Return ``datapackage.json``: every table in every form, with size and hash.

    Parameters
    ----------
    tables
        The tables.
    contents
        Bytes of each file by its name.
    version
        Version of the report.
    home
        Address of the site, or empty where nobody said it.
    """
    resources = [
        resource(table, name, content)
        for table in tables
        for name, content in contents.items()
        if name.split(".")[0] in (table.name, table.name + WHOLE) and "-metadata" not in name
    ]
    licences = {each: None for table in tables for each in table.licences}
    found = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "asylum-report",
        "title": "Protection of Russian asylum seekers by destination",
        "description": "Official statistics as published, one row a figure, each with publisher, "
        "vintage, unit, rounding and status; and what was worked out of them. Tables with an "
        "origin hold the part on Russian citizens. Nothing here is filled in: what was not "
        "published is missing.",
        "version": version,
        **({"homepage": home} if home else {}),
        "contributors": [{"title": "The asylum-report authors", "roles": ["author"]}],
        "keywords": ["asylum", "recognition rate", "Russia"],
        "licenses": [_licence(*one) for one in licences],
        "resources": resources,
    }
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()


def _licence(title: str, address: str) -> dict[str, str]:
    # A licence needs a name or a path; the facts of single documents have neither.
    return {"title": title, "path": address} if address else {"name": "other", "title": title}


def resource(table: Table, name: str, content: bytes) -> dict[str, Any]:
    """Return the description of one file of a table."""
    stem, _, ending = name.partition(".")
    kind = ending.removesuffix(".gz")
    whole = stem.endswith(WHOLE)
    title = table.title
    if whole:
        title = title.replace(" (Russian citizens)", "") + " (every citizenship)"
    found: dict[str, Any] = {
        "name": stem if kind == "csv" else f"{stem}-{kind}",
        "type": "table",
        "path": name,
        "title": title,
        "format": kind,
        "mediatype": MEDIA[kind],
        **({"compression": "gz"} if ending.endswith(".gz") else {}),
        **({} if kind == "parquet" else {"encoding": "utf-8"}),
        **({"dialect": {"itemType": "object"}} if kind == "json" else {}),
        "bytes": len(content),
        "hash": f"sha256:{sha256(content)}",
        **({} if whole else {"rows": table.rows}),
        "licenses": [_licence(*one) for one in table.licences],
        "sources": [
            {key: one[key] for key in ("title", "path", "dataset", "vintage") if one.get(key)}
            for one in table.sources
        ],
        "schema": {
            "fields": [_field(field, kind) for field in table.fields],
            **({"primaryKey": list(table.key)} if table.key else {}),
            "missingValues": [""],
        },
    }
    return found


def _field(field: Field, kind: str) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if field.required:
        constraints["required"] = True
    if field.values:
        constraints["enum"] = list(field.values)
    if field.minimum is not None:
        constraints["minimum"] = field.minimum
    true_false = {"trueValues": ["True"], "falseValues": ["False"]}
    return {
        "name": field.name,
        "type": field.kind,
        **({"title": field.title} if field.title else {}),
        **({"description": field.description} if field.description else {}),
        **({"unit": field.unit} if field.unit else {}),
        **(true_false if field.kind == "boolean" and kind == "csv" else {}),
        **({"constraints": constraints} if constraints else {}),
    }


def sums(contents: Mapping[str, bytes]) -> bytes:
    """Return ``SHA256SUMS``, as ``sha256sum --check`` reads it."""
    return "".join(f"{sha256(contents[name])}  {name}\n" for name in sorted(contents)).encode()


README = """\
# Tables of the asylum report, version {version}

Official statistics on asylum of Russian citizens, as published, and what the report worked out of
them. One row holds one figure with its publisher, dataset and vintage (a dated copy).

- `NAME.csv`: UTF-8, comma, one line of names. Empty means missing; NA is a code, not a missing
  value.
- `NAME.parquet`: the same rows with their types; missing is null.
- `NAME.json`: the same rows as an array of records, one a line; missing is null. Larger ones are
  compressed: `NAME.json.gz`.
- `NAME.csv-metadata.json`: the columns as CSV on the Web. `datapackage.json`: the same for every
  file as a data package, with licences, sources, sizes and hashes.
- `NAME-all-origins.parquet`: every citizenship, where the report holds it.
- `numbers.json`: every number that the pages use, with its definition and rows.
- `SHA256SUMS`: check with `sha256sum --check SHA256SUMS`.
- `CITATION.cff`, `citation.bib`, `citation.ris`, `citation.json`: how to cite.

Tables named `study_...` are simulations and hold no figure on asylum. Shares are fractions. Never
add stages other than first and repeat: others may decide on the same person twice. No register
anywhere records deserters or draft evaders.

Licences: each publisher's own for its figures, named in `datapackage.json` and in `vintages.csv`;
what the report works out itself is under the MIT licence. Name the publisher, the dataset and the
vintage.
"""


def readme(version: str) -> bytes:
    """Return the file to read first."""
    return README.format(version=version).encode()
