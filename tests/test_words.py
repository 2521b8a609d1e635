"""Plain words: first lines that say what a page answers, short sentences, words explained.

The rules are in ``docs/words.md``.
"""

from __future__ import annotations

import json
import re

import pytest

from asylum_report import numbers, paths
from asylum_report.publish import generated_glossary

NOTEBOOKS = (
    "notebooks/across-countries.ipynb",
    "notebooks/after-the-appeal.ipynb",
    "notebooks/applications.ipynb",
    "notebooks/france.ipynb",
    "notebooks/germany.ipynb",
    "notebooks/outlook.ipynb",
    "notebooks/recognition.ipynb",
    "notebooks/revisions.ipynb",
    "notebooks/the-lottery.ipynb",
    "notebooks/trends.ipynb",
    "notebooks/turning-points.ipynb",
    "notebooks/united-states.ipynb",
)
PAGES = ("about.qmd", "data.qmd", "glossary.qmd", "methods.qmd", "models.qmd", *NOTEBOOKS)

LONGEST = 30
MEAN = 15.0
"""Words a sentence, on a page."""

EVERYWHERE = PAGES
TERMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "protection-rate": (r"protection rates?", EVERYWHERE),
    "merits-decisions": (r"(?:decisions? |decided )?on the merits", EVERYWHERE),
    "closed": (
        r"clos(?:ed?|es) (?:the |many |few |for )?(?:cases?|formal)|cases? (?:is |are )?closed"
        r"|closed without|closed cases?",
        EVERYWHERE,
    ),
    "first-instance": (r"first instance", EVERYWHERE),
    "first-application": (r"first applications?|first claims?|first-time applicants?", EVERYWHERE),
    "repeat-application": (r"repeat applications?", EVERYWHERE),
    "appeal": (r"(?<!Immigration )\bappeals?\b", EVERYWHERE),
    "vintage": (r"vintages?", EVERYWHERE),
    "interval": (r"(?:95% )?intervals?", EVERYWHERE),
    "design-effect": (r"design effects?", EVERYWHERE),
    "rounding": (r"round(?:ing|ed|s)\b", EVERYWHERE),
    "eu-plus": (r"EU\+", EVERYWHERE),
    "refugee-status": (r"refugee status", EVERYWHERE),
    "refugee-admission": (r"refugee admission", EVERYWHERE),
    "subsidiary-protection": (r"subsidiary protection", EVERYWHERE),
    "humanitarian-protection": (r"humanitarian protection", EVERYWHERE),
    "complementary-protection": (r"complementary protection", EVERYWHERE),
    "origin": (r"(?<!unknown )\borigins?\b", EVERYWHERE),
    "destination": (r"destinations?", EVERYWHERE),
    "encounter": (r"encounters?", EVERYWHERE),
    "fiscal-year": (r"fiscal years?", EVERYWHERE),
    "corridor": (r"corridors?", EVERYWHERE),
    "pending": (r"\bpending\b", EVERYWHERE),
    "percentage-point": (r"percentage points?", EVERYWHERE),
    "partial-year": (r"half years?|parts? of a year", EVERYWHERE),
    "undivided": (r"undivided", EVERYWHERE),
    "dublin": (r"Dublin rules", EVERYWHERE),
    "deserter": (r"deserters?|draft evaders?", EVERYWHERE),
    "random-walk": (r"random walk", EVERYWHERE),
    "factor": (r"90th over (?:the )?10th percentile", EVERYWHERE),
    "median": (r"median", EVERYWHERE),
    "simulation": (r"simulat(?:ed|ions?)", EVERYWHERE),
    "revision": (r"revis(?:ions?|es?|ed)\b", EVERYWHERE),
    "persons-cases": (r"(?:Persons|Cases) (?:or|and) (?:persons|cases)", EVERYWHERE),
    "expected-rate": (r"expected rate", EVERYWHERE),
    "chance-of-the-year": (r"chance of the year", EVERYWHERE),
    "smooth-level": (r"smooth level", EVERYWHERE),
    "clearance-rate": (r"clearance rate", EVERYWHERE),
    "months-of-work": (r"months of work", EVERYWHERE),
    "placebo": (r"placebos?\b", EVERYWHERE),
    "p-value": (r"p-value", EVERYWHERE),
    "forecast": (r"forecasts?", ("models.qmd", "notebooks/outlook.ipynb")),
    "noise": (r"noise", ("notebooks/turning-points.ipynb",)),
    "bounds": (r"bounds", ("models.qmd", "notebooks/after-the-appeal.ipynb")),
    "break": (
        r"\bbreaks?\b",
        ("methods.qmd", "notebooks/recognition.ipynb", "notebooks/united-states.ipynb"),
    ),
    "stage": (r"\bstages?\b", ("methods.qmd",)),
    "authority": (
        r"\bauthorit(?:y|ies)\b",
        (
            "methods.qmd",
            *(f"notebooks/{name}.ipynb" for name in ("france", "germany", "recognition")),
        ),
    ),
    "overall-rate": (r"overall rate", EVERYWHERE),
    "rejection": (r"rejections?", ("methods.qmd", "notebooks/germany.ipynb")),
    "application": (r"\bclaims?\b", ("notebooks/applications.ipynb",)),
}
"""By id in the glossary: how a term is written, and the pages on which its first use is linked."""

FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
FOLDED = re.compile(r"^::: \{[^\n]*collapse=\"true\"[^\n]*\}\n.*?^:::$", re.DOTALL | re.MULTILINE)
UPDATED = re.compile(r"^\[Data last updated .*\]\{\.ar-updated\}$", re.MULTILINE)
LINK = re.compile(r"\[([^\[\]]*)\](?:\(([^()]*)\)|\{[^{}]*\})")
CODE = re.compile(r"`[^`\n]*`")
SHORTCODE = re.compile(r"\{\{<.*?>\}\}")
NOT_PROSE = re.compile(r"#|\||:::|>|<")


def source(name: str) -> str:
    """Return the Markdown of a page or notebook without front matter, code and folded parts."""
    path = paths.root() / name
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return FOLDED.sub("", FENCE.sub("", FRONT.sub("", text)))


def blocks(name: str) -> list[str]:
    """Return paragraphs and items of lists of a page, with their links."""
    text = UPDATED.sub("", source(name))
    split = re.split(r"\n\s*\n|\n(?=\s*(?:-|\d+\.) )|\n(?=:::)|(?<=:::)\n|(?<=\})\n", text)
    found = [" ".join(block.split()) for block in split]
    return [block for block in found if block and not NOT_PROSE.match(block)]


def plain(block: str) -> str:
    """Return a block without marks: variables as 0, links as their words."""
    block = SHORTCODE.sub("0", block)
    for _ in range(2):  # a span may hold a link
        block = LINK.sub(r"\1", block)
    return re.sub(r"^(-|\d+\.) ", "", re.sub(r"[*`]|<[^>]*>", "", block))


def sentences(name: str) -> list[str]:
    """Return the sentences of a page's prose: no headings, tables, downloads or folded formulas."""
    found = []
    for block in blocks(name):
        if block.startswith("To download:"):
            continue
        words = plain(block)
        found += [one for one in re.split(r"(?<=[.!?])\s+(?=[\"“(A-Z0-9†~–])", words) if one]
    return found


def length(sentence: str) -> int:
    """Return how many words a sentence has."""
    return len(re.findall(r"\w[\w.,’'%/+-]*", sentence))


def test_the_measure_counts_words_and_sentences():
    assert length("In 2023 it was 29.0%, or 480 of 1,658 people.") == 10
    assert plain("- **A** [b](c.qmd#d) {{< var x.y >}}") == "A b 0"


@pytest.mark.parametrize("name", PAGES)
def test_sentences_are_short(name):
    found = sentences(name)
    assert [one for one in found if length(one) > LONGEST] == []
    assert sum(map(length, found)) / len(found) <= MEAN


@pytest.mark.parametrize("name", PAGES)
def test_the_first_lines_say_what_the_page_answers_and_how_new_the_data_are(name):
    text = source(name).strip()
    lede = re.match(r"::: \{\.ar-lede\}\n(.+)\n:::\n\n(.+)\n", text)
    assert lede, text[:80]
    words, updated = lede.groups()
    assert re.match(r"\*\*[A-Z][^*]+\?\*\* ", words), "it begins with the question"
    said = re.split(r"(?<=[.!?])\s+(?=[A-Z0-9])", plain(words))
    assert 2 <= len(said) <= 4
    assert UPDATED.fullmatch(updated)
    assert "{{< var meta.updated >}}" in updated


def first_use(name: str, term: str) -> tuple[bool, str] | None:
    """Tell whether the first use of a term on a page is linked to the glossary, and where it is."""
    pattern = re.compile(TERMS[term][0], re.IGNORECASE)
    for block in blocks(name):
        shown = CODE.sub(lambda found: " " * len(found.group()), block)
        linked = {
            at
            for link in LINK.finditer(shown)
            if (link.group(2) or "").endswith(f"glossary.qmd#{term}")
            for at in range(*link.span(1))
        }
        # Words of other links, addresses and shortcodes are no use of the term in prose.
        other = [
            span.span()
            for span in (*LINK.finditer(shown), *SHORTCODE.finditer(shown))
            if not any(at in linked for at in range(*span.span()))
        ]
        for use in pattern.finditer(shown):
            if use.start() in linked:
                return True, block
            inside_target = any(
                link.end(1) <= use.start() < link.end() for link in LINK.finditer(shown)
            )
            if not inside_target and not any(a <= use.start() < b for a, b in other):
                return False, block
    return None


@pytest.mark.parametrize("name", [name for name in PAGES if name != "glossary.qmd"])
def test_terms_are_linked_to_the_glossary_at_first_use(name):
    found = {term: first_use(name, term) for term, (_, pages) in TERMS.items() if name in pages}
    assert {term: use[1][:100] for term, use in found.items() if use and not use[0]} == {}


def test_every_term_of_the_glossary_is_used_where_it_says():
    for name, term in generated_glossary.load()["terms"].items():
        assert term["used"], name
        for page in term["used"]:
            assert f"glossary.qmd#{name})" in source(page), f"{page} does not link to {name}"


def test_links_to_the_glossary_lead_somewhere():
    known = generated_glossary.load()["terms"].keys()
    for page in PAGES:
        found = set(re.findall(r"glossary\.qmd#([\w-]+)", source(page)))
        assert found <= known, page


@pytest.fixture(scope="module")
def value():
    found = numbers.compute()
    return lambda name: found[name].value


def test_what_the_first_lines_say_beyond_numbers_holds(value):
    # Germany: more people protected, more rejected; fewer waiting.
    assert value("de.y2025.positive") > value("de.y2023.positive")
    assert value("de.y2025.rejected") > value("de.y2023.rejected")
    assert value("de_pending.january_2025") < value("de_pending.end_2023")
    # Changes that are one, and the one that is none.
    for country in ("de", "us"):
        assert value(f"{country}.trend_2023_2025.ci")[1] < 0
    low, high = value("fr.trend_2023_2025.ci")
    assert low < 0 < high
    # United States: the rate fell, grants rose; encounters rose until 2023 and have fallen since.
    assert value("us.y2025.protection") < value("us.y2023.protection")
    assert value("us.y2025.positive") > value("us.y2023.positive")
    met = [value(f"us.fy{year}.encounters") for year in range(2021, 2026)]
    assert met[0] < met[1] < met[2] > met[3] > met[4]
    # France: nearly all with refugee status; Germany decides on fewer, then on more, than ask.
    assert value("fr.y2023.refugee") > 0.9 * value("fr.y2023.positive")
    assert value("queue.de.y2023.clearance") < 1 < value("queue.de.y2025.clearance")


def test_what_pages_on_models_say_beyond_numbers_holds(value):
    assert value("lottery.eu.mix_share") > 0.5
    for name in ("same", "indirect", "adjusted"):
        assert 1.5 < value(f"lottery.eu.{name}") < 2.5, "about twofold"
    assert value("outlook.eu.shown").lower().startswith("random walk")
    assert value("trend.study_cover_95") >= 0.95
    assert value("trend.study_cover_50") >= 0.5
    assert 2.5 < value("turning.invasion.after") / value("turning.invasion.before") < 3.5
    shares = [value("eu_plus.y2022.protection") - value("eu_plus.y2025.protection"),
              value("eu_plus_without_de.y2022.protection")
              - value("eu_plus_without_de.y2025.protection")]  # fmt: skip
    assert shares[1] < shares[0] / 2, "most of the fall is Germany's weight"
