"""The rates for programs: equal to the numbers of the pages, and what was promised stays."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from asylum_report.numbers.recognition import HEADLINE
from asylum_report.publish import api, api_schema
from conftest import ROOT

FROZEN = ROOT / "tests" / "frozen" / "api-v1.schema.json"
"""The schema as it was promised. Never change it: what breaks it has to become v2."""


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return api.contents(ROOT)


@pytest.fixture(scope="module")
def rates(texts: dict[str, str]) -> dict[str, Any]:
    return json.loads(texts["rates.json"])


@pytest.fixture(scope="module")
def frozen() -> dict[str, Any]:
    return json.loads(FROZEN.read_text(encoding="utf-8"))


def checker(schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def test_output_is_valid_by_the_frozen_schema(
    rates: dict[str, Any], frozen: dict[str, Any]
) -> None:
    assert len(rates["rates"]) > 1000
    checker(frozen).validate(rates)


def test_today_s_schema_documents_every_field(texts: dict[str, str], rates: dict[str, Any]) -> None:
    today = json.loads(texts["schema.json"])
    checker(today).validate(rates)
    strict = copy.deepcopy(today)
    strict["additionalProperties"] = False
    for part in ("rates", "definitions"):
        strict["properties"][part]["items"]["additionalProperties"] = False
    checker(strict).validate(rates)
    fields = today["properties"]["rates"]["items"]["properties"]
    assert all(len(field["description"]) > 10 for field in fields.values())


def test_today_s_schema_keeps_every_promise(texts: dict[str, str], frozen: dict[str, Any]) -> None:
    assert api_schema.broken(frozen, json.loads(texts["schema.json"])) == []


def entry(schema: dict[str, Any]) -> dict[str, Any]:
    return schema["properties"]["rates"]["items"]


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "low is gone": lambda s: entry(s)["properties"].pop("low"),
    "low is no longer required": lambda s: entry(s)["required"].remove("low"),
    "type": lambda s: entry(s)["properties"]["year"].update(type="string"),
    "values beyond": lambda s: entry(s)["properties"]["unit"]["enum"].append("families"),
    "maximum": lambda s: entry(s)["properties"]["value"].update(maximum=100),
    "pattern": lambda s: entry(s)["properties"]["destination"].update(pattern="^[A-Z]{2}$"),
    "const": lambda s: s["properties"]["api"].update(const="v2"),
}


@pytest.mark.parametrize("said", CHANGES)
def test_broken_promises_are_noticed(said: str, frozen: dict[str, Any]) -> None:
    changed = copy.deepcopy(frozen)
    CHANGES[said](changed)
    found = api_schema.broken(frozen, changed)
    assert len(found) == 1
    assert said in found[0]


def test_a_renamed_field_is_noticed_and_a_new_one_is_not(frozen: dict[str, Any]) -> None:
    renamed = copy.deepcopy(frozen)
    entry(renamed)["properties"]["rate"] = entry(renamed)["properties"].pop("value")
    assert any("value is gone" in line for line in api_schema.broken(frozen, renamed))
    more = copy.deepcopy(frozen)
    entry(more)["properties"]["new"] = {"type": "string"}
    entry(more)["required"].append("new")
    assert api_schema.broken(frozen, more) == []


def test_values_are_those_of_the_pages(rates: dict[str, Any]) -> None:
    numbers = json.loads((ROOT / "data" / "processed" / "numbers.json").read_text("utf-8"))
    checked = set()
    for one in rates["rates"]:
        name = one["number"]
        if name is None:
            continue
        assert one["value"] == numbers[name]["value"], name
        assert [one["low"], one["high"]] == list(numbers[f"{name}_ci"]["value"]), name
        assert one["n"] == numbers[f"{name}_n"]["value"], name
        assert name not in checked
        checked.add(name)
    headline = {
        name for name in numbers
        if name.split(".")[0] in HEADLINE
        and name.split(".")[-1] in ("protection", "refugee_rate", "eu", "overall")
        and name.split(".")[1].startswith("y")
    }  # fmt: skip
    assert headline <= checked
    assert len(headline) > 100


def test_germany_2023_by_four_definitions(rates: dict[str, Any]) -> None:
    """BAMF's figures: 5,246 decisions, 368 refugee, 112 other, 1,178 rejected, 3,588 closed."""
    found = {
        one["definition"]: one for one in rates["rates"]
        if (one["destination"], one["authority"], one["year"]) == ("DEU", "BAMF", 2023)
    }  # fmt: skip
    assert found["protection"]["value"] == pytest.approx(480 / 1658)
    assert found["refugee"]["value"] == pytest.approx(368 / 1658)
    assert found["overall"]["value"] == pytest.approx(480 / 5246)
    assert (found["eu"]["value"], found["eu"]["interval"]) == (None, None)
    assert "undivided" in found["eu"]["reason"]
    assert found["protection"]["stage"] == "first+repeat"


def test_entries_are_whole(rates: dict[str, Any]) -> None:
    names = [one["id"] for one in rates["rates"]]
    assert names == sorted(set(names))
    for one in rates["rates"]:
        if one["value"] is None:
            assert one["reason"], one["id"]
            assert one["low"] is one["high"] is one["interval"] is None
        else:
            assert 0 <= one["low"] <= one["value"] <= one["high"] <= 1, one["id"]
            assert one["n"] >= 20
            assert one["few"] is (one["n"] < 50)
    by_year = {}
    for one in rates["rates"]:
        by_year.setdefault((one["destination"], one["year"]), set()).add(one["status"])
    assert by_year["USA", 2024] == {"partial"}


def test_dates_are_of_the_release_and_bytes_the_same(
    texts: dict[str, str], rates: dict[str, Any]
) -> None:
    assert f"date-released: {rates['released']}" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert api.contents(ROOT) == texts
    for one in json.loads(texts["index.json"])["files"]:
        assert {one["path"], one["schema"]} <= texts.keys()


def test_remarks_say_what_no_register_records(rates: dict[str, Any]) -> None:
    assert any("deserters or draft evaders" in line for line in rates["remarks"])
