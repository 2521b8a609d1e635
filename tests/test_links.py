"""Links of the finished site: none is broken, no page is an orphan, no host is unknown.

Nothing is asked over the network: what is outside the site is held against a list of hosts.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import site_links
from conftest import ROOT

# Which worker builds the site also reads it.
SITE = [pytest.mark.site, pytest.mark.xdist_group("site")]
HOSTS = ROOT / site_links.HOSTS
UNLINKED = {
    "404.html": "the host shows it",
    ".nojekyll": "a sign for the host",
    "CNAME": "a sign for the host",
    "robots.txt": "search engines ask for it by name",
    "sitemap*.xml": "search engines ask for it by name",
    "search.json": "fetched by the search",
    "site_libs/*": "comes with the publisher",
    "assets/explore.html": "opened by charts.js in place of a picture",
    "assets/explore.*": "used by that page",
    "assets/plotly.min.js": "used by that page",
    "assets/fonts/*": "named by style sheets; some are for the live charts only",
    "figures/*.json": "fetched by the live charts",
    "figures/README.md": "about the folder",
    "data/dashboard*.json": "fetched by the dashboard",
    "data/evaluation/*.json": "how the study was run whose tables are linked",
    "data/processed/models/state.json": "what the tables beside it were computed from",
    "embed/*": "for other sites' frames: the page on downloads says how",
    "api/*": "for programs: the page on downloads says where it begins",
}
"""Files to which no link leads, and why."""


@pytest.fixture(scope="module")
def links(built: Path) -> site_links.Links:
    return site_links.read(built)


class TestTheSite:
    pytestmark = SITE

    def test_no_link_is_broken(self, links: site_links.Links) -> None:
        assert len(links.references) > 2000
        assert links.broken() == []

    def test_every_page_is_reached_by_plain_links(self, links: site_links.Links) -> None:
        pages = {name for name in links.files if name.endswith(".html")}
        known = {"404.html", "assets/explore.html"}
        orphans = {p for p in pages - known - links.reached() if not p.startswith("embed/")}
        assert orphans == set()

    def test_every_file_is_used_or_known_to_stand_alone(self, links: site_links.Links) -> None:
        assert links.unreached(UNLINKED) == []

    def test_other_hosts_are_listed_and_asked_for_nothing(self, links: site_links.Links) -> None:
        assert links.loaded_from_elsewhere() == []
        foreign = links.foreign()
        unknown = {
            host: sorted(foreign[host])[:3] for host in set(foreign) - set(site_links.hosts(HOSTS))
        }
        assert unknown == {}, "new hosts: python tools/accept.py hosts"
        assert set(site_links.hosts(HOSTS)) - set(foreign) == set(), (
            "hosts that no page names: tools/accept.py"
        )


def test_the_list_of_hosts_is_in_order() -> None:
    assert site_links.hosts(HOSTS) == sorted(set(site_links.hosts(HOSTS)))


# ------------------------------------------------- a small site with one fault at a time

GOOD = {
    "index.html": '<a href="de/">Deutsch</a> <a href="more.html#b">b</a> <a href="#top">up</a>'
    '<h1 id="top">x</h1><link rel="stylesheet" href="a.css"><a href="table.csv" download>t</a>',
    "de/index.html": '<a href="../index.html">English</a><img src="../picture.png" alt="p">',
    "more.html": '<h2 id="b">b</h2><a href="https://example.org/">e</a><iframe src="x.html">',
    "x.html": "<p>framed</p>",
    "a.css": "body { background: url('picture.png') }",
    "picture.png": "",
    "table.csv": "",
    "sitemap.xml": '<urlset xmlns="urn:x"><url><loc>index.html</loc></url></urlset>',
    "feed.xml": '<feed xmlns="urn:x"><entry><link href="more.html#b"/></entry></feed>',
    "search.json": '[{"href": "more.html#b", "text": ""}]',
}  # fmt: skip
KNOWN = ("sitemap.xml", "feed.xml", "search.json")


def _read(folder: Path, changes: dict[str, str]) -> site_links.Links:
    for name, text in {**GOOD, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return site_links.read(folder)


def test_a_whole_site_has_no_fault(tmp_path: Path) -> None:
    links = _read(tmp_path, {})
    assert links.broken() == []
    assert links.reached() == {
        "index.html", "de/index.html", "more.html", "x.html", "table.csv",
    }  # fmt: skip
    assert links.unreached(KNOWN) == []
    assert links.unreached(()) == sorted(KNOWN)
    assert links.foreign() == {"example.org": {"more.html: https://example.org/"}}
    assert links.loaded_from_elsewhere() == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("more.html", '<a href="gone.html">x</a>', "more.html: gone.html leads to no file"),
        ("de/index.html", '<a href="index.htm">x</a>', "index.htm leads to no file"),
        ("more.html", "<h2>b</h2>", "index.html: more.html#b leads to no place of more.html"),
        ("more.html", '<h2 id="b"></h2><a href="#c">c</a>', "#c leads to no place"),
        ("more.html", '<h2 id="b"></h2><a href="/index.html">c</a>', "breaks where"),
        ("more.html", '<h2 id="b"></h2><img srcset="picture.png 1x, p2.png 2x">', "p2.png"),
        ("more.html", '<h2 id="b"></h2><script src="a.js"></script>', "a.js leads to no file"),
        ("more.html", '<h2 id="b"></h2><svg><use href="i.svg#i"/></svg>', "i.svg#i leads to no"),
        ("more.html", '<h2 id="b"></h2><meta property="og:image" content="o.png">', "o.png"),
        ("a.css", "@font-face { src: url(f.woff2) }", "a.css: f.woff2 leads to no file"),
        ("feed.xml", "<rss><channel><item><link>old.html</link></item></channel></rss>", "old"),
        ("sitemap.xml", "<urlset><url><loc>old.html</loc></url></urlset>", "sitemap.xml: old"),
        ("search.json", '[{"href": "more.html#c"}]', "search.json: more.html#c"),
        ("datapackage.json", '{"resources": [{"path": "t.csv"}]}', "datapackage.json: t.csv"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, name: str, text: str, says: str) -> None:
    said = _read(tmp_path, {name: text}).broken()
    assert [line for line in said if says in line]


def test_the_state_of_a_page_is_no_anchor(tmp_path: Path) -> None:
    page = '<h2 id="b"></h2><a href="index.html#country=DEU">x</a>'
    assert _read(tmp_path, {"more.html": page}).broken() == []


@pytest.mark.parametrize(
    "link",
    [
        "",
        '<ul class="nav dropdown-menu"><li><a href="alone.html">x</a></li></ul>',
        '<div hidden><a href="alone.html">x</a></div>',
        '<template><a href="alone.html">x</a></template>',
        '<link rel="prefetch" href="alone.html">',
    ],
)
def test_an_orphan_is_found(tmp_path: Path, link: str) -> None:
    links = _read(tmp_path, {"alone.html": "", "x.html": link})
    assert "alone.html" not in links.reached()
    assert ("alone.html" in links.unreached(KNOWN)) == (not link)


def test_the_sites_own_address_is_inside(tmp_path: Path) -> None:
    home = "https://report.invalid/asylum/"
    changes = {
        "index.html": f'{GOOD["index.html"]}<link rel="canonical" href="{home}">',
        "sitemap.xml": f"<urlset><loc>{home}more.html</loc><loc>{home}gone.html</loc></urlset>",
    }
    links = _read(tmp_path, changes)
    assert links.broken() == ["sitemap.xml: http://site.invalid/gone.html leads to no file"]
    assert set(links.foreign()) == {"example.org"}


@pytest.mark.parametrize("link", ["http://example.org/", "//example.org/x", "ftp://example.org/"])
def test_only_https_counts_as_a_host(tmp_path: Path, link: str) -> None:
    links = _read(tmp_path, {"x.html": f'<a href="{link}">x</a>'})
    assert set(links.foreign()) == {"example.org", link}


def test_what_would_be_loaded_from_elsewhere_is_named(tmp_path: Path) -> None:
    page = (
        '<img src="https://example.org/p.png"><link rel="stylesheet" href="//example.org/a.css">'
        '<link rel="canonical" href="https://example.org/"><a href="https://example.org/">x</a>'
        '<img src="data:image/png;base64,AA">'
    )
    assert _read(tmp_path, {"x.html": page}).loaded_from_elsewhere() == [
        "x.html: //example.org/a.css", "x.html: https://example.org/p.png",
    ]  # fmt: skip


def test_hosts_are_accepted_in_order(tmp_path: Path) -> None:
    path = tmp_path / "hosts.txt"
    path.write_text("# remark\nb.org\n", "utf-8")
    now = ["c.org", "a.org", "http://insecure.org/"]
    assert site_links.accept_hosts(now, path) == ["new: a.org", "new: c.org", "gone: b.org"]
    assert path.read_text("utf-8") == "# remark\na.org\nc.org\n"
