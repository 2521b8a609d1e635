"""What both publishers leave unsaid to those who do not see a page: names, languages, row heads."""

from __future__ import annotations

import html
import re

from asylum_report.language.locales import LANGUAGES, NAMES
from asylum_report.publish import head

BAR = re.compile(r'<nav class="navbar\b(?![^<>]*\baria-label)')
HEADING = r"<h[1-4]\b[^<>]*>(?P<title>.*?)</h[1-4]>"
TABLE = r"<table\b(?P<table>[^<>]*)>(?P<caption>\s*<caption\b)?"
OUTLINE = re.compile(f"{HEADING}|{TABLE}", re.DOTALL)
BODY = re.compile(r"<tbody\b.*?</tbody>", re.DOTALL)
ROW_HEAD = re.compile(r"<th\b(?![^<>]*\bscope=)")
EMPTY_HEAD = re.compile(r"<th\b[^<>]*>\s*</th>")


def mend(text: str, name: str) -> str:
    """Return a page with names for its bar and its tables, and with its languages marked.

    Parameters
    ----------
    text
        The page.
    name
        Its path in the site.
    """
    text = BAR.sub('<nav aria-label="Main" class="navbar', text)
    return languages(tables(text), name)


def row_heads(text: str) -> str:
    """Let heads in the body of a table head their rows, and let empty heads be none."""
    text = EMPTY_HEAD.sub("<td></td>", text)
    return BODY.sub(lambda found: ROW_HEAD.sub('<th scope="row"', found[0]), text)


def tables(text: str) -> str:
    """Name each table that has no caption after the heading above it."""
    last = ""

    def named(found: re.Match[str]) -> str:
        nonlocal last
        if found["title"] is not None:
            last = " ".join(html.unescape(re.sub(r"<[^<>]*>", "", found["title"])).split())
        if found["table"] is None or found["caption"] or "aria-label" in found["table"]:
            return found[0]
        if not last or 'role="presentation"' in found["table"]:
            return found[0]
        return f'<table aria-label="{html.escape(last)}"{found["table"]}>'

    return OUTLINE.sub(named, text)


def languages(text: str, name: str) -> str:
    """Mark links to pages in other languages, and the English frame around a page that is not.

    The bar and the foot are the same on every page, and in English.
    """
    for tag in LANGUAGES:
        # A link to a page in a language is called as the language calls itself.
        link = re.compile(
            rf"<a\b(?![^<>]*\bhreflang)([^<>]*>(?:<span[^<>]*>)?{NAMES[tag]}(?:</span>)?</a>)"
        )
        text = link.sub(rf'<a lang="{tag}" hreflang="{tag}"\1', text)
    if name not in head.HOMES.values() or name == head.HOMES["en"]:
        return text
    frame = re.compile(r'<(header id="quarto-header"|footer|a class="ar-skip")(?=[ >])(?! lang)')
    return frame.sub(r'<\1 lang="en"', text)
