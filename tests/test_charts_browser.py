"""Charts in a browser, under the policy of the site: pictures, table, live chart and back."""

import shutil
from pathlib import Path

import pytest

import test_charts_samples as samples
from asylum_report import identity, paths
from asylum_report.charts import bundle, files

ASSETS = Path(__file__).parents[1] / "assets"
POLICY = "default-src 'self'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:"
PAGE = """<!doctype html><html lang="en"{dark}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}"><title>Charts</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="../assets/tokens.css">
<link rel="stylesheet" href="../assets/charts.css">
</head><body>{body}<script src="../assets/charts.js" defer></script></body></html>"""
WIDTHS = pytest.mark.parametrize(("width", "shown"), [(390, "narrow"), (1280, "wide")])

pytestmark = pytest.mark.browser


def _tables() -> str:
    """Return tables of many and of few columns as the publisher wraps them."""
    parts = []
    for columns in (7, 3):
        cells = "<td>A name of several words</td>" + "<td>2,000</td>" * (columns - 1)
        head = "<th>Heading</th>" * columns
        parts.append(
            f'<div class="sd-table"><table class="table"><thead><tr>{head}</tr></thead>'
            f"<tbody><tr>{cells}</tr></tbody></table></div>"
        )
    return f'<main class="content">{"".join(parts)}</main>'


@pytest.fixture(scope="module")
def site(tmp_path_factory, serve) -> str:
    folder = tmp_path_factory.mktemp("charts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "root", lambda: folder)
        charts = [make() for make in samples.ALL]
        files.write_files(charts, folder / "figures", workers=1)
        body = "".join(map(bundle.html, charts))
    (folder / "notebooks").mkdir()
    for name, dark in (("page", ""), ("dark", ' class="quarto-dark"')):
        text = PAGE.format(policy=POLICY, body=body, dark=dark)
        (folder / "notebooks" / f"{name}.html").write_text(text, encoding="utf-8")
    names = (
        "tokens.css", "charts.css", "site.css", "charts.js", "explore.html", "explore.css",
        "explore.js",
    )  # fmt: skip
    text = PAGE.format(policy=POLICY, body=_tables(), dark="")
    sheet = '<link rel="stylesheet" href="../assets/charts.css">\n'
    text = text.replace(sheet, sheet + sheet.replace("charts", "site"))
    (folder / "notebooks" / "tables.html").write_text(text, encoding="utf-8")
    (folder / "assets").mkdir()
    for name in names:
        shutil.copy(ASSETS / name, folder / "assets")
    (folder / "assets" / "favicon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    identity.write_fonts(folder / "assets" / "fonts")
    files.copy_plotly(folder / "assets")
    return serve(folder)


@pytest.fixture
def visit(browser, site):
    pages = []

    def go(name: str, width: int, script: bool = True):
        page = browser.new_page(
            viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        page.said = []
        page.asked = []
        page.on("console", lambda m: page.said.append(m.text))
        page.on("pageerror", lambda e: page.said.append(str(e)))
        page.on("request", lambda r: page.asked.append(r.url))
        page.goto(f"{site}notebooks/{name}.html")
        if script:
            # The page has loaded; its fonts come when its text is laid out.
            page.evaluate("document.fonts.ready.then(() => true)")
        pages.append(page)
        return page

    yield go
    for page in pages:
        page.close()


@WIDTHS
def test_a_page_is_quiet_fits_and_shows_one_picture(visit, width, shown) -> None:
    page = visit("page", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    hidden = {"narrow": "wide", "wide": "narrow"}[shown]
    for make in samples.ALL:
        name = make().name
        assert page.locator(f"#{name} svg.ar-{shown}").is_visible()
        assert not page.locator(f"#{name} svg.ar-{hidden}").is_visible()
    assert page.evaluate("document.fonts.check('600 14px \"Source Sans Pro\"')")
    assert page.said == []


@WIDTHS
def test_a_live_chart_comes_and_goes(visit, site, width, shown) -> None:
    page = visit("page", width)
    figure = page.locator("#sample-rates")
    button = figure.locator(".ar-explore")
    button.focus()
    page.keyboard.press("Enter")
    figure.locator(".ar-picture.ar-live").wait_for()
    assert not figure.locator(f"svg.ar-{shown}").is_visible()
    live = page.frame_locator("#sample-rates iframe")
    live.locator(".main-svg").first.wait_for()
    assert live.locator(".scatterlayer .trace").count() >= 3
    assert "Live chart" in figure.locator(".ar-status").inner_text()
    assert button.inner_text() == "Back to the picture"
    button.click()
    assert figure.locator(f"svg.ar-{shown}").is_visible()
    assert figure.locator("iframe").count() == 0
    assert button.inner_text() == "Explore"
    assert page.said == []
    assert all(url.startswith((site, "data:", "blob:")) for url in page.asked)


def test_every_kind_comes_alive(visit) -> None:
    page = visit("page", 1280)
    for make in samples.ALL[1:]:
        page.locator(f"#{make().name} .ar-explore").click()
        page.locator(f"#{make().name} .ar-live").wait_for()
        page.locator(f"#{make().name} .ar-explore").click()
    assert page.said == []


def test_dark_colours_come_from_the_style_sheet(visit) -> None:
    from playwright.sync_api import expect

    page = visit("dark", 1280)
    picture = page.locator("#sample-rates svg.ar-wide")
    fill = "e => getComputedStyle(e).fill"
    assert picture.locator("text.f-germany").first.evaluate(fill) == "rgb(163, 180, 238)"
    page.locator("#sample-rates .ar-explore").click()
    live = page.frame_locator("#sample-rates iframe")
    paper = live.locator(".main-svg").first
    paper.wait_for()
    expect(paper).to_have_css("background-color", "rgb(21, 25, 31)")
    page.evaluate("document.documentElement.classList.remove('quarto-dark')")
    expect(paper).to_have_css("background-color", "rgb(255, 255, 255)")
    assert page.said == []


def test_a_failure_is_said_and_the_picture_stays(visit) -> None:
    page = visit("page", 1280)
    page.route("**/figures/sample-rates.json", lambda route: route.fulfill(status=404))
    figure = page.locator("#sample-rates")
    figure.locator(".ar-explore").click()
    figure.locator(".ar-status", has_text="could not be loaded").wait_for()
    assert figure.locator("svg.ar-wide").is_visible()
    assert figure.locator("iframe").count() == 0


def test_without_javascript_there_is_a_picture_a_table_and_links(visit) -> None:
    page = visit("page", 1280, script=False)
    figure = page.locator("#sample-rates")
    assert figure.locator("svg.ar-wide").is_visible()
    assert not figure.locator(".ar-explore").is_visible()
    figure.locator("summary").click()
    assert figure.locator("table").is_visible()
    assert figure.locator(".ar-links a").count() == 4


def test_the_table_opens_and_scrolls_by_keyboard(visit) -> None:
    page = visit("page", 390)
    figure = page.locator("#sample-rates")
    figure.locator("summary").focus()
    page.keyboard.press("Enter")
    assert figure.locator("thead").is_visible()
    page.keyboard.press("Tab")
    assert figure.locator(".ar-scroll").evaluate("e => e === document.activeElement")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


HINT = "e => parseFloat(getComputedStyle(e, '::before').blockSize)"


def test_a_table_that_scrolls_says_so_and_keeps_its_first_column(visit) -> None:
    narrow, wide = visit("page", 390), visit("page", 1280)
    for page in (narrow, wide):
        for name in ("sample-destinations", "sample-definitions"):
            page.locator(f"#{name} summary").click()
    box = narrow.locator("#sample-destinations .ar-scroll")
    first = box.locator("tbody th").first
    assert first.bounding_box()["width"] <= 0.4 * box.bounding_box()["width"]
    at = first.bounding_box()["x"]
    overflows = box.evaluate("e => e.scrollWidth > e.clientWidth")
    assert (box.evaluate(HINT) > 0) == overflows
    box.evaluate("e => e.scrollLeft = 60")
    assert first.bounding_box()["x"] == pytest.approx(at, abs=1)
    assert narrow.locator("#sample-definitions .ar-scroll").evaluate(HINT) in (0, None)
    assert wide.locator("#sample-destinations .ar-scroll").evaluate(HINT) == 0


def test_a_live_row_chart_fits_a_phone(visit) -> None:
    page = visit("page", 390)
    page.locator("#sample-destinations .ar-explore").click()
    page.locator("#sample-destinations .ar-live").wait_for()
    live = page.frame_locator("#sample-destinations iframe")
    labels = live.locator(".xaxislayer-above .xtick text, .xtick text")
    assert "100%" in labels.all_text_contents()
    frame = page.locator("#sample-destinations iframe").bounding_box()
    for k in range(labels.count()):
        box = labels.nth(k).bounding_box()
        assert box["x"] + box["width"] <= frame["x"] + frame["width"]
        assert box["height"] < 22
    names = live.locator(".ytick text")
    point = live.locator(".scatterlayer .point").first.bounding_box()
    widest = max(b["x"] + b["width"] for b in (names.nth(k).bounding_box() for k in range(20)))
    assert widest < point["x"]


def test_a_table_of_a_page_says_on_a_phone_that_it_scrolls(visit) -> None:
    page = visit("tables", 390)
    many, few = page.locator(".sd-table").nth(0), page.locator(".sd-table").nth(1)
    assert many.evaluate("e => e.scrollWidth > e.clientWidth")
    assert many.evaluate(HINT) > 0
    assert "gradient" in many.evaluate("e => getComputedStyle(e).backgroundImage")
    first = many.locator("td").first
    at = first.bounding_box()["x"]
    many.evaluate("e => e.scrollLeft = 80")
    assert first.bounding_box()["x"] == pytest.approx(at, abs=1)
    assert first.bounding_box()["width"] < 0.4 * 390
    assert few.evaluate("e => getComputedStyle(e, '::before').content") == "none"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    wide = visit("tables", 1280)
    assert wide.locator(".sd-table").first.evaluate(HINT.replace("blockSize)", "height) || 0")) == 0
