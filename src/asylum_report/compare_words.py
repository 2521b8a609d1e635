"""A comparison of figures in words: what the screen and a pull request share, and the latter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

CHANGED = "changed number"
_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    | {mark: f"&#{ord(mark)};" for mark in "|@#"}
    | {mark: f"\\{mark}" for mark in "\\`*_[]~"}
)
"""What would be a tag, a mention or a mark of Markdown."""


def _number(value: Any) -> str:
    if value is None:
        return "-"
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.0f}"
    return text.replace("-", "\u2212")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:+.1f}%".replace("-", "\u2212")


def key_of(row: dict[str, Any]) -> str:
    """Return the key of a changed figure in a line: DEU, 2022, FI, first, rejected.

    The origin is named where it is another than Russia.
    """
    days = [str(row[name]) for name in ("period_start", "period_end", "date") if row.get(name)]
    whole = len(days) == 2 and days[0][5:] == "01-01" and days[1][5:] == "12-31"
    when = days[0][:4] if whole and days[0][:4] == days[1][:4] else " to ".join(days)
    origin = row.get("origin", "RUS")
    parts = [str(row.get("destination", "")), "" if origin == "RUS" else f"from {origin}", when]
    skipped = {"destination", "origin", "period_start", "period_end", "date", "source", "old",
               "new", "change", "relative", "authority", "unit"}  # fmt: skip
    parts += [str(each) for name, each in row.items() if name not in skipped and each != "TOTAL"]
    return ", ".join(part for part in parts if part)


def summary_of(one: dict[str, Any]) -> str:
    """Return what happened to a dataset in a sentence."""
    counts = one["counts"]
    return (
        f"{counts['changed']:,} of {counts['compared']:,} figures changed, "
        f"{counts['added']:,} new, {counts['removed']:,} gone"
    )


def extents(one: dict[str, Any], most: int = 12) -> Iterable[tuple[str, str]]:
    """Return what is new and what is gone in words, long lists cut."""
    for kind in ("periods", "places", "parts"):
        for side in ("new", "gone"):
            values: Sequence[str] = one[f"{side}_{kind}"]
            if values:
                more = f" and {len(values) - most} more" if len(values) > most else ""
                label = {"parts": "breakdowns"}.get(kind, kind)
                mark = "; " if kind == "parts" else ", "
                yield f"{side} {label} ({len(values)})", mark.join(values[:most]) + more


def title(one: dict[str, Any]) -> str:
    """Return a dataset with the two vintages compared."""
    sides = f"{one['old'] or 'nothing'} to {one['new'] or 'nothing'}"
    return f"{one['publisher']} {one['dataset']} ({one['table']}), {sides}"


def values(row: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return old and new figure, change and change in percent, as written."""
    return (_number(row["old"]), _number(row["new"]), _number(row["change"]),
            _percent(row["relative"]))  # fmt: skip


def largest(one: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the lists of largest changes, the relative one only where it tells more."""
    lists = [("largest changes", one["largest"])] if one["largest"] else []
    if one["largest_relative"] and one["largest_relative"] != one["largest"]:
        lists.append(("largest in relation to the old figure", one["largest_relative"]))
    return lists


def sorted_effects(numbers: Sequence[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return headline numbers that changed, are new, and are gone, each with its label."""
    kinds: dict[str, list[dict[str, Any]]] = {CHANGED: [], "new number": [], "vanished number": []}
    for one in numbers:
        kind = "new number" if one["old"] is None else CHANGED
        kinds["vanished number" if one["new"] is None else kind].append(one)
    return [(label, chosen) for label, chosen in kinds.items() if chosen]


def _cell(text: Any) -> str:
    """Return a text that can change neither a Markdown table nor the page it stands on."""
    return " ".join(str("-" if text is None else text).split()).translate(_ESCAPES)


def _rows(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    align = ["---" if i == 0 else "---:" for i, _ in enumerate(headings)]
    lines = [f"| {' | '.join(headings)} |", f"|{'|'.join(align)}|"]
    return [*lines, *(f"| {' | '.join(_cell(each) for each in row)} |" for row in rows)]


def markdown(found: dict[str, Any]) -> str:
    """Return the comparison as Markdown for a pull request: tables, details folded."""
    headline = found["headline"]
    lines = [f"## Figures from {_cell(found['old'])} to {_cell(found['new'])}", ""]
    lines += [f"- {_cell(note)}" for note in found["notes"]]
    counted = f"{headline['differ']} of {headline['compared']} differ ({headline['left_out']})."
    lines += ["", "### Headline numbers", "", counted]
    for label, numbers in sorted_effects(headline["numbers"]):
        shown = [[one[name] for name in ("name", "old", "new", "difference")] for one in numbers]
        table = _rows((label, "old", "new", "difference"), shown)
        if label == CHANGED:
            lines += ["", *table]
        else:
            lines += ["", "<details>", f"<summary>{len(numbers)} {label}s</summary>", "", *table]
            lines += ["", "</details>"]
    lines += ["", "### Datasets", ""]
    if found["datasets"]:
        named = ("changed", "added", "removed", "compared")
        rows = (
            [f"{one['publisher']} {one['dataset']} ({one['table']})", one["old"] or None,
             one["new"] or None, *(f"{one['counts'][name]:,}" for name in named)]
            for one in found["datasets"]
        )  # fmt: skip
        lines += _rows(("dataset", "old", "new", "changed", "new figures", "gone", "compared"),
                       rows)  # fmt: skip
    else:
        lines.append("Every copy is the same on both sides.")
    for one in found["datasets"]:
        if not one["differs"] and not one["note"]:
            continue
        lines += [
            "",
            "<details>",
            f"<summary>{_cell(title(one))}: {summary_of(one)}</summary>",
            "",
        ]
        lines += [f"{_cell(one['note'])}.", ""] if one["note"] else []
        lines += [f"- {_cell(label)}: {_cell(text)}" for label, text in extents(one)]
        for label, rows_ in largest(one):
            lines += ["", *_rows((label, "old", "new", "change", "%"),
                                 ([key_of(row), *values(row)] for row in rows_))]  # fmt: skip
        lines += ["", "</details>"]
    return "\n".join(lines)
