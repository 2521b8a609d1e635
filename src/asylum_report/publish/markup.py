"""Change single tags of an HTML page and leave every other byte as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

TOKEN = re.compile(
    r"""(?P<comment><!--.*?-->)
      | (?P<raw><(?P<kind>script|style|textarea)\b(?P<head>(?:[^<>"']|"[^"]*"|'[^']*')*)>
            (?P<text>.*?)</(?P=kind)\s*>)
      | (?P<open><(?P<name>[a-zA-Z][\w:-]*)(?P<attributes>(?:[^<>"']|"[^"]*"|'[^']*')*)>)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"""([^\s"'>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")


class Tag:
    """A start tag: its name and its attributes, in order, as text without entities.

    Parameters
    ----------
    name
        The element's name, in lower case.
    attributes
        Value by name; None for an attribute without value.
    text
        For ``script`` and ``style`` the content, else empty.
    """

    def __init__(self, name: str, attributes: dict[str, str | None], text: str = "") -> None:
        self.name, self.attributes, self.text = name, attributes, text

    @classmethod
    def parse(cls, name: str, source: str, text: str = "") -> Tag:
        """Read a tag from its name and the source of its attributes."""
        attributes: dict[str, str | None] = {}
        for key, value in ATTRIBUTE.findall(source.rstrip("/ \n\t")):
            bare = value[1:-1] if value[:1] in "\"'" and value else value
            attributes.setdefault(key, html.unescape(bare) if value else None)
        return cls(name.lower(), attributes, text)

    def get(self, name: str) -> str:
        """Return an attribute's value, empty if the tag does not have it."""
        return self.attributes.get(name) or ""

    @property
    def classes(self) -> list[str]:
        """The classes of the element."""
        return self.get("class").split()

    def add_class(self, *names: str) -> None:
        """Add classes that the element does not have yet."""
        found = self.classes
        self.attributes["class"] = " ".join([*found, *(n for n in names if n not in found)])

    def source(self, closed: bool = False) -> str:
        """Return the tag's source, with the slash of an empty element if `closed`."""
        written = "".join(
            f" {key}" if value is None else f' {key}="{html.escape(value, quote=True)}"'
            for key, value in self.attributes.items()
        )
        return f"<{self.name}{written}{'/' if closed else ''}>"


Visitor = Callable[[Tag], str | bool]
"""Gets a tag; returns True if it changed it, False to leave it, or text to stand in its place."""


def rewrite(page: str, visit: Visitor) -> str:
    """Return the page with every start tag shown to `visit`.

    Comments and the content of scripts and styles are not looked into. Text in place of a script
    or style element replaces it whole.
    """

    def change(found: re.Match[str]) -> str:
        if found["comment"]:
            return found[0]
        if found["raw"]:
            tag = Tag.parse(found["kind"], found["head"], found["text"])
            answer = visit(tag)
            if isinstance(answer, str):
                return answer
            return f"{tag.source()}{tag.text}</{tag.name}>" if answer else found[0]
        tag = Tag.parse(found["name"], found["attributes"])
        answer = visit(tag)
        if isinstance(answer, str):
            return answer
        if not answer:
            return found[0]
        # Names in SVG have capitals: the element's own spelling is kept.
        tag.name = found["name"]
        return tag.source(closed=found["attributes"].rstrip().endswith("/"))

    return TOKEN.sub(change, page)


def tags(page: str) -> list[Tag]:
    """Return every start tag of the page, scripts and styles with their content."""
    found: list[Tag] = []

    def keep(tag: Tag) -> bool:
        found.append(tag)
        return False

    rewrite(page, keep)
    return found
