"""Parts of the page on claims: all statements by verdict, then each with what decides it.

How a statement was tested, with every figure, stands in a native ``<details>``: a browser opens it
for its own search, ``assets/claims.js`` for an address, ``assets/claims.css`` for paper.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

from asylum_report import paths
from asylum_report.claims import output
from asylum_report.dates import day
from asylum_report.display import link, plain
from asylum_report.errors import ReportError

FOUND = {"holds": "Holds.", "unclear": "Cannot be told.", "fails": "Does not hold."}
"""How an outcome is written."""

FOUND_BY_KIND = {
    ("unrecorded", "holds"): "None is held.",
    ("unrecorded", "fails"): "Figures are held that nobody has compared yet.",
    ("bound", "holds"): "Not above the bound.",
    ("bound", "fails"): "Above the bound.",
}
"""How it is written where holding means something else."""

Entry = Mapping[str, Any]


def texts() -> dict[str, str]:
    """Return every generated part of the page by file name, from ``claims_checked.json``.

    Raises
    ------
    ReportError
        If the checked claims are not there or name an unknown page.
    """
    path = paths.processed() / output.JSON
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReportError(
            "the checked claims cannot be read", where=str(path), todo="run: asylum-report build"
        ) from error
    return {
        "claims-legend.md": legend(found["verdicts"], found["claims"]),
        "claims-list.md": overview(found["verdicts"], found["claims"]),
        "claims-bounds.md": bounds(found["bounds"]),
        "claims.md": cards(found["claims"], titles()),
    }


def titles() -> dict[str, str]:
    """Return the pages of the site by source file, as the footer calls them."""
    text = (paths.root() / "_quarto.yml").read_text(encoding="utf-8")
    items = yaml.safe_load(text)["website"]["page-footer"]["right"]
    return {item["href"]: item["text"] for item in items}


def label(verdict: str, word: str, address: str = "") -> str:
    """Return a verdict as a label: a word, or a link with it, and a sign by the style sheet."""
    # The link within the span: smalldocs reads it the other way round as text.
    said = f"[{plain(word)}]({address})" if address else plain(word)
    return f"[{said}]{{.ar-verdict-{verdict}}}"


def legend(verdicts: Mapping[str, Entry], entries: Iterable[Entry]) -> str:
    """Return the verdicts as a list: word and how many, each a link to its statements."""
    many = Counter(one["verdict"] for one in entries)
    lines = [
        f"- {label(name, one['word'], f'#verdict-{name}')} {many[name]}"
        for name, one in verdicts.items()
    ]
    return "\n".join(("::: {.ar-claim-verdicts}", "", *lines, "", ":::", ""))


def overview(verdicts: Mapping[str, Entry], entries: Sequence[Entry]) -> str:
    """Return every claim as a link to it, below a heading for each verdict and what it means."""
    lines = []
    for name, verdict in verdicts.items():
        several = [one for one in entries if one["verdict"] == name]
        lines += [
            f"### {label(name, verdict['word'])} {len(several)} {{#verdict-{name}}}", "",
            "::: {.ar-claim-list}", "", plain(verdict["means"]), "",
        ]  # fmt: skip
        items = [f"- [{_numbered(one)}](#{one['claim_id']})" for one in several]
        lines += [*(items or ["None."]), "", ":::", ""]
    return "\n".join(lines)


def _numbered(one: Entry) -> str:
    return f"{one['claim_id']}. {plain(one['statement'])}"


def bounds(listed: Sequence[Entry]) -> str:
    """Return the bounds as a list: the figure, what it bounds, its reservation, its source."""
    parts = [
        f"- **{plain(one['display'])}**  \n  {plain(one['says'])} *{plain(one['reservation'])}*\n"
        f"  {_source(one)}\n"
        for one in listed
    ]
    return "::: {.ar-claim-figures}\n\n" + "\n".join(parts) + "\n:::\n"


def cards(entries: Iterable[Entry], pages: Mapping[str, str]) -> str:
    """Return every claim with its figures, below a heading for each article.

    Parameters
    ----------
    entries
        What `asylum_report.claims.output.entries` gives.
    pages
        Source file of a page to its name.

    Raises
    ------
    ReportError
        If a claim names a page that there is not.
    """
    by_article: dict[tuple[str, str], list[Entry]] = {}
    for one in entries:
        by_article.setdefault((one["article"], one["published"]), []).append(one)
    parts = []
    for (article, published), several in by_article.items():
        parts.append(f"### {plain(article)}, {day(published)}\n")
        parts += [card(one, pages) for one in several]
    return "\n".join(parts)


def card(one: Entry, pages: Mapping[str, str]) -> str:
    """Return one claim: statement, verdict, what decides it; figures, reading and tests folded.

    Where no figure decides, the reading says why and stands openly in the place of the finding.
    """
    who = f"{plain(one['article'])}, {day(one['published'])}"
    name, finding, reading = one["claim_id"], plain(one["finding"]), plain(one["reading"])
    many = len(one["figures"])
    counted = f": {many} figure{'s' if many > 1 else ''}" if many else ""
    lines = [
        f"::::: {{#{name} .ar-claim}}",
        "",
        f"#### [{name}](#{name}). {plain(one['statement'])} {{#{name}-says}}",
        "",
        f"{label(one['verdict'], one['verdict_words'])} [{who}]{{.ar-claim-who}}",
        "",
        finding or reading,
        "",
        f"<details><summary>How {name} was tested{counted}</summary>",
        "",
        *_figures(one["figures"]),
        *((f"**How it is read.** {reading}", "") if finding else ()),
        "::: {.ar-claim-tests}",
        "",
        *(_test(test) for test in one["tests"]),
        "",
        ":::",
        "",
        *_links(one, pages),
        "</details>",
        "",
        ":::::",
        "",
    ]
    return "\n".join(lines)


def _figures(several: Sequence[Entry]) -> list[str]:
    """Return the list of figures; nothing for a claim without any."""
    if not several:
        return []
    return ["::: {.ar-claim-figures}", "", *map(figure, several), ":::", ""]


def figure(one: Entry) -> str:
    """Return a figure as an item of a list: value, what it is, interval, n, source."""
    beside = []
    if one["interval"]:
        kind = "design effect 4" if "design effect 4" in one["interval_definition"] else (
            "decisions taken as independent"
        )  # fmt: skip
        points = " points" if one["unit"] == "points" else ""
        beside.append(f"95% interval {plain(one['interval'])}{points} ({kind})")
    if one["n"]:
        beside.append(f"n = {plain(one['n'])}")
    after = f"; {'; '.join(beside)}" if beside else ""
    return (
        f"- **{plain(one['display'])}**  \n  {plain(_capital(one['definition']))}{after}\n"
        f"  {_source(one)}\n"
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _data(path: str) -> str:
    """Return the link to a table: to the copy for readers where the committed one is compressed."""
    name = path.rsplit("/", 1)[1]
    if not name.endswith(".gz"):
        return f"[{name}]({path})"
    # A link in HTML, because both publishers look for files before the copies are made.
    name = name.removesuffix(".gz")
    return f'<a href="downloads/{name}">{name}</a>'


def _source(one: Entry) -> str:
    """Return period, publisher, vintage, file and the number's name in small letters."""
    who = ", ".join((*one["publishers"], *one["vintages"]))
    first = plain(who)
    if len(one["addresses"]) == 1:
        first = link(who, one["addresses"][0])
    parts = [plain(one["period"])] if one["period"] else []
    parts.append(first)
    parts += [_data(path) for path in one["data"]]
    parts.append(f"`{one['number']}`")
    return f"[{' · '.join(parts)}]{{.ar-n}}"


def _test(test: Entry) -> str:
    note = f" {plain(test['note'])}" if test["note"] else ""
    kind = (test["measures"], test["outcome"])
    found = FOUND_BY_KIND.get(kind, FOUND[test["outcome"]])
    return (
        f"- Test, {plain(test['part'])}: **{found}**{note} "
        f"[{plain(_capital(test['rule']))}.]{{.ar-n}}"
    )


def _links(one: Entry, pages: Mapping[str, str]) -> list[str]:
    """Return the pages that say more, in a paragraph; nothing for a claim without any."""
    unknown = [page for page in one["pages"] if page not in pages]
    if unknown:
        raise ReportError(
            f"no page '{unknown[0]}'", where=f"claims.yml, claim {one['claim_id']}",
            todo="name a page of _quarto.yml",
        )  # fmt: skip
    links = [f"[{pages[page]}]({page})" for page in one["pages"]]
    return ["More: " + " · ".join(links), ""] if links else []
