"""Colours that everybody can tell apart and read, and fonts that come out the same."""

import itertools
from pathlib import Path

import pytest

from asylum_report import identity

ROOT = Path(__file__).parents[1]

# Colour blindness of full severity (Machado, Oliveira and Fernandes 2009), on linear RGB.
VISION = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
XYZ = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
MODES = ("light", "dark")


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]


def times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def lab(rgb: list[float]) -> list[float]:
    white = (0.95047, 1.0, 1.08883)
    f = [
        v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116
        for v in (a / w for a, w in zip(times(XYZ, rgb), white, strict=True))
    ]
    return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]


def seen(colour: str, vision: str) -> list[float]:
    return lab([min(1.0, max(0.0, c)) for c in times(VISION[vision], linear(colour))])


def contrast(one: str, other: str) -> float:
    light, dark = sorted((times(XYZ, linear(c))[1] for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_the_guideline_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=0.01)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("group", identity.GROUPS, ids=lambda g: g[0])
def test_colours_of_one_chart_can_be_told_apart(group, vision, mode) -> None:
    for one, other in itertools.combinations(group, 2):
        a, b = (seen(getattr(identity.COLOURS[n], mode), vision) for n in (one, other))
        distance = sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5
        assert distance >= 15, (one, other, round(distance, 1))


@pytest.mark.parametrize("mode", MODES)
def test_stacked_neighbours_differ_in_grey(mode) -> None:
    order = ("refugee", "complementary", "rejected", "closed")
    lightness = [seen(getattr(identity.COLOURS[n], mode), "normal")[0] for n in order]
    for a, b in itertools.pairwise(lightness):
        assert abs(a - b) >= 12


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [*identity.TEXT, *identity.SERIES])
def test_letters_can_be_read(name, mode) -> None:
    colour, paper = (getattr(identity.COLOURS[n], mode) for n in (name, "paper"))
    assert contrast(colour, paper) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", identity.TEXT)
def test_letters_can_be_read_on_panels(name, mode) -> None:
    colour, surface = (getattr(identity.COLOURS[n], mode) for n in (name, "surface"))
    assert contrast(colour, surface) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", identity.OUTCOMES)
def test_stacks_stand_out_from_paper(name, mode) -> None:
    colour, paper = (getattr(identity.COLOURS[n], mode) for n in (name, "paper"))
    assert contrast(colour, paper) >= 3


@pytest.mark.parametrize("mode", [0, 1])
def test_the_two_thin_parts_of_a_stack_can_be_told_apart(mode) -> None:
    refugee, other = (identity.OUTCOMES[n][mode] for n in ("refugee", "complementary"))
    assert contrast(refugee, other) >= 3


def test_every_token_has_a_colour_of_its_own() -> None:
    for mode in MODES:
        colours = [getattr(c, mode) for c in identity.COLOURS.values()]
        assert len(set(colours)) == len(colours)


def test_series_of_one_group_have_shapes_of_their_own() -> None:
    for group in identity.GROUPS[:2]:
        assert len({identity.SHAPES[name] for name in group}) == len(group)


def test_the_committed_style_sheet_is_the_generated_one() -> None:
    committed = (ROOT / "assets" / "tokens.css").read_text(encoding="utf-8")
    assert committed == identity.tokens_css(), (
        'run: python -c "from asylum_report import identity; '
        "open('assets/tokens.css', 'w').write(identity.tokens_css())\""
    )


def test_the_style_sheet_has_both_schemes_and_own_fonts_only() -> None:
    css = identity.tokens_css()
    assert ":root{" in css
    assert "html.quarto-dark,body.quarto-dark{" in css
    assert ".ar-chart .f-germany{fill:var(--ar-germany)}" in css
    assert ".ar-chart .s-germany{stroke:var(--ar-germany)}" in css
    assert "url(fonts/source-sans-400.woff2)" in css
    assert "http" not in css


def test_fonts_are_small_the_same_every_time_and_have_what_is_written(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    first = identity.write_fonts(tmp_path / "a")
    again = identity.write_fonts(tmp_path / "b")
    stems = ("source-sans-400", "source-sans-600", "source-sans-italic", "source-serif-600")
    assert [p.name for p in first if p.stem in stems] == [f"{stem}.woff2" for stem in stems]
    assert len({p.name for p in first}) == len(first)
    for one, other in zip(first, again, strict=True):
        assert one.read_bytes() == other.read_bytes()
        assert one.stat().st_size <= (15_500 if "more" in one.name else 13_500)
        font = TTFont(one)
        assert "fpgm" not in font
        assert "kern" in {r.FeatureTag for r in font["GPOS"].table.FeatureList.FeatureRecord}
    for stem in stems:
        held = {chr(c) for p in first if p.name.startswith(stem) for c in TTFont(p).getBestCmap()}
        # The package's italic has no Cyrillic.
        assert set("Aaéßžł –—’„“…\u00a0−→" + ("" if "italic" in stem else "Жяі")) <= held
    assert not list(tmp_path.rglob("*.part"))


def test_figures_of_the_sans_are_of_one_width() -> None:
    from asylum_report.charts import letters

    for weight in (letters.REGULAR, letters.SEMIBOLD):
        assert len({letters.width(d, 14, weight) for d in "0123456789"}) == 1


def test_a_font_that_is_there_is_left_alone(tmp_path: Path) -> None:
    first = identity.write_fonts(tmp_path)
    times_before = [p.stat().st_mtime_ns for p in first]
    assert [p.stat().st_mtime_ns for p in identity.write_fonts(tmp_path)] == times_before
