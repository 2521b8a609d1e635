"""The page on words, and the same as JSON, from ``data/reference/glossary.yml``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths
from asylum_report.display import link, plain
from asylum_report.errors import InvalidTable

FILE = "glossary.yml"
SITE_FILE = "glossary.json"
PAGE = "glossary.html"

LANGUAGES = {"de": "German", "fr": "French", "ru": "Russian"}
OURS = " (our translation)"

PAGES = {
    "methods.qmd": "Methods",
    "models.qmd": "Models",
    "data.qmd": "Data",
    "notebooks/across-countries.ipynb": "Across countries",
    "notebooks/after-the-appeal.ipynb": "After the appeal",
    "notebooks/applications.ipynb": "Applications",
    "notebooks/france.ipynb": "France",
    "notebooks/germany.ipynb": "Germany",
    "notebooks/outlook.ipynb": "Outlook",
    "notebooks/recognition.ipynb": "Recognition",
    "notebooks/revisions.ipynb": "Revisions",
    "notebooks/the-lottery.ipynb": "The lottery",
    "notebooks/trends.ipynb": "Trends",
    "notebooks/turning-points.ipynb": "Turning points",
    "notebooks/united-states.ipynb": "United States",
}
"""Pages that a term may name, with their short names."""


@cache
def load(path: Path | None = None) -> Mapping[str, Any]:
    """Read the glossary and check that its parts fit together.

    Parameters
    ----------
    path
        Another file than ``data/reference/glossary.yml``.

    Returns
    -------
    mapping
        ``sources``, ``groups`` and ``terms``, as the head of the file says.

    Raises
    ------
    InvalidTable
        If a term lacks a part, is in no group or in two, or names an unknown source or page.
    """
    path = path or paths.reference() / FILE
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    terms, sources = found["terms"], found["sources"]
    grouped = [name for group in found["groups"] for name in group["terms"]]
    faults = [f"{name} is not in one group" for name in terms if grouped.count(name) != 1]
    faults += [f"{name} has no definition" for name in grouped if name not in terms]
    for name, term in terms.items():
        lacking = {"term", "means", *LANGUAGES, "used", "source"} - term.keys()
        faults += [f"{name} lacks {part}" for part in sorted(lacking)]
        faults += [
            f"{name}: unknown page {one}" for one in term.get("used", ()) if one not in PAGES
        ]
        if term.get("source") not in sources:
            faults.append(f"{name}: unknown source {term.get('source')}")
        if not re.fullmatch(r"[a-z][a-z-]*", name):
            faults.append(f"{name} cannot be an anchor")
    if faults:
        raise InvalidTable("the glossary does not fit together", where=str(path), todo=faults[0])
    return dict(found)


def markdown(glossary: Mapping[str, Any] | None = None) -> str:
    """Return the glossary as Markdown: links to every word, then a heading for each with its id."""
    glossary = glossary or load()
    terms = glossary["terms"]
    ordered = sorted(terms, key=lambda name: terms[name]["term"].casefold())
    index = " · ".join(f"[{plain(terms[name]['term'])}](#{name})" for name in ordered)
    parts = [f"::: {{.ar-glossary-index}}\n{index}\n:::"]
    for group in glossary["groups"]:
        parts.append(f"## {plain(group['title'])}")
        parts += [_entry(name, terms[name], glossary["sources"]) for name in group["terms"]]
    return "\n\n".join(parts) + "\n"


def _entry(name: str, term: Mapping[str, Any], sources: Mapping[str, Any]) -> str:
    own = term.get("own", ())
    words = "; ".join(
        f"{language}: [{plain(term[code])}]{{lang={code}}}{OURS if code in own else ''}"
        for code, language in LANGUAGES.items()
    )
    used = ", ".join(f"[{PAGES[page]}]({page})" for page in term["used"])
    source = sources[term["source"]]
    title = f"[{plain(source['title'])}]({source['page']})" if "page" in source else (
        link(source["title"], source.get("url", ""))
    )  # fmt: skip
    return (
        f"### {plain(term['term'])} {{#{name}}}\n\n{plain(term['means'])}\n\n"
        f"- {words}.\n- Used on: {used}.\n- Source: {plain(source['publisher'])}, {title}."
    )


def records(glossary: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return every term as a flat record, in the order of the page.

    Returns
    -------
    list of dict
        ``id``, ``address`` (relative to the site), ``term``, ``definition``, ``words`` by language,
        ``own_translation`` (languages), ``source`` with ``title``, ``publisher`` and ``url``.
    """
    glossary = glossary or load()
    found = []
    for group in glossary["groups"]:
        for name in group["terms"]:
            term = glossary["terms"][name]
            source = glossary["sources"][term["source"]]
            address = source.get("url") or source.get("page", "").replace(".qmd", ".html")
            found.append({
                "id": name, "address": f"{PAGE}#{name}", "group": group["title"],
                "term": term["term"], "definition": term["means"],
                "words": {code: term[code] for code in LANGUAGES},
                "own_translation": list(term.get("own", ())),
                "source": {"title": source["title"], "publisher": source["publisher"],
                           "url": address},
            })  # fmt: skip
    return found


def write(site: Path) -> list[Path]:
    """Write the glossary as JSON into a finished site that has the page; return the file."""
    if not (site / "glossary.html").is_file():
        return []
    path = site / SITE_FILE
    text = json.dumps({"terms": records()}, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return [path]
