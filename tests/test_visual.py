"""What the comparison of charts must find and what it must not."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps

import test_charts_samples as samples
from asylum_report.charts import mpl
from asylum_report.charts.model import Chart
from asylum_report.charts.variants import FILE, NARROW
from golden import keep, pictures

VARIANTS = pytest.mark.parametrize("variant", [FILE, NARROW], ids=["file", "narrow"])


def _series(chart: Chart, number: int, **changes: object) -> Chart:
    """Return the chart with one of its series changed."""
    series = list(chart.series)
    series[number] = dataclasses.replace(series[number], **changes)
    return dataclasses.replace(chart, series=tuple(series))


def _moved(chart: Chart, by: float, number: int = 0) -> Chart:
    """Return the chart with a line (and its band) moved by a share of the highest value."""
    top = max(v for s in chart.series for v in s.y if v is not None)
    one = chart.series[number]
    y, low, high = (
        tuple(None if v is None else v + by * top for v in values)
        for values in (one.y, one.low, one.high)
    )
    return _series(chart, number, y=y, low=low, high=high)


def _one_value(chart: Chart, at: int, factor: float) -> Chart:
    """Return the chart with one value of its largest series changed."""
    number = max(range(len(chart.series)), key=lambda k: chart.series[k].y[at] or 0)
    y = chart.series[number].y
    return _series(chart, number, y=(*y[:at], y[at] * factor, *y[at + 1 :]))


FOUND: dict[str, Callable[[], tuple[Chart, Chart]]] = {
    "a line moved by 4% of the axis": lambda: (samples.rates(), _moved(samples.rates(), 0.04)),
    "a line is missing": lambda: (
        samples.rates(), dataclasses.replace(samples.rates(), series=samples.rates().series[:2])
    ),
    "a line of another colour": lambda: (
        samples.rates(), _series(samples.rates(), 0, colour="second")
    ),
    "a line of months moved": lambda: (samples.months(), _moved(samples.months(), 0.05)),
    "one value of a line is half": lambda: (samples.rates(), _one_value(samples.rates(), 9, 0.5)),
    "a gap is closed": lambda: (
        samples.rates(),
        _series(samples.rates(), 2, y=tuple(v or 0.6 for v in samples.rates().series[2].y)),
    ),
    "a part of the columns is missing": lambda: (
        samples.outcomes(),
        dataclasses.replace(samples.outcomes(), series=samples.outcomes().series[1:]),
    ),
    "the largest part of a column is a sixth shorter": lambda: (
        samples.outcomes(), _one_value(samples.outcomes(), 3, 5 / 6)
    ),
    "an event is gone": lambda: (
        samples.rates(), dataclasses.replace(samples.rates(), events=samples.rates().events[1:])
    ),
    "part of a year is no longer hollow": lambda: (
        samples.outcomes(),
        dataclasses.replace(
            samples.outcomes(),
            series=tuple(dataclasses.replace(s, hollow=()) for s in samples.outcomes().series),
        ),
    ),
}  # fmt: skip


@lru_cache(maxsize=64)
def _small(chart: Chart, name: str) -> np.ndarray:
    return keep.drawn(chart, {"file": FILE, "narrow": NARROW}[name])


def _accepted(chart: Chart, name: str) -> np.ndarray:
    """Return a chart's small picture as it is read back from its file."""
    return pictures.from_png(pictures.to_png(_small(chart, name)))


@VARIANTS
@pytest.mark.parametrize("what", FOUND)
def test_it_finds(what: str, variant) -> None:
    then, now = FOUND[what]()
    gap = pictures.compare(_accepted(then, variant.name), _small(now, variant.name))
    assert gap.seen, gap


@VARIANTS
@pytest.mark.parametrize("make", samples.ALL, ids=lambda make: make.__name__)
def test_a_chart_looks_like_itself(make: Callable[[], Chart], variant) -> None:
    gap = pictures.compare(_accepted(make(), variant.name), _small(make(), variant.name))
    assert not gap.seen, gap
    assert gap.marks == 0
    assert gap.patches < pictures.STEP / 2


@lru_cache(maxsize=8)
def _whole(make: Callable[[], Chart]) -> Image.Image:
    return Image.open(io.BytesIO(mpl.png(make()))).convert("RGB")


def _shifted(image: Image.Image, x: int, y: int) -> Image.Image:
    moved = Image.new("RGB", image.size, "white")
    moved.paste(image, (x, y))
    return moved


def _noisy(image: Image.Image) -> Image.Image:
    noise = np.random.default_rng(1).integers(-20, 21, (*image.size[::-1], 3), np.int8)
    return Image.fromarray(np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8))


NOISE: dict[str, Callable[[Image.Image], Image.Image]] = {
    "one pixel to the right": lambda image: _shifted(image, 1, 0),
    "one pixel down": lambda image: _shifted(image, 0, 1),
    "softer edges": lambda image: image.filter(ImageFilter.GaussianBlur(0.7)),
    "sharper edges": lambda image: image.filter(ImageFilter.UnsharpMask(1, 60, 0)),
    "noise": _noisy,
    "one row more": lambda image: ImageOps.expand(image, (0, 0, 0, 1), image.getpixel((0, 0))),
}


@pytest.mark.parametrize("make", samples.ALL, ids=lambda make: make.__name__)
@pytest.mark.parametrize("what", NOISE)
def test_it_does_not_mind(what: str, make: Callable[[], Chart]) -> None:
    width = pictures.WIDTH["file"]
    then = pictures.from_png(pictures.to_png(pictures.shrink(_whole(make), width)))
    gap = pictures.compare(then, pictures.shrink(NOISE[what](_whole(make)), width))
    assert not gap.seen, gap


def test_a_shift_that_a_reader_sees_is_found() -> None:
    width = pictures.WIDTH["file"]
    for make in samples.ALL:
        then = pictures.from_png(pictures.to_png(pictures.shrink(_whole(make), width)))
        assert pictures.compare(then, pictures.shrink(_shifted(_whole(make), 0, 6), width)).seen


def test_a_tint_of_another_colour_is_found() -> None:
    """Bands and grounds are pale: no pixel differs much, but many differ."""
    pale = np.full((60, 60, 3), 232, np.uint8)
    other = pale.copy()
    other[10:40, 10:40] = (232, 214, 214)
    gap = pictures.compare(pale, other)
    assert gap.marks == 0
    assert gap.seen


def test_another_size_is_another_picture() -> None:
    one = np.zeros((50, 40, 3), np.uint8)
    assert pictures.compare(one, np.zeros((51, 40, 3), np.uint8)) == pictures.Difference()
    gap = pictures.compare(one, np.zeros((53, 40, 3), np.uint8))
    assert gap.seen
    assert str(gap) == "40 x 50 pixels then, 40 x 53 now"


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (80, 80), (0, 0, 0, 0))
    assert (pictures.shrink(clear, 20) == 255).all()


def test_accepting_leaves_alone_what_looks_the_same(tmp_path: Path) -> None:
    one = np.full((16, 16, 3), 100, np.uint8)
    near = np.full((16, 16, 3), 103, np.uint8)
    dark = np.full((16, 16, 3), 20, np.uint8)
    assert keep.accept_charts({"a": one, "a-narrow": one, "b": one}, (), tmp_path) == [
        "new: a", "new: a-narrow", "new: b",
    ]  # fmt: skip
    before = (tmp_path / "a.png").read_bytes()
    assert keep.accept_charts({"a": near, "a-narrow": dark, "b": dark}, ["a"], tmp_path) == [
        "changed: a-narrow (256 pixels and a patch by 76.0 of 255)"
    ]
    assert (tmp_path / "a.png").read_bytes() == before
    assert (keep.accepted_charts(tmp_path)["a-narrow"] == 16).all()
    assert keep.accept_charts({"b": dark}, (), tmp_path) == [
        "gone: a", "gone: a-narrow", "changed: b (256 pixels and a patch by 76.0 of 255)",
    ]  # fmt: skip
    with pytest.raises(KeyError, match="nothing"):
        keep.accept_charts({"b": dark}, ["nothing"], tmp_path)
