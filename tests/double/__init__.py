"""Publishers that stand in for the real ones in tests; their faults too.

Values that the embedded snapshot does not hold are synthetic and say so in their names.
"""

from __future__ import annotations

from double.faults import (
    Fault,
    close,
    cut,
    drip,
    hang_before,
    hang_during,
    redirect,
    replace,
    rewrite,
    status,
)
from double.server import Double, Reply, Seen

__all__ = [
    "Double",
    "Fault",
    "Reply",
    "Seen",
    "close",
    "cut",
    "drip",
    "hang_before",
    "hang_during",
    "redirect",
    "replace",
    "rewrite",
    "status",
]
