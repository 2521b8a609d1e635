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


_SAFE = str.maketrans({
    "&": "&amp;", "<": "&lt;", "|": "\\|", "*": "\\*", "_": "\\_",
    # As entities, because two readers of Markdown do not agree on what a backslash undoes.
    **{sign: f"&#{ord(sign)};" for sign in "\\`[]{}~$^@"},
})  # fmt: skip


_BLANK = re.compile(r"[^\S\u00a0\u202f]+")
"""White space of any kind but spaces that keep words together."""


def plain(text: object) -> str:
    """Return a text from outside as Markdown that shows just this text.

    Labels, titles and reasons come from publishers: no tag, link, code, shortcode or column of a
    table can be made of them. Line breaks become spaces.
    """
    return _BLANK.sub(" ", str(text)).strip().translate(_SAFE)


def link(text: object, address: object) -> str:
    """Return a link with a text from outside; the text alone unless it goes to the web."""
    target = str(address).strip()
    if not re.fullmatch(r"https?://[^\s<>\"'`\\{}|^]+", target):
        return plain(text)
    for sign, safe in (("(", "%28"), (")", "%29"), ("[", "%5B"), ("]", "%5D"), ("*", "%2A")):
        target = target.replace(sign, safe)
    return f"[{plain(text)}]({target})"


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
    return plain(places.name(value) if column in ("origin", "destination") else str(value))


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
