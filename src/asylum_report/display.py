"""Tables in notebooks, as Markdown: JupyterLab and both publishers show it, with nothing fetched.

A DataFrame's own HTML would make Quarto load scripts from another host.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asylum_report import places

if TYPE_CHECKING:
    import pandas as pd

SHARES = {"rate", "low", "high", "bound_low", "bound_high"}
"""Columns that hold shares and are written as percentages."""

HEADS = {
    "period_end": "Until", "period_start": "From", "source_date": "Printed",
    "low": "95% from", "high": "95% to", "n": "n",
    "value_text": "Value", "complementary": "Other protection", "refugee": "Refugee status",
    "rejected": "Rejected", "closed": "Closed",
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A table as Markdown and as plain text, for the last line of a notebook's cell."""

    markdown: str
    plain: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/markdown": self.markdown, "text/plain": self.plain}


def _cell(column: str, value: Any, shares: Collection[str], quoted: Collection[str]) -> str:
    import pandas as pd

    if value is None or value is pd.NA or value == "" or value != value:
        return "–"
    if column in shares:
        return f"{100 * value:.1f}%"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) or hasattr(value, "item"):
        return f"{value:,.1f}".removesuffix(".0").replace("-", "\u2212")
    if hasattr(value, "date"):
        return str(value.date())
    if column in quoted:
        return re.sub(r"\d{4,}", lambda m: f"{int(m[0]):,}", str(value))
    text = places.name(value) if column in ("origin", "destination") else str(value)
    for sign, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("*", "\\*"), ("_", "\\_")):
        text = text.replace(sign, safe)
    return text


def table(
    frame: pd.DataFrame, shares: Collection[str] = SHARES, quoted: Collection[str] = ("value_text",)
) -> Shown:
    """Return a DataFrame for display: shares as percentages, counts with commas, "–" for missing.

    Parameters
    ----------
    frame
        Any table of this project. Its index is shown where it has a name.
    shares
        Columns that hold shares.
    quoted
        Columns of numbers as a source wrote them (~3500): only thousands are separated.
    """
    if any(name is not None for name in frame.index.names):
        frame = frame.reset_index()
    columns = [str(column) for column in frame.columns]
    heads = [HEADS.get(c, c.replace("_", " ").capitalize()) for c in columns]
    numeric = [
        c in shares or c in quoted or frame[original].dtype.kind in "iuf"
        for c, original in zip(columns, frame.columns, strict=True)
    ]
    lines = [
        "| " + " | ".join(heads) + " |",
        "|" + "|".join("---:" if right else "---" for right in numeric) + "|",
    ]
    for row in frame.itertuples(index=False, name=None):
        cells = [_cell(c, v, shares, quoted) for c, v in zip(columns, row, strict=True)]
        lines.append("| " + " | ".join(cells) + " |")
    return Shown("\n".join(lines) + "\n", frame.to_string(index=False))
