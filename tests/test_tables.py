"""Schemas of the tidy tables: what they refuse, in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from asylum_report import columns, files, tables
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


def test_a_good_table_is_written_and_read_again(tmp_path: Path) -> None:
    good = frame(decision(), decision(outcome="rejected", count=None))
    path = tables.write("decisions", good, tmp_path)
    assert path.name == "decisions.parquet"
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
    bad = files.parquet(frame(decision(stage="third")))
    (tmp_path / "decisions.parquet").write_bytes(bad)
    with pytest.raises(InvalidTable, match="'third' is not an allowed value"):
        tables.read("decisions", tmp_path)
    good = tables.write("decisions", frame(decision()), tmp_path)
    digest = tables.hashlib.sha256(good.read_bytes()).hexdigest()
    package = {"resources": [{"path": "decisions.parquet", "hash": f"sha256:{digest}"}]}
    (tmp_path / "datapackage.json").write_text(json.dumps(package))

    def never(*_: object) -> None:
        raise AssertionError("checked although the hash fits")

    monkeypatch.setattr(tables, "check", never)
    assert len(tables.read("decisions", tmp_path)) == 1


def test_a_truncated_table_is_refused(tmp_path: Path) -> None:
    path = tables.write("decisions", frame(decision()), tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InvalidTable, match="cannot be read"):
        tables.read("decisions", tmp_path)


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
