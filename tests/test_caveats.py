"""The caveats that must never be lost from a page."""

from __future__ import annotations

import json
import re

import pytest

from asylum_report import paths
from asylum_report.charts import library

LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


def prose(name: str) -> str:
    """Return the text of a page without code; links as their words."""
    path = paths.root() / name
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return " ".join(LINK.sub(r"\1", text).replace("*", "").split())


@pytest.mark.parametrize(
    ("page", "caveat"),
    [
        ("index.qmd", "no register says who they are"),
        ("index.qmd", "No rate on this site is a rate for deserters"),
        ("index.qmd", "by another official definition"),
        ("index.qmd", "was its highest rate since 2015"),
        ("methods.qmd", "Closed is not rejected"),
        ("methods.qmd", "Decisions are not independent"),
        ("methods.qmd", "UNHCR's US figures for 2024 cover about January to June"),
        ("methods.qmd", "A Eurostat rate for Germany is not BAMF's"),
        ("methods.qmd", "Encounters are not applications"),
        ("notebooks/recognition.ipynb", "For the United States, 2024 is not a year"),
        ("notebooks/recognition.ipynb", "it cannot be told from no change"),
        ("notebooks/recognition.ipynb", "No statistic records why a person asked for protection"),
        ("notebooks/applications.ipynb", "They are not a fall"),
        ("notebooks/applications.ipynb", "not a person and not an asylum claim"),
        ("notebooks/applications.ipynb", "Neither group is the age of conscription"),
        ("notebooks/germany.ipynb", "does not record who is a deserter"),
        ("notebooks/germany.ipynb", "They cannot be chained into a series"),
        ("notebooks/germany.ipynb", "the two are never added"),
        ("notebooks/france.ipynb", "without the number of those who asked"),
        ("notebooks/united-states.ipynb", "2024 is a half year"),
        ("notebooks/united-states.ipynb", "2025 has no USCIS figure by nationality"),
        ("notebooks/united-states.ipynb", "Cases and persons"),
        ("notebooks/united-states.ipynb", "Two codes for courts"),
        ("notebooks/across-countries.ipynb", "Most of that fall is Germany's: its rate fell"),
        (
            "notebooks/across-countries.ipynb",
            "Austria publishes first instance and appeal together",
        ),
        ("report/brief.qmd", "register"),
    ],
)
def test_the_caveat_is_there(page, caveat):
    assert caveat.lower() in prose(page).lower()


PAGES = [
    path.relative_to(paths.root()).as_posix()
    for pattern in ("*.qmd", "??/index.qmd", "notebooks/*.ipynb", "report/*.qmd")
    for path in sorted(paths.root().glob(pattern))
]

LOADED = re.compile(
    r"\b(illegals?|illegal (migrants?|immigrants?|entry|entries|crossings?)|aliens?|bogus|fake|"
    r"asylum (shopping|tourism|abuse|fraud)|flood(s|ed|ing)?|swarms?|hordes?|invaders?|influx|"
    r"tidal|avalanche|onslaught|(tide|wave|waves|stream|surge|flow|mass|masses) of|"
    r"(migrant|migration|refugee|asylum) crisis|draft dodgers?|cowards?|traitors?|"
    r"failed asylum|rejected asylum seekers|economic migrants?|genuine refugees?|"
    r"(burden|caseload) of|overrun|lenient|generous|tough|harsh|soft on|hard line|crackdown)\b",
    re.IGNORECASE,
)
"""Words that judge, frighten, or make people a force of nature."""

THINGS = re.compile(
    r"\b(Russians (granted|rejected|arrested)|asylees?|"
    r"(the|all|other|more|many|few) rejected\b(?! persons)|failed applicants?|"
    r"unlawfuls?|deportables?|clandestines?)\b",
    re.IGNORECASE,
)
"""People called by what was done to them."""


def chart_words() -> str:
    found = library.all_charts().values()
    return " ".join(
        " ".join((one.title, one.subtitle, one.note, one.alt, *(s.label for s in one.series)))
        for one in found
    )


@pytest.mark.parametrize("page", PAGES)
def test_no_loaded_words(page):
    assert not LOADED.search(prose(page))
    assert not THINGS.search(prose(page))


def test_no_loaded_words_in_charts_and_glossary():
    glossary = (paths.reference() / "glossary.yml").read_text(encoding="utf-8")
    wording = (paths.reference() / "wording.yml").read_text(encoding="utf-8")
    for text in (chart_words(), glossary, wording):
        assert not LOADED.search(text), LOADED.search(text)
        assert not THINGS.search(text), THINGS.search(text)


def test_loaded_words_are_found():
    for text in ("a wave of claims", "Illegal entries", "a tough line", "failed asylum seekers"):
        assert LOADED.search(text), text
    assert THINGS.search("the rejected")


PERCENT = re.compile(r"(?<![\w.])\d+(\.\d+)?\s?%")
CONSTANTS = {"95%", "2.5%", "97.5%"}
"""The interval's own level and quantiles: definitions, not findings."""

LEVELS = re.compile(r"\b50%( and 80%)? intervals?\b")
"""Narrower intervals by their levels."""


@pytest.mark.parametrize("page", PAGES)
def test_no_percentage_is_typed_into_prose(page):
    text = LEVELS.sub("", prose(page))
    typed = {re.sub(r"\s", "", match.group(0)) for match in PERCENT.finditer(text)}
    assert typed <= CONSTANTS


@pytest.mark.parametrize("page", PAGES)
def test_no_count_in_thousands_is_typed_into_prose(page):
    assert not re.search(r"\d,\d{3}", prose(page))
