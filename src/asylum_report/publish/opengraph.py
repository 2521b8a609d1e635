"""A picture of each page for where its address is shared, and the tags that name it (Open Graph).

1200 by 630 pixels: the page's title over its first chart, or over its description where it has no
chart that can be read at that size. Sharing services want a full address for the picture; it is
given where ``ASYLUM_REPORT_SITE_URL`` says it. Without, the address is relative to the page, which
some services resolve and the others pass over.
"""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report.publish import head
from asylum_report.publish.sitemap import NOT_LISTED, address

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from asylum_report.charts.model import Chart

FOLDER = "assets/cards"
WIDTH, HEIGHT = 1200, 630
READABLE = 8
"""Rows of a chart of categories that can still be read."""

Find = Callable[[str], "Chart | None"]
"""Gives a chart by its name, or None."""

_UNIT = 2  # Laid out at half the size, so that letters are large in a small preview.
_PAD = 26.0


@dataclass(frozen=True)
class Card:
    """What a page's picture says.

    Parameters
    ----------
    site
        Name of the site.
    title, description
        Of the page.
    chart
        Name of its first chart, or empty.
    """

    site: str
    title: str
    description: str
    chart: str = ""


def read(text: str) -> Card:
    """Return what a page's picture says; only pages in English show a chart, whose words are."""

    def first(pattern: str) -> str:
        found = re.search(pattern, text, re.DOTALL)
        plain = re.sub(r"<[^<>]*>", "", found[1]) if found else ""
        return " ".join(html.unescape(plain).split())

    english = first(r'<html[^>]*\blang="([^"]*)"') == "en"
    return Card(
        first(r'class="navbar-title">(.*?)</span>'),
        first(r"<h1\b[^>]*>(.*?)</h1>") or first(r"<title>(.*?)</title>"),
        first(r'<meta name="description" content="([^"]*)"'),
        first(r'<figure class="ar-chart"[^>]*\bdata-chart="([^"]*)"') if english else "",
    )


def picture_of(name: str) -> str:
    """Return the path of a page's picture in the site."""
    return f"{FOLDER}/{name.removesuffix('.html').replace('/', '-')}.png"


def write(site: Path, pages: list[str], url: str, cache: Path, find: Find) -> list[Path]:
    """Draw the picture of every page and name it in the page's head.

    Doing it twice is the same as doing it once.

    Parameters
    ----------
    site
        The finished site.
    pages
        Paths of its pages.
    url
        Its address with a slash at the end, or empty.
    cache
        Where pictures are kept by what they are drawn from.
    find
        Gives the chart of a name; called only for pictures that are not kept.

    Returns
    -------
    list of Path
        The pictures.
    """
    written = []
    for name in pages:
        if name in NOT_LISTED:
            continue
        page = site / name
        text = page.read_text("utf-8")
        card = read(text)
        data = site / "figures" / f"{card.chart}.json"
        kept = cache / f"{_key(card, data.read_bytes() if data.is_file() else b'')}.png"
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            fresh = kept.with_suffix(".new")
            fresh.write_bytes(draw(card, find(card.chart) if card.chart else None))
            fresh.replace(kept)
        path = site / picture_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept.read_bytes())
        written.append(path)
        if 'property="og:image"' not in text:
            page.write_text(head.add(text, tags(card, name, url)), "utf-8", newline="\n")
    return written


def tags(card: Card, name: str, url: str) -> list[str]:
    """Return the tags of a page for its head."""
    picture = url + picture_of(name) if url else "../" * name.count("/") + picture_of(name)
    language = {"de": "de_DE", "fr": "fr_FR", "ru": "ru_RU"}.get(name.partition("/")[0], "en_GB")
    values = {
        "og:type": "website",
        "og:site_name": card.site,
        "og:title": card.title,
        "og:description": card.description,
        "og:locale": language,
        **({"og:url": address(url, name)} if url else {}),
        "og:image": picture,
        "og:image:type": "image/png",
        "og:image:width": str(WIDTH),
        "og:image:height": str(HEIGHT),
        "og:image:alt": f"{card.title}. {card.description}",
    }
    lines = [
        f'<meta property="{key}" content="{html.escape(value)}">'
        for key, value in values.items()
        if value
    ]
    return [*lines, '<meta name="twitter:card" content="summary_large_image">']


def shown(chart: Chart | None) -> Chart | None:
    """Return the chart to draw, its measure as note; None if it would be too small to read."""
    if chart is None or len(chart.categories) > READABLE:
        return None
    if chart.kind in ("bar", "dot") and len({x for s in chart.series for x in s.x}) > READABLE:
        return None
    return replace(chart, events=(), note=chart.subtitle)


def draw(card: Card, chart: Chart | None = None) -> bytes:
    """Return a page's picture as PNG; the same card and chart give the same bytes."""
    import matplotlib as mpl

    from asylum_report.charts import mpl as drawing

    with mpl.rc_context(drawing.settings(f"card-{card.title}", "path")):
        fitting = shown(chart)
        figure = _with_chart(card, fitting) if fitting else _with_words(card)
        _frame(figure, card.site)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=72 * _UNIT, metadata={"Software": None})
    return _smaller(buffer.getvalue())


def _with_chart(card: Card, chart: Chart) -> Figure:
    from asylum_report.charts import mpl
    from asylum_report.charts.variants import Variant

    variant = Variant(
        "card", width=WIDTH / _UNIT - 2 * _PAD, plot=0, height=HEIGHT / _UNIT - 2 * _PAD, tick=11.5,
        label=12, small=9.5, column=120, names=150, stroke=1.05, numbered=True, titled=True,
        pad=_PAD, background="#ffffff",
    )  # fmt: skip
    return mpl.draw(replace(chart, title=card.title, subtitle=chart.title), variant)


def _with_words(card: Card) -> Figure:
    from asylum_report import identity
    from asylum_report.charts import letters
    from asylum_report.charts.canvas import Canvas

    width, y = WIDTH / _UNIT - 2 * _PAD, 50.0
    canvas = Canvas(width, _PAD, "#ffffff")
    for line in letters.balance(card.title, 34, width, letters.SEMIBOLD, identity.SANS):
        y += 40
        canvas.text(0, y, line, 34, "ink", weight=letters.SEMIBOLD, family=identity.SANS)
    y += 18
    for line in letters.wrap(card.description, 17, width):
        y += 24
        canvas.text(0, y, line, 17, "muted-ink")
    return canvas.finish(HEIGHT / _UNIT - 2 * _PAD)


def _frame(figure: Figure, site: str) -> None:
    """Add the band at the top and the name of the site."""
    from matplotlib.patches import Rectangle

    from asylum_report import identity

    accent = identity.light("accent")
    band = Rectangle((0, 0.982), 1, 0.018, transform=figure.transFigure, color=accent, lw=0)
    figure.add_artist(band)
    figure.text(
        1 - _PAD * _UNIT / WIDTH, 0.925, site, ha="right", va="baseline", fontsize=10.5,
        family=[identity.SANS], weight=600, color=accent,
    )  # fmt: skip


def _smaller(png: bytes) -> bytes:
    """Return the picture in at most 128 colours: a third of the bytes, the same to the eye."""
    from PIL import Image

    image = Image.open(io.BytesIO(png)).convert("RGB")
    few = image.quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _key(card: Card, data: bytes) -> str:
    """Return what a picture is kept by: its words, its figures and the code that draws it."""
    from asylum_report.charts import files

    digest = hashlib.sha256(repr(card).encode() + data + files.code().encode())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:24]
