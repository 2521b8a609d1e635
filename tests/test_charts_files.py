"""Files of charts: whole or not at all, the same bytes, drawn once."""

from dataclasses import replace
from pathlib import Path

import pytest

import test_charts_samples as samples
from asylum_report import paths
from asylum_report.charts import bundle, files, mpl
from asylum_report.charts.model import Table
from asylum_report.errors import BuildError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    return tmp_path


def stop(*_: object, **__: object) -> str:
    raise AssertionError("drawn again")


def test_four_files_a_chart(project: Path) -> None:
    charts = {c.name: c for c in (samples.rates(), samples.definitions())}
    written = files.write_files(charts, project / "figures", workers=1)
    assert [p.name for p in written] == [
        f"sample-{name}.{kind}"
        for name in ("definitions", "rates")
        for kind in ("csv", "json", "png", "svg")
    ]
    assert sorted(p.name for p in (project / "figures").iterdir()) == [p.name for p in written]
    assert written[2].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    # 760 pixels and two margins of 24, twice.
    assert int.from_bytes(written[2].read_bytes()[16:20]) == 2 * (760 + 48)


def test_processes_write_what_one_process_writes(project: Path, tmp_path: Path) -> None:
    charts = [make() for make in samples.ALL]
    alone = files.write_files(charts, tmp_path / "a", workers=1)
    for found in (project / ".cache" / "charts").rglob("*.*"):
        found.unlink()
    together = files.write_files(charts, tmp_path / "b", workers=2)
    assert [p.read_bytes() for p in alone] == [p.read_bytes() for p in together]


def test_a_chart_is_drawn_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = samples.rates()
    first = files.write_files([chart], project / "figures")
    stamps = [p.stat().st_mtime_ns for p in first]
    page = bundle.html(chart)
    for name in ("svg", "standalone_svg", "png"):
        monkeypatch.setattr(mpl, name, stop)
    again = files.write_files([chart], project / "figures")
    assert [p.stat().st_mtime_ns for p in again] == stamps
    assert bundle.html(chart) == page
    with pytest.raises(AssertionError, match="drawn again"):
        files.write_files([replace(chart, note="Other")], project / "figures")


def test_a_chart_is_drawn_again_when_the_code_changes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = samples.definitions()
    bundle.html(chart)
    monkeypatch.setattr(files, "code", lambda: "other")
    monkeypatch.setattr(mpl, "svg", stop)
    with pytest.raises(AssertionError, match="drawn again"):
        bundle.html(chart)


def test_without_a_project_charts_are_drawn_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(tmp_path))
    assert "<figure" in bundle.html(samples.definitions())
    assert list(tmp_path.iterdir()) == []


def test_csv_is_plain_and_says_its_source() -> None:
    chart = replace(
        samples.rates(),
        table=Table(("Year", "Rate", "n"), (("2023", 0.28950543, 1658), ("2024", None, None))),
        source='UNHCR, "decisions", vintage 2025-06-30',
    )
    assert files.to_csv(chart) == (
        "Year,Rate,n,source\n"
        '2023,0.289505,1658,"UNHCR, ""decisions"", vintage 2025-06-30"\n'
        '2024,,,"UNHCR, ""decisions"", vintage 2025-06-30"\n'
    )


def test_csv_keeps_a_source_of_its_own() -> None:
    chart = replace(samples.rates(), table=Table(("Year", "Source"), (("2023", "BAMF"),)))
    assert files.to_csv(chart) == "Year,Source\n2023,BAMF\n"


def test_two_charts_of_one_name_are_refused(project: Path) -> None:
    with pytest.raises(BuildError, match="same name"):
        files.write_files([samples.rates(), samples.rates()], project)


def test_a_folder_that_cannot_be_written_is_named(project: Path) -> None:
    (project / "figures").write_text("a file")
    with pytest.raises(BuildError, match="cannot write the charts"):
        files.write_files([samples.definitions()], project / "figures")


def test_an_interrupted_write_leaves_the_old_file(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = samples.definitions()
    target = project / "figures" / "sample-definitions.csv"
    files.write_files([chart], target.parent)
    before = target.read_bytes()

    def broken(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "write_bytes", broken)
    with pytest.raises(BuildError, match="No space left on device"):
        files.write_files([replace(chart, source="Other")], target.parent)
    assert target.read_bytes() == before
    assert not list(target.parent.glob(".*"))


def test_plotly_comes_from_the_installed_package(tmp_path: Path) -> None:
    target = files.copy_plotly(tmp_path / "assets")
    assert target.name == "plotly.min.js"
    assert b"plotly.js v" in target.read_bytes()[:200]
