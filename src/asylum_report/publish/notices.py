"""What a page says at its top when a dataset that it rests on is not in order.

The gate (`asylum_report.gate`) has a sentence for each dataset whose newest figures were refused or
could not be had. Such a sentence stands on every page that rests on the dataset, in the staged copy
only: the sources of pages never change with the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from asylum_report import language, paths
from asylum_report.display import plain
from asylum_report.publish.directions import Moved
from asylum_report.publish.markup_tables import pipe_table

_UNHCR = "unhcr-asylum-decisions"
_ASKED = "unhcr-asylum-applications"
_STOCKS = "unhcr-population"
_YEARS = "migr_asyappctza"
_MONTHS = "migr_asyappctzm"
_QUARTERS = "migr_asydcfstq"
_DECIDED = "migr_asydcfsta"
_US = ("cbp-nationwide-encounters",)

_IN_ENGLISH: Mapping[str, frozenset[str]] = {
    page: frozenset(datasets)
    for page, datasets in {
        "index.qmd": (_UNHCR, _MONTHS, *_US),
        "dashboard.qmd": (_UNHCR,),
        "methods.qmd": (_UNHCR, _DECIDED),
        "notebooks/applications.ipynb": (_ASKED, _YEARS, _MONTHS, "migr_asypenctzm", *_US),
        "notebooks/recognition.ipynb": (_UNHCR, _QUARTERS),
        "notebooks/germany.ipynb": (_UNHCR, _QUARTERS),
        "notebooks/france.ipynb": (_UNHCR, _DECIDED, _QUARTERS),
        "notebooks/united-states.ipynb": (_UNHCR, *_US),
        "notebooks/across-countries.ipynb": (_UNHCR,),
        "notebooks/trends.ipynb": (_UNHCR,),
        "notebooks/turning-points.ipynb": (_UNHCR, _MONTHS, *_US),
        "notebooks/the-lottery.ipynb": (_UNHCR,),
        "notebooks/outlook.ipynb": (_UNHCR, _MONTHS, *_US),
        "notebooks/after-the-appeal.ipynb": (_UNHCR, _ASKED, _STOCKS),
        "notebooks/revisions.ipynb": (_UNHCR, _ASKED, _YEARS),
        "models.qmd": (_UNHCR, _MONTHS, *_US),
        "claims.qmd": (_UNHCR, _ASKED, _STOCKS, _YEARS, *_US),
        "report/brief.qmd": (_UNHCR, _YEARS, _MONTHS, *_US),
    }.items()
}
_OTHERS = {"index.qmd": "{}/index.qmd", "report/brief.qmd": "report/brief.{}.qmd"}
"""Pages that are there in other languages too, with the same figures."""

PAGES: Mapping[str, frozenset[str]] = {
    **_IN_ENGLISH,
    **{
        page.format(lang): _IN_ENGLISH[english]
        for english, page in _OTHERS.items()
        for lang in language.LANGUAGES
    },
}
"""The datasets that can be refreshed and that a page's charts and numbers rest on.

A list that a test holds against the charts and numbers of every page, because working it out at
each build would mean computing every number again.
"""

BRIEF = "report/brief.qmd"
BRIEFS = tuple(page for page in PAGES if page.startswith("report/"))
DATA = "data.qmd"
TITLE = "Part of the figures on this page is not the newest"
NOT_NEWEST = "Not the newest figures."
ALL = "All sources and their state"
OUTDATED = "The newest figures no longer bear out these words"
NEWER = "The figures in them are the newest; the words are older."
_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FIRST_HEADING = re.compile(r"^# .*\n", re.MULTILINE)


@dataclass(frozen=True)
class Notice:
    """A dataset that is not in order.

    Parameters
    ----------
    dataset
        Its name.
    vintage
        Date of the vintage in use; empty where none is.
    sentence
        What is wrong and of when the figures are, by the gate.
    reasons
        Why, each a line. Texts from outside may stand in it.
    """

    dataset: str
    vintage: str
    sentence: str
    reasons: tuple[str, ...] = ()


def current(root: Path) -> list[Notice]:
    """Return what the gate has to say about the project, by dataset.

    Where nothing was ever refreshed there is nothing to say.

    Parameters
    ----------
    root
        The project.
    """
    state = paths.refresh_state()
    if not state.is_file() or state.parent.parent != root.resolve():
        return []  # or it is another project than the one whose data are open, as in tests
    from asylum_report import gate

    sentences = gate.notices()
    return [
        Notice(one.dataset, one.in_use, sentences[one.dataset], one.reasons)
        for one in sorted(gate.verdicts(), key=lambda one: one.dataset)
        if one.dataset in sentences
    ]


def of_page(page: str, notices: list[Notice]) -> list[Notice]:
    """Return the notices for one page: those of datasets that it rests on and that are in use."""
    wanted = PAGES.get(page, frozenset())
    return [one for one in notices if one.dataset in wanted and one.vintage]


def lang_of(page: str) -> str:
    """Return the language of a page by its path."""
    for lang in language.LANGUAGES:
        if page in {other.format(lang) for other in _OTHERS.values()}:
            return lang
    return "en"


def told(one: Notice, lang: str) -> str:
    """Return a notice as a page says it: the gate's own sentence is there in English alone."""
    if lang == "en":
        return plain(one.sentence)
    return f"{plain(one.dataset)}: {language.day(one.vintage, lang)}"


def callout(notices: list[Notice], data: str, lang: str = "en") -> str:
    """Return the callout for the top of a page, or nothing where there is no notice.

    Parameters
    ----------
    notices
        Those of the page.
    data
        Way from the page to the page on data.
    lang
        Language of the page.
    """
    if not notices:
        return ""
    lines = "\n".join(f"- {told(one, lang)}" for one in notices)
    more = f"All sources and their state: [data]({data}#notices)."
    if lang != "en":
        more = f"[{language.phrase(ALL, lang)}]({data}#notices){{hreflang=en}}"
    title = language.phrase(TITLE, lang)
    return f'::: {{.callout-warning title="{title}"}}\n{lines}\n\n{more}\n:::\n'


def outdated(moved: Sequence[Moved], lang: str = "en") -> str:
    """Return the callout with the sentences of a page that the figures no longer bear out."""
    if not moved:
        return ""
    lines = "\n".join(f"- {plain(one.quoted())}" for one in moved)
    title, newer = (language.phrase(text, lang) for text in (OUTDATED, NEWER))
    return f'::: {{.callout-warning title="{title}"}}\n{lines}\n\n{newer}\n:::\n'


def for_brief(notices: list[Notice], moved: Sequence[Moved] = (), lang: str = "en") -> str:
    """Return the line below the title of the brief, or nothing."""
    parts = []
    if notices:
        words = (" " if lang == "en" else "; ").join(told(one, lang) for one in notices)
        parts.append(f"**{language.phrase(NOT_NEWEST, lang)}** {words}")
    if moved:
        words = "; ".join(plain(one.quoted()) for one in moved)
        parts.append(f"**{language.phrase(OUTDATED, lang)}:** {words}")
    if not parts:
        return ""
    told_of = "\n\n".join(parts)
    # As wide as the title and in small type, so that the brief keeps its number of pages.
    begin = "```{=typst}\n#wide(above: 7pt, below: 0pt, text(size: 8.4pt)[\n```"
    return f"{begin}\n\n{told_of}\n\n```{{=typst}}\n])\n```\n"


def inserted(page: str, text: str, notices: list[Notice], moved: Sequence[Moved] = ()) -> str:
    """Return the text of a page with its notices at the top; the same text where it has none.

    Parameters
    ----------
    page
        Its path in the project.
    text
        Its Markdown, front matter included.
    notices
        All there are.
    moved
        All sentences that the figures no longer bear out.
    """
    own, lang = of_page(page, notices), lang_of(page)
    words = [one for one in moved if one.page == page]
    if not own and not words:
        return text
    front = _FRONT.match(text)
    at = front.end() if front else 0
    if page in BRIEFS:
        heading = _FIRST_HEADING.search(text, at)
        at = heading.end() if heading else at
        return f"{text[:at]}\n{for_brief(own, words, lang)}\n{text[at:]}"
    return f"{text[:at]}\n{_top(own, words, page)}\n{text[at:]}"


def cell(page: str, notices: list[Notice], moved: Sequence[Moved] = ()) -> str:
    """Return the Markdown of a cell for the top of a notebook, or nothing."""
    return _top(of_page(page, notices), [one for one in moved if one.page == page], page)


def _top(own: list[Notice], moved: Sequence[Moved], page: str) -> str:
    lang = lang_of(page)
    return "\n".join(filter(None, (callout(own, _way(page), lang), outdated(moved, lang))))


def _way(page: str) -> str:
    return "../" * page.count("/") + DATA


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


def listed(notices: list[Notice]) -> str:
    """Return the part of the page on data that lists every notice; nothing where there is none."""
    if not notices:
        return ""
    rows = [
        (
            plain(one.dataset),
            plain(one.vintage) or "none",
            plain(" ".join((one.sentence, *map(_sentence, one.reasons)))),
        )
        for one in notices
    ]
    return (
        "## Not up to date {#notices}\n\n"
        "These datasets could not be refreshed, or what arrived was refused or is held back until "
        "somebody has looked at it. The last sound vintage stays in use.\n\n"
        + pipe_table(("Dataset", "In use", "Why"), rows, (24, 12, 64))
    )
