"""Which vintages go into which tidy table, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asylum_report import corrections, paths, sidecars, store, tables, totals
from asylum_report.columns import NO_RATE
from asylum_report.errors import DamagedVintage, InvalidTable, UnknownName
from asylum_report.harmonise import compiled, eurostat, halves, imported, national, unhcr
from asylum_report.live import state


@dataclass(frozen=True)
class Recipe:
    """One dataset's way into one table.

    Parameters
    ----------
    table
        The tidy table.
    dataset
        The dataset's name in the store.
    tidy
        Raw table, dataset and vintage to rows of the table; a pure function.
    every
        Whether every vintage goes in, or only the newest. Of those that came from the publisher's
        live service, which hold everything, only the newest does.
    live
        The way for vintages from the live service, where it is another one.
    fetched
        Whether the dataset is not embedded and comes from the live service only.
    """

    table: str
    dataset: str
    tidy: Callable[[pd.DataFrame, str, str], pd.DataFrame]
    every: bool = False
    live: Callable[[pd.DataFrame, str, str], pd.DataFrame] | None = None
    fetched: bool = False


RECIPES = (
    Recipe("decisions", "unhcr-asylum-decisions", unhcr.decisions),
    Recipe("applications", "unhcr-asylum-applications", unhcr.applications),
    Recipe("stocks", "unhcr-population", unhcr.stocks),
    Recipe("applications", "migr_asyappctza", eurostat.applicants, every=True),
    Recipe(
        "applications",
        "migr_asyappctzm",
        eurostat.applicants,
        every=True,
        live=eurostat.monthly_applicants,
    ),
    Recipe("applications", "migr_asyctz", eurostat.applicants),
    Recipe("decisions", "migr_asydcfsta", eurostat.decisions, every=True),
    Recipe("decisions", "migr_asydcfina", eurostat.decisions),
    Recipe("decisions", "migr_asydcfstq", eurostat.decisions, fetched=True),
    Recipe("enforcement", "migr_asywitfstq", eurostat.enforcement, fetched=True),
    Recipe("stocks", "migr_asypenctzm", eurostat.pending, fetched=True),
    Recipe("enforcement", "migr_eiord", eurostat.enforcement, every=True),
    Recipe("enforcement", "migr_eirtn", eurostat.enforcement, every=True),
    Recipe("enforcement", "migr_eipre", eurostat.enforcement, every=True),
    Recipe("decisions", "bamf-monthly", national.bamf_decisions),
    Recipe("applications", "bamf-monthly", national.bamf_applications),
    Recipe("stocks", "bamf-monthly", national.bamf_pending),
    Recipe("encounters", "cbp-nationwide-encounters", national.encounters),
    Recipe("grants", "ohss-yearbook", national.yearbook),
    Recipe("grants", "prm-admissions", national.admissions),
    Recipe("figures", "figures", compiled.unchanged),
    Recipe("events", "events", compiled.unchanged),
    Recipe("claims", "claims", compiled.unchanged),
)

CONTRADICTORY = "the published total contradicts its parts beyond rounding"
FEW_REPORTED = "fewer countries than usual had reported"

RELEASES = {
    "unhcr-asylum-decisions-RUS": ("decisions", unhcr.decisions),
    "unhcr-asylum-applications-RUS": ("applications", unhcr.applications),
}
"""UNHCR's releases on Russian citizens, which go into no tidy table: dataset to table and way."""


def used(folder: Path | None = None) -> list[tuple[Recipe, store.Vintage]]:
    """Return each recipe with each vintage that it takes, in a fixed order.

    Vintages that are held back (`asylum_report.gate`) are left out.

    Parameters
    ----------
    folder
        Folder of vintages; the project's ``data/raw`` unless given.

    Raises
    ------
    DamagedVintage
        If a vintage has no sidecar, or one that is not as it should be; or if there is no vintage
        of a dataset that is embedded.
    """
    held = state.read().held
    found: dict[str, list[store.Vintage]] = {}
    for vintage in store.vintages(folder=folder):
        if (vintage.dataset, vintage.date) not in held:
            found.setdefault(vintage.dataset, []).append(vintage)
    for recipe in RECIPES:
        if recipe.dataset not in found and not recipe.fetched:
            raise DamagedVintage(
                f"there is no vintage of dataset '{recipe.dataset}'",
                where=sidecars.short(folder or paths.raw()),
                todo="restore its folder, say with git checkout, or import it with "
                "'asylum-report snapshot'",
            )
    return with_vintages((*RECIPES, *imported_recipes(found)), found)


def with_vintages(
    chosen: Iterable[Recipe], found: Mapping[str, Sequence[store.Vintage]]
) -> list[tuple[Recipe, store.Vintage]]:
    """Return each recipe with each vintage that it takes.

    Parameters
    ----------
    chosen
        Recipes, in the order wanted.
    found
        Vintages by dataset, oldest first.
    """
    return [
        (recipe, vintage)
        for recipe in chosen
        for vintage in taken(recipe, found.get(recipe.dataset, []))
    ]


def imported_recipes(found: Mapping[str, Sequence[store.Vintage]]) -> list[Recipe]:
    """Return a recipe for each dataset that was brought in by the template of national tables."""
    return [
        Recipe(str(vintages[-1].meta["table"]), dataset, imported.tidy)
        for dataset, vintages in sorted(found.items())
        if vintages[-1].meta.get("route") == imported.ROUTE
    ]


def taken(recipe: Recipe, vintages: Sequence[store.Vintage]) -> list[store.Vintage]:
    """Return the vintages of a dataset, oldest first, that a recipe takes."""
    if not recipe.every:
        return list(vintages[-1:])
    newest_live = [one for one in vintages if is_live(one)][-1:]
    return [one for one in vintages if not is_live(one) or one in newest_live]


def is_live(vintage: store.Vintage) -> bool:
    """Return whether a vintage came from the publisher's live service."""
    return vintage.meta.get("route") == "live"


def tidied(recipe: Recipe, vintage: store.Vintage) -> pd.DataFrame:
    """Return one vintage's rows of its tidy table, its partial periods marked."""
    way = recipe.live if recipe.live and is_live(vintage) else recipe.tidy
    table = tables.conform(recipe.table, way(vintage.read(), vintage.dataset, vintage.date))
    table = halves.mark(table, vintage)
    return partial(table, state.read().marked.get((vintage.dataset, vintage.date), ()))


def partial(table: pd.DataFrame, periods: Collection[str]) -> pd.DataFrame:
    """Mark the rows of periods for which many destinations have not reported yet.

    Parameters
    ----------
    periods
        As the publisher writes them: 2026, 2026-08, 2026-Q3.
    """
    if not periods:
        return table
    days = {eurostat.first_and_last_day(period) for period in periods}
    if "date" in table:
        late = table["date"].isin([last for _, last in days])
    else:
        late = table["period_start"].isin([first for first, _ in days]) & table["period_end"].isin(
            [last for _, last in days]
        )
    note = table["note"].where(table["note"] == "", table["note"] + "; ") + FEW_REPORTED
    return table.assign(
        status=table["status"].mask(late, "partial"), note=table["note"].mask(late, note)
    )


def table(name: str, chosen: Sequence[tuple[Recipe, store.Vintage]] | None = None) -> pd.DataFrame:
    """Return one tidy table made from the vintages on disk, corrected but not yet checked.

    Parameters
    ----------
    name
        The table.
    chosen
        What `used` returns; what is in the project's ``data/raw`` unless given.

    Raises
    ------
    DamagedVintage
        If a vintage is not what its sidecar says.
    MendedFault
        If a correction no longer fits.
    InvalidTable
        If a published total contradicts its parts and no correction speaks of it.
    """
    chosen = used() if chosen is None else chosen
    parts = [tidied(recipe, vintage) for recipe, vintage in chosen if recipe.table == name]
    if not parts:
        return tables.empty(name)
    # Together, because what shows that a fault is still there may stand in another vintage.
    whole = corrections.apply(pd.concat(parts, ignore_index=True), name)
    if name == "decisions":
        live = {(one.dataset, one.date) for _, one in chosen if is_live(one)}
        whole = _without_rate(whole, live)
        _contradictions_known(whole)
    return whole


def _without_rate(decisions: pd.DataFrame, live: Collection[tuple[str, str]]) -> pd.DataFrame:
    """Let no rate be made of what a live service's totals contradict beyond rounding.

    An embedded vintage stops the build until a correction speaks of such a total; of Eurostat's
    whole tables there are always some, and most of what stands in them is sound.
    """
    keys = ["dataset", "vintage"]
    if not live:
        return decisions
    at = pd.MultiIndex.from_frame(decisions[keys]).isin(sorted(live))
    group = [name for name in tables.key("decisions") if name != "outcome"]
    wrong = totals.contradictions(decisions[at]) & ~corrections.exempt(decisions)[at]
    groups = pd.MultiIndex.from_frame(decisions[at].loc[wrong, group])
    rows = at & pd.MultiIndex.from_frame(decisions[group]).isin(groups)
    note = NO_RATE + CONTRADICTORY
    before = decisions["note"]
    noted = note + ("; " + before).where(before != "", "")
    return decisions.assign(note=before.mask(rows, noted))


def _contradictions_known(decisions: pd.DataFrame, file: str = "") -> None:
    """Refuse a published total that its parts contradict, unless a correction speaks of it."""
    unknown = totals.contradictions(decisions) & ~corrections.exempt(decisions)
    unknown &= ~decisions["note"].str.startswith(NO_RATE + CONTRADICTORY)
    if unknown.any():
        row = decisions.iloc[int(unknown.to_numpy().argmax())]
        named = row[["origin", "destination", "level", "period_start"]]
        place = ", ".join(str(each) for each in named if each)
        raise InvalidTable(
            "a published total contradicts its parts beyond rounding",
            where=f"{file or row['dataset'] + ' ' + row['vintage']}, {place}",
            todo="look at it and describe it in data/reference/corrections.yml",
        )


def check_totals(dataset: str, raw: pd.DataFrame, vintage: str, file: str) -> None:
    """Refuse a raw table of decisions in which a total contradicts its parts beyond rounding.

    Asked before a vintage is written. Totals that a correction speaks of are let through.

    Parameters
    ----------
    dataset, raw, vintage
        What is about to be written.
    file
        Name of the file it comes from, for the message.

    Raises
    ------
    InvalidTable
        Naming the file, origin, destination, level and period of the first such total.
    """
    ways = {one.dataset: one.tidy for one in RECIPES if one.table == "decisions"}
    ways |= {name: tidy for name, (table, tidy) in RELEASES.items() if table == "decisions"}
    if dataset not in ways:
        return
    tidy = tables.conform("decisions", ways[dataset](raw, dataset, vintage))
    _contradictions_known(corrections.apply(tidy, "decisions", expecting=False), file)


def releases(dataset: str, folder: Path | None = None) -> pd.DataFrame:
    """Return every release of UNHCR's decisions or applications of Russian citizens.

    For comparing releases: the tidy tables hold the newest only. Known faults are marked as
    there, but need not be in every release.

    Parameters
    ----------
    dataset
        unhcr-asylum-decisions-RUS or unhcr-asylum-applications-RUS.

    Raises
    ------
    UnknownName
        If the dataset is neither.
    """
    if dataset not in RELEASES:
        todo = "use one of " + ", ".join(RELEASES)
        raise UnknownName(f"no releases of dataset '{dataset}'", todo=todo)
    name, tidy = RELEASES[dataset]
    parts = [
        tables.conform(name, tidy(one.read(), one.dataset, one.date))
        for one in store.vintages(dataset=dataset, folder=folder)
    ]
    if not parts:
        return tables.empty(name)
    return corrections.apply(pd.concat(parts, ignore_index=True), name, expecting=False)
