"""What pages say when a dataset is not in order, and that no text from outside breaks a page."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pandas as pd
import pypandoc
import pytest

from asylum_report import claims, gate, numbers, paths, records, store
from asylum_report.charts import library
from asylum_report.charts.library import parts
from asylum_report.display import link, plain, table
from asylum_report.live import state as states
from asylum_report.publish import generated, notices, prepare, stage, variables
from asylum_report.publish.notices import Notice

NASTY = (
    "<script>alert(1)</script> [x](javascript:alert(1)) ![y](//z) | `code` {{< var de >}} "
    "$a$ ~~b~~ **c** __d__ \\ &amp; <b\n\n# no heading"
)
UNHCR = Notice("unhcr-asylum-decisions", "2026-06-25", "UNHCR could not be refreshed.", ("503",))
QUARTERS = Notice("migr_asydcfstq", "2026-11-20", f"A newer copy: {NASTY}", (NASTY, "second"))
UNUSED = Notice("migr_asypenctzm", "", "There are none to show yet.")

PAGE = "---\ntitle: Home\n---\n\n::: {.ar-hero}\nText\n:::\n"


def html(markdown: str, form: str = "markdown") -> str:
    """Return what pandoc, and so Quarto, makes of Markdown; shortcodes would be left to see."""
    return pypandoc.convert_text(markdown, to="html", format=form, extra_args=["--wrap=none"])


def harmless(page: str) -> None:
    """Check that a page holds the nasty text as text and nothing that came of it."""
    assert "<script" not in page
    assert "<b" not in page.replace("<br", "").replace("<blockquote", "")
    assert "javascript:alert" in page  # as words
    assert 'href="javascript' not in page
    assert "<img" not in page
    assert "<code" not in page
    assert "<del" not in page
    assert "<h1" not in page
    assert "{{&lt;" in page  # put together again only after shortcodes were looked for


def test_texts_from_outside_stay_texts():
    text = plain(NASTY)
    assert "\n" not in text
    for sign in ("<", "{{", "`", "["):
        assert sign not in text
    page = html(f"Begin {text}")
    harmless(page)
    assert "<strong" not in page
    cells = html(f"| a | b |\n|---|---|\n| {text} | end |\n")
    harmless(cells)
    assert cells.count("<td") == 2
    assert cells.count("<td>end</td>") == 1


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "https://a b", 'https://a"x', "", "//a"]
)
def test_a_link_leads_to_the_web_or_is_none(address):
    assert link("a|b", address) == "a\\|b"


def test_a_link_keeps_its_address_whole():
    text = link("[x](y)", "https://example.org/a_(b)?c=1&d=2")
    assert html(text).strip() == (
        '<p><a href="https://example.org/a_%28b%29?c=1&amp;d=2">[x](y)</a></p>'
    )


def test_a_sidecar_breaks_no_table(monkeypatch):
    meta = {
        "title": NASTY, "url": "javascript:alert(1)", "rows": 1, "retrieved": NASTY,
        "licence": NASTY, "licence_url": "https://example.org/)<script>",
    }  # fmt: skip
    one = SimpleNamespace(publisher="P|Q", dataset="d", date="2026-11-20", meta=meta)
    monkeypatch.setattr(store, "vintages", lambda: [one])
    page = html(generated.vintages())
    harmless(page)
    assert page.count("<td") == 6
    assert "<a" not in page


def test_a_label_breaks_no_table_of_a_notebook():
    page = html(table(pd.DataFrame({"label": [NASTY], "n": [1]})).markdown)
    harmless(page)
    assert page.count("<td") == 2


def test_without_notices_nothing_changes():
    assert notices.inserted("index.qmd", PAGE, []) == PAGE
    assert notices.inserted("about.qmd", PAGE, [UNHCR]) == PAGE
    assert notices.listed([]) == ""
    assert notices.callout([], "data.qmd") == ""
    notebook = {"cells": [{"cell_type": "raw", "source": "---\n---"}], "nbformat": 4}
    assert stage.noticed(notebook, "notebooks/germany.ipynb", [UNUSED]) == notebook
    assert notices.current(paths.root() / "docs") == []


def test_a_page_has_its_notice_below_the_front_matter():
    text = notices.inserted("index.qmd", PAGE, [UNHCR, QUARTERS])
    assert text == (
        "---\ntitle: Home\n---\n\n"
        '::: {.callout-warning title="Part of the figures on this page is not the newest"}\n'
        "- UNHCR could not be refreshed.\n\n"
        "All sources and their state: [data](data.qmd#notices).\n:::\n\n"
        "\n::: {.ar-hero}\nText\n:::\n"
    )


def test_a_notebook_has_its_notices_in_a_cell_of_the_staged_copy():
    cells = [
        {"cell_type": "raw", "source": ["---\n", "title: x\n", "---"]},
        {"cell_type": "markdown", "source": "Text"},
    ]
    found = stage.noticed({"cells": cells}, "notebooks/germany.ipynb", [UNHCR, QUARTERS, UNUSED])
    front, notice, text = found["cells"]
    assert (front, text) == tuple(cells)
    assert notice["source"].count("\n- ") == 2
    assert "(../data.qmd#notices)" in notice["source"]
    page = html(notice["source"])
    harmless(page)
    assert page.count("<li>") == 2
    assert "none to show" not in page  # what is not in use is no figure of the page


def test_the_brief_has_one_line_under_its_title():
    brief = (paths.root() / notices.BRIEF).read_text("utf-8")
    text = notices.inserted(notices.BRIEF, brief, [Notice("unhcr-asylum-decisions", "x", NASTY)])
    title = re.search(r"^# .*$", brief, re.MULTILINE)
    assert title
    before, after = text.split(title[0])
    assert brief.startswith(before)
    begin, line, end = after.split("\n::: lede")[0].strip().split("\n\n")
    assert begin.startswith("```{=typst}\n#wide(")
    assert end == "```{=typst}\n])\n```"
    assert line.startswith("**Not the newest figures.** ")
    assert "\n" not in line
    harmless(html(line))
    typst = pypandoc.convert_text(line, to="typst", format="markdown")
    assert "#link" not in typst
    assert "raw(" not in typst


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("de/index.qmd", "25.\u00a0Juni\u00a02026"),
        ("report/brief.fr.qmd", "25\u00a0juin\u00a02026"),
        ("report/brief.ru.qmd", "25\u00a0июня\u00a02026\u00a0г."),
    ],
)
def test_pages_in_other_languages_say_of_when_the_figures_are(page, said):
    text = (paths.root() / page).read_text("utf-8")
    one = Notice("unhcr-asylum-decisions", "2026-06-25", "An English sentence.")
    noticed = notices.inserted(page, text, [one])
    assert f"unhcr-asylum-decisions: {said}" in noticed
    assert "English sentence" not in noticed
    assert "newest" not in noticed
    assert notices.lang_of(page) in page


def test_the_page_on_data_lists_all_with_reasons():
    text = notices.listed([QUARTERS, UNHCR, UNUSED])
    assert text.startswith("## Not up to date {#notices}\n")
    page = html(text)
    harmless(page)
    assert page.count("<tr") == 4
    assert page.count("<td") == 9
    assert "UNHCR could not be refreshed. 503." in page
    assert "<td>none</td>" in page.replace(' style="text-align: left;"', "")
    assert "{{< include /_generated/notices.md >}}" in (paths.root() / "data.qmd").read_text()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Give a project with one synthetic vintage, whose last refresh failed."""
    (tmp_path / "_quarto.yml").write_text("")
    (tmp_path / "data" / "raw").mkdir(parents=True)
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(tmp_path))
    meta = dict.fromkeys(
        ("licence", "licence_url", "attribution", "retrieved", "url", "definition"), "synthetic"
    )
    store.write(
        pd.DataFrame({"count": [1]}),
        meta | {"publisher": "Eurostat", "dataset": "migr_asydcfstq", "title": "synthetic",
                "vintage": "2026-11-20", "columns": {"count": "synthetic"}},
    )  # fmt: skip
    attempt = states.Attempt("migr_asydcfstq", "2026-11-22", "refused", NASTY)
    states.write(states.State({"migr_asydcfstq": attempt}))
    return tmp_path


def test_the_gate_speaks_through_the_pages(project):
    (one,) = notices.current(project)
    assert (one.dataset, one.vintage) == ("migr_asydcfstq", "2026-11-20")
    assert "22\u00a0November\u00a02026" in one.sentence
    assert one.sentence == gate.notices()["migr_asydcfstq"]
    assert notices.of_page("notebooks/recognition.ipynb", [one]) == [one]
    assert notices.of_page("index.qmd", [one]) == []
    page = html(notices.cell("notebooks/recognition.ipynb", [one]))
    assert "20\u00a0November\u00a02026" in page
    listed = html(notices.listed([one]))
    harmless(listed)
    assert "Refused on 2026-11-22" in listed


def test_what_is_prepared_follows_the_notices(project):
    before = prepare.key("figures", project)
    assert prepare.key("figures", project) == before
    states.write(states.State())
    assert notices.current(project) == []
    assert prepare.key("figures", project) != before


def test_staged_pages_hold_what_the_project_does_not(project):
    for name in ("index.qmd", "about.qmd"):
        (project / name).write_text(PAGE)
    attempt = states.Attempt("unhcr-asylum-decisions", "2026-11-22", "failed", "503")
    states.write(states.State({"unhcr-asylum-decisions": attempt}))
    meta = dict(store.latest("migr_asydcfstq").meta) | {
        "publisher": "UNHCR", "dataset": "unhcr-asylum-decisions",
    }  # fmt: skip
    store.write(pd.DataFrame({"count": [1]}), meta)
    notebook = {"cells": [{"cell_type": "raw", "source": "---\ntitle: x\n---"}]}
    page = project / "notebooks" / "germany.ipynb"
    staged = stage.build(project, project / ".cache" / "stage", {page: notebook})
    assert "callout-warning" in (staged / "index.qmd").read_text()
    assert (staged / "about.qmd").read_text() == PAGE
    assert (project / "index.qmd").read_text() == PAGE
    made = json.loads((staged / "notebooks" / "germany.ipynb").read_text())
    assert [cell["cell_type"] for cell in made["cells"]] == ["raw", "markdown"]


FRESH = frozenset(gate.NAMES)
"""Datasets that are refreshed: of others there is never a notice."""


@pytest.fixture(scope="module")
def rests_on():
    """Give what each page rests on, worked out from its numbers and charts."""
    every = numbers.compute()
    known: dict[str, set[str]] = {}

    def of_number(name: str) -> set[str]:
        found: set[str] = set()
        for query in every[name].rows:
            key = json.dumps(query, sort_keys=True)
            if key not in known:
                wanted = {k: v for k, v in query.items() if k != "table"}
                rows = records.rows(query["table"], **wanted)
                known[key] = {row["dataset"] for row in rows if "dataset" in row}
            found |= known[key]
        return found

    def of_chart(name: str) -> set[str]:
        source = library.chart(name).source
        return {
            dataset
            for dataset in FRESH
            if parts.source([{"source": gate.NAMES[dataset][0], "dataset": dataset, "vintage": ""}])
            in source
        }

    def of_page(path) -> set[str]:
        text = path.read_text(encoding="utf-8").replace('\\"', '"')
        text = re.sub(r'\\n",\n\s*"', "\n", text)
        found: set[str] = set()
        for name in variables.VARIABLE.findall(text):
            found |= of_number(re.sub(r"^in_\w\w\.", "", name))
        for name in re.findall(r'(?:_charts/|chart\(")([\w-]+)', text):
            found |= of_chart(re.sub(r"-(de|fr|ru)$", "", name))
        if path.name == "claims.qmd":  # its figures stand in parts that are generated
            for one in claims.check(claims.read(), every):
                for shown in one.figures:
                    found |= of_number(shown.number)
        return found & FRESH

    return of_page


GROWS = {
    "notebooks/recognition.ipynb": {"migr_asydcfstq"},
    "notebooks/germany.ipynb": {"migr_asydcfstq"},
    "notebooks/france.ipynb": {"migr_asydcfstq"},
    "notebooks/applications.ipynb": {"migr_asypenctzm"},
}
"""What pages rest on once it is held, by their sections."""


def test_every_page_is_known_to_rest_on_what_its_charts_and_numbers_do(rests_on):
    root = paths.root()
    pages = [
        *root.glob("*.qmd"),
        *root.glob("??/index.qmd"),
        *root.glob("notebooks/*.ipynb"),
        *root.glob("report/*.qmd"),
    ]
    found = {path.relative_to(root).as_posix(): rests_on(path) for path in pages}
    expected = {page: used | GROWS.get(page, set()) for page, used in found.items()}
    # The page on data names vintages in its text and lists every notice anyway.
    del expected["data.qmd"]
    assert {page: set(used) for page, used in notices.PAGES.items() if used} == {
        page: used for page, used in expected.items() if used
    }
