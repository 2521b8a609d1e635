"""Everything in a finished site that leads somewhere, and what of it leads nowhere.

Works on files alone: no address is ever asked. Used by ``tests/test_links.py``.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

from golden import tree

HOSTS = "tests/golden/hosts.txt"
"""The hosts that pages may lead to, in the project."""
HOST = "http://site.invalid/"
CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")
JS_IMPORT = re.compile(
    r"""^(?:import|\} from|import\b.* from)\s*["'](\.[^"']+)["']""", re.MULTILINE
)
LOADED = frozenset("src srcset poster data imagesrcset".split())  # noqa: SIM905
"""Attributes whose target a browser loads by itself."""
STATE = re.compile(r"[\w-]+=")
"""A fragment that holds the state of a page with controls, and is no anchor."""


@dataclass(frozen=True)
class Reference:
    """One place that leads somewhere.

    Parameters
    ----------
    page
        The file it stands in, from the root of the site.
    target
        The address as written.
    loaded
        Whether a browser loads it by itself.
    plain
        Whether a reader can follow it without JavaScript.
    canonical
        Whether it says under which address the page stands.
    """

    page: str
    target: str
    loaded: bool = False
    plain: bool = False
    canonical: bool = False

    @property
    def inside(self) -> bool:
        """Whether it leads into the site."""
        return urljoin(HOST + self.page, self.target).startswith(HOST)

    def place(self, files: Iterable[str]) -> tuple[str, str]:
        """Return the file it leads to, from the root of the site, and the fragment."""
        parts = urlsplit(urljoin(HOST + self.page, self.target))
        path = unquote(parts.path).lstrip("/")
        if path == "" or path.endswith("/") or path not in files:
            index = f"{path.rstrip('/')}/index.html".lstrip("/")
            path = index if index in files else path
        return path, unquote(parts.fragment)


@dataclass
class Links:
    """A site's files, its references and the ids of its pages."""

    files: frozenset[str]
    references: list[Reference] = field(default_factory=list)
    ids: dict[str, frozenset[str]] = field(default_factory=dict)

    def broken(self) -> list[str]:
        """Return references within the site that lead nowhere, anchors too."""
        found = set()
        for one in self.references:
            if not one.inside:
                continue
            path, fragment = one.place(self.files)
            if one.target.startswith("/"):
                found.add(f"{one.page}: {one.target} breaks where the site stands in a folder")
            elif path not in self.files:
                found.add(f"{one.page}: {one.target} leads to no file")
            elif not STATE.match(fragment) and fragment not in self.ids.get(path, {fragment}):
                found.add(f"{one.page}: {one.target} leads to no place of {path}")
        return sorted(found)

    def foreign(self) -> dict[str, set[str]]:
        """Return addresses outside the site, by host; those that are not https by themselves."""
        found: dict[str, set[str]] = {}
        for one in self.references:
            scheme = urlsplit(one.target).scheme
            if one.inside or scheme in ("data", "mailto", "blob"):
                continue
            parts = urlsplit(one.target)
            host = parts.netloc if parts.scheme == "https" else one.target
            found.setdefault(host, set()).add(f"{one.page}: {one.target}")
        return found

    def loaded_from_elsewhere(self) -> list[str]:
        """Return what a browser would load from another host."""
        return sorted(
            f"{one.page}: {one.target}"
            for one in self.references
            if one.loaded and not one.inside and not one.target.startswith(("data:", "blob:"))
        )

    def reached(self, start: str = "index.html", plain: bool = True) -> set[str]:
        """Return the files that are reached from a page, by plain links or by any reference."""
        by_page: dict[str, list[Reference]] = {}
        for one in self.references:
            if one.inside and (one.plain or not plain):
                by_page.setdefault(one.page, []).append(one)
        waiting, found = [start], set()
        while waiting:
            here = waiting.pop()
            if here in found:
                continue
            found.add(here)
            waiting += [one.place(self.files)[0] for one in by_page.get(here, [])]
        return found & self.files

    def unreached(self, known: Iterable[str]) -> list[str]:
        """Return files to which nothing leads and that are not known to be so."""
        known = list(known)
        left = self.files - self.reached(plain=False)
        return sorted(f for f in left if not any(fnmatch.fnmatch(f, k) for k in known))


def read(site: Path) -> Links:
    """Read every page, style sheet, feed, map and index of a site."""
    names = [p.relative_to(site).as_posix() for p in sorted(site.rglob("*")) if p.is_file()]
    links = Links(frozenset(names))
    for name in names:
        path = site / name
        if name.endswith(".html"):
            root = tree.parse(path.read_text("utf-8"))
            links.references += list(of_page(root, name))
            links.ids[name] = frozenset(
                {"", "top"}
                | {e.get("id") for e in root.elements()}
                | {e.get("name") for e in root.elements()}
            )
        elif name.endswith(".css"):
            found = CSS_URL.findall(path.read_text("utf-8"))
            links.references += [Reference(name, target, loaded=True) for target in found]
        elif name.endswith(".js"):
            found = JS_IMPORT.findall(path.read_text("utf-8"))
            links.references += [Reference(name, target, loaded=True) for target in found]
        elif name.endswith(".xml"):
            links.references += list(_of_xml(path.read_text("utf-8"), name))
        elif name == "search.json":
            entries = json.loads(path.read_text("utf-8"))
            links.references += [Reference(name, entry["href"]) for entry in entries]
        elif name.endswith("datapackage.json"):
            resources = json.loads(path.read_text("utf-8"))["resources"]
            links.references += [Reference(name, one["path"]) for one in resources]
    if home := _own_address(links.references):
        links.references = [
            replace(one, target=HOST + one.target.removeprefix(home))
            if one.target.startswith(home)
            else one
            for one in links.references
        ]
    return links


def _own_address(references: list[Reference]) -> str:
    """Return the address that the site says it has, or an empty text."""
    for one in references:
        if one.page == "index.html" and one.canonical:
            return one.target.removesuffix("index.html")
    return ""


def of_page(root: tree.Element, name: str) -> Iterator[Reference]:
    """Walk through all references of a page."""
    yield from _within(root, name, True)


def _within(element: tree.Element, name: str, plain: bool) -> Iterator[Reference]:
    # A menu opens by JavaScript only; what is hidden is shown by it.
    hidden = "hidden" in element.attributes or element.name == "template"
    plain = plain and not hidden and "dropdown-menu" not in element.classes
    for key, value in element.attributes.items():
        if key in ("srcset", "imagesrcset"):
            for part in value.split(","):
                yield Reference(name, part.split()[0], loaded=True)
        elif key in LOADED:
            yield Reference(name, value, loaded=True, plain=plain and element.name == "iframe")
        elif key == "href":
            kind = element.get("rel").split()
            follows = element.name in ("a", "area")
            loads = element.name in ("use", "image") or (
                element.name == "link" and not {"alternate", "canonical", "license"} & {*kind}
            )
            yield Reference(name, value, loads, plain and follows, "canonical" in kind)
        elif key == "content" and element.get("property") in ("og:image", "og:url"):
            yield Reference(name, value)
    for child in element.children:
        if isinstance(child, tree.Element):
            yield from _within(child, name, plain)


def _of_xml(text: str, name: str) -> Iterator[Reference]:
    """Walk through the addresses of a feed or a map of the site."""
    for element in ElementTree.fromstring(text).iter():
        tag = element.tag.rpartition("}")[2]
        value = (element.text or "").strip()
        if tag in ("loc", "link", "id", "url") and re.match(r"https?:|[\w./#-]+\.\w+", value):
            yield Reference(name, value)
        for key in ("href", "url", "src"):
            if element.get(key):
                yield Reference(name, element.get(key, ""))


def hosts(path: Path) -> list[str]:
    """Return the hosts of a list: one a line, lines of ``#`` are remarks."""
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def accept_hosts(now: Iterable[str], path: Path) -> list[str]:
    """Write the hosts of now into the list, remarks first, and return what changed."""
    then, wanted = set(hosts(path)), {host for host in now if ":" not in host and "/" not in host}
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    remarks = [line for line in lines if line.startswith("#")]
    path.write_text("\n".join([*remarks, *sorted(wanted)]) + "\n", "utf-8", newline="\n")
    return [f"new: {host}" for host in sorted(wanted - then)] + [
        f"gone: {host}" for host in sorted(then - wanted)
    ]
