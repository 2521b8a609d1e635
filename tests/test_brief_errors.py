"""What can go wrong with the PDF brief: one clear line, and the brief before it still whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from asylum_report.charts.model import Chart
from asylum_report.errors import BuildError, UnknownName
from asylum_report.publish import brief, brief_data
from test_brief import TEXT, fake_chart, fake_numbers, fake_svg, staged, write_numbers


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a staged project with made-up numbers and charts."""
    return staged(tmp_path / "stage", monkeypatch)


def replace(stage: Path, old: str, new: str) -> int:
    """Change the staged text and return the number of the line changed."""
    path = stage / "report" / "brief.qmd"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_unknown_number_is_named_by_file_and_line(stage: Path, tmp_path: Path) -> None:
    line = replace(stage, "{{< var de.y2025.protection >}}", "{{< var de.y1066.protection >}}")
    with pytest.raises(BuildError) as caught:
        brief.build_brief(stage, tmp_path)
    assert f"unknown number 'de.y1066.protection' in prose (report/brief.qmd, line {line})" in str(
        caught.value
    )


def test_unknown_number_in_a_tile_is_named(stage: Path, tmp_path: Path) -> None:
    numbers = fake_numbers()
    del numbers["fr.trend_2023_2025.points"]
    write_numbers(stage, numbers)
    text = TEXT.replace("{{< var fr.trend_2023_2025.points >}}", "")
    (stage / "report" / "brief.qmd").write_text(text, encoding="utf-8")
    with pytest.raises(BuildError, match=r"unknown number 'fr\.trend_2023_2025\.points'") as caught:
        brief.build_brief(stage, tmp_path)
    assert "\n" not in str(caught.value)


def test_unknown_chart_is_named_by_file_and_line(
    stage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(name: str) -> Chart:
        if name == "no-such-chart":
            raise UnknownName(f"unknown chart '{name}'", todo="use one of a, b")
        return fake_chart(name)

    monkeypatch.setattr(brief_data, "made", made)
    first = brief_data.chart_calls(TEXT, "")[0].name
    line = replace(stage, f'#chart("{first}"', '#chart("no-such-chart"')
    with pytest.raises(BuildError) as caught:
        brief.build_brief(stage, tmp_path)
    assert str(caught.value).startswith(
        f"unknown chart 'no-such-chart' (report/brief.qmd, line {line})"
    )


def test_typst_error_is_one_line_and_the_old_pdf_stays(stage: Path, tmp_path: Path) -> None:
    old = tmp_path / "brief.pdf"
    old.write_bytes(b"old")
    replace(stage, "\n# ", "\n```{=typst}\n#no-such-function()\n```\n\n# ")
    with pytest.raises(BuildError) as caught:
        brief.build_brief(stage, tmp_path)
    assert re.fullmatch(
        r"Typst: unknown variable: no-such-function .*\(brief\.typ, line \d+\)", str(caught.value)
    )
    assert old.read_bytes() == b"old"
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_figure_without_alternative_text_is_refused(
    stage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(stage, "\n# ", '\n```{=typst}\n#image("charts/x.svg")\n```\n\n# ')
    (stage / "report" / "charts").mkdir()
    (stage / "report" / "charts" / "x.svg").write_text(fake_svg(fake_chart("x"), 9, 9))
    with pytest.raises(BuildError, match=r"missing alt text.*line \d+"):
        brief.build_brief(stage, tmp_path)


def test_missing_and_damaged_numbers(stage: Path, tmp_path: Path) -> None:
    (stage / brief_data.NUMBERS).write_text('{"a": 1}', encoding="utf-8")
    with pytest.raises(BuildError, match=r"damaged numbers"):
        brief.build_brief(stage, tmp_path)
    (stage / brief_data.NUMBERS).unlink()
    with pytest.raises(BuildError, match=r"no numbers for the brief"):
        brief.build_brief(stage, tmp_path)


def test_missing_text_and_unwritable_place(stage: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match=r"cannot write the brief"):
        brief.build_brief(stage, tmp_path / "file" / "brief.pdf")
    (stage / "report" / "brief.qmd").unlink()
    with pytest.raises(BuildError, match=r"cannot read the brief's text \(report/brief.qmd\)"):
        brief.build_brief(stage, tmp_path)


def test_pandoc_error_is_one_line(stage: Path, tmp_path: Path) -> None:
    (stage / "report" / "alt.lua").write_text("this is not Lua\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"^pandoc failed \(report/brief.qmd\): ") as caught:
        brief.build_brief(stage, tmp_path)
    assert "\n" not in str(caught.value)


def test_quartos_unknown_variable_is_refused(stage: Path, tmp_path: Path) -> None:
    typ = stage / "report" / "brief.typ"
    typ.write_text("= Title\n\nA rate of ?var:de.y1999.protection.\n", encoding="utf-8")
    with pytest.raises(BuildError, match=r"de\.y1999\.protection.*brief\.typ, line 3"):
        brief.build_brief(stage, tmp_path, "quarto")
