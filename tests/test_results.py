"""Tables of model results: kept, rebuilt when what they rest on changes, and true to the code."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from asylum_report import evaluation, records, results
from asylum_report.errors import InvalidTable, UnknownName
from asylum_report.models import status


def test_the_committed_results_rest_on_the_committed_tables_and_code():
    assert results.stale() == []


def test_every_table_of_results_is_described_and_carries_its_source():
    assert set(results.ABOUT) == {t for one in results.ANALYSES.values() for t in one.tables}
    for name in results.ABOUT:
        table = results.read(name)
        assert len(table) > 0
        assert {"source", "dataset", "vintage"} <= set(table.columns), name


def test_every_status_is_a_known_word():
    for name in results.ABOUT:
        table = results.read(name)
        if "status" in table:
            assert set(table["status"]) <= {*status.WORDS, "complete", "partial", "break"}, name


def test_a_changed_table_or_input_is_noticed(tmp_path, monkeypatch):
    place = tmp_path / "models"
    place.mkdir()
    for path in results.folder().iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(results, "folder", lambda: place)
    assert results.stale() == []
    with (place / "trend_design.csv").open("a") as file:
        file.write("\n")
    assert results.stale() == ["trend"]
    state = json.loads((place / results.STATE).read_text())
    state["appeal"]["of"] = "another"
    (place / results.STATE).write_text(json.dumps(state))
    assert set(results.stale()) == {"trend", "appeal"}
    (place / results.STATE).write_text("{")
    assert set(results.stale()) == set(results.ANALYSES)


def test_rebuilding_the_trend_gives_the_committed_bytes(tmp_path, monkeypatch):
    before = {t: (results.folder() / f"{t}.csv").read_bytes() for t in ("trend_design", "trend")}
    monkeypatch.setattr(results, "folder", lambda: tmp_path / "models")
    results.build(["trend"])
    for table, content in before.items():
        new = pd.read_csv(tmp_path / "models" / f"{table}.csv")
        old = pd.read_csv(results.paths.processed() / "models" / f"{table}.csv")
        pd.testing.assert_frame_equal(new, old, rtol=2e-4, atol=1e-6)
        assert content.count(b"\n") == len(new) + 1


def test_unknown_and_missing_results_get_a_clear_line(tmp_path, monkeypatch):
    with pytest.raises(UnknownName, match="unknown result 'weather'"):
        results.read("weather")
    with pytest.raises(UnknownName, match="unknown analysis 'weather'"):
        results.build(["weather"])
    monkeypatch.setattr(results, "folder", lambda: tmp_path)
    with pytest.raises(InvalidTable, match="asylum-report models"):
        results.read("trend")


def test_rows_of_results_are_read_like_rows_of_tables():
    rows = records.rows("models/trend", destination="DEU", period="2023", effect="4.0")
    assert len(rows) == 1
    assert (rows[0]["positive"], rows[0]["other"]) == ("480", "1178")
    with pytest.raises(InvalidTable, match="cannot be read"):
        records.rows("models/weather")


def test_values_are_written_to_six_digits():
    frame = pd.DataFrame({"a": [1 / 3, 123456.789, None], "b": [1, 2, 3]})
    assert results.as_csv(frame) == b"a,b\n0.333333,1\n123457.0,2\n,3\n"


@pytest.mark.parametrize("study", list(evaluation.STUDIES))
def test_every_study_is_kept_with_how_it_was_run(study):
    note = evaluation.meta(study)
    assert note["seed"] == evaluation.SEED
    assert note["replications"] == evaluation.STUDIES[study].replications
    for table in evaluation.STUDIES[study].tables:
        assert len(evaluation.read(table)) > 0
