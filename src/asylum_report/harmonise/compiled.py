"""Figures, events and claims: raw and tidy are the same table, but for dataset and vintage."""

from __future__ import annotations

import pandas as pd


def unchanged(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return the table as it is: its rows carry their own sources."""
    return raw
