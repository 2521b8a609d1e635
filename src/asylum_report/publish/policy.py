"""The content security policy of a page, as a ``<meta>``: many hosts let nobody set headers."""

from __future__ import annotations

import base64
import hashlib

from asylum_report.publish import markup

ADDED: dict[str, dict[str, tuple[str, ...]]] = {
    # Makes a picture of the chart for saving, in the page itself.
    "dashboard.html": {"img-src": ("data:", "blob:")},
}
"""What single pages need beyond the site itself, by page and kind of resource; never a host."""

JAVASCRIPT = {"", "module", "text/javascript", "application/javascript"}


def inline_hashes(page: str) -> list[str]:
    """Return the hashes of the page's inline scripts, as a policy names them."""
    found = set()
    for tag in markup.tags(page):
        if tag.name == "script" and "src" not in tag.attributes and tag.text:
            if tag.get("type").lower() not in JAVASCRIPT:
                continue
            digest = hashlib.sha256(tag.text.encode()).digest()
            found.add(f"'sha256-{base64.b64encode(digest).decode()}'")
    return sorted(found)


def policy(page: str, name: str = "", *, inline_styles: bool) -> str:
    """Return the policy of a finished page: nothing comes from or goes to another host.

    Parameters
    ----------
    page
        The page's HTML, final but for the policy itself.
    name
        Its path in the site, for what `ADDED` gives single pages.
    inline_styles
        Whether scripts of the publisher inject styles, as Quarto's do; its style sheets have
        pictures in them as ``data:``.
    """
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *inline_hashes(page)],
        "style-src": ["'self'", *(["'unsafe-inline'"] if inline_styles else [])],
        "img-src": ["'self'", *(["data:"] if inline_styles else [])],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'none'"],
        "frame-src": ["'self'"],
    }
    for kind, values in ADDED.get(name, {}).items():
        rules[kind] += [value for value in values if value not in rules[kind]]
    return "; ".join(f"{kind} {' '.join(values)}" for kind, values in rules.items())
