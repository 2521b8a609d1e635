"""Tables in Markdown for the generated parts of pages."""

from __future__ import annotations

from collections.abc import Sequence


def pipe_table(heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> str:
    """Return a pipe table; `widths` set the columns' proportions in Quarto."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join("-" * w for w in widths) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
