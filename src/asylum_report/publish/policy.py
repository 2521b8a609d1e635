"""The content security policy of a page, as a ``<meta>``: many hosts let nobody set headers."""

from __future__ import annotations

import base64
import hashlib

from asylum_report.publish import markup

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


def policy(page: str, *, inline_styles: bool) -> str:
    """Return the policy of a finished page: nothing comes from or goes to another host.

    Parameters
    ----------
    page
        The page's HTML, final but for the policy itself.
    inline_styles
        Whether scripts of the publisher inject styles, as Quarto's do.
    """
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *inline_hashes(page)],
        "style-src": ["'self'", *(["'unsafe-inline'"] if inline_styles else [])],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'none'"],
        "frame-src": ["'self'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())
