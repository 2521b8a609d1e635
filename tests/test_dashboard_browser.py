"""The dashboard in a browser: by keyboard, by address, without a script; what is taken away."""

from __future__ import annotations

import csv
import io
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from asylum_report import query
from asylum_report.publish import dashboard_data, dashboard_words

# One worker builds the site and looks at it.
pytestmark = [pytest.mark.site, pytest.mark.browser, pytest.mark.xdist_group("site")]

SVG = "http://www.w3.org/2000/svg"
STEP = "?show=definitions&d=DEU&def=protection&against=overall&at=2023&from=2015&to=2025"
CELLS = """async ([module, address]) => {
  const { unpack, rate, percent } = await import(module);
  const data = unpack(await (await fetch(address)).json());
  const found = [];
  for (const row of [...data.byKey.values()].flat()) {
    for (const name of Object.keys(row.rates)) {
      const { numerator, n, value, low, high, marked, reason } = rate(data, row, name);
      const shown = value === null ? null : percent(value);
      const cell = [row.key, row.year, row.stage, row.level, row.unit, name].join();
      found.push([cell, numerator, n, value, shown, low, high, marked, reason]);
    }
  }
  return found;
}"""


@pytest.fixture(scope="module")
def address(built: Path, serve: Callable[[Path], str]) -> str:
    return serve(built) + "dashboard.html"


class Dashboard:
    """One page with the dashboard, opened anew by an address."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.said: list[str] = []
        page.on("console", lambda m: self.said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def open(self, search: str = "") -> Any:
        self.page.goto(self.address + search)
        self.page.wait_for_selector(".ar-dash-form:not([hidden])")
        return self.page

    def sentence(self) -> str:
        return str(self.page.inner_text(".ar-dash-sentence"))

    def messages(self) -> list[str]:
        return list(self.page.locator(".ar-dash-messages li").all_inner_texts())

    def table(self) -> list[list[str]]:
        self.page.wait_for_selector(".ar-dash-table[aria-busy=false]")
        script = "(t) => [...t.rows].map((r) => [...r.cells].map((c) => c.textContent))"
        return list(self.page.locator(".ar-dash-table table").evaluate(script))

    def chosen(self) -> list[str]:
        names = self.page.locator(".ar-dash-chosen button").all()
        return [str(name.get_attribute("aria-label")).removeprefix("Remove ") for name in names]

    def take(self, kind: str) -> Any:
        with self.page.expect_download() as waiting:
            self.page.click(f"[data-take={kind}]")
        return waiting.value


@pytest.fixture(scope="module")
def dash(browser: Any, address: str) -> Iterator[Dashboard]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Dashboard(context.new_page(), address)
    context.close()


def test_the_script_takes_over_exactly_what_stands_without_it(
    browser: Any, dash: Dashboard
) -> None:
    context = browser.new_context(java_script_enabled=False)
    still = Dashboard(context.new_page(), dash.address)
    still.page.goto(dash.address)
    assert not still.page.locator(".ar-dash-form").is_visible()
    assert still.page.locator(".ar-dash-still").is_visible()
    assert still.page.locator(".ar-picture svg.ar-wide").is_visible()
    parts = (".ar-title", ".ar-subtitle", ".ar-dash-sentence", ".ar-note", ".ar-source")
    texts = {part: still.page.locator(f".ar-dash {part}").text_content() for part in parts}
    # Without a script no element can be asked for its cells: the page's own text is.
    rows = still.page.locator(".ar-dash-table tr").all()
    words = [row.text_content() for row in rows]
    context.close()
    dash.open()
    for part, text in texts.items():
        mine = dash.page.locator(f".ar-dash {part}").text_content()
        assert re.sub(r"\s", "", mine) == re.sub(r"\s", "", text), part
    assert ["".join(row) for row in dash.table()] == words
    assert len(words) == 34
    assert dash.said == []


def test_every_cell_is_worked_out_as_in_python(dash: Dashboard) -> None:
    dash.open()
    folder = dash.address.rpartition("/")[0]
    asked = [f"{folder}/assets/dashboard-view.js", f"{folder}/data/dashboard.json"]
    found = {name: rest for name, *rest in dash.page.evaluate(CELLS, asked)}
    compared = 0
    for definition in ("protection", "refugee", "overall"):
        for choice in dashboard_words.STAGES:
            for row in query.rate_records("RUS", None, None, definition, choice.stage, "UNHCR"):
                key = dashboard_data.series_key(row["destination"], row["authority"])
                name = ",".join(
                    (key, row["period"], row["stage"], row["levels"], row["unit"], definition)
                )
                value = row["rate"]
                assert found[name] == [
                    row["numerator"], row["n"], value,
                    None if value is None else f"{100 * value:.1f}%",
                    None if value is None else int(f"{100 * row['low']:.1f}".replace(".", "")),
                    None if value is None else int(f"{100 * row['high']:.1f}".replace(".", "")),
                    row["marked"], row["reason"],
                ], name  # fmt: skip
                compared += 1
    assert compared > 9000
    assert {tuple(name.split(",")[:1]) for name in found} > {("DEU",), ("USA-USCIS",)}


def test_choosing_by_keyboard_alone(dash: Dashboard) -> None:
    page = dash.open()
    keys = page.keyboard
    page.focus(".ar-dash-places summary")
    keys.press("Enter")
    keys.press("Tab")
    assert page.evaluate("document.activeElement.id") == "dashboard-find"
    keys.type("norw")
    places = page.locator("[name=d]").count()
    assert page.inner_text(".ar-dash-found") == f"1 of {places} destinations"
    keys.press("Tab")
    keys.press("Space")
    assert dash.chosen()[-1] == "Norway"
    assert "Norway" in dash.sentence()
    assert "d=DEU,FRA,USA-EOIR,NOR" in page.url
    keys.press("Escape")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.focus("[data-remove=FRA]")
    keys.press("Enter")
    assert "France" not in dash.sentence()
    focused = page.evaluate("document.activeElement.dataset.remove")
    assert focused == "USA-EOIR", "the next one has the focus"
    page.focus("[name=def][value=protection]")
    keys.press("ArrowDown")
    assert "def=refugee" in page.url
    keys.press("ArrowDown")
    assert "def=overall" in page.url, "the rate that is not to be had is passed over"
    page.focus("#dashboard-from")
    keys.type("2019")
    page.focus("#dashboard-stage")
    keys.type("Appeals")
    assert page.url.endswith("stage=appeal&def=overall&from=2019&to=2025")
    assert dash.sentence().startswith("Overall rate")
    page.focus(".ar-dash-reset")
    keys.press("Enter")
    assert dash.chosen() == ["Germany", "France", "United States: immigration courts (EOIR)"]
    assert page.get_attribute(".ar-dash-sentence", "aria-live") == "polite"
    assert dash.said == []


def test_the_address_restores_the_view(dash: Dashboard, browser: Any) -> None:
    page = dash.open("?show=counts&d=NOR,AUT&stage=first-appeal&count=closed&from=2008&to=2014")
    here = (dash.sentence(), dash.table(), page.url)
    assert dash.chosen() == ["Norway", "Austria"]
    assert page.input_value("#dashboard-stage") == "first-appeal"
    assert page.is_checked("[name=show][value=counts]")
    assert dash.table()[0][2:6] == list(dashboard_words.OUTCOMES.values())
    assert "Norway: UNHCR publishes no decisions at this stage for 2008–2014." in page.inner_text(
        ".ar-note"
    )
    assert {row[0] for row in dash.table()[1:]} == {"Austria †"}
    page.select_option("#dashboard-count", "rejected")
    other = page.url
    assert other != here[2]
    dash.open(other.removeprefix(dash.address))
    assert page.input_value("#dashboard-count") == "rejected"
    assert page.url == other


def test_what_an_address_names_wrongly_is_left_out_and_said(dash: Dashboard) -> None:
    dash.open("?d=DEU,XYZ,%3Cb%3E&def=eu&from=1066&stage=final&show=all&colour=red&at=20x3")
    said = " ".join(dash.messages())
    for wrong in ("XYZ", "<b>", "eu", "1066", "final", "all", "colour", "20x3"):
        assert f"“{wrong}”" in said
    assert dash.chosen() == ["Germany"]
    assert "def=protection&from=2015&to=2025" not in dash.page.url, "the address stays as given"
    dash.open("?d=DEU,FRA,NOR,SWE,AUT,CHE,NLD&from=2025&to=2015")
    assert dash.messages() == ["The address names 7 destinations; the first 6 are shown."]
    assert dash.page.input_value("#dashboard-from") == "2015"
    dash.page.click(".ar-dash-places summary")
    dash.page.locator("[name=d][value=NLD]").click()
    assert dash.messages() == ["At most 6 destinations are shown at once; remove one first."]
    assert len(dash.chosen()) == 6
    assert dash.said == []


def test_back_and_forward(dash: Dashboard) -> None:
    page = dash.open()
    page.click("main a[href*='show=definitions']")
    assert "becomes" in dash.sentence()
    page.go_back()
    assert dash.sentence().startswith("Protection rate, citizens of Russia: Germany")
    page.go_forward()
    assert "becomes" in dash.sentence()
    page.goto(dash.address.replace("dashboard", "about"))
    page.go_back()
    page.wait_for_selector(".ar-dash-form:not([hidden])")
    assert "becomes" in dash.sentence(), "the view is there again after another page"


def test_one_definition_becomes_another(dash: Dashboard) -> None:
    rates, counts = {}, {}
    for name in ("protection", "overall", "refugee"):
        (row,) = query.rate_records("RUS", ["DEU"], (2023, 2023), name, None, "UNHCR")
        rates[name], counts[name] = f"{100 * row['rate']:.1f}%", f"{row['n']:,}"
    page = dash.open(STEP)
    assert dash.sentence() == (
        f"Germany, 2023: protection rate {rates['protection']} ({row['numerator'] + 112} of "
        f"{counts['protection']} decisions), overall rate {rates['overall']} (480 of "
        f"{counts['overall']} decisions). {rates['protection']} becomes {rates['overall']} because "
        f"the {row['closed']:,} cases closed otherwise enter the denominator."
    )
    assert (rates["protection"], rates["overall"]) == ("29.0%", "9.1%")
    steps = page.inner_text(".ar-dash-steps")
    assert "left out" in steps
    assert counts["overall"] in steps
    page.select_option("#dashboard-against", "all")
    assert rates["refugee"] in dash.sentence()
    assert "the 112 decisions that gave other protection no longer count" in dash.sentence()
    assert len(page.locator(".ar-picture svg g").all()) == 3 * 11
    assert page.is_disabled("[name=def][value=eu]")
    assert "published undivided" in page.inner_text("#dashboard-def-eu")


def test_definitions_that_give_the_same_say_why(dash: Dashboard) -> None:
    dash.open("?show=definitions&d=USA-EOIR&def=protection&against=all&from=2015&to=2025")
    said = dash.sentence()
    assert "The refugee rate is the same, because no decision is counted otherwise" in said
    assert (
        "65.0% becomes 49.6% because the 1,226 cases closed otherwise enter the denominator" in said
    )
    assert "the 0 " not in said


def test_counts_in_doubt_are_noted_and_end_no_sentence(dash: Dashboard) -> None:
    page = dash.open("?show=counts&d=USA-USCIS&count=rejected&from=2015&to=2025")
    assert " in 2015" not in dash.sentence()
    assert " in 2017 and " in dash.sentence()
    doubt = "refusals by USCIS almost vanish from 2009 to 2016"
    heads, *rows = dash.table()
    doubtful = [row[heads.index("Year")] for row in rows if doubt in row[-1]]
    assert doubtful == ["2015", "2016"]
    assert doubt in page.inner_text("main")


def test_small_counts_have_no_rate_and_few_are_marked(dash: Dashboard) -> None:
    page = dash.open("?d=NOR&from=2015&to=2025")
    heads, *rows = dash.table()
    n = heads.index("Decisions (n)")
    drawn = set()
    for row in rows:
        few, none = int(row[n]) < 50, int(row[n]) < 20
        assert (row[2] == "–") == none, row
        assert ("fewer than 20 decisions" in row[-1]) == none
        assert ("fewer than 50 decisions" in row[-1]) == (few and not none)
        if not none:
            drawn.add(few)
    assert drawn == {True, False}, "a year with few decisions and one with enough"
    shown = [row for row in rows if row[2] != "–"]
    assert len(page.locator(".ar-picture svg g").all()) == len(shown) < len(rows)
    hollow = page.locator(".ar-picture svg g .f-paper").count()
    assert hollow == sum("fewer than 50" in row[-1] for row in shown)


def test_a_line_breaks_and_part_of_a_year_stands_alone(dash: Dashboard) -> None:
    page = dash.open("?d=USA-EOIR&from=2015&to=2025")
    picture = page.locator(".ar-picture svg")
    lines = picture.locator('path[stroke-width="2.2"]').all()
    joined = sorted(str(line.get_attribute("d")).count("L") + 1 for line in lines)
    assert joined == [2, 7], "2015-2016 and 2017-2023; 2024 and 2025 stand alone"
    assert picture.locator('path[stroke-width="1.6"][fill=none]').count() == 2, "two breaks"
    assert picture.locator(".f-paper").count() == 1, "2024 is hollow"
    assert "2024" not in dash.sentence()
    remarks = {row[1]: row[-1] for row in dash.table()[1:]}
    assert remarks["2024"].startswith("part of the year")
    dash.open("?d=AUT&from=2015&to=2025")
    assert dash.sentence().startswith("Protection rate, citizens of Russia: Austria † ")
    assert "first+appeal † (FA)" in dash.table()[1]
    assert "published undivided" in page.inner_text(".ar-note")


def test_csv_is_the_table(dash: Dashboard) -> None:
    for search in ("?d=DEU,AUT,USA&from=2000", STEP, "?show=counts&d=FRA&stage=repeat&from=2000"):
        page = dash.open(search)
        content = Path(dash.take("csv").path()).read_bytes()
        assert not content.startswith(b"\xef\xbb\xbf")
        lines = content.decode("utf-8").splitlines()
        about = [line for line in lines if line.startswith("# ")]
        head = "\n".join(about)
        assert "UNHCR, Refugee Population Statistics Database, asylum decisions, vintage 20" in head
        assert page.inner_text(".ar-dash-citation") in head
        assert f"# Address: {dash.address}?" in head
        found = list(csv.reader(io.StringIO("\n".join(lines[len(about) :]))))
        heads, *rows = dash.table()
        counts = {k for k, name in enumerate(heads) if "," not in name and k > 1}

        def plain(cell: str, k: int, counts: set[int] = counts) -> str:
            if cell == "–":
                return ""
            return cell.replace(",", "") if k in counts and re.fullmatch(r"[\d,]+", cell) else cell

        assert found == [heads, *([plain(cell, k) for k, cell in enumerate(row)] for row in rows)]
        assert len(rows) > 8


def test_pictures_are_whole_and_say_where_they_come_from(dash: Dashboard) -> None:
    dash.open("?d=AUT,NOR,SWE,DEU,USA&from=2000")
    download = dash.take("svg")
    assert re.fullmatch(r"asylum-report-[a-z0-9-]+\.svg", download.suggested_filename)
    text = Path(download.path()).read_text("utf-8")
    root = ET.fromstring(text)
    words = " ".join("".join(one.itertext()) for one in root.iter(f"{{{SVG}}}text"))
    for part in ("Protection rate, 2000–2025", "Cite as: UNHCR", "vintage 20", "Norway"):
        assert part in words
    width = float(str(root.get("width")))
    for one in root.iter(f"{{{SVG}}}text"):
        assert -20 <= float(one.attrib["x"]) < width - 20
    assert "font/woff2;base64," in text
    assert "http" not in re.sub(r'xmlns="[^"]*"|http://127[^<]*', "", text), "no other host"
    data = Path(dash.take("png").path()).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    size = struct.unpack(">II", data[16:24])
    assert size[0] == 2 * width
    assert size[1] > 1200
    assert len(data) > 50_000, "something is drawn"
    assert dash.said == []


def test_figures_that_do_not_come_leave_the_default_view(dash: Dashboard) -> None:
    page = dash.page
    page.route("**/dashboard.json", lambda route: route.abort())
    page.goto(dash.address + "?d=NOR")
    page.locator(".ar-dash-still", has_text="could not be loaded").wait_for()
    page.unroute("**/dashboard.json")
    assert dash.sentence().startswith("Protection rate, citizens of Russia: Germany")
    assert page.locator(".ar-picture svg.ar-wide").is_visible()
    assert not page.locator(".ar-dash-form").is_visible()
    assert [text for text in dash.said if "ERR_FAILED" not in text] == []
    dash.said.clear()


def test_citation_and_address_are_copied(dash: Dashboard) -> None:
    page = dash.open("?d=DEU")
    page.click("[data-copy=citation]")
    page.wait_for_selector(".ar-dash-done:not(:empty)")
    assert page.inner_text(".ar-dash-done") == "The citation is copied."
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.inner_text(".ar-dash-citation")
    assert copied.startswith("UNHCR, Refugee Population Statistics Database")
    page.click("[data-copy=address]")
    page.locator(".ar-dash-done", has_text="address").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").endswith("from=2015&to=2025")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_narrow_wide_and_fit_for_assistive_technology(
    browser: Any, address: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})
    dash = Dashboard(context.new_page(), address)
    page = dash.open("?show=definitions&against=all&d=DEU,AUT")
    grounds = "getComputedStyle(document.body).backgroundColor"
    assert (page.evaluate(grounds) == "rgb(255, 255, 255)") == (scheme == "light")
    for search in ("?show=definitions&against=all&d=DEU,AUT", "?d=AUT,NOR,SWE,DEU,USA&from=2000"):
        page = dash.open(search)
        page.click(".ar-dash-places summary")
        page.click(".ar-dash-more summary")
        for width in (390, 320, 768):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, width
        wide = page.locator(".ar-picture svg").get_attribute("viewBox")
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_function(
            "(old) => document.querySelector('.ar-picture svg').getAttribute('viewBox') !== old",
            arg=wide,
        )
        results = Axe().run(page, ".ar-dash")
        assert results.violations_count == 0, results.generate_report()
    germany = page.locator(".ar-picture .f-germany").first
    ink = {"light": "rgb(11, 55, 101)", "dark": "rgb(163, 180, 238)"}
    assert germany.evaluate("(e) => getComputedStyle(e).fill") == ink[scheme]
    assert dash.said == []
    context.close()
