"""Every number in prose: literal values, where they come from, and how they are written."""

from __future__ import annotations

import pytest

from asylum_report import language, numbers, paths, records
from asylum_report.corridors import groups
from asylum_report.errors import UnknownName
from asylum_report.numbers import history
from asylum_report.numbers.model import count, percent, percent_range, signed
from asylum_report.numbers.recognition import pooled
from asylum_report.publish import variables
from asylum_report.query import rate_records
from asylum_report.recognition import rate


@pytest.fixture(scope="module")
def found():
    return numbers.compute()


@pytest.mark.parametrize(
    ("name", "display"),
    [
        # BAMF as AIDA prints it, and UNHCR.
        ("de.y2023.protection", "29.0%"),
        ("de.y2023.overall", "9.1%"),
        ("de.y2023.decisions", "5,246"),
        ("de.y2023.refugee", "368"),
        ("de.y2023.complementary", "112"),
        ("de.y2023.rejected", "1,178"),
        ("de.y2023.closed", "3,588"),
        ("de.y2023.closed_share", "68.4%"),
        ("de.y2024.protection", "10.2%"),
        ("de.y2024.decisions", "8,003"),
        ("de.y2024.refugee", "317"),
        ("de.y2024.complementary", "98"),
        ("de.y2024.rejected", "3,652"),
        ("de.y2025.protection", "6.9%"),
        ("de.y2022.first_applications", "2,851"),
        ("de.y2023.first_applications", "7,663"),
        ("de.y2024.first_applications", "4,698"),
        ("fr.y2023.protection", "26.9%"),
        ("fr.y2024.protection", "24.6%"),
        ("fr.y2025.protection", "28.4%"),
        ("us.y2023.protection", "89.2%"),
        ("us.y2025.protection", "65.0%"),
        # 1,841 + 324 of 2,064 + 377.
        ("us.y2023.both_codes", "88.7%"),
        ("us.both_codes_2023_2025.points", "\u221223.7\u00a0points"),
        ("de.lowest_since", "the lowest since 2000 (2.5%)"),
        ("de.trend_2023_2025.points", "\u221222.0\u00a0points"),
        ("de.trend_2023_2025.ci", "\u221225.6\u00a0to\u00a0\u221216.6"),
        ("fr.trend_2023_2025.ci", "\u22123.1\u00a0to\u00a0+5.6"),
        ("us.trend_2023_2025.ci", "\u221227.3\u00a0to\u00a0\u221219.7"),
        ("de.y2023.trend_ci", "23.9\u00a0to\u00a032.5%"),
        # Two publishers of the same decisions (EURef from Eurostat; UNHCR).
        ("de_two_sources.eurostat_positive", "1,320"),
        ("de_two_sources.eurostat_rejected", "15,385"),
        ("de_two_sources.unhcr_positive", "1,314"),
        ("de_two_sources.unhcr_rejected", "3,677"),
        ("fr_two_sources.eurostat_2014", "5,675"),
        ("fr_two_sources.unhcr_2014", "2,999"),
        # CBP, fiscal years.
        ("us.fy2020.encounters", "5,946"),
        ("us.fy2021.encounters", "13,240"),
        ("us.fy2023.encounters", "57,163"),
        # Two different things in one fiscal year.
        ("us.fy2022.refugee_admissions_prm", "19"),
        ("us.fy2022.refugee_arrivals_ohss", "40"),
        ("us.fy2022.asylum_affirmative_ohss", "430"),
        ("us.fy2022.asylum_defensive_ohss", "710"),
        # Eurostat, EU27, three vintages of one figure.
        ("eu27.y2022.applicants_v2023_03", "18,400"),
        ("eu27.y2022.applicants_v2024_01", "16,650"),
        ("eu27.y2022.applicants_v2025_05", "16,835"),
    ],
)
def test_published_figures(found, name, display):
    assert found[name].display == display


def test_no_change_is_given_that_rests_on_a_half_year(found):
    assert not [name for name in found if name.startswith("us.trend_") and "2024" in name]
    assert [name for name in found if name.startswith("us.trend_")]
    assert "part of the year" in found["us.y2024.protection"].definition


def test_no_number_for_a_rate_below_20_decisions(found):
    for name, number in found.items():
        if name.endswith(".protection_n") and number.value < 20:
            assert name.removesuffix("_n") not in found


def rows_of(number):
    return [
        row
        for query in number.rows
        for row in records.rows(query["table"], **{k: v for k, v in query.items() if k != "table"})
    ]


def test_every_rate_comes_out_of_the_rows_that_it_names(found):
    names = [name for name in found if name.endswith((".protection", ".overall"))]
    assert len(names) > 150
    for name in names:
        counts = pooled(groups(rows_of(found[name])))
        worked = rate(counts, name.rsplit(".", 1)[1])
        assert worked.value == pytest.approx(found[name].value), name


def test_every_number_names_rows_that_are_there(found):
    for name, number in found.items():
        if not name.startswith("meta."):
            assert rows_of(number), name


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ({2000: 0.025, 2001: 0.18, 2002: 0.07}, "the lowest since 2000 (2.5%)"),
        ({2000: 0.07, 2001: 0.18, 2002: 0.07}, "the lowest since 2000 (7.0%)"),
        ({2000: 0.18, 2001: 0.025}, "the lowest since the series begins in 2000"),
        ({2000: 0.18, 2001: 0.025, 2002: 0.07}, "higher than in 2001 (2.5%)"),
    ],
)
def test_how_low_the_latest_rate_is_follows_the_figures(rates, words):
    assert history.lowest_words(rates) == words
    for lang in language.LANGUAGES:  # the home pages say it in their own words, whichever it is
        said = language.display({"display": words, "unit": "text", "value": words}, lang)
        assert language.numbers_in(said, lang) == language.numbers_in(words, "en")


def test_what_prose_says_of_germany_since_2001_holds():
    known = {
        int(row["period"]): row["rate"]
        for row in rate_records("RUS", ["DEU"], (2001, 2025), "protection", None, "UNHCR")
    }
    assert min(known, key=known.get) == 2025
    assert max((year for year in known if year > 2015), key=known.get) == 2023
    assert known[2015] > known[2023]


def test_most_decisions_closed_the_case_in_most_years_since_2013():
    rows = rate_records("RUS", ["DEU"], (2013, 2023), "overall", None, "UNHCR")
    mostly = [row["period"] for row in rows if row["closed"] > row["n"] / 2]
    assert "2023" in mostly
    assert len(mostly) > len(rows) / 2


def test_committed_numbers_are_those_of_the_committed_tables(found):
    committed = (paths.processed() / "numbers.json").read_text(encoding="utf-8")
    assert committed == numbers.as_json(found)


def test_names_make_a_tree_and_no_part_begins_with_a_digit(found):
    tree = variables.nest(numbers.displays(found))
    assert tree["de"]["y2023"]["protection"] == "29.0%"
    for name in found:
        assert all(not part[0].isdigit() for part in name.split("."))


def test_explain_names_file_and_rows():
    story = numbers.explain("de.y2023.protection")
    assert story["display"] == "29.0%"
    assert sum(r["count"] for r in story["rows"] if r["outcome"] == "rejected") == 1178
    (vintage,) = story["vintages"]
    assert vintage["text"] == "UNHCR, unhcr-asylum-decisions, 2026-06-25"
    assert all((paths.root() / file).is_file() for file in vintage["files"])
    assert vintage["files"]


def test_explain_suggests_near_names():
    with pytest.raises(UnknownName, match=r"did you mean de\.y2023\.protection"):
        numbers.explain("de.y2023.protecton")


def test_how_numbers_are_written():
    assert percent(0.289505) == "29.0%"
    assert percent(0.069064) == "6.9%"
    assert percent_range(0.268056, 0.311689) == "26.8\u00a0to\u00a031.2%"
    assert signed(-0.22044) == "\u221222.0"
    assert signed(0.0146) == "+1.5"
    assert signed(-0.0001) == "0.0"
    assert count(5246) == "5,246"
