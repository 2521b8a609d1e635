"""What a site has beside its pages: feed, icons, pictures for sharing; and the tags that name them.

Called on a finished, post-processed site. Doing it twice is the same as doing it once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report.publish import favicons, feed, head, opengraph

if TYPE_CHECKING:
    from asylum_report.charts.model import Chart


def write(site: Path, pages: list[str], root: Path, url: str = "") -> list[Path]:
    """Write the feed, the icons and the pictures for sharing, and link them from every page.

    Parameters
    ----------
    site
        The post-processed site.
    pages
        Paths of its pages.
    root
        The project.
    url
        The site's address with a slash at its end, or empty.

    Returns
    -------
    list of Path
        The files written, without the pages.
    """
    written = [feed.write(site, root, url), *favicons.write(site)]
    for name in pages:
        page = site / name
        text = page.read_text("utf-8")
        if 'type="application/atom+xml"' in text:
            continue
        offset = head.offset(name, url)
        lines = [
            f'<link rel="{kind}" href="{offset}{path}"{more}>'
            for kind, path, more in favicons.LINKS
            if (site / path) in written
        ]
        lines.append(
            f'<link rel="alternate" type="application/atom+xml" title="{feed.TITLE}"'
            f' href="{offset}{feed.FILE}">'
        )
        page.write_text(head.add(text, lines), "utf-8", newline="\n")
    return written + opengraph.write(site, pages, url, root / ".cache" / "cards", _chart)


def _chart(name: str) -> Chart | None:
    """Return one of the report's charts, or None where there is none of that name."""
    from asylum_report.charts import library
    from asylum_report.errors import UnknownName

    try:
        return library.chart(name)
    except UnknownName:
        return None
