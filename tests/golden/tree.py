"""A page as a tree of elements, read by the standard library's parser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
}  # fmt: skip
"""Elements that have no end."""


@dataclass
class Element:
    """An element with its children, which are elements and pieces of text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return an attribute's value, empty if there is none."""
        return self.attributes.get(name, "")

    @property
    def classes(self) -> list[str]:
        """The classes of the element."""
        return self.get("class").split()

    def elements(self) -> Iterator[Element]:
        """Walk through the element and all below it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.elements()

    def find(self, name: str) -> Element | None:
        """Return the first element of that name, or None."""
        return next((one for one in self.elements() if one.name == name), None)

    def text(self) -> str:
        """Return all text, white space as one space."""
        words = (c if isinstance(c, str) else c.text() for c in self.children)
        return " ".join("".join(words).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found: dict[str, str] = {}
        for key, value in attrs:
            found.setdefault(key, value or "")
        element = Element(tag, found)
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        for k in range(len(self.open) - 1, 0, -1):
            if self.open[k].name == tag:
                del self.open[k:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(page: str) -> Element:
    """Return the root of a page; its children are the page's own top elements."""
    builder = _Builder()
    builder.feed(page)
    builder.close()
    return builder.root
