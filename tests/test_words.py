"""Plain words: first lines that say what a page answers, short sentences, words explained.

The rules are in ``docs/words.md``.
"""

from __future__ import annotations

import json
import re

import pytest

from asylum_report import paths
from asylum_report.charts import library
from asylum_report.charts.library import applications, arrivals, trend
from asylum_report.errors import InvalidTable
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
def charts():
    return library.all_charts()


VERB = re.compile(
    r"\b(is|are|was|were|has|have|had|may|fell|rose|took|went|moved?|turns?|peaked|applied|stayed"
    r"|waited|answered|closed|protect(s|ed)?|grant(s|ed)?|holds?|held|differ|finds|go(es)?|says?"
    r"|shows?|made|came|tell|grew|decided?)\b"
)
NOUN_BY_NOUN = re.compile(r"^[\w\s,]+ by [\w\s,]+$")
RATE = re.compile(
    r"\b(protection rate|recognition rate|chance of protection|share protected)", re.I
)
DEFINITION = re.compile(
    r"on the merits|by definition|any protection|beyond what|all origins|percentiles?"
)
STAGE = re.compile(r"first instance|first and repeat|appeals?|each stage")
UNIT = re.compile(r"persons|percentage points|cases")


def test_titles_of_charts_are_sentences_with_the_finding(charts):
    for chart in charts.values():
        assert VERB.search(chart.title), chart.title
        assert not NOUN_BY_NOUN.match(chart.title), chart.title
        assert re.search(r"\d", chart.title) or chart.name == "outlook-applications-scores"
        assert chart.title[0].isupper() or chart.title[0].isdigit(), chart.title
        assert chart.title != chart.subtitle
        assert len(chart.title) <= 120, "more than five lines on a phone"


def test_subtitles_of_charts_state_the_measure(charts):
    for chart in charts.values():
        assert not re.search(r"\b(fell|rose|peaked|took|went|was|were)\b", chart.subtitle), (
            chart.name
        )
        if RATE.search(chart.subtitle) and "synthetic" not in chart.subtitle:
            for part in (DEFINITION, STAGE, UNIT):
                assert part.search(chart.subtitle), f"{chart.name}: {chart.subtitle}"


def test_titles_say_what_the_figures_do(charts):
    assert charts["applications-destinations"].title.endswith("in the United States and Germany")
    assert "fell by 17 to 26 points" in charts["trend-effects"].title
    assert charts["trend-effects"].title.endswith("France's may not have moved")


def test_words_for_a_change_follow_its_interval():
    assert trend._moved({"low": -0.26, "high": -0.17}) == "fell by 17 to 26 points"
    assert trend._moved({"low": 0.02, "high": 0.11}) == "rose by 2 to 11 points"
    assert trend._moved({"low": -0.02, "high": 0.11}) == "may not have moved"


def test_few_encounters_are_called_few_only_while_they_are():
    few = {"2025-01": 300, "2025-02": 90, "2025-03": 20, "2025-04": 99}
    assert arrivals.now(few) == "have been under 100 a month since February 2025"
    assert arrivals.now({**few, "2025-05": 140}) == "were 140 in May 2025"
    assert arrivals.now({"2025-01": 300, "2025-02": 90}) == "were 90 in February 2025"


def test_the_countries_with_most_claims_are_counted_by_country():
    rows = [
        {"destination": "USA", "count": 5},
        {"destination": "USA", "count": 5},
        {"destination": "DEU", "count": 8},
        {"destination": "FRA", "count": 9},
    ]
    assert applications.most(rows) == "the United States and France"


def test_the_glossary_has_the_anchors_that_pages_rely_on():
    ids = {record["id"] for record in generated_glossary.records()}
    assert ids >= {
        "protection-rate", "overall-rate", "refugee-rate", "eu-rate", "merits-decisions", "closed",
        "first-instance", "repeat-application", "appeal", "stage", "vintage", "interval",
        "design-effect", "rounding", "partial-year", "break", "origin", "destination", "eu-plus",
        "subsidiary-protection", "humanitarian-protection", "complementary-protection",
        "refugee-status",
    }  # fmt: skip


def test_definitions_are_plain_and_agree_with_the_methods():
    terms = {record["id"]: record for record in generated_glossary.records()}
    for record in terms.values():
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", record["definition"]):
            assert length(sentence) <= LONGEST, sentence
        assert len(re.findall(r"[.!?](?:\s|$)", record["definition"])) <= 4, record["id"]
    eu = "Iceland, Liechtenstein, Norway and Switzerland, and through 2019 the United Kingdom"
    assert eu in terms["eu-plus"]["definition"]
    assert eu in plain(source("methods.qmd"))
    for name in ("closed", "methods.qmd"):
        text = terms[name]["definition"] if name in terms else plain(source(name))
        assert "Closed is not rejected" in text


def test_the_glossary_as_a_page_has_every_word_in_its_language():
    text = generated_glossary.markdown()
    assert "### Protection rate {#protection-rate}" in text
    assert "German: [bereinigte Schutzquote]{lang=de}" in text
    assert "[Protection rate](#protection-rate)" in text
    assert text.count("\n### ") == len(generated_glossary.records())


def test_the_glossary_as_data_names_its_sources(tmp_path):
    (path,) = generated_glossary.write(tmp_path)
    terms = json.loads(path.read_text(encoding="utf-8"))["terms"]
    (rate,) = [one for one in terms if one["id"] == "protection-rate"]
    assert rate["words"]["de"] == "bereinigte Schutzquote"
    assert rate["own_translation"] == ["ru"]
    assert rate["source"]["url"].startswith("https://www.bpb.de/")
    (origin,) = [one for one in terms if one["id"] == "stage"]
    assert origin["source"]["url"] == "methods.html"


def test_a_glossary_that_does_not_fit_together_is_refused(tmp_path):
    good = (paths.reference() / "glossary.yml").read_text(encoding="utf-8")
    for change in (
        ("source: bpb", "source: nowhere"),
        ("    de: bereinigte Schutzquote\n", ""),
        ("terms: [protection-rate, ", "terms: [protection-rate, stage, "),
        ("used: [methods.qmd, models.qmd", "used: [methods.qmd, model.qmd"),
    ):
        assert good.count(change[0]) >= 1, change[0]
        path = tmp_path / f"{len(change[1])}.yml"
        path.write_text(good.replace(*change, 1), encoding="utf-8")
        with pytest.raises(InvalidTable):
            generated_glossary.load(path)
