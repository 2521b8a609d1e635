"""Tables described as CSV on the Web: ``NAME.csv-metadata.json`` beside ``NAME.csv``.

Source: W3C Recommendations Model for Tabular Data and Metadata on the Web, and Metadata Vocabulary
for Tabular Data, 17 December 2015. A reader that meets the CSV finds the description by its name.
"""

from __future__ import annotations

import json
import re
from typing import Any

from asylum_report.publish.downloads_tables import Field, Table


def described(table: Table) -> bytes:
    """Return the description of one table as JSON."""
    description: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": f"{table.name}.csv",
        "dc:title": table.title,
        "dc:license": [licence(*one) for one in table.licences],
        "dc:source": [one["title"] for one in table.sources],
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "null": [""],
        "tableSchema": {
            "columns": [_column(field) for field in table.fields],
            **({"primaryKey": list(table.key)} if table.key else {}),
        },
    }
    return (json.dumps(description, indent=1, ensure_ascii=False) + "\n").encode()


def licence(title: str, address: str) -> str | dict[str, str]:
    """Return a licence as its address, or as its words where it has none."""
    return {"@id": address} if address else title


def _column(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": field.name,
        "titles": field.name,
        "dc:title": field.title,
        "dc:description": field.description,
        "datatype": _datatype(field),
        "required": field.required,
    }
    return {key: value for key, value in found.items() if value != ""}


def _datatype(field: Field) -> str | dict[str, Any]:
    if field.kind == "boolean":
        return {"base": "boolean", "format": "True|False"}
    if field.kind == "date":
        return {"base": "date", "format": "yyyy-MM-dd"}
    if field.values:
        return {"base": "string", "format": "|".join(re.escape(value) for value in field.values)}
    if field.minimum is not None:
        return {"base": field.kind, "minimum": field.minimum}
    return field.kind
