"""``sitemap.xml`` and ``robots.txt``: what programs that read the whole site are told."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

NOT_LISTED = ("404.html",)


def address(url: str, name: str) -> str:
    """Return the full address of a page; that of a folder for its ``index.html``."""
    return url + quote(re.sub(r"(^|/)index\.html$", r"\1", name))


def write(site: Path, pages: Iterable[str], url: str) -> list[Path]:
    """Write ``robots.txt``, and ``sitemap.xml`` if it is known where the site will stand.

    A sitemap must hold full addresses. It has no dates, which would differ at each build.

    Parameters
    ----------
    site
        The finished site.
    pages
        Paths of its pages.
    url
        Its address with a slash at the end, or empty.

    Returns
    -------
    list of Path
        The files written.
    """
    robots, listed = site / "robots.txt", site / "sitemap.xml"
    listed.unlink(missing_ok=True)
    lines = ["User-agent: *", "Allow: /", *([f"Sitemap: {url}sitemap.xml"] if url else [])]
    robots.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")
    if not url:
        return [robots]
    addresses = [address(url, name) for name in pages if name not in NOT_LISTED]
    rows = [f"  <url><loc>{html.escape(found)}</loc></url>" for found in addresses]
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = ['<?xml version="1.0" encoding="UTF-8"?>', f'<urlset xmlns="{space}">', *rows]
    listed.write_text("\n".join([*text, "</urlset>"]) + "\n", "utf-8", newline="\n")
    return [robots, listed]
