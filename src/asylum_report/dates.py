"""Dates as people write them."""

from __future__ import annotations

from datetime import date

NBSP = "\u00a0"
"""Keeps a day and its month on one line."""


def day(iso: str) -> str:
    """Write a date, "25 June 2026"; a vintage may name the month or the year only."""
    if len(iso) == 4:
        return iso
    iso = iso[:10]  # a second copy of one day has a number behind it
    when = date.fromisoformat(f"{iso}-01"[:10])
    words = f"{when:%B}{NBSP}{when.year}"
    return words if len(iso) == 7 else f"{when.day}{NBSP}{words}"
