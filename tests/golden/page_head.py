"""What a page says about itself and what it uses; where its links lead; texts in short."""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from urllib.parse import urljoin, urlsplit

from golden.tree import Element

HOST = "http://site.invalid/"
POLICY = "Content-Security-Policy"
USED = ("stylesheet", "preload", "icon", "modulepreload")
HASH = re.compile(r"\b(sha(?:256|384|512)-)[A-Za-z0-9+/=_-]{20,}")
FINGERPRINT = re.compile(r"(?<=[.-])[0-9a-f]{8,64}(?=\.[a-z0-9]+$)")


def about(root: Element, page: str) -> list[str]:
    """Return language, title, and what a page tells search engines and other sites."""
    html = root.find("html")
    lines = [f"lang: {html.get('lang') if html else ''}"]
    more = []
    for element in root.elements():
        if element.name == "title" and not any("title:" in line for line in lines):
            lines.append(f"title: {element.text()}")
        elif element.name == "meta":
            key = element.get("name") or element.get("property") or element.get("http-equiv")
            if key and key not in ("generator", "viewport", "smalldocs:offset", POLICY):
                more.append(f"{key}: {plain(element.get('content'))}")
        elif element.name == "link":
            kind, leads = element.get("rel"), target(element.get("href"), page)
            if kind not in USED:
                extra = [f"{k}={element.get(k)}" for k in ("hreflang", "type") if element.get(k)]
                more.append(" ".join([f"link {kind}:", leads, *extra]))
        elif element.name == "script" and "json" in element.get("type"):
            more.append(
                "json: " + _json("".join(c for c in element.children if isinstance(c, str)))
            )
    return lines + sorted(more)


def uses(root: Element, page: str) -> list[str]:
    """Return a page's policy, and its style sheets, scripts and fonts."""
    lines, used = [], set()
    for element in root.elements():
        if element.get("http-equiv") == POLICY:
            lines.append(f"{POLICY}: {plain(element.get('content'))}")
        if element.name == "link" and element.get("rel") in USED:
            used.add(target(element.get("href"), page))
        if element.name == "script" and element.get("src"):
            used.add(target(element.get("src"), page))
    return [*lines, "uses: " + " ".join(sorted(used))]


def _json(text: str) -> str:
    """Return data in a page with sorted keys, long ones by their hash."""
    data = json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    if len(data) <= 1500:
        return plain(data)
    return f"{data[:300]} ... {hashlib.sha256(data.encode()).hexdigest()[:12]}"


def plain(text: str) -> str:
    """Return a text in one line, without the hashes of scripts."""
    return HASH.sub(r"\1...", " ".join(text.split()))


def target(address: str, page: str) -> str:
    """Return where a link leads: from the root of the site, or the whole address."""
    if re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", address):
        return address[:80]
    if address.startswith("#"):
        return address
    whole = urlsplit(urljoin(HOST + page, address))
    if f"{whole.scheme}://{whole.netloc}/" != HOST:
        return address
    path = FINGERPRINT.sub("*", posixpath.normpath(whole.path).lstrip("/")) or "."
    ends = (f"?{whole.query}" if whole.query else "") + (
        f"#{whole.fragment}" if whole.fragment else ""
    )
    return path + ends


def digest(rows: list[str]) -> str:
    """Return how many rows there are and a hash of them: any change shows, in little space."""
    return f"{len(rows)} rows, {sha(chr(10).join(rows))}"


def sha(text: str) -> str:
    """Return a short hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
