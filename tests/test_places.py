"""Countries by code and name, aggregates, and near misses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from asylum_report import places
from asylum_report.errors import ReportError, UnknownName


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DEU"),
        ("deu", "DEU"),
        ("Germany", "DEU"),
        ("deutschland", "DEU"),
        ("Allemagne", "DEU"),
        ("Германия", "DEU"),
        ("EL", "GRC"),
        ("GR", "GRC"),
        ("UK", "GBR"),
        ("gb", "GBR"),
        ("Russian Federation", "RUS"),
        (" Россия ", "RUS"),
        ("USA", "USA"),
        ("United States of America", "USA"),
        ("Czech Republic", "CZE"),
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("ARE", "ARE"),  # UNHCR's own code ARE is Egypt and must not be understood
        ("AUS", "AUS"),  # and its AUS is Austria
        ("EU27_2020", "EU27"),
        ("EU+", "EU+"),
        ("Stateless", "XXA"),
        ("Unknown", "UNK"),
        ("TIB", "TIB"),
    ],
)
def test_a_place_is_understood(text: str, code: str) -> None:
    assert places.resolve(text) == code


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("Germny", "Germany (DEU)"), ("Frence", "France (FRA)"), ("Swedn", "Sweden (SWE)")],
)
def test_a_near_miss_is_answered_with_a_suggestion(text: str, suggestion: str) -> None:
    with pytest.raises(UnknownName) as caught:
        places.resolve(text)
    assert suggestion in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "ZZZ", "Atlantis qqq", "Q9"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(UnknownName, match="unknown country"):
        places.resolve(text)


def test_every_code_and_name_leads_to_its_own_place() -> None:
    for place in places.places().values():
        assert places.resolve(place.iso3) == place.iso3
        assert places.resolve(place.name) == place.iso3
        assert places.name(place.iso3) == place.name
        if place.eurostat:
            assert places.from_eurostat(place.eurostat) == place.iso3


def test_no_spelling_belongs_to_two_places() -> None:
    owner: dict[str, str] = {}
    for place in places.places().values():
        for text in (place.iso3, place.iso2, place.name, *place.aliases):
            if text:
                assert owner.setdefault(text.casefold(), place.iso3) == place.iso3


def test_aggregates() -> None:
    assert len(places.members("EU27")) == 27
    assert len(places.members("EU28")) == 28
    assert set(places.members("EU28")) - set(places.members("EU27")) == {"GBR"}
    assert places.members("EU27", 2008) == places.members("EU27", 2024)
    beside = {"CHE", "ISL", "LIE", "NOR"}
    assert set(places.members("EU+")) == {*places.members("EU27"), *beside}
    assert "GBR" in places.members("EU+", 2019)
    assert "GBR" not in places.members("EU+", 2020)
    assert places.name("EU+") == "EU+"
    with pytest.raises(UnknownName):
        places.members("EFTA")


def test_membership_dates() -> None:
    assert places.places()["HRV"].eu_from == "2013-07-01"
    assert places.places()["GBR"].eu_to == "2020-01-31"


def test_eurostat_codes() -> None:
    assert places.from_eurostat("EL") == "GRC"
    assert places.from_eurostat("UK") == "GBR"
    assert places.from_eurostat("EU27_2020") == "EU27"
    for wrong in ("EU27", "TOTAL", "EXT_EU27_2020"):
        with pytest.raises(UnknownName):
            places.from_eurostat(wrong)


HEAD = "iso3,iso2,eurostat,unhcr,name,eu_from,eu_to,eu_plus,aliases\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (HEAD.encode() + b"DEU,DE,DE,GFR,Germany,,,yes,\nFRA,FR\n", r"not whole .*line 3"),
        (HEAD.encode() + b"DEU,DE,DE,GFR,Germany,,,yes,,x\n", r"not whole .*line 2"),
        (b"iso3,name\nDEU,Germany\n", "not whole"),
        (HEAD.encode() + b"DEU,DE,DE,GFR,\xff,,,yes,\n", "cannot be read"),
        (HEAD.encode(), "is empty"),
        (b"", "is empty"),
    ],
)
def test_a_bad_table_of_countries_is_one_line(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "countries.csv"
    path.write_bytes(content)
    with pytest.raises(ReportError, match=message) as caught:
        places._read(path)
    assert "\n" not in str(caught.value)


def test_imports_without_pandas() -> None:
    code = (
        "import sys; from asylum_report import authorities, places; places.resolve('DE'); "
        "authorities.default_stages('DEU'); sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
