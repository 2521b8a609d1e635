"""One kind of file that can be imported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Importable:
    """One kind of file and what becomes of it.

    Parameters
    ----------
    dataset
        The dataset's name in the store.
    pattern
        Regular expression of the path below the folder that the user names; its named groups,
        ``date`` among them, can be used in `meta` in braces.
    read
        The publisher's file to a raw table.
    columns
        Column to description.
    meta
        The rest of the sidecar.
    date
        Vintage, unless `pattern` or ``vintages.yml`` gives it.
    """

    dataset: str
    pattern: str
    read: Callable[[Path], pd.DataFrame]
    columns: Mapping[str, str]
    meta: Mapping[str, Any]
    date: str = ""
