"""Each chart on a small page of its own, ``embed/NAME.html``, for a frame on somebody else's page.

The picture is the one of the report's pages. Nothing comes from another host; a policy says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report import cite, identity, paths
from asylum_report.publish import keep

if TYPE_CHECKING:
    from asylum_report.charts.model import Chart

FOLDER = "embed"
WIDTH = 700
"""Width in pixels that the suggested height is worked out for."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'"
)
BACK = "@the-page-that-shows-it@"
"""Stands in a page until the finished site says where the chart is shown."""
_SHOWN = re.compile(r'<figure class="ar-chart" id="([\w-]+)" data-chart=')
_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def theme() -> str:
    """Return the rules that give dark colours: by the system, or by a class that a script sets."""
    dark = "".join(f"--ar-{name}:{colour.dark};" for name, colour in identity.COLOURS.items())
    # On paper everything is light.
    return (
        f"@media screen and (prefers-color-scheme:dark){{html:not(.ar-light)"
        f"{{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{html.ar-dark{{color-scheme:dark;{dark}}}}}\n"
    )


def page(chart: Chart, shown_on: str, home: str = "", version: str = "") -> str:
    """Return the page of one chart.

    Parameters
    ----------
    chart
        What to show.
    shown_on
        Page of the site that shows it, from the root: ``notebooks/germany.html``.
    home
        Address of the site, or empty where nobody said it.
    version
        Version of the report.
    """
    from asylum_report.charts import bundle, words
    from asylum_report.charts.files import pictures

    chart, name = words.typeset(chart), chart.name
    wide, narrow = pictures(chart)
    back = shown_on if shown_on == BACK else _back(shown_on, name)
    canonical = f'<link rel="canonical" href="{escape(home + back)}">\n' if home else ""
    subtitle = f'<div class="ar-subtitle">{escape(chart.subtitle)}</div>' if chart.subtitle else ""
    note = f'<div class="ar-note">{escape(chart.note)}</div>' if chart.note else ""
    out = 'target="_blank" rel="noopener"'
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="description" content="{escape(chart.alt)}">
<title>{escape(chart.title)}</title>
{canonical}<link rel="icon" href="../assets/favicon.svg">
<link rel="stylesheet" href="../assets/tokens.css">
<link rel="stylesheet" href="../assets/charts.css">
<link rel="stylesheet" href="embed.css">
<script src="../assets/embed.js"></script>
</head>
<body>
<main>
<figure class="ar-chart" id="{name}" aria-labelledby="{name}-head">
<div class="ar-head"><h1 class="ar-title" id="{name}-head">{escape(chart.title)}</h1>{
        subtitle
    }</div>
<div class="ar-picture">{wide}{narrow}</div>
<figcaption class="ar-caption">{note}
<div class="ar-source"><span class="ar-source-word">Source:</span> {escape(chart.source)}</div>
</figcaption>
<div class="ar-tools"><details class="ar-data"><summary>Table</summary>{
        bundle.table(chart)
    }</details>
<p class="ar-embed-foot"><span>Chart: <a href="../{escape(back)}" {out}>Asylum Report</a>{
        f", version {escape(version)}" if version else ""
    }, MIT licence</span>
<a href="../figures/{name}.csv" {out}>Data (CSV)</a></p></div>
</figure>
</main>
</body>
</html>
"""


def _back(shown_on: str, name: str) -> str:
    return f"{shown_on}#{name}" if shown_on else "index.html"


def linked(text: str, name: str, shown_on: str) -> str:
    """Return a page that was made with `BACK` with the way to the page that shows the chart."""
    return text.replace(BACK, escape(_back(shown_on, name)))


def height(chart: Chart) -> int:
    """Return the height in pixels that a frame of `WIDTH` needs to show the chart unscrolled."""
    from asylum_report.charts import letters, words
    from asylum_report.charts.files import pictures

    chart = words.typeset(chart)
    inner = WIDTH - 24
    found = _BOX.search(pictures(chart)[0])
    across, down = (float(part) for part in found.groups()) if found else (1.0, 1.0)
    title = 25 * len(letters.wrap(chart.title, 20, min(608, inner), 600))
    subtitle = 22 * len(letters.wrap(chart.subtitle, 15, min(672, inner))) if chart.subtitle else 0
    note = 20.3 * len(letters.wrap(chart.note, 14, inner)) if chart.note else 0
    source = 20.3 * len(letters.wrap(f"Source: {chart.source}", 14, inner))
    # Padding of the page, rules and gaps of the block, the line of tools.
    rest = 24 + 14 + 5 + 16 + 12 + 9 + 4 + 10 + 44
    return round(title + subtitle + down * inner / across + note + source + rest)


def address(name: str, home: str = "") -> str:
    """Return the address of a chart's page: whole where the site's address is known."""
    return f"{home}{FOLDER}/{name}.html"


def code(chart: Chart, home: str = "") -> str:
    """Return the lines to paste into a page that is to show the chart."""
    from asylum_report.charts.words import apostrophes

    title = escape(apostrophes(chart.title))
    return (
        f'<iframe src="{escape(address(chart.name, home))}" title="{title}" width="100%" '
        f'height="{height(chart)}" loading="lazy"></iframe>'
    )


def pages_of(site: Path) -> dict[str, str]:
    """Return chart to the page of a finished site that shows it: a question's before others."""
    found: dict[str, str] = {}
    names = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    for name in sorted(names, key=lambda one: not one.startswith("notebooks/")):
        if not name.startswith(f"{FOLDER}/"):
            for chart in _SHOWN.findall((site / name).read_text(encoding="utf-8")):
                found.setdefault(chart, name)
    return found


def write(
    site: Path, root: Path | None = None, charts: Mapping[str, Chart] | None = None
) -> list[Path]:
    """Put a page for each chart into ``embed/`` of a finished site and return the files.

    Parameters
    ----------
    site
        The finished site.
    root
        The project.
    charts
        Charts by name; by default every chart of the report.
    """
    root = root or paths.root()
    shown = pages_of(site)
    pages = _pages(root, charts) if charts is not None else _kept(root)
    css = (root / "assets" / "embed.css").read_text(encoding="utf-8") + theme()
    texts = {
        "embed.css": css,
        **{f"{name}.html": linked(text, name, shown.get(name, "")) for name, text in pages.items()},
    }
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in texts.items():
        path = folder / name
        path.write_text(content, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _pages(root: Path, charts: Mapping[str, Chart]) -> dict[str, str]:
    """Return the page of each chart, with `BACK` where the page that shows it is to be named."""
    work, home = cite.report(root), cite.home(root)
    return {name: page(chart, BACK, home, work.version) for name, chart in charts.items()}


def _kept(root: Path) -> dict[str, str]:
    """Return the page of every chart of the report, from the cache where nothing changed."""

    def make() -> dict[str, bytes]:
        from asylum_report.charts import library

        pages = _pages(root, library.all_charts())
        return {name: text.encode() for name, text in pages.items()}

    folder = keep.kept(root / ".cache" / FOLDER, keep.key(root, "embed.py"), make)
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}
