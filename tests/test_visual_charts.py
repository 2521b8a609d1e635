"""Every chart of the report looks as it was accepted, wide and narrow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import ROOT
from golden import keep, pictures

pytestmark = [pytest.mark.site, pytest.mark.xdist_group("site")]

ACCEPTED = keep.accepted_charts()


@pytest.fixture(scope="module")
def now(built: Path) -> dict[str, np.ndarray]:
    return keep.charts(ROOT / "figures")


def test_every_chart_looks_as_accepted(now: dict[str, np.ndarray]) -> None:
    fresh, gone = sorted(set(now) - set(ACCEPTED)), sorted(set(ACCEPTED) - set(now))
    changed = {
        name: str(gap)
        for name in sorted({*now} & {*ACCEPTED})
        if (gap := pictures.compare(ACCEPTED[name], now[name])).seen
    }
    what_to_do = "look at figures/; if that is right: python tools/accept.py charts"
    assert (changed, fresh, gone) == ({}, [], []), what_to_do


def test_accepted_pictures_are_small() -> None:
    sizes = [path.stat().st_size for path in keep.CHARTS.glob("*.png")]
    assert len(sizes) == len(ACCEPTED) > 80
    assert sum(sizes) < 800_000
    assert max(sizes) < 25_000
