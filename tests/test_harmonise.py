"""From raw tables to tidy ones: outcomes, stages, periods and how far rounding reaches."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asylum_report import authorities, columns, tables, totals
from asylum_report.errors import InvalidTable, ReportError, UnknownName
from asylum_report.harmonise import eurostat, national, recipes, unhcr
from asylum_report.sources.bamf import RAW as BAMF
from asylum_report.sources.unhcr import APPLICATIONS, DECISIONS


def decisions(*rows: tuple[object, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=list(DECISIONS))
    return tables.conform("decisions", unhcr.decisions(frame, "unhcr-asylum-decisions", "2026"))


GERMANY = (2023, "RUS", "DEU", "G", "FI", "persons", 282, 84, 822, 2693, 3881)


def test_decisions_become_one_row_an_outcome() -> None:
    tidy = tables.check("decisions", decisions(GERMANY))
    assert tidy["outcome"].tolist() == ["refugee", "complementary", "rejected", "closed", "total"]
    assert tidy["count"].tolist() == [282, 84, 822, 2693, 3881]
    assert tidy["rounding_base"].tolist() == [1, 1, 1, 1, 1]
    assert set(tidy["authority"]) == {"BAMF"}
    assert set(tidy["period_start"]) == {"2023-01-01"}
    assert set(tidy["period_end"]) == {"2023-12-31"}


def test_small_counts_are_rounded_and_a_total_is_as_uncertain_as_its_parts() -> None:
    tidy = decisions((2023, "RUS", "DEU", "G", "FI", "persons", 5, 0, 10, 11, 26))
    # Three of the four parts may each be off by two, and so their sum by six.
    assert tidy["rounding_base"].tolist() == [5, 5, 5, 1, 13]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([0, 5, 10, 11, 12, 40]), min_size=4, max_size=4))
def test_true_counts_lie_within_the_rounding(published: list[int]) -> None:
    tidy = decisions((2023, "RUS", "DEU", "G", "FI", "persons", *published, sum(published)))
    reach = (tidy["rounding_base"] // 2).tolist()
    assert reach[4] == max(2 if sum(published) <= 10 else 0, sum(reach[:4]))
    assert all(base in (1, 5) for base in tidy["rounding_base"].tolist()[:4])


def test_a_destination_that_rounds_everything_is_noticed() -> None:
    rows = [
        (2017, f"{first}{second}X", "BEL", "G", "FI", "persons", 25, 15, 20, 30, 90)
        for first in "AB"
        for second in "CD"
    ]
    assert set(decisions(*rows)["rounding_base"].iloc[:4]) == {5}
    odd = [*rows, (2017, "RUS", "BEL", "G", "FI", "persons", 26, 15, 20, 30, 91)]
    assert set(decisions(*odd)["rounding_base"].iloc[:4]) == {1}


@pytest.mark.parametrize(
    ("destination", "level", "procedure", "authority", "stage"),
    [
        ("DEU", "FI", "G", "BAMF", "first"),
        ("DEU", "NA", "G", "BAMF", "first"),
        ("DEU", "RA", "G", "BAMF", "repeat"),
        ("DEU", "JR", "G", "administrative courts", "appeal"),
        ("FRA", "FI", "G", "OFPRA", "first"),
        ("FRA", "AR", "G", "CNDA", "appeal"),
        ("USA", "IN", "G", "USCIS", "first"),
        ("USA", "EO", "G", "EOIR", "first"),
        ("USA", "AR", "G", "EOIR", "appeal"),
        ("AUT", "FA", "G", "BFA and courts", "first+appeal"),
        ("TUR", "FI", "U", "UNHCR", "first"),
        ("TUR", "FI", "J", "government and UNHCR", "first"),
        ("KEN", "FI", "G", "asylum authority", "first"),
        ("KEN", "AR", "G", "appeal body", "appeal"),
        ("RUS", "TA", "G", "asylum authority", "special"),
    ],
)
def test_who_decides_and_at_which_stage(
    destination: str, level: str, procedure: str, authority: str, stage: str
) -> None:
    assert authorities.authority(destination, level, procedure) == authority
    assert authorities.stage(level) == stage


def test_first_instance_as_the_authority_counts_it() -> None:
    assert authorities.default_stages("DEU") == ("first", "repeat")
    assert authorities.default_stages("FRA") == ("first",)
    assert authorities.default_stages("AUT") == ("first",)
    with pytest.raises(UnknownName):
        authorities.stage("ZZ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no list by country"),
        ("- DEU", "no list by country"),
        ("DEU: BAMF", r"not understood .*DEU"),
        ("DEU: {stages: first}", r"not understood .*DEU"),
        ("DEU: {stages: [third]}", r"not understood .*DEU"),
        ("DEU: {levels: [FI]}", r"not understood .*DEU"),
        ("DEU: [", "cannot be read"),
    ],
)
def test_a_bad_list_of_authorities_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "authorities.yml"
    path.write_text(text)
    with pytest.raises(ReportError, match=message) as caught:
        authorities._read(path)
    assert "\n" not in str(caught.value)


def raw_eurostat(**counts: int | None) -> pd.DataFrame:
    rows = [
        {"origin": "RUS", "destination": "SWE", "decision": name, "period": "2014", "flag": ""}
        for name in counts
    ]
    return pd.DataFrame(rows).assign(count=pd.array(list(counts.values()), dtype="Int64"))


@pytest.mark.parametrize(
    ("counts", "closes"),
    [
        ({"POS": 210, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": 25, "NEG": 330, "TOTAL": 540}, 1),
        ({"POS": 215, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": 25}, 1),
        ({"POS": 220, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": 25}, 0),
        ({"POS": 200, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": 25}, 0),
        ({"POS": 300, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": None}, 1),
        ({"POS": 150, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": None}, 0),
        ({"POS": 210, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": 25, "TEMP_PROT": 90}, 1),
        ({"POS": 300, "POS_RFG": 170, "POS_SPROT": 15, "POS_HUM": 25, "TEMP_PROT": 90}, 1),
        ({"POS": 210, "NEG": 330, "TOTAL": 550}, 0),
        ({"POS": 210, "TOTAL": 100}, 0),
        ({"POS": 210, "TOTAL": 1000}, 1),
        ({"POS": None, "NEG": None, "TOTAL": None}, 1),
    ],
)
def test_eurostats_sums_close_as_far_as_rounding_lets_them(
    counts: dict[str, int | None], closes: int
) -> None:
    tidy = eurostat.decisions(raw_eurostat(**counts), "migr_asydcfsta", "2015-07")
    assert totals.contradictions(tidy).any() == (not closes)


def test_unhcrs_totals_close_exactly_but_for_small_parts() -> None:
    def contradicted(*counts: int) -> bool:
        row = (2023, "RUS", "DEU", "G", "FI", "persons", *counts)
        return bool(totals.contradictions(decisions(row)).all())

    assert not contradicted(282, 84, 822, 2693, 3881)
    assert contradicted(282, 84, 822, 2693, 3882)
    assert not contradicted(282, 84, 822, 10, 1200)
    assert contradicted(282, 84, 822, 10, 1201)
    assert contradicted(33, 0, 5, 0, 50)  # Canada 2020


def test_bamfs_totals_close_exactly() -> None:
    raw = pd.DataFrame([("RUS", "2015-01", "first", 399, 5288, 1, 25, 9, 5, 76, 210, 326)],
                       columns=list(BAMF))  # fmt: skip
    tidy = tables.conform("decisions", national.bamf_decisions(raw, "bamf-monthly", "2022"))
    assert not totals.contradictions(tidy).any()
    raw["total"] += 1
    tidy = tables.conform("decisions", national.bamf_decisions(raw, "bamf-monthly", "2022"))
    assert totals.contradictions(tidy).all()


def test_totals_are_looked_at_before_a_vintage_is_written() -> None:
    raw = pd.DataFrame([(2023, "RUS", "DEU", "G", "FI", "persons", 282, 84, 822, 2693, 3999)],
                       columns=list(DECISIONS))  # fmt: skip
    for dataset in ("unhcr-asylum-decisions", "unhcr-asylum-decisions-RUS"):
        with pytest.raises(InvalidTable, match=r"contradicts its parts .*\(f\.csv, RUS, DEU, FI"):
            recipes.check_totals(dataset, raw, "2026", "f.csv")
    # Known of Canada in 2020, and of no other level or year there.
    known = raw.assign(destination="CAN", year=2020)
    recipes.check_totals("unhcr-asylum-decisions-RUS", known, "2026", "f.csv")
    with pytest.raises(InvalidTable):
        recipes.check_totals("unhcr-asylum-decisions-RUS", known.assign(year=2021), "2026", "f")
    # A note of another correction excuses nothing.
    usa = raw.assign(destination="USA", level="EO", year=2024)
    with pytest.raises(InvalidTable):
        recipes.check_totals("unhcr-asylum-decisions", usa, "2026", "f.csv")
    with pytest.raises(InvalidTable, match="SWE, 2014"):
        recipes.check_totals(
            "migr_asydcfsta", raw_eurostat(POS=210, NEG=330, TOTAL=600), "2026", "f.csv"
        )


@pytest.mark.parametrize(
    ("kind", "level", "tidy"),
    [
        ("N", "FI", "first"),
        ("N", "NA", "first"),
        ("V", "NA", "first"),
        ("R", "RA", "repeat"),
        ("N", "RA", "repeat"),
        ("R", "AR", "repeat"),
        ("A", "AR", "appeal"),
        ("A", "RA", "appeal"),
        ("J", "JR", "appeal"),
        ("N", "AR", "appeal"),
        ("NR", "FA", "all"),
        ("V", "FI", "all"),
    ],
)
def test_kinds_of_applications(kind: str, level: str, tidy: str) -> None:
    raw = pd.DataFrame(
        [(2023, "RUS", "DEU", "G", kind, level, "persons", 5)], columns=list(APPLICATIONS)
    )
    found = unhcr.applications(raw, "unhcr-asylum-applications", "2026")
    assert found["kind"].tolist() == [tidy]
    assert found["rounding_base"].tolist() == [5]
    tables.check("applications", tables.conform("applications", found))


def test_two_types_of_one_kind_stay_apart() -> None:
    rows = [
        (2021, "RUS", "CAN", "G", kind, "AR", "persons", count)
        for kind, count in (("A", 30), ("N", 5))
    ]
    found = unhcr.applications(pd.DataFrame(rows, columns=list(APPLICATIONS)), "d", "2026")
    assert found["level"].tolist() == ["AR", "AR/N"]


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ("2022", ("2022-01-01", "2022-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2008-2013", ("2008-01-01", "2013-12-31")),
    ],
)
def test_periods(period: str, days: tuple[str, str]) -> None:
    assert eurostat.first_and_last_day(period) == days


def applicants(destination: str, flag: str) -> pd.DataFrame:
    raw = pd.DataFrame(
        {
            "origin": ["RUS"],
            "destination": [destination],
            "applicant": ["FRST"],
            "sex": ["M"],
            "age": ["Y18-34"],
            "period": ["2022"],
            "count": pd.array([40], dtype="Int64"),
            "flag": [flag],
        }
    )
    found = tables.conform("applications", eurostat.applicants(raw, "migr_asyappctza", "2023-03"))
    return tables.check("applications", found)


@pytest.mark.parametrize(
    ("flag", "status", "note"),
    [
        ("", "complete", ""),
        ("p", "provisional", "provisional (Eurostat flag p)"),
        ("bp", "break", "break in the series, provisional (Eurostat flag bp)"),
        ("d", "complete", "definition differs (Eurostat flag d)"),
        ("ep", "provisional", "estimated, provisional (Eurostat flag ep)"),
    ],
)
def test_flags_of_several_letters(flag: str, status: str, note: str) -> None:
    row = applicants("GRC", flag).iloc[0]
    assert (row["status"], row["note"]) == (status, note)
    assert (row["kind"], row["rounding_base"]) == ("first", 5)


def test_a_sum_over_reporters_is_as_uncertain_as_all_of_them() -> None:
    assert applicants("EU27", "")["rounding_base"].tolist() == [5]
    assert applicants("EU+", "")["rounding_base"].tolist() == [129]
    assert eurostat.base_of_sum(1) == 5


def test_eurostat_decisions_of_one_year_and_of_six() -> None:
    raw = pd.DataFrame(
        {
            "origin": "RUS",
            "destination": "DEU",
            "decision": ["POS", "NEG", "TOTAL", "POS", "TEMP_PROT"],
            "period": ["2014", "2014", "2008-2013", "2008-2013", "2014"],
            "count": pd.array([420, None, 16705, 1320, 0], dtype="Int64"),
            "flag": "",
        }
    )
    found = tables.conform("decisions", eurostat.decisions(raw, "migr_asydcfsta", "2015-07"))
    tables.check("decisions", found)
    assert found["outcome"].tolist() == ["positive", "rejected", "total", "positive", "temporary"]
    assert found["rounding_base"].tolist() == [5, 5, 25, 31, 5]
    assert set(found["stage"]) == {"first+repeat"}
    final = eurostat.decisions(raw, "migr_asydcfina", "2015-08")
    assert set(final["stage"]) == {"appeal"}
    assert set(final["authority"]) == {"administrative courts"}


def test_bamf_outcomes_and_no_row_that_repeats_another() -> None:
    counts = [399, 5288, 1, 25, 9, 5, 76, 210, 326]
    raw = pd.DataFrame(
        [["RUS", "2015-01", "first", *counts], ["RUS", "2015-01", "repeat", *counts]],
        columns=list(BAMF),
    )
    found = tables.conform("decisions", national.bamf_decisions(raw, "bamf-monthly", "2022-01"))
    tables.check("decisions", found)
    first = found[found["stage"] == "first"].set_index("outcome")["count"]
    assert first.to_dict() == {
        "refugee": 26,  # asylum under the constitution is counted with it
        "subsidiary": 9,
        "humanitarian": 5,
        "rejected": 76,
        "closed": 210,
        "total": 326,
    }
    assert set(found["stage"]) == {"first", "repeat"}
    assert set(found["period_end"]) == {"2015-01-31"}
    pending = tables.conform("stocks", national.bamf_pending(raw, "bamf-monthly", "2022-01"))
    assert pending["population"].tolist() == ["pending-first", "pending-repeat"]
    assert set(pending["date"]) == {"2015-01-31"}


def test_fiscal_years_keep_their_calendar_days() -> None:
    raw = pd.DataFrame(
        {
            "origin": "RUS",
            "fiscal_year": pd.array([2022]),
            "measure": "refugee-arrivals",
            "count": 40,
        }
    )
    row = national.yearbook(raw, "ohss-yearbook", "2025-07").iloc[0]
    assert (row["period_start"], row["period_end"]) == ("2021-10-01", "2022-09-30")
    assert row["rounding_base"] == 10


def test_the_list_of_datasets_is_that_of_the_recipes():
    assert {one.dataset for one in recipes.RECIPES} | set(recipes.RELEASES) == columns.DATASETS
