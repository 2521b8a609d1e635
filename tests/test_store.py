"""Vintages are written once, whole, and read only as they were written."""

from __future__ import annotations

import errno
import gzip
import os
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report import store
from asylum_report.errors import DamagedVintage, ReportError, UnknownName

COLUMNS = {"level": "code", "count": "persons", "share": "of one"}


def meta(**changed: object) -> dict[str, object]:
    given = {
        "publisher": "UNHCR",
        "dataset": "decisions",
        "title": "Decisions",
        "licence": "CC BY 4.0",
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "attribution": "UNHCR",
        "vintage": "2026-06-25",
        "retrieved": "release 2025.12.1",
        "url": "https://www.unhcr.org/refugee-statistics/",
        "definition": "NA is a code",
        "columns": COLUMNS,
    }
    return given | changed


def table(counts: tuple[int | None, ...] = (5, None, 0)) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "level": pd.Series(["NA", "FI", ""][: len(counts)], dtype="str"),
            "count": pd.array(counts, dtype="Int64"),
            "share": pd.array([0.25, None, 1.0][: len(counts)], dtype="Float64"),
        }
    )


def test_what_is_written_is_read_again_and_na_stays_a_code(tmp_path: Path) -> None:
    written = store.write(table(), meta(), tmp_path)
    assert written.folder == tmp_path / "unhcr" / "decisions" / "2026-06-25"
    assert written.file.name == "data.csv.gz"
    pd.testing.assert_frame_equal(written.read(), table())
    assert store.latest("decisions", tmp_path).read()["level"].tolist() == ["NA", "FI", ""]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=8),
            st.none() | st.integers(0, 2**53),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_table_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, int | None]]
) -> None:
    frame = pd.DataFrame(
        {
            "text": pd.Series([row[0] for row in rows], dtype="str"),
            "count": pd.array([row[1] for row in rows], dtype="Int64"),
        }
    )
    columns = {"text": "any", "count": "any"}
    read = store.write(frame, meta(columns=columns), tmp_path_factory.mktemp("raw")).read()
    pd.testing.assert_frame_equal(read, frame)


def test_many_rows_become_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MANY_ROWS", 3)
    written = store.write(table(), meta(), tmp_path)
    assert written.file.name == "data.parquet"
    pd.testing.assert_frame_equal(written.read(), table())


def test_the_same_bytes_from_the_same_table(tmp_path: Path) -> None:
    first = store.write(table(), meta(), tmp_path / "a")
    second = store.write(table(), meta(), tmp_path / "b")
    assert first.file.read_bytes() == second.file.read_bytes()
    assert (first.folder / "meta.yml").read_bytes() == (second.folder / "meta.yml").read_bytes()


def test_the_same_content_is_left_alone_and_another_refused(tmp_path: Path) -> None:
    first = store.write(table(), meta(), tmp_path)
    before = first.file.stat().st_mtime_ns
    assert store.write(table(), meta(), tmp_path) == first
    assert first.file.stat().st_mtime_ns == before
    with pytest.raises(ReportError, match="never changed"):
        store.write(table((5, 1, 0)), meta(), tmp_path)
    pd.testing.assert_frame_equal(first.read(), table())


def test_other_compression_of_the_same_rows_is_the_same_vintage(tmp_path: Path) -> None:
    written = store.write(table(), meta(), tmp_path)
    plain = gzip.decompress(written.file.read_bytes())
    content = gzip.compress(plain, compresslevel=1, mtime=0)
    written.file.write_bytes(content)
    sidecar = written.folder / "meta.yml"
    changed = yaml.safe_load(sidecar.read_text()) | {
        "sha256": store.hashlib.sha256(content).hexdigest()
    }
    sidecar.write_text(yaml.safe_dump(changed))
    assert store.write(table(), meta(), tmp_path).folder == written.folder


def damage_truncate(one: store.Vintage) -> None:
    one.file.write_bytes(one.file.read_bytes()[:-9])


def damage_bit(one: store.Vintage) -> None:
    content = bytearray(one.file.read_bytes())
    content[20] ^= 1
    one.file.write_bytes(content)


def damage_missing(one: store.Vintage) -> None:
    one.file.unlink()


@pytest.mark.parametrize("damage", [damage_truncate, damage_bit, damage_missing])
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, damage: object) -> None:
    written = store.write(table(), meta(), tmp_path / "data" / "raw")
    damage(written)  # type: ignore[operator]
    with pytest.raises(DamagedVintage) as caught:
        written.read()
    assert "raw/unhcr/decisions/2026-06-25/data.csv.gz" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rows_that_do_not_match_the_sidecar_are_refused(tmp_path: Path) -> None:
    written = store.write(table(), meta(), tmp_path)
    sidecar = written.folder / "meta.yml"
    sidecar.write_text(sidecar.read_text().replace("rows: 3", "rows: 4"))
    with pytest.raises(DamagedVintage, match="3 rows where its sidecar says 4"):
        store.latest("decisions", tmp_path).read()


def test_a_sidecar_that_is_missing_or_lacks_a_key_is_refused(tmp_path: Path) -> None:
    written = store.write(table(), meta(), tmp_path)
    sidecar = written.folder / "meta.yml"
    content = yaml.safe_load(sidecar.read_text())
    del content["licence"]
    sidecar.write_text(yaml.safe_dump(content))
    with pytest.raises(DamagedVintage, match="lacks licence"):
        store.vintages(folder=tmp_path)
    sidecar.write_text("a: [")
    with pytest.raises(DamagedVintage, match="cannot be read"):
        store.vintages(folder=tmp_path)
    sidecar.unlink()
    with pytest.raises(DamagedVintage, match="no sidecar"):
        store.vintages(folder=tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("publisher: UNHCR", "publisher: Eurostat", "publisher differs from its folder"),
        ("dataset: decisions", "dataset: other", "dataset differs from its folder"),
        ("vintage: '2026-06-25'", "vintage: '2026-06-24'", "vintage differs from its folder"),
        ("rows: 3", "rows: three", "rows is wrong"),
        ("file: data.csv.gz", "file: ../data.csv.gz", "file is wrong"),
        ("sha256: ", "sha256: g", "sha256 is wrong"),
        ("share: number", "share: rate", "types is wrong"),
        ("licence: CC BY 4.0", "licence: \udcff", "cannot be read"),
    ],
)
def test_a_sidecar_that_contradicts_its_place_or_itself_is_refused(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    sidecar = store.write(table(), meta(), tmp_path).folder / "meta.yml"
    text = sidecar.read_text()
    assert before in text
    sidecar.write_bytes(text.replace(before, after).encode("utf-8", "surrogateescape"))
    with pytest.raises(DamagedVintage, match=message) as caught:
        store.vintages(folder=tmp_path)
    assert "decisions/2026-06-25/meta.yml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_types_that_are_no_types_and_a_date_that_is_none(tmp_path: Path) -> None:
    written = store.write(table(), meta(), tmp_path)
    sidecar = written.folder / "meta.yml"
    content = yaml.safe_load(sidecar.read_text())
    for types in ("foo", [], {"level": ["string"]}):
        sidecar.write_text(yaml.safe_dump(content | {"types": types}))
        with pytest.raises(DamagedVintage, match="types is wrong"):
            store.vintages(folder=tmp_path)
    sidecar.write_text(yaml.safe_dump(content | {"vintage": "2026-02-30"}))
    written.folder.rename(written.folder.with_name("2026-02-30"))
    with pytest.raises(DamagedVintage, match="date is wrong"):
        store.vintages(folder=tmp_path)


def test_nothing_is_not_a_vintage(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="without rows"):
        store.write(table().head(0), meta(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_import_is_left_to_finish_and_a_killed_one_cleared(tmp_path: Path) -> None:
    running = tmp_path / "unhcr" / "decisions" / ".2026-06-25.1.part"
    running.mkdir(parents=True)
    (running / "meta.yml").touch()
    store.write(table(), meta(), tmp_path)
    assert (running / "meta.yml").exists()
    os.utime(running, (0, 0))
    store.write(table(), meta(vintage="2026-07"), tmp_path)
    assert not running.exists()


def test_the_name_of_a_new_folder_is_flushed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed = []
    real = os.fsync

    def fsync(number: int) -> None:
        flushed.append(os.fstat(number).st_ino)
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    written = store.write(table(), meta(), tmp_path)
    assert flushed[-1] == written.folder.parent.stat().st_ino


def test_vintages_come_oldest_first(tmp_path: Path) -> None:
    for date in ("2025-05", "2023-03", "2024-01-18"):
        store.write(table(), meta(vintage=date), tmp_path)
    store.write(table(), meta(dataset="other", vintage="2026"), tmp_path)
    assert [one.date for one in store.vintages(folder=tmp_path)] == [
        "2023-03",
        "2024-01-18",
        "2025-05",
        "2026",
    ]
    assert [one.date for one in store.vintages("UNHCR", "other", tmp_path)] == ["2026"]
    assert store.latest("decisions", tmp_path).date == "2025-05"
    with pytest.raises(UnknownName, match="no vintage of dataset 'none'"):
        store.latest("none", tmp_path)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vintage": "June 2026"}, "date is not YYYY"),
        ({"vintage": "2026-13"}, "date is not YYYY"),
        ({"columns": {"level": "code"}}, "columns and their descriptions differ: count, share"),
    ],
)
def test_a_bad_sidecar_is_not_written(
    tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    with pytest.raises(ReportError, match=message):
        store.write(table(), meta(**changed), tmp_path)
    without = meta()
    del without["licence"]
    with pytest.raises(ReportError, match="lacks licence"):
        store.write(table(), without, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportError, match="the disk is full") as caught:
        store.write(table(), meta(), tmp_path)
    assert "\n" not in str(caught.value)
    assert store.vintages(folder=tmp_path) == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_an_interrupted_write_leaves_no_vintage_and_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(self: Path, target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            store.write(table(), meta(), tmp_path)
    assert store.vintages(folder=tmp_path) == []
    store.write(table(), meta(), tmp_path)
    assert [one.date for one in store.vintages(folder=tmp_path)] == ["2026-06-25"]
    assert not list(tmp_path.rglob(".*"))
