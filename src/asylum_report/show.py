"""How the command prints: rates, tables and explanations, for people and for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asylum_report.errors import InvalidTable, ReportError, UnknownName
from asylum_report.recognition import DEFINITIONS, MARKED_BELOW, SHOWN_FROM

if TYPE_CHECKING:
    import pandas as pd


def check_format(name: str, known: Sequence[str]) -> str:
    """Refuse an output format that there is not; upper case is accepted.

    Raises
    ------
    UnknownName
    """
    if name.casefold() not in known:
        raise UnknownName(f"unknown format '{name}'", todo=f"use one of {', '.join(known)}")
    return name.casefold()


def step(text: str) -> None:
    """Print one line of progress."""
    print(text, flush=True)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f}%"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _stage(row: dict[str, Any]) -> str:
    """Return the stage; where levels stand in rows of their own, with the level."""
    first = row["stage"] in ("first", "repeat", "first+repeat")
    return row["stage"] if first else f"{row['stage']} ({row['levels']})"


def _interval(row: dict[str, Any], low: str, high: str) -> str:
    return "-" if row[low] is None else f"{100 * row[low]:.1f} to {100 * row[high]:.1f}%"


def rates(found: list[dict[str, Any]], format: str) -> None:
    """Print rates as a table, JSON or CSV; shares are 0 to 1 in the latter two."""
    if format == "json":
        print(json.dumps(found, indent=1, ensure_ascii=False, default=str))
        return
    if format == "csv":
        writer = csv.DictWriter(sys.stdout, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
        return
    if len(found) == 1:
        _one(found[0])
    else:
        _several(found)


def _one(row: dict[str, Any]) -> None:
    from asylum_report import places

    chosen = DEFINITIONS[row["definition"]]
    counted = ", ".join(
        f"{name} {row[name]:,}"
        for name in ("refugee", "subsidiary", "humanitarian", "temporary", "complementary",
                     "positive", "rejected", "closed", "total")
        if row[name] is not None
    )  # fmt: skip
    value = _percent(row["rate"]) if row["rate"] is not None else f"not shown ({row['reason']})"
    level = f" (publisher's level {row['levels']})" if row["levels"] else ""
    lines = [
        ("", f"{places.name(row['origin'])} in {places.name(row['destination'])}, {row['period']}"),
        (f"{chosen.name} rate", value + (" (few decisions)" if row["marked"] else "")),
        ("definition", f"{chosen.words}; used as {chosen.users}"),
        ("n", f"{_count(row['n'])} decisions" + ("" if chosen.closed_counts else " on the merits")),
        ("95% interval", _interval(row, "low", "high") + ", Jeffreys, widened by rounding"),
        ("rounding alone", _interval(row, "bound_low", "bound_high")),
        ("counts", counted),
        ("stage", f"{row['stage']}{level}, {row['authority']}"),
        ("unit", row["unit"]),
        ("status", row["status"] + (f": {row['note']}" if row["note"] else "")),
        ("source", f"{row['source']}, {row['dataset']}, vintage {row['vintage']}"),
    ]
    width = max(len(label) for label, _ in lines)
    for label, text in lines:
        if text.startswith("-,"):
            text = "-"
        print(f"{label:<{width}}  {text}" if label else text)


def notes(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return what has to be known about rows of rates, each remark once with where it belongs."""
    from asylum_report import places

    where: dict[str, dict[str, list[str]]] = {}
    for row in found:
        for note in dict.fromkeys(str(row["note"]).split("; ") if row["note"] else ()):
            spans = where.setdefault(note, {}).setdefault(places.name(row["destination"]), [])
            if row["period"] not in spans:
                spans.append(str(row["period"]))
    lines = [
        "Note, "
        + "; ".join(
            f"{name} {spans[0]}" + (f" to {spans[-1]}" if len(spans) > 1 else "")
            for name, spans in place.items()
        )
        + f": {note}."
        for note, place in where.items()
    ]
    if {4, 7} <= {len(str(row["period"])) for row in found}:  # 2024 beside 2024-Q1
        lines.append(
            "Note: years and shorter periods are both listed; they hold the same decisions."
        )
    return ["", *lines] if lines else []


def _several(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from asylum_report import places

    chosen = DEFINITIONS[found[0]["definition"]]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("destination")
    table.add_column("authority")
    table.add_column("period")
    for name in ("rate", "95% interval", "n", "positive", "rejected", "closed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("stage", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("status", no_wrap=True)
    for row in found:
        shown = _percent(row["rate"]) + ("*" if row["marked"] and row["rate"] is not None else "")
        table.add_row(
            places.name(row["destination"]), row["authority"], row["period"], shown,
            _interval(row, "low", "high"),
            *(_count(row[k]) for k in ("n", "numerator", "rejected", "closed")),
            _stage(row), row["unit"], row["status"],
        )  # fmt: skip
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(table)
    vintages = sorted({f"{r['source']} {r['dataset']}, vintage {r['vintage']}" for r in found})
    for line in notes(found):
        print(line)
    print(f"\n{chosen.name}: {chosen.words} ({chosen.users}).")
    print(
        "Interval: 95% Jeffreys, widened by what rounding allows. It takes decisions as "
        "independent; families are decided together, so the real uncertainty is larger. The "
        "report's headlines allow for that. "
        f"Rates below {SHOWN_FROM} decisions are not shown; * rests on fewer than {MARKED_BELOW}."
    )
    print("Source: " + "; ".join(vintages) + ".")


def export(table: str, format: str, output: Path | None, origin: str | None) -> None:
    """Write a tidy table to a file or to standard output.

    Raises
    ------
    UnknownName, InvalidTable
        If the table is not known, or Parquet is asked for without a file.
    """
    from asylum_report import files, process, query, tables

    tables.known(table)
    if format == "parquet" and output is None:
        raise InvalidTable("Parquet cannot be printed", todo="name a file with --output")
    process.ensure()
    frame = tables.read(table)
    if origin is not None:
        if "origin" not in frame:
            raise UnknownName(f"table {table} has no origin", todo="leave out --origin")
        frame = frame[frame["origin"] == query.country(origin)]
    if output is None:
        sys.stdout.write(_text(frame, format))
        return
    if not output.name or output.is_dir():
        raise ReportError("no file to write to", where=str(output), todo="name a file")
    if not output.parent.is_dir():
        raise ReportError("no such folder", where=str(output.parent), todo="make it first")
    target = output.resolve()
    content = _parquet(frame) if format == "parquet" else _text(frame, format).encode()
    if target.exists() and not target.is_file():
        target.write_bytes(content)  # a device or a pipe is written to, never replaced
    else:
        files.place({target: content})
    step(f"{len(frame):,} rows of {table} written to {output}")


def _text(frame: pd.DataFrame, format: str) -> str:
    if format == "csv":
        return frame.to_csv(index=False, lineterminator="\n")
    return frame.to_json(orient="records", date_format="iso", force_ascii=False) + "\n"


def _parquet(frame: pd.DataFrame) -> bytes:
    content: bytes = frame.to_parquet(None, index=False, compression="zstd")
    return content


def explanation(found: dict[str, Any]) -> None:
    """Print where a number comes from: `found` is what `asylum_report.numbers.explain` returns."""
    print(f"{found['name']} = {found['display']}")
    print(f"value       {found['value']} ({found['unit']})")
    print(f"definition  {found['definition']}")
    for vintage in found["vintages"]:
        print(f"vintage     {vintage['text']}")
        for path in vintage["files"]:
            print(f"file        {path}")
    shown = found["rows"][:40]
    if shown:
        columns = [
            c
            for c in shown[0]
            if c != "note" and any(row.get(c) not in (None, "") for row in shown)
        ]
        print(f"rows        {len(found['rows'])} of {found['table']}")
        widths = {c: max(len(c), *(len(str(row.get(c, ""))) for row in shown)) for c in columns}
        print("  " + "  ".join(f"{c:<{widths[c]}}" for c in columns))
        for row in shown:
            print("  " + "  ".join(f"{row.get(c, '')!s:<{widths[c]}}" for c in columns))
        if len(found["rows"]) > len(shown):
            print(f"  ... and {len(found['rows']) - len(shown)} more")
