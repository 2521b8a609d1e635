"""National tables that came by the template: their vintages are rows of a tidy table already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from asylum_report import columns

ROUTE = "import"
"""What the sidecar of such a vintage says under ``route``."""

PROVENANCE = {
    "document": "Title of the document",
    "document_date": "Date of the document as far as it is known",
    "url": "Address of the document, empty if it lies on paper",
    "archive": "Where the document lies, if it has no address",
    "page": "Page, table or cell of the document",
    "retrieved": "Day on which the document was got",
    "typed_by": "Who typed the figure, or which tool took it out",
}
"""Columns beyond those of the tidy table, in words."""


def described(table: str) -> dict[str, str]:
    """Return the columns of an imported vintage in words: those of its table, and provenance."""
    own = [name for name in columns.TABLES[table] if name not in ("dataset", "vintage")]
    return {name: columns.column(table, name).description for name in own} | PROVENANCE


def frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as an imported vintage holds them, in the order given.

    Parameters
    ----------
    table
        decisions, applications or figures.
    rows
        As `asylum_report.sources.template_rows.judge` returns them.
    """
    kinds = {"integer": "Int64", "number": "Float64"}
    types = {
        name: kinds.get(columns.column(table, name).kind, "str") for name in columns.TABLES[table]
    }
    found = {name: [row[name] for row in rows] for name in described(table)}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=types.get(name, "str")) for name, values in found.items()}
    )


def tidy(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return the rows with dataset and vintage."""
    return raw.assign(dataset=dataset, vintage=vintage)
