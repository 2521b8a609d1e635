"""How the command prints: rates, tables and explanations, for people and for programs."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from asylum_report.errors import InvalidTable, UnknownName
from asylum_report.recognition import DEFINITIONS, SHOWN_FROM


def check_format(name: str, known: Sequence[str]) -> None:
    """Refuse an output format that there is not.

    Raises
    ------
    UnknownName
    """
    if name not in known:
        raise UnknownName(f"unknown format '{name}'", todo=f"use one of {', '.join(known)}")


def step(text: str) -> None:
    """Print one line of progress."""
    print(text, flush=True)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f}%"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _interval(row: dict[str, Any], low: str, high: str) -> str:
    return "-" if row[low] is None else f"{100 * row[low]:.1f} to {100 * row[high]:.1f}%"


def _period(row: dict[str, Any]) -> str:
    start, end = str(row["period_start"]), str(row["period_end"])
    if start[5:] == "01-01" and end[5:] == "12-31":
        return start[:4] if start[:4] == end[:4] else f"{start[:4]}-{end[:4]}"
    return start[:7] if start[:7] == end[:7] else f"{start} to {end}"


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
    lines = [
        ("", f"{places.name(row['origin'])} in {places.name(row['destination'])}, {_period(row)}"),
        (f"{chosen.name} rate", value + (" (few decisions)" if row["marked"] else "")),
        ("definition", f"{chosen.words}; used as {chosen.users}"),
        ("n", f"{_count(row['n'])} decisions" + ("" if chosen.closed_counts else " on the merits")),
        ("95% interval", _interval(row, "low", "high") + ", Jeffreys, widened by rounding"),
        ("rounding alone", _interval(row, "bound_low", "bound_high")),
        ("counts", counted),
        ("stage", f"{row['stage']} (publisher's level {row['levels']}), {row['authority']}"),
        ("unit", row["unit"]),
        ("status", row["status"] + (f": {row['note']}" if row["note"] else "")),
        ("source", f"{row['source']}, {row['dataset']}, vintage {row['vintage']}"),
    ]
    width = max(len(label) for label, _ in lines)
    for label, text in lines:
        if text.startswith("-,"):
            text = "-"
        print(f"{label:<{width}}  {text}" if label else text)


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
            places.name(row["destination"]), row["authority"], _period(row), shown,
            _interval(row, "low", "high"),
            *(_count(row[k]) for k in ("n", "numerator", "rejected", "closed")),
            row["stage"], row["unit"], row["status"],
        )  # fmt: skip
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(table)
    vintages = sorted({f"{r['source']} {r['dataset']}, vintage {r['vintage']}" for r in found})
    print(f"\n{chosen.name}: {chosen.words} ({chosen.users}).")
    print(
        "Interval: 95% Jeffreys, widened by what rounding allows. "
        f"Rates below {SHOWN_FROM} decisions are not shown; * rests on fewer than 50."
    )
    print("Source: " + "; ".join(vintages) + ".")


def export(table: str, format: str, output: Path | None, origin: str | None) -> None:
    """Write a tidy table to a file or to standard output.

    Raises
    ------
    UnknownName, InvalidTable
        If the table is not known, or Parquet is asked for without a file.
    """
    from asylum_report import places, process, tables

    tables.known(table)
    if format == "parquet" and output is None:
        raise InvalidTable("Parquet cannot be printed", todo="name a file with --output")
    process.ensure()
    frame = tables.read(table)
    if origin is not None and "origin" in frame:
        frame = frame[frame["origin"] == places.resolve(origin)]
    if output is None:
        if format == "csv":
            frame.to_csv(sys.stdout, index=False, lineterminator="\n")
        else:
            print(frame.to_json(orient="records", date_format="iso", force_ascii=False))
        return
    temporary = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        if format == "csv":
            frame.to_csv(temporary, index=False, lineterminator="\n")
        elif format == "json":
            frame.to_json(temporary, orient="records", date_format="iso", force_ascii=False)
        else:
            frame.to_parquet(temporary, index=False, compression="zstd")
        temporary.replace(output)
    finally:
        temporary.unlink(missing_ok=True)
    step(f"{len(frame):,} rows of {table} written to {output}")


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
