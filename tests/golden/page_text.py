"""A rendered page as lines of text: all that a reader meets, nothing of how it is made.

Kept: title, language, description and other words about the page, headings with their ids, text,
where links and pictures point, tables cell by cell, what charts say (title, measure, alternative
text, notes, source), classes of our own (``ar-``) and of callouts, names of things to press.
Dropped: drawings, hashes, the order of attributes, classes and wrappers of the publisher, the table
of contents (it repeats the headings).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from golden import page_head
from golden.tree import Element, parse


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _words(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr html li main nav noscript ol p pre section summary"
    " table tbody td tfoot th thead tr ul"
)
SILENT = _words("script style template head")
QUIET = _words(
    "ar-caption ar-data ar-head ar-hidden ar-icon ar-links ar-links-word ar-nowrap ar-number"
    " ar-picture ar-scroll ar-source-word ar-status ar-table ar-tools"
)
"""Classes of ours that only say how a thing looks."""
WIDE = 60
"""Letters of a long line that stand in a text in short."""
LONG, LAST = 40, 20
"""Of a table of more than LONG rows, all but the LAST are written as a hash."""


@dataclass
class _Writer:
    """Lines so far, how deep the next stands, and the page that links start from."""

    page: str
    lines: list[str] = field(default_factory=list)
    depth: int = 0

    def add(self, text: str) -> None:
        if text:
            self.lines.append("  " * self.depth + text)


def of_page(source: str, name: str) -> str:
    """Return a page as text.

    Parameters
    ----------
    source
        The HTML.
    name
        Where it stands in the site, such as ``notebooks/germany.html``: links are written from the
        root of the site.
    """
    root = parse(source)
    out = _Writer(name)
    out.add(f"page: {name}")
    for line in page_head.about(root, name):
        out.add(line)
    main = root.find("main") or root.find("body") or root
    _block(main, out)
    return "\n".join(out.lines) + "\n"


def of_frame(source: str, name: str) -> str:
    """Return what stands around the text of a page: policy, files it uses, menus, footer."""
    root = parse(source)
    out = _Writer(name)
    for line in page_head.uses(root, name):
        out.add(line)
    body = root.find("body") or root
    for element in body.elements():
        if element.name == "main" or element.get("id") == "TOC":
            element.children = []
    _block(body, out)
    return "\n".join(out.lines) + "\n"


def in_short(text: str) -> str:
    """Return a page's text with each table as one line, and of a long line its beginning.

    A hash stands for the rest, which can be read on the page that a small one repeats.
    """
    lines: list[str] = []
    rows: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.lstrip().startswith("| "):
            rows.append(line.strip())
            continue
        if rows:
            lines.append(f"    {page_head.digest(rows)}")
            rows = []
        words = line[:WIDE].rpartition(" ")[0]
        lines.append(line if len(line) <= WIDE else f"{words} ... {page_head.sha(line)}")
    return "\n".join(lines)


def _mark(element: Element) -> str:
    """Return what matters of an element's classes, role and language, in braces."""
    kept = [
        f".{c}"
        for c in sorted(element.classes)
        if c not in QUIET
        and (
            c.startswith("ar-") or re.fullmatch(r"callout-(note|tip|warning|caution|important)", c)
        )
    ]
    kept += [f"{key}={element.get(key)}" for key in ("lang", "hreflang") if element.get(key)]
    kept += ["hidden"] if "hidden" in element.attributes else []
    return "{" + " ".join(kept) + "} " if kept else ""


def _block(element: Element, out: _Writer) -> None:
    """Write an element's content: its own text in lines, each block on lines of its own."""
    words: list[str] = []

    def flush(prefix: str = "") -> None:
        text = " ".join("".join(words).split())
        words.clear()
        out.add(prefix + text if text else "")

    for child in element.children:
        if isinstance(child, str):
            words.append(child)
        elif child.name in SILENT or child.get("id") == "TOC":
            continue
        elif child.name == "figure" and child.get("data-chart"):
            flush()
            _chart(child, out)
        elif child.name == "table":
            flush()
            _table(child, out)
        elif child.name in BLOCKS or (child.name not in ("a", "svg") and _has_block(child)):
            flush()
            _one_block(child, out)
        else:
            words.append(_inline(child, out.page))
    flush()


def _has_block(element: Element) -> bool:
    return any(one.name in BLOCKS for one in element.elements() if one is not element)


def _one_block(element: Element, out: _Writer) -> None:
    """Write one block: a prefix that says what it is, and its text beside it or below."""
    name = element.name
    before = _mark(element)
    if re.fullmatch(r"h[1-6]", name):
        out.lines.append("")
        anchor = f" (#{element.get('id')})" if element.get("id") else ""
        out.add("#" * int(name[1]) + " " + before + _inside(element, out.page) + anchor)
        return
    if name == "pre":
        out.add(f"{before}code:")
        out.lines += ["    " + line for line in _raw(element).rstrip().splitlines()]
        return
    before += {"li": "- ", "summary": "summary: ", "dt": "term: ", "dd": "is: "}.get(name, "")
    before += {"blockquote": "> ", "hr": "---", "noscript": "without scripts: "}.get(name, "")
    if element.get("aria-label"):
        before += f'"{element.get("aria-label")}" '
    if not _has_block(element):
        text = _inside(element, out.page)
        out.add((before + text).rstrip() if text or before.strip() else "")
        return
    if before:
        out.add(before.rstrip())
        out.depth += 1
    _block(element, out)
    if before:
        out.depth -= 1


def _inside(element: Element, page: str) -> str:
    """Return an element's content as one line."""
    words = (c if isinstance(c, str) else _inline(c, page) for c in element.children)
    return " ".join("".join(words).split())


def _raw(element: Element) -> str:
    return "".join(c if isinstance(c, str) else _raw(c) for c in element.children)


def _inline(element: Element, page: str) -> str:
    """Return an element within a line."""
    name = element.name
    if name in SILENT:
        return ""
    if name == "br":
        return " "
    if name in ("sub", "sup"):
        return ("_" if name == "sub" else "^") + _inside(element, page)
    if name == "img":
        leads = page_head.target(element.get("src"), page)
        return f"![{page_head.plain(element.get('alt'))}]({leads})"
    if name == "svg":
        return "" if element.get("aria-hidden") == "true" else f"(picture: {_alt(element)})"
    label = element.get("aria-label") or _inside(element, page)
    mark = _mark(element)
    if name == "a":
        seen = _inside(element, page)
        label = f"{seen} = {label}" if seen and label != seen else label
        return f"[{mark}{label}]({page_head.target(element.get('href'), page)})"
    if name in ("button", "option", "select", "textarea", "label"):
        value = f" = {element.get('value')}" if element.get("value") else ""
        return f"({name}: {mark}{label}{value}) "
    if name == "input":
        kind = element.get("type") or "text"
        value = element.get("value")
        said = element.get("aria-label") or element.get("placeholder") or element.get("name")
        return f"(input {kind}: {said}{' = ' + value if value else ''}) "
    if name in ("iframe", "object", "embed", "video", "audio"):
        address = page_head.target(element.get("src") or element.get("data"), page)
        return f"({name}: {element.get('title')} {address})"
    title = f" ({element.get('title')})" if element.get("title") else ""
    return f"{mark}{_inside(element, page)}{title}"


def _alt(svg: Element) -> str:
    """Return the alternative text of a drawing: what its label, title and description say."""
    parts = [svg.get("aria-label")]
    parts += [one.text() for one in svg.elements() if one.name in ("title", "desc")]
    return ". ".join(part.rstrip(".") for part in parts if part)


def _chart(figure: Element, out: _Writer) -> None:
    """Write a chart: its words once, though the page repeats them for those who listen."""
    out.add(f"chart: {figure.get('data-chart')} {_mark(figure)}".rstrip())
    inner = _Writer(out.page)
    drawn = [one for one in figure.elements() if one.name == "svg"]
    alts = list(dict.fromkeys(alt for one in drawn if (alt := _alt(one))))
    inner.lines += [f"alt: {alt}" for alt in alts] or ["alt: none"]
    title = next((one.text() for one in figure.elements() if "ar-title" in one.classes), "")
    for one in drawn:
        one.attributes["aria-hidden"] = "true"
    _block(figure, inner)
    for line in inner.lines:
        again = title and "{.ar-title}" not in line
        out.add("  " + (line.replace(title, "<title>") if again else line))


def _table(table: Element, out: _Writer) -> None:
    """Write a table, one row a line; the ditto sign for a first cell as above."""
    out.add(f"table: {_mark(table)}".rstrip())
    above, rows = "", []
    for element in table.elements():
        if element.name == "caption":
            out.add(f"  caption: {_inside(element, out.page)}")
        if element.name == "tr":
            cells = [_cell(c, out.page) for c in element.children if isinstance(c, Element)]
            same = bool(cells) and len(cells[0]) > 3 and cells[0] == above
            above = cells[0] if cells else ""
            rows.append(("  | " + " | ".join(['"', *cells[1:]] if same else cells)).rstrip())
    if len(rows) > LONG:
        rows[1:-LAST] = [f"  ... {page_head.digest(rows[1:-LAST])}"]
    for row in rows:
        out.add(row)


def _cell(cell: Element, page: str) -> str:
    spans = [
        f"{k[:3]}{cell.get(k)}" for k in ("colspan", "rowspan") if cell.get(k) not in ("", "1")
    ]
    text = _mark(cell) + _inside(cell, page)
    if cell.name == "th" and cell.get("scope") == "col":
        text = f"*{text}*"
    return " ".join([*spans, text])
