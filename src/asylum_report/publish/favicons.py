"""The site's icon as pictures, for browsers and telephones that take no SVG."""

from __future__ import annotations

import io
from pathlib import Path
from xml.etree import ElementTree as ET

SIZES = {"assets/favicon-32.png": 32, "assets/apple-touch-icon.png": 180}
"""Pixels of each picture by its path in the site."""

LINKS = (
    ("icon", "assets/favicon-32.png", ' type="image/png" sizes="32x32"'),
    ("apple-touch-icon", "assets/apple-touch-icon.png", ""),
)
_FINER = 8


def write(site: Path) -> list[Path]:
    """Draw the icon of ``assets/favicon.svg`` in every size; nothing if the site has none."""
    source = site / "assets" / "favicon.svg"
    if not source.is_file():
        return []
    written = []
    for name, size in SIZES.items():
        path = site / name
        path.write_bytes(picture(source.read_text("utf-8"), size))
        written.append(path)
    return written


def picture(svg: str, size: int) -> bytes:
    """Return the icon as PNG: its square with round corners and its upright strokes.

    Reads only what the icon is made of: one ``rect``, and one ``path`` of upright strokes
    (``M x y V y``, or ``M x y v dy``).
    """
    from PIL import Image, ImageDraw

    root = ET.fromstring(svg)
    shapes = {element.tag.rpartition("}")[2]: element for element in root.iter()}
    scale = size * _FINER / float(root.get("viewBox", "0 0 32 32").split()[2])
    image = Image.new("RGBA", (size * _FINER, size * _FINER), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    ground, strokes = shapes["rect"], shapes["path"]
    draw.rounded_rectangle(
        (0, 0, size * _FINER - 1, size * _FINER - 1),
        radius=float(ground.get("rx", "0")) * scale,
        fill=ground.get("fill"),
    )
    half = float(strokes.get("stroke-width", "1")) * scale / 2
    for piece in strokes.get("d", "").removeprefix("M").split("M"):
        down = "V" if "V" in piece else "v"
        start, _, end = piece.partition(down)
        x, y = (float(number) * scale for number in start.split())
        other = float(end) * scale + (y if down == "v" else 0)
        box = (x - half, min(y, other) - half, x + half, max(y, other) + half)
        draw.rounded_rectangle(box, radius=half, fill=strokes.get("stroke"))
    buffer = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
