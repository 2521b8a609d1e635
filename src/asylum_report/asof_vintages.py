"""Which vintages go into the tables of an earlier day."""

from __future__ import annotations

from collections.abc import Collection

from asylum_report import store
from asylum_report.asof import FULL, Copy
from asylum_report.harmonise import recipes
from asylum_report.harmonise.recipes import Recipe
from asylum_report.store import Vintage


def taken(found: Collection[Copy]) -> list[tuple[Recipe, Vintage]]:
    """Return each recipe with the vintages that it takes of some, in a fixed order.

    A dataset that none is of is left out. UNHCR's releases on Russian citizens stand in where no
    release on every origin is among them.

    Raises
    ------
    DamagedVintage
        If a vintage has no sidecar, or one that is not as it should be.
    """
    wanted = {(one.dataset, one.date) for one in found}
    by_dataset: dict[str, list[Vintage]] = {}
    for vintage in store.vintages():
        if (vintage.dataset, vintage.date) in wanted:
            by_dataset.setdefault(vintage.dataset, []).append(vintage)
    stand_ins = [
        Recipe(recipes.RELEASES[russia][0], russia, recipes.RELEASES[russia][1])
        for full, russia in FULL.items()
        if full not in by_dataset
    ]
    every = (*recipes.RECIPES, *stand_ins, *recipes.imported_recipes(by_dataset))
    return recipes.with_vintages(every, by_dataset)
