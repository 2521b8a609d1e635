"""The caveats that must never be lost from a page."""

from __future__ import annotations

import json
import re

import pytest

from asylum_report import paths


def prose(name: str) -> str:
    path = paths.root() / name
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return " ".join(text.replace("*", "").split())


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
        ("notebooks/across-countries.ipynb", "Most of that fall is Germany's weight"),
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
    r"\b(illegals?|bogus|asylum shopping|flood(ed|ing)?|swarm|wave of|migrant crisis|draft dodger|"
    r"failed asylum|economic migrants?)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("page", PAGES)
def test_no_loaded_words(page):
    assert not LOADED.search(prose(page))


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
