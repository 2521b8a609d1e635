"""Style sheets of the built-in publisher without the rules that no page of the site uses.

The theme that smalldocs brings is all of Bootstrap, 30 kB compressed, of which the site uses a
sixth. A rule goes only if it asks for a class or an id that stands in no page and in no script of
the site, so that whatever a script adds to a page finds its rules. What depends on the state of an
element, on attributes or on element names stays. The same site gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from asylum_report.publish import markup

SHEETS = ("site_libs/themes/*.css", "site_libs/smalldocs.css")
"""What is made lighter: style sheets of the publisher, none of ours."""

FOREIGN = ("plotly", "fuse")
"""Scripts that draw into a frame of their own or write nothing into pages."""

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
LEGAL = re.compile(r"/\*!.*?\*/", re.DOTALL)
WORD = re.compile(r"-?[A-Za-z_][\w-]*")
NAMES = re.compile(r"[.#](-?[A-Za-z_](?:[\w-]|\\.)*)")
BRACKETS = re.compile(r"\[[^\]]*\]")
ARGUMENTS = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
PIECE = re.compile(r"""(?:[^{}"';]|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*""")
BLOCK = re.compile(r"""(?:[^{}"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*""")
VARIABLE = re.compile(r"""(?<=[{;])(--[\w-]+):(?:[^;{}"']|"[^"]*"|'[^']*')*(?:;|(?=\}))""")


def styles(site: Path) -> None:
    """Make the publisher's style sheets of a finished site lighter, in place."""
    sheets = [path for pattern in SHEETS for path in sorted(site.glob(pattern))]
    used = words(site)
    light = {path: prune(path.read_text("utf-8"), used) for path in sheets}
    others = "".join(
        path.read_text("utf-8")
        for path in sorted(site.rglob("*"))
        if path.suffix in (".css", ".js", ".html", ".svg") and path not in light and _ours(path)
    )
    for path, text in drop_variables(light, others).items():
        path.write_text(text, "utf-8", newline="\n")


def words(site: Path) -> frozenset[str]:
    """Return the classes and ids of all pages and every word of their scripts."""
    found: set[str] = set()
    for path in sorted(site.rglob("*.html")):
        for tag in markup.tags(path.read_text("utf-8")):
            found.update(tag.classes, [tag.get("id")], WORD.findall(tag.text))
    for path in sorted(site.rglob("*.js")):
        if _ours(path):
            found.update(WORD.findall(path.read_text("utf-8")))
    return frozenset(found)


def _ours(path: Path) -> bool:
    return not path.name.startswith(FOREIGN)


def prune(css: str, used: frozenset[str]) -> str:
    """Return a style sheet without selectors that ask for a class or an id not in `used`.

    Comments go, but those that name authors and licence, which stand at the end then.
    """
    return "".join([*_rules(COMMENT.sub("", css), used), *LEGAL.findall(css)])


def _rules(css: str, used: frozenset[str]) -> Iterator[str]:
    for head, body in _statements(css):
        if body is None:
            yield head + ";"
        elif head.startswith(("@media", "@supports", "@layer", "@container")):
            inside = "".join(_rules(body, used))
            if inside:
                yield f"{head}{{{inside}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            kept = [one for one in _split(head) if _may_match(one, used)]
            if kept:
                yield f"{','.join(kept)}{{{body}}}"


def _statements(css: str) -> Iterator[tuple[str, str | None]]:
    """Give what stands before each block and what is in it; None for a statement without block."""
    at = 0
    while at < len(css):
        found = PIECE.match(css, at)
        end = found.end() if found else len(css)
        head = css[at:end].strip()
        if end >= len(css) or css[end] != "{":
            if head:
                yield head, None
            at = end + 1
            continue
        start, depth = end + 1, 1
        at = start
        while depth and at < len(css):
            inside = BLOCK.match(css, at)
            at = inside.end() if inside else at
            depth += {"{": 1, "}": -1}.get(css[at : at + 1], 0)
            at += 1
        yield head, css[start : at - 1].strip()


def _split(selectors: str) -> list[str]:
    """Split a list of selectors at the commas that stand in no bracket."""
    parts, depth, last = [], 0, 0
    for at, letter in enumerate(selectors):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append(selectors[last:at])
            last = at + 1
    return [part.strip() for part in [*parts, selectors[last:]]]


def _may_match(selector: str, used: frozenset[str]) -> bool:
    plain = ARGUMENTS.sub("", BRACKETS.sub("", selector))
    return all(name.replace("\\", "") in used for name in NAMES.findall(plain))


def drop_variables(sheets: dict[Path, str], others: str) -> dict[Path, str]:
    """Return the sheets without custom properties that nothing reads.

    Parameters
    ----------
    sheets
        Style sheets by their paths.
    others
        The text of everything else that may read a custom property.
    """
    while True:
        every = others + "".join(sheets.values())
        read = set(re.findall(r"(--[\w-]+)(?!\s*:)(?![\w-])", every))
        lighter = {path: _without_unread(text, read) for path, text in sheets.items()}
        if lighter == sheets:
            return sheets
        sheets = lighter


def _without_unread(css: str, read: set[str]) -> str:
    return VARIABLE.sub(lambda found: found[0] if found[1] in read else "", css)
