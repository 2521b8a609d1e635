"""What readers take away: valid by its standards, whole by its hashes, the same in every form."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import warnings
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from asylum_report import store
from asylum_report.publish import csvw, downloads, downloads_page, downloads_tables
from asylum_report.publish.downloads_package import WHOLE
from conftest import ROOT

LONG = 300
"""Rows of a table that is checked by its first ones only, where every one would take minutes."""


@pytest.fixture(scope="module")
def tables() -> list[downloads_tables.Table]:
    return downloads_tables.every(ROOT)


@pytest.fixture(scope="module")
def contents(tables: list[downloads_tables.Table]) -> dict[str, bytes]:
    return downloads.contents(ROOT, tables)


@pytest.fixture(scope="module")
def folder(contents: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("downloads")
    for name, content in contents.items():
        (place / name).write_bytes(content)
    return place


def plain(contents: dict[str, bytes], name: str) -> bytes:
    found = contents.get(f"{name}.gz")
    return contents[name] if found is None else gzip.decompress(found)


def test_every_table_is_there(tables: list[downloads_tables.Table]) -> None:
    from asylum_report import evaluation
    from asylum_report.columns import TABLES
    from asylum_report.results_list import ABOUT

    names = [table.name for table in tables]
    studies = {f"study_{one}" for study in evaluation.STUDIES.values() for one in study.tables}
    assert len(names) == len(set(names))
    assert set(names) == {*TABLES, *ABOUT, *studies, "vintages"}


def test_three_forms_hold_the_same(
    tables: list[downloads_tables.Table], contents: dict[str, bytes]
) -> None:
    for table in tables:
        rows = list(csv.reader(io.StringIO(contents[f"{table.name}.csv"].decode())))
        head, body = rows[0], rows[1:]
        records = json.loads(plain(contents, f"{table.name}.json"))
        parquet = pq.read_table(io.BytesIO(contents[f"{table.name}.parquet"])).to_pylist()
        assert len(body) == len(records) == len(parquet) == table.rows, table.name
        assert head == [field.name for field in table.fields] == list(records[0])
        step = 1 + len(body) // LONG  # of long tables rows from all over
        for line, record, row in list(zip(body, records, parquet, strict=True))[::step]:
            assert record == json.loads(json.dumps(row, default=str))
            for text, value in zip(line, record.values(), strict=True):
                same = text == "" if value is None else _same(text, value)
                assert same, (table.name, text, value)


def _same(text: str, value: Any) -> bool:
    if isinstance(value, bool):
        return text == str(value)
    return float(text) == value if isinstance(value, int | float) else text == value


def test_codes_that_look_missing_are_kept(contents: dict[str, bytes]) -> None:
    """NA is UNHCR's code for new applications."""
    records = json.loads(plain(contents, "decisions.json"))
    assert "NA" in {record["level"] for record in records}


def test_package_is_valid(folder: Path, contents: dict[str, bytes]) -> None:
    from frictionless import Package, Resource, Schema, system

    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert Package.validate_descriptor(descriptor).valid
    checked = {"csv": 0, "json": 0, "parquet": 0}
    with system.use_context(trusted=True):
        for one in descriptor["resources"]:
            assert {"bytes", "hash", "licenses", "schema"} <= one.keys(), one["name"]
            checked[one["format"]] += 1
            if one["format"] == "parquet":
                continue  # needs another reader; `test_three_forms_hold_the_same` has it
            if one["format"] == "json":
                # Read here, because a reader of JSON is another package of frictionless.
                records = json.loads(plain(contents, one["path"].removesuffix(".gz")))
                schema = Schema.from_descriptor(one["schema"])
                resource = Resource(data=records[:LONG], schema=schema)
                found = resource.validate()
            elif one["rows"] > LONG:
                # A hash is that of the whole file; `test_hashes` has it.
                part = {key: value for key, value in one.items() if key not in ("hash", "bytes")}
                resource = Resource.from_descriptor(part, basepath=str(folder))
                found = resource.validate(limit_rows=LONG)
            else:
                found = Resource.from_descriptor(one, basepath=str(folder)).validate()
            said = found.flatten(["rowNumber", "fieldName", "note"])[:3]
            assert found.valid, (one["name"], said)
    assert checked["csv"] == checked["json"] == checked["parquet"] - len(downloads.ALL_ORIGINS)


def test_a_wrong_value_is_not_valid(contents: dict[str, bytes], tmp_path: Path) -> None:
    from frictionless import Package, system

    descriptor = json.loads(contents["datapackage.json"])
    descriptor["resources"] = [one for one in descriptor["resources"] if one["name"] == "grants"]
    del descriptor["resources"][0]["hash"], descriptor["resources"][0]["bytes"]
    wrong = contents["grants.csv"].replace(b",complete,", b",finished,", 1)
    assert wrong != contents["grants.csv"]
    (tmp_path / "grants.csv").write_bytes(wrong)
    (tmp_path / "datapackage.json").write_text(json.dumps(descriptor))
    with system.use_context(trusted=True):
        found = Package(str(tmp_path / "datapackage.json")).validate()
    assert [error.type for task in found.tasks for error in task.errors] == ["constraint-error"]


def test_csv_on_the_web_is_valid(
    tables: list[downloads_tables.Table], contents: dict[str, bytes], tmp_path: Path
) -> None:
    from csvw import CSVW

    for table in tables:
        lines = contents[f"{table.name}.csv"].splitlines(keepends=True)
        (tmp_path / f"{table.name}.csv").write_bytes(b"".join(lines[: LONG + 1]))
        description = tmp_path / f"{table.name}.csv-metadata.json"
        description.write_bytes(contents[description.name])
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert CSVW(str(description), validate=True).is_valid, table.name
        assert typed(description) == min(table.rows, LONG), table.name


def typed(description: Path) -> int:
    """Read a table by its description, raising on a value that is not of its type."""
    from csvw import Table

    table = Table.from_file(description)
    if table.tableSchema.primaryKey:
        assert table.check_primary_key(), description.name
    return sum(1 for _ in table.iterdicts(strict=True))


def test_csv_on_the_web_refuses_a_wrong_value(
    tables: list[downloads_tables.Table], tmp_path: Path
) -> None:
    grants = next(table for table in tables if table.name == "grants")
    (tmp_path / "grants.csv").write_bytes(grants.csv.replace(b",complete,", b",finished,", 1))
    description = tmp_path / "grants.csv-metadata.json"
    description.write_bytes(csvw.described(grants))
    with pytest.raises(ValueError, match="finished"):
        typed(description)


def test_hashes(contents: dict[str, bytes]) -> None:
    lines = contents["SHA256SUMS"].decode().splitlines()
    named = {line[66:]: line[:64] for line in lines}
    assert named.keys() == contents.keys() - {"SHA256SUMS"}
    for name, sha256 in named.items():
        assert hashlib.sha256(contents[name]).hexdigest() == sha256, name
    for one in json.loads(contents["datapackage.json"])["resources"]:
        assert one["hash"] == f"sha256:{named[one['path']]}"
        assert one["bytes"] == len(contents[one["path"]])


def test_bytes_are_the_same_each_time_and_size_is_kept(
    tables: list[downloads_tables.Table], contents: dict[str, bytes]
) -> None:
    again = downloads.contents(ROOT)
    assert again == contents
    assert sum(map(len, contents.values())) < 22_000_000
    assert len(contents[f"decisions{WHOLE}.parquet"]) > len(contents["decisions.parquet"])


def test_licences_and_sources(tables: list[downloads_tables.Table]) -> None:
    by_name = {table.name: table for table in tables}
    held = {(one.dataset, one.date) for one in store.vintages()}
    for table in tables:
        assert table.licences, table.name
        assert {(one["dataset"], one["vintage"]) for one in table.sources} <= held, table.name
        assert bool(table.sources) == (table.group in ("figures", "results")), table.name
    assert "CC BY 4.0" in {title for title, _ in by_name["decisions"].licences}
    # Columns of the tidy tables are described, all of them.
    for table in tables:
        if table.group in ("figures", "vintages"):
            assert all(field.description for field in table.fields), table.name


def test_citations_and_words_are_beside(contents: dict[str, bytes]) -> None:
    assert yaml.safe_load(contents["CITATION.cff"])["cff-version"] == "1.2.0"
    assert contents["citation.bib"].startswith(b"@misc{")
    assert contents["citation.ris"].startswith(b"TY  - COMP")
    assert json.loads(contents["citation.json"])[0]["type"] == "software"
    readme = contents["README.md"].decode()
    assert "No register\nanywhere records deserters" in readme
    assert json.loads(contents["numbers.json"])["de.y2023.protection"]["display"] == "29.0%"


def test_written_once_and_mended_when_damaged(
    contents: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("data", "CITATION.cff"):
        (tmp_path / name).symlink_to(ROOT / name)
    made: list[int] = []
    monkeypatch.setattr(downloads, "contents", lambda root: made.append(1) or dict(contents))
    first = downloads.write(tmp_path / "site", tmp_path)
    assert {path.name for path in first} == contents.keys()
    assert all(path.read_bytes() == contents[path.name] for path in first)
    downloads.write(tmp_path / "site", tmp_path)
    assert made == [1]
    (tmp_path / ".cache" / "downloads" / "grants.csv").write_text("cut")
    downloads.write(tmp_path / "site", tmp_path)
    assert made == [1, 1]
    assert (tmp_path / "site" / "downloads" / "grants.csv").read_bytes() == contents["grants.csv"]


def test_binder_is_linked_where_the_repository_is_named(tmp_path: Path) -> None:
    about = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    (tmp_path / "CITATION.cff").write_text(about)
    if "repository-code" not in about:
        assert "mybinder.org/v2" not in downloads_page.binder(tmp_path)
    for address, path in (
        ("https://github.com/some/report", "gh/some/report/HEAD"),
        ("https://gitlab.com/some/report.git", "gl/some%2Freport/HEAD"),
    ):
        lines = [line for line in about.splitlines() if not line.startswith("repository-code")]
        text = "\n".join([*lines, f"repository-code: {address}"])
        (tmp_path / "CITATION.cff").write_text(text)
        assert f"https://mybinder.org/v2/{path}?" in downloads_page.binder(tmp_path)


def test_binder_starts_from_the_lock() -> None:
    script = ROOT / "binder" / "postBuild"
    assert script.stat().st_mode & 0o111
    assert "tools/make.py setup" in script.read_text(encoding="utf-8")
    assert (ROOT / "binder" / "runtime.txt").read_text(encoding="utf-8") == "python-3.11\n"
