"""The PDF brief: archivable, accessible, the same to the byte, and its errors in one line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypdf
import pytest

from asylum_report.charts.model import Chart, Series, Table
from asylum_report.errors import BuildError
from asylum_report.publish import brief, brief_data
from asylum_report.publish.variables import VARIABLE

ROOT = Path(__file__).parents[1]
SOURCES = (
    "brief.qmd",
    "typst-template.typ",
    "tokens.typ",
    "typst-show.typ",
    "pandoc-template.typ",
    "alt.lua",
)
TEXT = (ROOT / "report" / "brief.qmd").read_text(encoding="utf-8")
HEADLINES = {
    "de.y2025.protection": "11.1%",
    "fr.y2025.protection": "22.2%",
    "us.y2025.protection": "33.3%",
}
"""Made-up figures, each unlike any other text of the brief."""
MM = 72 / 25.4


def fake_chart(name: str) -> Chart:
    """Return a made-up chart of the given name."""
    return Chart(
        name=name,
        title=f"A made-up finding on {name.replace('-', ' ')}",
        subtitle="A made-up measure",
        kind="line",
        x_scale="year",
        y_format="percent",
        series=(Series("Somewhere", "first", ("2001", "2002"), (0.25, 0.5)),),
        source="Nobody, no dataset",
        alt=f'Made-up chart "{name}" with two points.',
        table=Table((), ()),
        note="Not a real chart.",
    )


def fake_svg(chart: Chart, width_mm: float, height_mm: float) -> str:
    """Return a rectangle of the size asked for."""
    size = f'width="{width_mm}mm" height="{height_mm}mm" viewBox="0 0 {width_mm} {height_mm}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect x="1" y="1" width="{width_mm - 2}" '
        f'height="{height_mm - 2}" fill="none" stroke="#0b3765"/></svg>'
    )


def fake_numbers() -> dict[str, dict[str, Any]]:
    """Return made-up numbers for every name the brief's text may use."""
    names = dict.fromkeys(VARIABLE.findall(TEXT), "7.7%")
    for code in ("de", "fr", "us"):
        for year in range(2015, 2027):
            stem = f"{code}.y{year}"
            names |= {
                f"{stem}.protection": "44.4%",
                f"{stem}.trend_ci": "40.0 to 48.8%",
                f"{stem}.protection_n": "1,234",
            }
        names[f"{code}.trend_2023_2025.points"] = "\u22125.5 points"
        names[f"{code}.trend_2023_2025.ci"] = "\u22129.9 to +1.1"
    names |= {"meta.version": "9.9.9", "meta.date": "2 January 2001", **HEADLINES}
    numbers: dict[str, dict[str, Any]] = {
        name: {"display": text, "value": None, "definition": ""} for name, text in names.items()
    }
    numbers["meta.date"]["value"] = "2001-01-02"
    for name, entry in numbers.items():
        if name.endswith("protection_n"):
            entry["value"] = 1234
    numbers["us.y2024.protection_n"]["definition"] = "decisions, 2024 (part of the year)"
    numbers["fr.y2021.protection_n"] |= {"display": "33", "value": 33}
    return numbers


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a staged project with made-up numbers, where charts are made up too."""
    return staged(tmp_path / "stage", monkeypatch)


def staged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(brief_data, "made", fake_chart)
    monkeypatch.setattr(brief_data, "drawing", lambda: fake_svg)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    (folder / "report").mkdir(parents=True)
    for name in SOURCES:
        shutil.copyfile(ROOT / "report" / name, folder / "report" / name)
    (folder / "data" / "processed").mkdir(parents=True)
    write_numbers(folder, fake_numbers())
    return folder


def write_numbers(folder: Path, numbers: dict[str, dict[str, Any]]) -> None:
    (folder / brief_data.NUMBERS).write_text(json.dumps(numbers), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a brief made once for the tests that only look at it."""
    with pytest.MonkeyPatch.context() as patch:
        folder = staged(tmp_path_factory.mktemp("made") / "stage", patch)
        return brief.build_brief(folder, folder / "_site")


def test_is_short_and_small(made: Path) -> None:
    assert made.name == "brief.pdf"
    assert len(pypdf.PdfReader(made).pages) <= 4
    assert made.stat().st_size < 400_000


def test_is_archivable_and_accessible(made: Path) -> None:
    reader = pypdf.PdfReader(made)
    catalog = reader.trailer["/Root"]
    assert catalog["/StructTreeRoot"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"].lower().startswith("en")
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title
    assert reader.metadata.author
    # Written by Typst only after its own check of both standards.
    xmp = catalog["/Metadata"].get_data().decode()
    assert re.search(r"pdfuaid:part>\s*1", xmp)
    assert re.search(r"pdfaid:part>\s*2", xmp)
    assert re.search(r"pdfaid:conformance>\s*A", xmp)


def structure(node: Any, found: list[Any]) -> list[Any]:
    """List every structure element under a node of the tag tree."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, pypdf.generic.ArrayObject):
        for child in node:
            structure(child, found)
    elif isinstance(node, pypdf.generic.DictionaryObject):
        if "/S" in node and node.get("/Type", "/StructElem") == "/StructElem":
            found.append(node)
        if "/K" in node:
            structure(node["/K"], found)
    return found


def test_every_figure_has_its_alternative_text(made: Path) -> None:
    elements = structure(pypdf.PdfReader(made).trailer["/Root"]["/StructTreeRoot"]["/K"], [])
    alts = [str(e["/Alt"]) for e in elements if e["/S"] == "/Figure" and "/Alt" in e]
    names = [call.name for call in brief_data.chart_calls(TEXT, "")]
    assert len(names) == 3
    assert alts == [fake_chart(name).alt for name in names]
    kinds = [str(e["/S"]) for e in elements]
    assert kinds.count("/Figure") == len(names)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Caption"} <= set(kinds)
    assert kinds.count("/H1") == 1


def fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"].get("/Font", {}).values()]


def test_all_fonts_are_embedded_and_ours(made: Path) -> None:
    names = set()
    for page in pypdf.PdfReader(made).pages:
        for font in fonts(page):
            below = font["/DescendantFonts"][0].get_object()
            descriptor = below["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)
            names.add(str(font["/BaseFont"]).split("+")[-1])
    assert names
    assert all(name.startswith(("SourceSansPro", "SourceSerifPro")) for name in names), names


def test_shows_the_numbers_it_was_given(made: Path) -> None:
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(made).pages)
    first = pypdf.PdfReader(made).pages[0].extract_text()
    for figure in HEADLINES.values():
        assert figure in first
    assert "{{" not in text
    assert "9.9.9" in text
    assert "44.4%" in text
    assert "\u202f" not in text


def test_numbers_every_page(made: Path) -> None:
    pages = pypdf.PdfReader(made).pages
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in page.extract_text()


def test_text_stays_between_the_margins(made: Path) -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    done = subprocess.run(
        ["pdftotext", "-bbox", str(made), "-"], capture_output=True, text=True, check=True
    )
    boxes = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)"',
                       done.stdout)  # fmt: skip
    assert len(boxes) > 500
    for left, top, right, bottom in (tuple(map(float, box)) for box in boxes):
        assert left > 20 * MM - 1
        assert right < 190 * MM + 1
        assert top > 0
        assert bottom < 297 * MM - 20


def test_marks_partial_years_and_few_decisions(made: Path) -> None:
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(made).pages)
    table = text[text.index("Table 1".upper()) :]
    row = next(line for line in table.splitlines() if line.startswith("2021"))
    assert "b" in row
    row = next(line for line in table.splitlines() if line.startswith("2024"))
    assert "a" in row


def test_is_the_same_to_the_byte(
    made: Path, stage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = brief.build_brief(stage, tmp_path / "other.pdf")
    assert again.read_bytes() == made.read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert brief.build_brief(stage, tmp_path).read_bytes() != made.read_bytes()


def test_quartos_way_compiles_what_quarto_left(made: Path, stage: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"Quarto left no Typst text .*keep-typ"):
        brief.build_brief(stage, tmp_path, "quarto")
    left = stage / "_site" / "report" / "brief.typ"
    left.parent.mkdir(parents=True)
    shutil.copyfile(made.parents[1] / "report" / "brief.typ", left)
    assert brief.build_brief(stage, tmp_path, "quarto").read_bytes() == made.read_bytes()


@pytest.mark.site
def test_the_real_brief(tmp_path: Path) -> None:
    if not (ROOT / brief_data.NUMBERS).is_file():
        pytest.skip("data/processed/numbers.json is not built")
    stage = tmp_path / "stage"
    shutil.copytree(ROOT / "report", stage / "report")
    (stage / "data" / "processed").mkdir(parents=True)
    shutil.copyfile(ROOT / brief_data.NUMBERS, stage / brief_data.NUMBERS)
    pdf = brief.build_brief(stage, tmp_path)
    pages = pypdf.PdfReader(pdf).pages
    assert len(pages) <= 4
    assert pdf.stat().st_size < 400_000
    shown = brief_data.displays(brief_data.read_numbers(stage))
    first = pages[0].extract_text().replace("\u00a0", " ")
    for name in HEADLINES:
        assert shown[name].replace("\u00a0", " ") in first
