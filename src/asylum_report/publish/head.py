"""What a page's ``<head>`` lacks as publishers write it: description, address, fonts, colour."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from asylum_report import identity
from asylum_report.language.locales import LANGUAGES
from asylum_report.publish.sitemap import NOT_LISTED, address

if TYPE_CHECKING:
    from asylum_report.publish.postprocess import Site

MAIN_FONT = "assets/fonts/source-sans-400.woff2"
BOLD_FONT = "assets/fonts/source-sans-600.woff2"
"""Of headings: when it came late, titles broke anew and pushed the page down."""

RUSSIAN_FONT = "assets/fonts/source-sans-400-russian.woff2"
STYLES = "assets/inline.css"
"""The classes that stand for inline styles."""

HOMES = {"en": "index.html", **{lang: f"{lang}/index.html" for lang in LANGUAGES}}
"""The page that exists in several languages."""


def head(text: str, name: str, site: Site, styled: bool) -> str:
    """Add to the head what the publisher left out.

    Parameters
    ----------
    text
        The page.
    name
        Its path in the site.
    site
        What is around it.
    styled
        Whether inline styles of the page became classes of `STYLES`.
    """
    lines, way = [], offset(name, site.url)
    if site.description and '<meta name="description"' not in text:
        lines.append(f'<meta name="description" content="{html.escape(site.description)}">')
    if 'name="theme-color"' not in text:
        paper = identity.COLOURS["paper"]
        lines += [
            f'<meta name="theme-color" content="{colour}" media="(prefers-color-scheme: {mode})">'
            for mode, colour in (("light", paper.light), ("dark", paper.dark))
        ]
    if site.url and 'rel="canonical"' not in text and name not in NOT_LISTED:
        lines.append(f'<link rel="canonical" href="{address(site.url, name)}">')
    if site.url and name in HOMES.values():
        lines += languages(site)
    fonts = (MAIN_FONT, BOLD_FONT, *((RUSSIAN_FONT,) if name == HOMES["ru"] else ()))
    lines += [
        f'<link rel="preload" href="{way}{font}" as="font" type="font/woff2" crossorigin>'
        for font in fonts
        if font in site.has
    ]
    if styled:
        lines.append(f'<link rel="stylesheet" href="{way}{STYLES}">')
    return add(text, lines)


def offset(name: str, url: str) -> str:
    """Return the way from a page to the root of the site."""
    if name == "404.html" and url:
        # Shown at any address, so that only addresses from the root are right.
        return urlsplit(url).path
    return "../" * name.count("/")


def languages(site: Site) -> list[str]:
    """Return links to the home page in every language; they must be full addresses."""
    known = [(tag, name) for tag, name in HOMES.items() if name in site.has]
    return [
        f'<link rel="alternate" hreflang="{tag}" href="{address(site.url, name)}">'
        for tag, name in [*known, ("x-default", HOMES["en"])]
    ]


def add(text: str, lines: list[str]) -> str:
    """Put lines at the end of a page's head."""
    return text.replace("</head>", "".join(lines) + "</head>", 1)
