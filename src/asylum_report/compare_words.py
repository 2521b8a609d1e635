"""A comparison of figures in words: what the screen and a pull request share, and the latter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

CHANGED = "changed number"
PARTIAL = (
    "partial: rests on figures that cover a part of the year only (UNHCR's mid-year releases: "
    "about January to June), not to be compared with a whole year"
)
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
               "new", "change", "relative", "value", "authority", "unit"}  # fmt: skip
    parts += [str(each) for name, each in row.items() if name not in skipped and each != "TOTAL"]
    return ", ".join(part for part in parts if part)


def summary_of(one: dict[str, Any]) -> str:
    """Return what happened to a dataset in a sentence."""
    counts = one["counts"]
    if extent := one.get("extent"):
        span = " to ".join(dict.fromkeys((extent["first"], extent["last"])))
        told = [f"{extent['rows']:,} row{'s' * (extent['rows'] != 1)}"]
        told += [f"period{'s' * (extent['first'] != extent['last'])} {span}"] if span else []
        places = extent["destinations"]
        told += [f"{places} destination{'s' * (places != 1)}"] if places else []
        return f"{'new' if one['new'] else 'vanished'} dataset: {', '.join(told)}"
    return (
        f"{counts['changed']:,} of {counts['compared']:,} figures changed, "
        f"{counts['added']:,} new, {counts['removed']:,} gone"
    )


def extents(one: dict[str, Any], most: int = 12) -> Iterable[tuple[str, str]]:
    """Return what is new and what is gone in words, long lists cut; partial periods are marked.

    Of a dataset that only one side has, its partial periods only: `summary_of` says the rest.
    """
    partial = {"gone": one.get("partial_old", ()), "new": one.get("partial_new", ())}
    if one.get("extent"):
        if part := [*partial["gone"], *partial["new"]]:
            yield "periods of which a part is covered only", ", ".join(part)
        return
    if list(partial["gone"]) != list(partial["new"]):
        told = [f"{label} {', '.join(partial[side]) or 'none'}"
                for side, label in (("gone", "old"), ("new", "new"))]  # fmt: skip
        yield "periods of which a part is covered only", "; ".join(told)
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


def vanished(one: dict[str, Any]) -> tuple[list[tuple[str, str]], str]:
    """Return vanished figures, each with its key, and in words how many more there are."""
    named = [(key_of(row), _number(row["value"]) if not isinstance(row["value"], str) else "text")
             for row in one.get("vanished", ())]  # fmt: skip
    more = one["counts"]["removed"] - len(named)
    return named, f"and {more:,} more" if named and more else ""


def status_of(number: dict[str, Any]) -> str:
    """Return which side of a headline number rests on a part of a year: partial, both, old, new."""
    sides = [side for side in ("old", "new") if number.get(f"{side}_status") == "partial"]
    if not sides:
        return ""
    if number["old"] is None or number["new"] is None:
        return "partial"
    return "both partial" if len(sides) == 2 else f"{sides[0]} partial"


def effect_table(label: str, numbers: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return headings and rows of headline numbers, with a status where one is partial."""
    rows = [[label, "old", "new", "difference", "status"]]
    for one in numbers:
        cells = [one[name] or "-" for name in ("name", "old", "new", "difference")]
        rows.append([*cells, status_of(one)])
    return rows if any(row[-1] for row in rows[1:]) else [row[:-1] for row in rows]


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
    if headline.get("note"):
        lines += ["", _cell(f"{headline['note']}.")]
    for label, numbers in sorted_effects(headline["numbers"]):
        headings, *shown = effect_table(label, numbers)
        table = _rows(headings, shown)
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
        gone, more = vanished(one)
        if gone:
            lines += ["", *_rows(("vanished figures", "old"), gone)]
        if more:
            lines += ["", more]
        lines += ["", "</details>"]
    return "\n".join(lines)
