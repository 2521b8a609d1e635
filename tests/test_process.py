"""Building the processed tables: whole or not at all, the same bytes, stale when it should be."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
from pathlib import Path

import pytest

from asylum_report import columns, files, paths, process, records, tables
from asylum_report.errors import DamagedVintage, ReportError
from asylum_report.harmonise import recipes

HERE = Path(__file__).parents[1]
SMALL = ("bamf", "cbp", "ohss", "prm", "asylum-report")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a project with the small publishers only, in which a build takes a second."""
    (tmp_path / "_quarto.yml").touch()
    for publisher in SMALL:
        shutil.copytree(HERE / "data/raw" / publisher, tmp_path / "data/raw" / publisher)
    shutil.copytree(HERE / "data/reference", tmp_path / "data/reference")
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(tmp_path))
    there = {path.name for path in (tmp_path / "data/raw").glob("*/*")}
    monkeypatch.setattr(
        recipes, "RECIPES", tuple(one for one in recipes.RECIPES if one.dataset in there)
    )
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_build_writes_every_table_twice_and_describes_it(project: Path) -> None:
    lines: list[str] = []
    written = process.build(progress=lines.append)
    assert set(written) == {
        *(f"{name}.parquet" for name in tables.names()),
        *(f"{name}.csv" for name in tables.names()),
        "datapackage.json",
    }
    assert "encounters: 560 rows" in lines
    package = json.loads((project / "data/processed/datapackage.json").read_text())
    for one in package["resources"]:
        data = (project / "data/processed" / one["path"]).read_bytes()
        assert one["bytes"] == len(data)
        assert one["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        name = one["name"].removesuffix("-csv")
        assert [field["name"] for field in one["schema"]["fields"]] == list(columns.TABLES[name])
        assert one["schema"]["primaryKey"] == list(columns.key(name))
        for field in one["schema"]["fields"]:
            assert field["title"]
            assert field["description"]
    decisions = next(one for one in package["resources"] if one["name"] == "decisions")
    assert decisions["sources"][0]["dataset"] == "bamf-monthly"
    assert decisions["licenses"]


def test_the_same_inputs_give_the_same_bytes(project: Path, tmp_path: Path) -> None:
    process.build(tmp_path / "one")
    process.build(tmp_path / "two")
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_csv_and_parquet_hold_the_same_rows(project: Path) -> None:
    process.build()
    folder = project / "data/processed"
    for name in tables.names():
        whole = tables.read(name)
        (folder / f"{name}.parquet").rename(folder / "aside")
        assert tables.read(name, origin="RUS").equals(whole)
        (folder / "aside").rename(folder / f"{name}.parquet")


def test_rows_without_pandas_read_what_was_built(project: Path) -> None:
    process.build()
    rows = records.rows("encounters", origin="RUS", fiscal_year="2020")
    assert sum(row["count"] for row in rows) == 5946


def test_rows_belong_to_who_asked_for_them(project: Path) -> None:
    process.build()
    records.rows("encounters", origin="RUS", fiscal_year="2020")[0]["count"] = -1
    again = records.rows("encounters", origin="RUS", fiscal_year="2020")
    assert min(row["count"] for row in again) >= 0


def test_stale_when_something_it_depends_on_has_changed(project: Path) -> None:
    assert process.stale()
    assert process.ensure()
    assert not process.stale()
    assert not process.ensure()
    reference = project / "data/reference/authorities.yml"
    reference.write_text(reference.read_text() + "# another word\n")
    assert process.stale()
    process.build()
    (project / "data/processed/grants.parquet").unlink()
    assert process.stale()
    process.build()
    sidecar = next((project / "data/raw/prm").rglob("meta.yml"))
    sidecar.write_text(sidecar.read_text().replace("retrieved: ", "retrieved: again "))
    assert process.stale()


def test_a_table_altered_without_changing_its_size_is_built_again(project: Path) -> None:
    process.build()
    for name in ("grants.parquet", "grants.csv"):
        path = project / "data/processed" / name
        good = path.read_bytes()
        path.write_bytes(good[:-9] + bytes([good[-9] ^ 1]) + good[-8:])
        assert process.stale()
        assert process.ensure()
        assert path.read_bytes() == good
    package = project / "data/processed/datapackage.json"
    good = package.read_bytes()
    for text in ("[]", '{"resources": 3}'):
        package.write_text(text)
        assert process.ensure()
        assert package.read_bytes() == good


def test_a_vintage_cut_short_is_noticed_while_the_tables_are_fresh(project: Path) -> None:
    process.build()
    damaged = next((project / "data/raw/ohss").rglob("data.csv.gz"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert process.stale()
    with pytest.raises(DamagedVintage, match=r"ohss-yearbook/2025-07/data\.csv\.gz"):
        process.ensure()


def test_a_damaged_release_that_goes_into_no_table_stops_the_build_too(project: Path) -> None:
    release = "unhcr/unhcr-asylum-decisions-RUS/2023-06-14"
    shutil.copytree(HERE / "data/raw" / release, project / "data/raw" / release)
    process.build()
    data = project / "data/raw" / release / "data.csv.gz"
    data.write_bytes(data.read_bytes()[:-1])
    with pytest.raises(DamagedVintage, match="2023-06-14"):
        process.ensure()


def test_a_dataset_without_any_vintage_is_named(project: Path) -> None:
    shutil.rmtree(project / "data/raw/prm")
    with pytest.raises(DamagedVintage, match=r"no vintage of dataset 'prm-admissions' .*git") as no:
        process.build()
    assert "\n" not in str(no.value)


def test_looking_whether_anything_changed_is_quick() -> None:
    process.ensure()
    times = []
    for _ in range(3):
        began = time.perf_counter()
        assert not process.stale()
        times.append(time.perf_counter() - began)
    assert min(times) < 0.15


def test_a_damaged_vintage_stops_the_build_and_leaves_the_tables_alone(project: Path) -> None:
    process.build()
    before = content(project / "data/processed")
    damaged = next((project / "data/raw/cbp").rglob("data.csv.gz"))
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(DamagedVintage, match=r"cbp-nationwide-encounters/2026-01/data\.csv\.gz"):
        process.build()
    assert content(project / "data/processed") == before


def test_a_full_disk_leaves_the_tables_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.build()
    before = content(project / "data/processed")
    calls = []

    def full(_: int) -> None:
        calls.append(1)
        if len(calls) > 5:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match="the disk is full"):
        process.build()
    assert content(project / "data/processed") == before


def test_an_interrupted_build_leaves_the_tables_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.build()
    before = content(project / "data/processed")

    def interrupted(path: Path, data: bytes) -> None:
        path.write_bytes(data[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        process.build()
    assert content(project / "data/processed") == before


def test_parts_left_by_a_killed_build_are_cleared_later(tmp_path: Path) -> None:
    left = tmp_path / ".grants.csv.123.part"
    left.write_bytes(b"half")
    files.place({tmp_path / "a": b"1"})
    assert left.exists()  # may belong to a build that is running
    os.utime(left, (0, 0))
    files.place({tmp_path / "a": b"2"})
    assert not left.exists()
    assert (tmp_path / "a").read_bytes() == b"2"


def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ReportError, match="Permission denied") as caught:
        files.place({tmp_path / "a": b"1"})
    assert "\n" not in str(caught.value)


def test_a_large_russia_part_is_compressed_and_its_bytes_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process.build()
    monkeypatch.setattr(process, "LARGE", 30_000)
    process.build()
    folder = paths.processed()
    assert (folder / "decisions.csv.gz").exists()
    assert not (folder / "decisions.csv").exists()
    other = files.gzip.compress(
        files.gzip.decompress((folder / "decisions.csv.gz").read_bytes()), 1
    )
    (folder / "decisions.csv.gz").write_bytes(other)
    process.build()
    assert (folder / "decisions.csv.gz").read_bytes() == other
    assert tables.read("decisions", origin="RUS").shape == (996, 16)
