"""Small pictures of charts and how different two of them look.

A picture is reduced to a small one (each of its pixels the mean of those it covers, then blurred by
`BLUR` pixels), so that the smoothing of edges and the shift of a line by one pixel nearly vanish.
It is kept with steps of `STEP` in each colour, which makes the file small and is an error of at
most half of that. Two small pictures are then
compared in two ways, each of which sees what the other does not:

- *marks*: pixels whose colour differs by more than `MARK` in red, green or blue; a line that
  moved, a point that came or went. Up to `MARKS` of them are noise.
- *patches*: means over `PATCH` times `PATCH` pixels that differ by more than `TINT`; an area that
  changed its colour a little. A single one counts.

A picture of another height is another picture. The limits are proven in ``tests/test_visual.py``:
what must be found and what must not.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

WIDTH = {"file": 220, "narrow": 130}
"""Pixels of a small picture, by what it is a picture of."""
BLUR, STEP = 0.8, 16
MARK, MARKS = 40, 5
PATCH, TINT = 8, 10.0
HEIGHT = 1
"""By how many pixels heights may differ: that of a picture is rounded."""


@dataclass(frozen=True)
class Difference:
    """How different two small pictures are.

    Parameters
    ----------
    marks
        Pixels of clearly another colour.
    patches
        Greatest difference of the means of a patch, 0 to 255.
    size
        Both sizes in words where they differ, else empty.
    """

    marks: int = 0
    patches: float = 0.0
    size: str = ""

    @property
    def seen(self) -> bool:
        """Whether a reader would see a difference."""
        return bool(self.size) or self.marks > MARKS or self.patches > TINT

    def __str__(self) -> str:
        if self.size:
            return self.size
        return f"{self.marks} pixels and a patch by {self.patches:.1f} of 255"


def shrink(picture: bytes | Image.Image, width: int) -> np.ndarray:
    """Return a picture as a small one on white.

    Parameters
    ----------
    picture
        A PNG or an image.
    width
        Pixels of the small one; its height follows.

    Returns
    -------
    ndarray
        Red, green, blue, 0 to 255, of shape (height, width, 3), uint8.
    """
    image = Image.open(io.BytesIO(picture)) if isinstance(picture, bytes) else picture
    # Rows of white fill up the last pixel: rounding the height would stretch the picture instead.
    height = -(-image.height * width // image.width)
    whole = Image.new("RGBA", (image.width, -(-height * image.width // width)), "white")
    whole.alpha_composite(image.convert("RGBA"))
    small = whole.convert("RGB").resize((width, height), Image.Resampling.BOX)
    return np.asarray(small.filter(ImageFilter.GaussianBlur(BLUR)))


def to_png(small: np.ndarray) -> bytes:
    """Return a small picture as a PNG of few colours, the same bytes every time."""
    steps = np.minimum(np.round(small / STEP) * STEP, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(steps).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def from_png(content: bytes) -> np.ndarray:
    """Return a PNG's pixels, red, green, blue, of shape (height, width, 3), uint8."""
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def compare(one: np.ndarray, other: np.ndarray) -> Difference:
    """Return how different two small pictures look."""
    if one.shape[1] != other.shape[1] or abs(one.shape[0] - other.shape[0]) > HEIGHT:
        sizes = [f"{a.shape[1]} x {a.shape[0]}" for a in (one, other)]
        return Difference(size=f"{sizes[0]} pixels then, {sizes[1]} now")
    height = min(one.shape[0], other.shape[0])
    gap = one[:height].astype(np.float64) - other[:height].astype(np.float64)
    marks = int((np.abs(gap).max(axis=2) > MARK).sum())
    rows, columns = (-(-n // PATCH) for n in gap.shape[:2])
    padded = np.zeros((rows * PATCH, columns * PATCH, 3))
    padded[: gap.shape[0], : gap.shape[1]] = gap
    patches = padded.reshape(rows, PATCH, columns, PATCH, 3).mean(axis=(1, 3))
    return Difference(marks, float(np.abs(patches).max(initial=0.0)))
