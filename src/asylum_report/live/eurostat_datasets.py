"""Eurostat's datasets that are fetched: their codes, their dimensions and what is asked of each.

Codes and dimensions are those of the service in 2026: Eurostat's table of contents,
https://ec.europa.eu/eurostat/api/dissemination/catalogue/toc/txt?lang=en , and the tables' own
structures, ``sdmx/2.1/datastructure/ESTAT/CODE``. What is not declared here is refused by name,
never guessed at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from asylum_report.sources import eurostat as layouts

PERIODS = {"A": r"\d{4}", "Q": r"\d{4}-Q[1-4]", "M": r"\d{4}-(?:0[1-9]|1[0-2])"}
"""Frequencies by Eurostat's codes, and how their periods are written."""
FREQUENCIES = {"A": "annual", "Q": "quarterly", "M": "monthly"}

SEXES = {code: code for code in ("T", "F", "M", "UNK", "DIV")}
AGES = {
    code: code
    for code in (
        "TOTAL",
        "Y_LT14",
        "Y14-17",
        "Y14-15",
        "Y16-17",
        "Y_LT18",
        "Y18-34",
        "Y_GE18",
        "Y35-64",
        "Y_GE65",
        "UNK",
    )
}
CITIZENS = {"RU": "RUS", "TOTAL": "TOTAL"}
LEFT_OUT = frozenset(
    ("EU27_2007", "EU25", "EU15", "EEA30_2007", "EA19", "EA20", "EA21", "EFTA", "TOTAL")
)
"""Sums over reporting countries that the project has no use for."""


@dataclass(frozen=True)
class Dimension:
    """One dimension of a dataset.

    Parameters
    ----------
    names
        Its name at the service, the current one first, then those of earlier vocabularies.
    column
        The raw table's column; empty where every row of it says the same.
    ask
        Codes asked for, as far as the dataset has them; all of them where empty.
    codes
        Known codes to ours; None for countries, which `asylum_report.places` knows.
    needed
        Codes of `ask` without which the dataset is of no use.
    optional
        Whether the dataset may do without the dimension.
    """

    names: tuple[str, ...]
    column: str = ""
    ask: tuple[str, ...] = ()
    codes: Mapping[str, str] | None = None
    needed: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True)
class Declared:
    """One dataset as the project wants it.

    Parameters
    ----------
    dataset
        Its name in the store.
    codes
        Codes at the service, tried in turn where it says that one does not exist.
    frequency
        A, Q or M.
    columns
        The raw table's columns and what they mean.
    dimensions
        Every dimension it may have.
    title, definition
        For the sidecar; the service's own title goes first.
    """

    dataset: str
    codes: tuple[str, ...]
    frequency: str
    columns: Mapping[str, str]
    dimensions: tuple[Dimension, ...]
    title: str
    definition: str


_UNIT = Dimension(("unit",), ask=("PER",), codes={"PER": "PER"}, needed=("PER",))
_CITIZEN = Dimension(
    ("citizen",), "origin", ask=("RU", "TOTAL"), codes=CITIZENS, needed=("RU", "TOTAL")
)
_GEO = Dimension(("geo",), "destination")
_SEX = Dimension(("sex",), "sex", ask=("T", "M"), codes=SEXES, needed=("T",))
_AGE = Dimension(("age",), "age", ask=("TOTAL", "Y18-34"), codes=AGES, needed=("TOTAL",))
_APPLICANT = Dimension(("applicant", "asyl_app"), "applicant", codes=layouts.APPLICANTS)
_DECISION = Dimension(("decision",), "decision", codes=layouts.DECISIONS)
_REASON = Dimension(("reason",), "reason", codes=layouts.REASONS)


def _only(name: str, code: str, optional: bool = False) -> Dimension:
    return Dimension((name,), ask=(code,), codes={code: code}, needed=(code,), optional=optional)


_ROUNDED = "Rounded to 5 by Eurostat, so parts do not add up to totals. "
_REVISED = (
    "Codes in the vocabulary of 2023 and later. A cell without figure or flag has no row. Origin "
    "TOTAL is every citizenship together. EU27 is the Union of 27 since 2020, in every year; "
    "other sums over countries are left out. Eurostat revises: compare vintages before comparing "
    "periods."
)


def _declared(
    dataset: str,
    frequency: str,
    columns: Mapping[str, str],
    dimensions: tuple[Dimension, ...],
    title: str,
    *,
    aliases: tuple[str, ...] = (),
    note: str = "",
) -> Declared:
    period = _only("freq", frequency)
    return Declared(
        dataset=dataset,
        codes=(dataset.upper(), *aliases),
        frequency=frequency,
        columns=columns,
        dimensions=(period, _UNIT, _CITIZEN, *dimensions, _GEO),
        title=title,
        definition=_ROUNDED + note + _REVISED,
    )


_BY_SEX_AGE = "Both sexes together and men; every age together and 18 to 34. "
_EVERYBODY = "Both sexes and every age together. "

DATASETS = {
    one.dataset: one
    for one in (
        _declared(
            "migr_asyappctzm",
            "M",
            layouts.RAW_APPLICANTS,
            (_APPLICANT, _SEX, _AGE),
            "Asylum applicants by type, citizenship, age and sex, monthly",
            note=_BY_SEX_AGE + "The newest months are partial: not every country has reported. ",
        ),
        _declared(
            "migr_asyappctza",
            "A",
            layouts.RAW_APPLICANTS,
            (_APPLICANT, _SEX, _AGE),
            "Asylum applicants by type, citizenship, age and sex, annual",
            note=_BY_SEX_AGE,
        ),
        _declared(
            "migr_asydcfstq",
            "Q",
            layouts.RAW_DECISIONS_BY_SEX_AGE,
            (_DECISION, _SEX, _AGE),
            "First-instance decisions on asylum applications, quarterly",
            note=_BY_SEX_AGE + "First and repeat applications are not divided. ",
        ),
        _declared(
            "migr_asydcfsta",
            "A",
            layouts.RAW_DECISIONS_BY_SEX_AGE,
            (_DECISION, _SEX, _AGE),
            "First-instance decisions on asylum applications, annual",
            note=_BY_SEX_AGE + "First and repeat applications are not divided. ",
        ),
        _declared(
            "migr_asydcfina",
            "A",
            layouts.RAW_DECISIONS_BY_SEX_AGE,
            (_DECISION, _SEX, _AGE),
            "Final decisions on asylum applications, annual",
            note=_BY_SEX_AGE + "Decisions on appeal or review that cannot be appealed further. ",
        ),
        _declared(
            "migr_asypenctzm",
            "M",
            layouts.RAW_PENDING,
            (_SEX, _AGE),
            "Persons subject of asylum applications pending at the end of the month",
            note=_BY_SEX_AGE + "A stock: never add months. The newest months are partial. ",
        ),
        _declared(
            "migr_asywitfstq",
            "Q",
            layouts.RAW_WITHDRAWN,
            (_DECISION, _REASON),
            "Decisions withdrawing status granted at first instance, quarterly",
            note="Statuses withdrawn (revoked, ended or not renewed), not applications withdrawn; "
            "Eurostat divides them neither by sex nor by age. ",
        ),
        _declared(
            "migr_eiord",
            "A",
            layouts.RAW_ENFORCEMENT,
            (_only("sex", "T"), _only("age", "TOTAL"), _only("reason", "TOTAL", optional=True)),
            "Third-country nationals ordered to leave, annual",
            aliases=("MIGR_EIORD1",),
            note=_EVERYBODY,
        ),
        _declared(
            "migr_eirtn",
            "A",
            layouts.RAW_ENFORCEMENT,
            (_only("sex", "T"), _only("age", "TOTAL"), _only("c_dest", "TOTAL", optional=True)),
            "Third-country nationals returned following an order to leave, annual",
            aliases=("MIGR_EIRTN1",),
            note=_EVERYBODY + "To any country. ",
        ),
    )
}
"""Every dataset that is fetched, by its name in the store. An alias of another frequency is refused
by its frequency."""
