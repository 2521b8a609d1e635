"""National tables that came by the template: their vintages are rows of a tidy table already."""

from __future__ import annotations

import pandas as pd

ROUTE = "import"


def tidy(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return the rows with dataset and vintage."""
    return raw.assign(dataset=dataset, vintage=vintage)
