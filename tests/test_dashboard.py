"""The dashboard's figures: small, the same each time, and the report's own rates in every cell."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from asylum_report import query
from asylum_report.publish import dashboard, dashboard_data, dashboard_words
from asylum_report.recognition import DEFINITIONS

MOST_BYTES = 150_000
BITS = {choice.name: 1 << k for k, choice in enumerate(dashboard_words.STAGES)}

Cell = tuple[str, int, str, str, str]


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return dict(json.loads(dashboard_data.text(dashboard_data.content())))


@pytest.fixture(scope="module")
def rows(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Read the file as ``docs/dashboard.md`` describes it, by other code than the script's."""
    columns = {
        name: [content["lists"][name][code] for code in of] if name in content["lists"] else of
        for name, of in content["rows"].items()
    }
    columns["key"] = [content["destinations"][k]["key"] for k in content["rows"]["key"]]
    return [dict(zip(columns, of, strict=True)) for of in zip(*columns.values(), strict=True)]


def cell(row: dict[str, Any]) -> Cell:
    """Return what tells a figure from all others."""
    return row["key"], row["year"], row["stage"], row["level"], row["unit"]


def asked(stage: str | None, definition: str) -> Iterator[tuple[Cell, dict[str, Any]]]:
    for row in query.rate_records("RUS", None, None, definition, stage, "UNHCR"):
        key = dashboard_data.series_key(row["destination"], row["authority"])
        yield (key, int(row["period"]), row["stage"], row["levels"], row["unit"]), row


def test_the_file_is_small_and_the_same_each_time(content: dict[str, Any]) -> None:
    text = dashboard_data.text(dashboard_data.content())
    assert json.loads(text) == content
    assert len(gzip.compress(text.encode(), 6)) <= MOST_BYTES
    assert len(content["rows"]["key"]) > 1500, "every destination and year, not the default view"


@pytest.mark.parametrize("name", [name for name in DEFINITIONS if name != "eu"])
def test_every_rate_worked_out_of_it_is_the_reports(
    content: dict[str, Any], rows: list[dict[str, Any]], name: str
) -> None:
    definition = next(one for one in content["definitions"] if one["name"] == name)
    parts = ["refugee", "complementary", "rejected", *(["closed"] if definition["closed"] else [])]
    compared = 0
    for choice in dashboard_words.STAGES:
        expected = dict(asked(choice.stage, name))
        mine = {cell(r): k for k, r in enumerate(rows) if r["in"] & BITS[choice.name]}
        assert mine.keys() == expected.keys(), choice.name
        for key, place in mine.items():
            row, rate = rows[place], expected[key]
            of = content["rates"][name]
            reason = content["lists"]["reason"][of["reason"][place]]
            assert reason == rate["reason"], key
            assert [row[o] for o in content["outcomes"]] == [rate[o] for o in content["outcomes"]]
            if rate["n"] is None:
                continue
            n = sum(row[part] for part in parts)
            assert n == rate["n"], key
            assert sum(row[part] for part in definition["positive"]) == rate["numerator"], key
            assert (n < content["shown_from"]) == (rate["rate"] is None), key
            assert (n < content["marked_below"]) == rate["marked"], key
            if rate["rate"] is None:
                assert of["low"][place] is None
                assert of["high"][place] is None
                continue
            assert sum(row[part] for part in definition["positive"]) / n == rate["rate"], key
            assert f"{of['low'][place] / 10:.1f}" == f"{100 * rate['low']:.1f}", key
            assert f"{of['high'][place] / 10:.1f}" == f"{100 * rate['high']:.1f}", key
            compared += 1
    assert compared > 1500


def test_germany_2023_is_what_bamf_published(
    content: dict[str, Any], rows: list[dict[str, Any]]
) -> None:
    (found,) = (
        row for row in rows
        if row["key"] == "DEU" and row["year"] == 2023 and row["in"] & BITS["default"]
    )  # fmt: skip
    assert found["stage"] == "first+repeat"
    assert [found[name] for name in content["outcomes"]] == [368, 112, 1178, 3588]
    assert (found["authority"], found["unit"], found["status"]) == ("BAMF", "persons", "complete")


def test_first_instance_and_appeal_are_never_added(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        levels = set(row["level"].split("+"))
        assert len(levels) == 1 or levels in ({"FI", "RA"}, {"NA", "RA"}), row
        if row["stage"] == "appeal":
            assert row["in"] == BITS["appeal"]
        if row["stage"] == "first+appeal":
            assert not row["in"] & (BITS["first"] | BITS["repeat"] | BITS["appeal"]), row


def test_authorities_that_decide_side_by_side_stand_apart(content: dict[str, Any]) -> None:
    names = {one["key"]: one["name"] for one in content["destinations"]}
    assert names["USA-EOIR"] == "United States: immigration courts (EOIR)"
    assert names["USA-USCIS"] == "United States: USCIS"
    assert "USA" not in names
    assert {"UKR", "UKR-UNHCR"} <= names.keys()


def test_lines_break_where_counting_changes(rows: list[dict[str, Any]]) -> None:
    courts = {
        row["year"]: bool(row["breaks"] & BITS["default"])
        for row in rows
        if row["key"] == "USA-EOIR" and row["in"] & BITS["default"]
    }
    assert [year for year, broken in courts.items() if broken] == [2002, 2017, 2025]
    (partial,) = (
        row for row in rows
        if row["key"] == "USA-EOIR" and row["year"] == 2024 and row["stage"] == "first"
    )  # fmt: skip
    assert partial["status"] == "partial"
    assert partial["note"] == "covers about January to June 2024 only"


def test_the_eu_rate_is_not_to_be_had_and_says_why(content: dict[str, Any]) -> None:
    missing = {one["name"]: one["missing"] for one in content["definitions"]}
    assert missing["eu"].endswith("subsidiary and humanitarian protection are published undivided")
    assert [name for name, why in missing.items() if why] == ["eu"]
    assert "eu" not in content["rates"]


def test_publisher_vintage_and_citation_are_named(content: dict[str, Any]) -> None:
    about = content["about"]
    assert about["publisher"] == "UNHCR"
    assert about["dataset"] == "unhcr-asylum-decisions"
    assert len(about["vintage"]) == 10
    assert all(about.values())


def test_rounding_of_added_stages_adds_up(rows: list[dict[str, Any]]) -> None:
    exact = [row for row in rows if row["key"] == "DEU" and row["year"] == 2023]
    assert {tuple(row["margin"]) for row in exact} == {(0, 0, 0, 0)}
    assert max(max(row["margin"]) for row in rows if row["stage"] == "first") == 2
    assert max(max(row["margin"]) for row in rows if row["stage"] == "first+repeat") == 4


def test_the_page_without_a_script_shows_the_default_view(content: dict[str, Any]) -> None:
    page = dashboard.page(content)
    found = dashboard.default_rows()
    assert page.count("<tr>") == 1 + sum(map(len, found.values())) == 34
    assert "Germany 30.5% in 2015 and 6.9% in 2025" in dashboard.sentence(found)
    assert page.count("<svg ") == 2, "wide and narrow"
    assert "style=" not in page
    assert "vintage " + content["about"]["vintage"] in page


def test_nothing_is_written_where_there_is_no_dashboard(tmp_path: Any) -> None:
    assert dashboard_data.write(tmp_path, tmp_path / "none.json") == []
    assert list(tmp_path.iterdir()) == []
