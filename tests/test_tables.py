"""Schemas of the tidy tables: what they refuse, in one line."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from asylum_report import columns, files, records, tables
from asylum_report.errors import InvalidTable, UnknownName


def decision(**changed: object) -> dict[str, object]:
    row: dict[str, object] = {
        "source": "UNHCR",
        "dataset": "unhcr-asylum-decisions",
        "vintage": "2026-06-25",
        "origin": "RUS",
        "destination": "DEU",
        "authority": "BAMF",
        "level": "NA",
        "stage": "first",
        "unit": "persons",
        "period_start": "2020-01-01",
        "period_end": "2020-12-31",
        "outcome": "refugee",
        "count": 11,
        "rounding_base": 1,
        "status": "complete",
        "note": "",
    }
    return row | changed


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    return tables.conform("decisions", pd.DataFrame(list(rows)))


def put(folder: Path, content: bytes, name: str = "decisions.parquet") -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def record(folder: Path, path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    package = {"resources": [{"path": path.name, "hash": f"sha256:{digest}"}]}
    (folder / "datapackage.json").write_text(json.dumps(package))


def test_a_good_table_is_read_again(tmp_path: Path) -> None:
    good = frame(decision(), decision(outcome="rejected", count=None))
    put(tmp_path, files.parquet(good))
    pd.testing.assert_frame_equal(tables.read("decisions", tmp_path), good)


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"count": -1}, "count"),
        ({"stage": "third"}, "stage"),
        ({"outcome": "granted"}, "outcome"),
        ({"status": "final"}, "status"),
        ({"unit": "people"}, "unit"),
        ({"period_start": "2020"}, "period_start"),
        ({"period_end": "2020-13-01"}, "period_end"),
        ({"period_end": "2019-12-31"}, "period_end"),
        ({"origin": ""}, "origin"),
        ({"rounding_base": None}, "rounding_base"),
        ({"source": "Wikipedia"}, "source"),
    ],
)
def test_a_bad_row_is_named_with_table_column_and_row(
    changed: dict[str, object], column: str
) -> None:
    with pytest.raises(InvalidTable) as caught:
        tables.check("decisions", frame(decision(), decision(**{"outcome": "closed", **changed})))
    line = str(caught.value)
    assert "table decisions" in line
    assert f"column {column}" in line
    assert "row 1" in line
    assert "\n" not in line


def test_a_fractional_count_is_refused() -> None:
    broken = pd.DataFrame([decision(count=1.5)])
    with pytest.raises(InvalidTable, match="table decisions"):
        tables.conform("decisions", broken)
    unconformed = frame(decision()).assign(count=[1.5])
    with pytest.raises(InvalidTable, match="column count"):
        tables.check("decisions", unconformed)


def test_a_duplicate_key_is_refused() -> None:
    with pytest.raises(InvalidTable, match=r"duplicate key: .*RUS, DEU.*row 1"):
        tables.check("decisions", frame(decision(), decision(count=12)))


def test_a_column_missing_or_too_many_is_refused() -> None:
    good = frame(decision())
    with pytest.raises(InvalidTable, match=r"missing .*column unit"):
        tables.check("decisions", good.drop(columns="unit"))
    with pytest.raises(InvalidTable, match=r"missing .*column unit"):
        tables.conform("decisions", good.drop(columns="unit"))
    with pytest.raises(InvalidTable, match=r"too many .*column extra"):
        tables.check("decisions", good.assign(extra=1))


def test_unknown_and_absent_tables(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="use one of decisions, applications"):
        tables.read("decision", tmp_path)
    with pytest.raises(InvalidTable, match="is not there"):
        tables.read("decisions", tmp_path)


def test_the_committed_csv_serves_for_russia(tmp_path: Path) -> None:
    good = frame(decision(), decision(outcome="rejected", count=None))
    (tmp_path / "decisions.csv").write_bytes(files.csv(good))
    pd.testing.assert_frame_equal(tables.read("decisions", tmp_path, origin="RUS"), good)
    with pytest.raises(InvalidTable):
        tables.read("decisions", tmp_path)
    (tmp_path / "decisions.csv").unlink()
    (tmp_path / "decisions.csv.gz").write_bytes(files.compressed(files.csv(good)))
    pd.testing.assert_frame_equal(tables.read("decisions", tmp_path, origin="RUS"), good)


def test_reading_checks_unless_the_recorded_hash_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, files.parquet(frame(decision(stage="third"))))
    with pytest.raises(InvalidTable, match="'third' is not an allowed value"):
        tables.read("decisions", tmp_path)
    record(tmp_path, put(tmp_path, files.parquet(frame(decision()))))

    def never(*_: object) -> None:
        raise AssertionError("checked although the hash fits")

    monkeypatch.setattr(tables, "check", never)
    assert len(tables.read("decisions", tmp_path)) == 1


def test_a_truncated_table_is_refused(tmp_path: Path) -> None:
    path = put(tmp_path, files.parquet(frame(decision())))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InvalidTable, match="cannot be read"):
        tables.read("decisions", tmp_path)


@pytest.mark.parametrize("name", ["decisions.parquet", "decisions.csv", "decisions.csv.gz"])
def test_other_bytes_than_the_recorded_ones_are_never_used(tmp_path: Path, name: str) -> None:
    def content(count: int) -> bytes:
        table = frame(decision(count=count))
        text = files.compressed(files.csv(table)) if name.endswith(".gz") else files.csv(table)
        return files.parquet(table) if name.endswith(".parquet") else text

    path = put(tmp_path, content(11), name)
    record(tmp_path, path)
    assert tables.read("decisions", tmp_path, origin="RUS")["count"].tolist() == [11]
    path.write_bytes(content(12))  # fits the schema and is not what was checked
    for validate in (True, False):
        with pytest.raises(InvalidTable, match="not the one that was checked") as caught:
            tables.read("decisions", tmp_path, validate=validate, origin="RUS")
        assert name in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"resources": 3}', '{"resources": [{"path": "a"}]}',
     '{"resources": [{"path": "decisions.parquet", "hash": "sha256:"}]}'],
)  # fmt: skip
def test_a_list_of_tables_that_is_none_is_one_line(tmp_path: Path, text: str) -> None:
    put(tmp_path, files.parquet(frame(decision())))
    (tmp_path / "datapackage.json").write_text(text)
    for read in (lambda: tables.read("decisions", tmp_path), lambda: records.recorded(tmp_path)):
        with pytest.raises(InvalidTable, match="no readable list of tables") as caught:
            read()
        assert "\n" not in str(caught.value)


def test_a_rate_is_told_without_pandas() -> None:
    code = (
        "import sys\nfrom asylum_report import cli\n"
        "sys.argv = ['asylum-report', 'rate', 'RU', 'DE', '--year', '2023']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "sys.exit(3 if 'pandas' in sys.modules else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, timeout=60, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "28.9" in done.stdout


@pytest.mark.parametrize("name", tables.names())
def test_every_table_is_described_and_may_be_empty(name: str) -> None:
    assert columns.DESCRIPTIONS[name]
    for each in columns.TABLES[name]:
        assert columns.column(name, each).description
    assert set(columns.key(name)) <= set(columns.TABLES[name])
    tables.check(name, tables.empty(name))


def test_numbers_in_csv_have_no_needless_point(tmp_path: Path) -> None:
    table = pd.DataFrame({"value": pd.array([9028.0, 24.4, None, 1e6], dtype="Float64")})
    assert files.csv(table).decode() == 'value\n9028\n24.4\n""\n1000000\n'
