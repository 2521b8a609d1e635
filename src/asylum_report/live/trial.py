"""Whether the tables could be built from a copy that has just arrived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asylum_report.errors import MendedFault, ReportError
from asylum_report.live.trust_tables import clean
from asylum_report.store import Vintage

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Arrived(Vintage):
    """A vintage that is not on the disk yet.

    Parameters
    ----------
    table
        Its rows.
    """

    table: Any = None

    def read(self) -> pd.DataFrame:
        """Return the table, in the types that the disk would give."""
        from asylum_report import store

        kinds = store.column_types(self.table)
        frame: pd.DataFrame = self.table.astype(kinds).reset_index(drop=True)
        return frame


def why_not(arrived: Vintage, there: Sequence[Vintage]) -> str:
    """Return why the tables cannot be built with a vintage, or the empty text.

    The tables that it goes into are made as a build makes them, of all vintages of the same
    publisher: what a correction expects may stand in another of them.

    Parameters
    ----------
    arrived
        The vintage, on the disk or not.
    there
        The vintages that are used, oldest first.
    """
    from asylum_report import tables
    from asylum_report.harmonise import recipes

    others = [
        one
        for one in there
        if one.publisher == arrived.publisher
        and (one.dataset, one.date) != (arrived.dataset, arrived.date)
    ]
    by_dataset: dict[str, list[Vintage]] = {}
    for one in sorted([*others, arrived], key=lambda one: one.date):
        by_dataset.setdefault(one.dataset, []).append(one)
    for name in sorted({one.table for one in recipes.RECIPES if one.dataset == arrived.dataset}):
        of_table = [recipe for recipe in recipes.RECIPES if recipe.table == name]
        chosen = recipes.with_vintages(of_table, by_dataset)
        try:
            tables.check(name, recipes.table(name, chosen))
        except MendedFault as error:
            return f"a known fault may be mended: {clean(error, 300)}"
        except ReportError as error:
            return f"the table of {name} cannot be built with it: {clean(error, 300)}"
        except (ValueError, KeyError, TypeError, IndexError) as error:
            # A new code or shape that the way into the tidy tables does not know.
            return f"the table of {name} cannot be built with it: {clean(repr(error), 200)}"
    return ""
