"""Numbers taken from single figures: official answers and counts that stand in no series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from asylum_report.numbers.model import Number, count

QUOTED = {
    "de_men.applications": "deu-men-aged-18-to-45-applications-2022-01-01-2025-04-30",
    "de_men.positive": "deu-men-aged-18-to-45-protection-granted-2022-01-01-2025-04-30",
    "fr_cnda_refusers.positive": "fra-deserters-and-people-who-refused-mobilisation-"
    "grants-on-appeal-by-cnda-2023-07-20-2024-03-31",
    "de_chechen.share": "deu-share-of-applicants-who-are-of-chechen-ethnicity-"
    "2021-01-01-2025-11-30",
    "de_pending.january_2025": "deu-applications-pending-2025-01-31",
    "de_pending.end_2023": "deu-applications-pending-2023-12-31",
}
"""Name in prose to the figure's id. Each stands alone: none is a point of a series."""


def quoted(figures: Sequence[Mapping[str, Any]]) -> list[Number]:
    """Return the single figures that prose quotes.

    Parameters
    ----------
    figures
        Rows of the table ``figures``.

    Raises
    ------
    KeyError
        If a figure is no longer there, so that prose cannot lose its source unnoticed.
    """
    known = {row["figure_id"]: row for row in figures}
    found = []
    for name, figure_id in QUOTED.items():
        row = known[figure_id]
        # A range has no single value: it is quoted as it was given.
        value = int(float(row["value"])) if row["value"] else row["value_text"]
        display = count(value) if isinstance(value, int) else value.replace("-", "\u2013")
        if row["unit"] == "percent":
            display += "%"
        words = (
            f"{row['indicator']}, {row['population']}, {row['period_start']} to "
            f"{row['period_end']}; {row['publisher']}, {row['source_date']} (tier {row['tier']})"
        )
        query = {"table": "figures", "figure_id": figure_id}
        found.append(Number(name, value, display, row["unit"], words, (query,)))
    return found
