"""Charts that set all destinations side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asylum_report import corridors, places, results
from asylum_report.charts.library import parts
from asylum_report.charts.library.countries import FIRST_WAR_YEAR, LATEST
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.recognition import MARKED_BELOW

ROUNDED = "UNHCR rounds small counts: a 0 may stand for one or two persons."
FAR = 0.10
"""Change since its first release, as a share, from which a rate's earlier value is told."""


def across_latest() -> Chart:
    """Draw every destination with enough decisions in the latest year."""
    found = [
        row for row in parts.rates(None, (LATEST, LATEST))
        if row["rate"] is not None and row["n"] >= MARKED_BELOW and row["status"] != "partial"
    ]  # fmt: skip
    found.sort(key=lambda row: (-row["rate"], row["n"]))
    colours = {"DEU": "germany", "FRA": "france", "USA": "usa"}
    names = [parts.destination_name(row) for row in found]
    groups = [
        ("Other destinations", "muted", [r for r in found if r["destination"] not in colours])
    ]
    groups += [
        (places.name(code), colour, [r for r in found if r["destination"] == code])
        for code, colour in colours.items()
    ]
    order = dict(zip((id(row) for row in found), names, strict=True))
    top, bottom = found[0], found[-1]
    every = {row["destination"] for row in found}
    none = len(every - {row["destination"] for row in found if row["rate"]})
    at = {row["destination"]: parts.percent(row["rate"]) for row in found}
    return Chart(
        name="across-latest",
        title=_extremes(
            (none, len(every)),
            (parts.destination_name(top), parts.percent(top["rate"])),
            (parts.destination_name(bottom), parts.percent(bottom["rate"])),
        ),
        subtitle="Protection rate: any protection per decision on the merits, first instance, "
        f"persons, Russian citizens, {LATEST}; destinations with at least {MARKED_BELOW} decisions",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        tall=True,
        categories=tuple(names),
        series=tuple(
            Series(
                label=label,
                colour=colour,
                x=tuple(order[id(row)] for row in rows),
                y=tuple(row["rate"] for row in rows),
                low=tuple(row["low"] for row in rows),
                high=tuple(row["high"] for row in rows),
                n=tuple(row["n"] for row in rows),
            )
            for label, colour, rows in groups if rows
        ),
        source=parts.source(found),
        note=" ".join((
            "Destinations differ in who reaches them and why, and in what they count.",
            *((ROUNDED,) if none else ()), *_moved_since(found), parts.UNDIVIDED, parts.INTERVAL,
        )),
        alt=f"Points with intervals for {len(found)} authorities in {LATEST}, from "
        f"{parts.percent(top['rate'])} in {parts.destination_name(top)} to "
        f"{parts.percent(bottom['rate'])} in {parts.destination_name(bottom)}. US immigration courts "
        f"{at['USA']}, France {at['FRA']}, Germany {at['DEU']}.",
        table=parts.rate_table((parts.destination_name(row), row) for row in found),
    )  # fmt: skip


def _extremes(none: tuple[int, int], top: tuple[str, str], bottom: tuple[str, str]) -> str:
    """Return the title: how many destinations record no protection, and where the rate is highest.

    Parameters
    ----------
    none
        How many destinations record none, and of how many. "Record", because a small count may be
        rounded to 0.
    top, bottom
        Name and rate of the highest and of the lowest.
    """
    if none[0]:
        return (
            f"In {LATEST}, {none[0]} of {none[1]} destinations record no protection; the highest "
            f"rate is {top[1]} ({top[0]})"
        )
    return (
        f"In {LATEST}, {bottom[0]} granted protection in {bottom[1]}, and {top[0]} in {top[1]} of "
        "decisions"
    )


def _moved_since(found: Sequence[parts.Row]) -> list[str]:
    """Return a sentence for each rate that is far from the one of its first release."""
    first = {
        (row["destination"], row["authority"]): row
        for row in results.rows("revisions_rates", year=LATEST, published="first")
        if abs(row["latest_rate"] - row["first_rate"]) > FAR
    }
    said = []
    for row in found:
        if was := first.get((row["destination"], row["authority"])):
            name = parts.destination_name(row)
            said.append(
                f"When first published ({was['first_vintage']}), the rate of {name} was "
                f"{parts.percent(was['first_rate'])} (n = {int(was['first_n'])})."
            )
    return said


def across_change() -> Chart:
    """Draw each destination's first two full war years against the two latest."""
    early, late = (FIRST_WAR_YEAR, FIRST_WAR_YEAR + 1), (LATEST - 1, LATEST)
    pooled: dict[str, dict[tuple[int, int], dict[str, Any]]] = {}
    for span in (early, late):
        rows = [
            row for row in parts.records.rows("decisions", origin="RUS", source="UNHCR")
            if span[0] <= int(row["period_start"][:4]) <= span[1] and row["status"] != "partial"
        ]  # fmt: skip
        chosen = corridors.default_rows(rows)
        merged = [{**r, "period_start": f"{span[0]}-01-01", "period_end": f"{span[1]}-12-31"}
                  for r in chosen if r["unit"] == "persons"]  # fmt: skip
        for row in corridors.rate_rows(merged):
            if row["rate"] is not None and row["n"] >= MARKED_BELOW:
                pooled.setdefault(parts.destination_name(row), {})[span] = row
    both = {name: spans for name, spans in pooled.items() if len(spans) == 2}
    order = sorted(both, key=lambda name: both[name][late]["rate"], reverse=True)
    fell = sum(both[n][late]["high"] < both[n][early]["low"] for n in order)
    rose = sum(both[n][late]["low"] > both[n][early]["high"] for n in order)
    return Chart(
        name="across-change",
        title=f"Of {len(order)} authorities with enough decisions, {fell} protect a clearly smaller "
        f"share than in {early[0]}-{early[1]}, {rose} a clearly larger one",
        subtitle="Protection rate per decision on the merits, first instance, persons, Russian "
        f"citizens, {early[0]}-{early[1]} and {late[0]}-{late[1]}",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        tall=True,
        series=tuple(
            Series(
                label=f"{span[0]}-{span[1]}",
                colour=colour,
                x=tuple(order),
                y=tuple(both[name][span]["rate"] for name in order),
                low=tuple(both[name][span]["low"] for name in order),
                high=tuple(both[name][span]["high"] for name in order),
                n=tuple(both[name][span]["n"] for name in order),
            )
            for span, colour in ((early, "muted"), (late, "accent"))
        ),
        source=parts.source(row for spans in both.values() for row in spans.values()),
        note="Clearly: the two 95% intervals do not meet. Partial years are left out, so the United "
        f"States' later point is 2025 alone. {parts.UNDIVIDED} {parts.INTERVAL}",
        alt=f"Two points for each of {len(order)} authorities, {early[0]}-{early[1]} and "
        f"{late[0]}-{late[1]}: the share protected is clearly smaller in {fell} and clearly larger "
        f"in {rose} of them.",
        table=Table(
            ("", *(f"{label} {s[0]}-{s[1]}" for s in (early, late) for label in ("Rate", "95% from", "95% to", "n"))),
            tuple(
                (name, *(both[name][s][key] for s in (early, late) for key in ("rate", "low", "high", "n")))
                for name in order
            ),
            ("text", *("percent", "percent", "percent", "count") * 2),
        ),
    )  # fmt: skip
