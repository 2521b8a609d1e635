"""The few icons of the site, drawn here: lines of one weight in a square of 24."""

from __future__ import annotations

SHAPES = {
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="M16 16l5 5"/>',
    "contrast": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z"'
    ' fill="currentColor"/>',
    "copy": '<rect x="9" y="9" width="11" height="11" rx="1.5"/>'
    '<path d="M5.5 15H4V5.5A1.5 1.5 0 0 1 5.5 4H15v1.5"/>',
    "arrow": '<path d="M5 12h14M13 6l6 6-6 6"/>',
}
"""What is drawn inside each icon's ``<svg>``."""


def icon(name: str, *classes: str) -> str:
    """Return an icon as inline SVG that takes the colour of the text around it.

    It is decoration: whatever holds it has to say in words what it is.
    """
    names = " ".join(["ar-icon", *classes])
    return (
        f'<svg class="{names}" xmlns="http://www.w3.org/2000/svg" width="24" height="24"'
        ' viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75"'
        f' stroke-linecap="round" aria-hidden="true" focusable="false">{SHAPES[name]}</svg>'
    )
