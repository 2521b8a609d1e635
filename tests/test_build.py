"""The whole build on a sample project, and everything that can go wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

import test_publish_sample as sample_project
from asylum_report.publish import render, site, stage
from test_publish_sample import files_of

TABLE = """<table aria-label="Home" class="caption-top table">
<thead>
<tr>
<th scope="col" class="ar-left">a</th>
<th scope="col" class="ar-right">b</th>
</tr>
</thead>
<tbody>
<tr>
<td class="ar-left">1</td>
<td class="ar-right">2</td>
</tr>
</tbody>
</table>"""


def test_site_of_the_sample(cold_sample: Path) -> None:
    sample = cold_sample
    done = site.build("builtin", root=sample)
    assert (done.pages, done.charts, done.executed, done.unchanged) == (4, 1, 2, False)
    assert sorted(files_of(sample / "_site")) == [
        ".nojekyll",
        "404.html",
        "assets/cards/index.png",
        "assets/cards/notebooks-one.png",
        "assets/cards/notebooks-two.png",
        "assets/inline.css",
        "assets/site.css",
        "assets/site.js",
        "brief.pdf",
        "feed.xml",
        "figures/rates.svg",
        "index.html",
        "notebooks/one.html",
        "notebooks/two.html",
        "robots.txt",
        "search.json",
        "site_libs/bootstrap/bootstrap.bundle.min.js",
        "site_libs/fuse/fuse.min.js",
        "site_libs/smalldocs.css",
        "site_libs/smalldocs.js",
        "site_libs/themes/default.min.css",
    ]
    home = (sample / "_site" / "index.html").read_text()
    assert "<p>Germany granted 28.95 %.</p>" in home
    assert TABLE in home
    assert (
        '<p><a href="figures/rates.svg">Picture</a> <span class="ar-sf1ff77e5">red</span></p>'
        in home
    )
    assert (sample / "_site" / "assets" / "inline.css").read_text() == ".ar-sf1ff77e5{color:red}\n"
    assert '<p><a href="notebooks/one.html#first">One</a> and <a href="brief.pdf">' in home
    assert '<script src="assets/site.js" defer></script>' in home
    page = (sample / "_site" / "notebooks" / "one.html").read_text()
    assert '<script src="../assets/site.js" defer></script>' in page
    assert '<a class="nav-link" href="../brief.pdf">' in page
    assert '<figure id="one"><svg viewBox="0 0 9 9"><path d="M0 0h9"/></svg></figure>' in page
    assert "<summary>Show the code</summary>" in page
    assert "<p>Of these, 28.95 % in Germany.</p>" in page
    assert '<meta name="description" content="A site to try the build on.">' in page
    found = [
        entry["href"]
        for entry in sample_project.read_search(sample / "_site")
        if "Germany" in entry["text"]
    ]
    assert found == ["index.html", "notebooks/one.html#first", "notebooks/two.html#first"]


def test_sources_stay_as_they_are(sample: Path) -> None:
    before = files_of(sample)
    site.build("builtin", root=sample)
    after = files_of(sample)
    assert {name: after[name] for name in before} == before


def test_two_cold_builds_are_the_same_to_the_byte(tmp_path: Path, sample: Path) -> None:
    site.build("builtin", root=sample)
    other = sample_project.make(tmp_path / "elsewhere" / "project")
    site.build("builtin", root=other)
    assert files_of(sample / "_site") == files_of(other / "_site")


def test_nothing_changed_starts_nothing(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site.build("builtin", root=sample)

    def never(*_: object) -> None:
        raise AssertionError("the publisher was started")

    monkeypatch.setattr(render, "render", never)
    monkeypatch.setattr(stage, "build", never)
    done = site.build("builtin", root=sample)
    assert done.unchanged
    assert done.pages == 4
    assert done.seconds < 2


@pytest.mark.parametrize("change", ["page", "site", "figure", "style", "variable"])
def test_any_change_builds_again(sample: Path, change: str) -> None:
    site.build("builtin", root=sample)
    if change == "page":
        (sample / "index.qmd").write_text("---\ntitle: Other\n---\n\nOther words.\n")
    elif change == "site":
        (sample / "_site" / "index.html").unlink()
    elif change == "figure":
        (sample / "figures" / "rates.svg").write_text("damaged")
    elif change == "style":
        (sample / "assets" / "site.css").write_text("body { color: red }")
    else:
        (sample / "_variables.yml").write_text("de: {rate: wrong}")
    done = site.build("builtin", root=sample)
    assert not done.unchanged
    assert done.executed == 0
    assert "damaged" not in (sample / "_site" / "figures" / "rates.svg").read_text()
    assert "wrong" not in (sample / "_site" / "notebooks" / "one.html").read_text()


def test_prose_of_a_notebook_runs_nothing_and_code_runs_one(sample: Path) -> None:
    site.build("builtin", root=sample)
    path = sample / "notebooks" / "one.ipynb"
    path.write_text(path.read_text().replace("Of these", "Of those"))
    assert site.build("builtin", root=sample).executed == 0
    assert "Of those" in (sample / "_site" / "notebooks" / "one.html").read_text()
    path.write_text(path.read_text().replace("A chart.", "Another chart."))
    assert site.build("builtin", root=sample).executed == 1


def test_brief_is_made_again_only_when_its_sources_change(
    sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def count(stage_: Path, out: Path, publisher: str = "builtin") -> Path:
        made.append(publisher)
        return sample_project.fake_brief(stage_, out)

    monkeypatch.setattr("asylum_report.publish.brief.build_brief", count)
    site.build("builtin", root=sample)
    (sample / "404.qmd").write_text("---\ntitle: Not here\n---\n\n[Home](index.qmd) again\n")
    site.build("builtin", root=sample)
    assert made == ["builtin"]
    (sample / "report" / "brief.qmd").write_text("# Other\n")
    site.build("builtin", root=sample)
    assert made == ["builtin", "builtin"]
    (sample / ".cache" / "brief.pdf").write_bytes(b"damaged")
    (sample / "_site" / "index.html").write_text("damaged")
    site.build("builtin", root=sample)
    assert len(made) == 3


def test_figures_alone(sample: Path) -> None:
    assert site.figures(root=sample).fresh
    assert (sample / "figures" / "rates.svg").is_file()
    assert not site.figures(root=sample).fresh
    assert not (sample / "_site").exists()


def test_output_elsewhere(sample: Path, tmp_path: Path) -> None:
    done = site.build("builtin", tmp_path / "far" / "site", root=sample)
    assert done.output == tmp_path / "far" / "site"
    assert (tmp_path / "far" / "site" / "index.html").is_file()
    assert not (sample / "_site").exists()
    assert site.build("builtin", tmp_path / "far" / "site", root=sample).unchanged


def test_address_of_the_site(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASYLUM_REPORT_SITE_URL", "https://report.invalid/asylum")
    site.build("builtin", root=sample)
    page = (sample / "_site" / "notebooks" / "one.html").read_text()
    assert '<link rel="canonical" href="https://report.invalid/asylum/notebooks/one.html">' in page
    assert (sample / "_site" / "sitemap.xml").read_text() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        "  <url><loc>https://report.invalid/asylum/</loc></url>\n"
        "  <url><loc>https://report.invalid/asylum/notebooks/one.html</loc></url>\n"
        "  <url><loc>https://report.invalid/asylum/notebooks/two.html</loc></url>\n"
        "</urlset>\n"
    )
    lost = (sample / "_site" / "404.html").read_text()
    assert 'href="/asylum/assets/site.css"' in lost
    assert '<meta name="smalldocs:offset" content="/asylum/">' in lost
    assert '<script src="/asylum/assets/site.js" defer></script>' in lost
