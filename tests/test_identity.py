"""Colours that everybody can tell apart and read, and fonts that come out the same."""

import itertools
import re
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


def apart(one: str, other: str, mode: str, vision: str) -> float:
    """Return the distance of two tokens as somebody sees them, in CIE Lab."""
    a, b = (seen(getattr(identity.COLOURS[name], mode), vision) for name in (one, other))
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True)) ** 0.5


def test_contrast_is_computed_as_the_guideline_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21, abs=0.01)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("group", identity.GROUPS, ids=lambda g: g[0])
def test_colours_of_one_chart_can_be_told_apart(group, vision, mode) -> None:
    for one, other in itertools.combinations(group, 2):
        distance = apart(one, other, mode, vision)
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


@pytest.mark.parametrize(
    ("name", "text"),
    [("assets/tokens.css", identity.tokens_css), ("report/tokens.typ", identity.tokens_typst)],
)
def test_the_committed_tokens_are_the_generated_ones(name, text) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == text(), (
        'run: python -c "from pathlib import Path; from asylum_report import identity; '
        "identity.write(Path('.'))\""
    )


def test_both_are_written_where_they_are_read(tmp_path: Path) -> None:
    for folder in ("assets", "report"):
        (tmp_path / folder).mkdir()
    for path in identity.write(tmp_path):
        name = path.relative_to(tmp_path)
        assert path.read_bytes() == (ROOT / name).read_bytes()


def test_the_brief_has_the_colours_of_light_paper_and_its_own_sizes() -> None:
    text = identity.tokens_typst()
    assert '"germany": rgb("#0b3765"),' in text
    assert text.count("rgb(") == len(identity.COLOURS)
    assert "body: 10.3pt" in text
    assert '#let sans = "Source Sans Pro"' in text


def test_no_colour_is_written_anywhere_else() -> None:
    """What has to name a colour, for want of variables, names one of the tokens."""
    known = {colour for one in identity.COLOURS.values() for colour in one} | {"#fff"}
    places = ("assets/*.css", "assets/*.scss", "assets/*.svg", "assets/*.js", "assets/*.html",
              "report/*.typ", "src/asylum_report/charts/**/*.py")  # fmt: skip
    seen = 0
    for path in (path for place in places for path in ROOT.glob(place)):
        found = set(re.findall(r"(?<!&)#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", path.read_text("utf-8")))
        assert found <= known, (path.name, found - known)
        seen += len(found)
    assert seen > 30


def test_every_distance_and_width_that_the_pages_use_is_a_token() -> None:
    """A misspelt variable would be silently nothing."""
    made = set(re.findall(r"(--ar-[\w-]+):", identity.tokens_css()))
    assert {"--ar-space-1", "--ar-space-7", "--ar-width-page", "--ar-size-body"} <= made
    texts = {path.name: path.read_text("utf-8") for path in ROOT.glob("assets/*.css")}
    for text in texts.values():
        made |= set(re.findall(r"(--ar-[\w-]+):", text))
    for name, text in texts.items():
        assert set(re.findall(r"var\((--ar-[\w-]+)", text)) <= made, name


def test_the_page_on_design_says_what_the_tokens_are() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    paper = identity.COLOURS["paper"]
    for name, colour in identity.COLOURS.items():
        light, dark = (
            f"`{one}` | {contrast(one, ground):.1f}"
            for one, ground in zip(colour, paper, strict=True)
        )
        assert f"| `{name}` | {light} | {dark} |" in page
    for name, size in identity.SIZES.items():
        assert f"| `{name}` | {size} | {identity.PAPER_SIZES[name]:g} pt |" in page
    for name, width in identity.WIDTHS.items():
        assert f"| `--ar-width-{name}` | {width} |" in page
    names = {"germany": "countries", "first": "series", "refugee": "outcomes"}
    for group, mode in itertools.product(identity.GROUPS, MODES):
        least = " | ".join(
            f"{min(apart(a, b, mode, vision) for a, b in itertools.combinations(group, 2)):.0f}"
            for vision in VISION
        )
        assert f"| {names[group[0]]} | {mode} | {least} |" in page


def test_one_type_family() -> None:
    assert {face.family for face in identity.FACES} == {identity.SANS}


def test_the_style_sheet_has_both_schemes_and_own_fonts_only() -> None:
    css = identity.tokens_css()
    assert ":root{" in css
    assert "html.quarto-dark,body.quarto-dark{" in css
    assert "svg .f-germany{fill:var(--ar-germany)}" in css
    assert "svg .s-germany{stroke:var(--ar-germany)}" in css
    assert "url(fonts/source-sans-400.woff2)" in css
    assert "http" not in css


def test_fonts_are_small_the_same_every_time_and_have_what_is_written(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    first = identity.write_fonts(tmp_path / "a")
    again = identity.write_fonts(tmp_path / "b")
    stems = ("source-sans-400", "source-sans-600", "source-sans-italic")
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
