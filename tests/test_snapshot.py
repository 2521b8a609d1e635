"""What the embedded snapshot says: literal facts, and that it is complete and small."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from asylum_report import paths, process, store, tables, totals
from asylum_report.harmonise import recipes


@pytest.fixture(scope="module")
def decisions() -> pd.DataFrame:
    process.ensure()
    return tables.read("decisions")


@pytest.fixture(scope="module")
def applications() -> pd.DataFrame:
    process.ensure()
    return tables.read("applications")


def table(name: str) -> pd.DataFrame:
    process.ensure()
    return tables.read(name)


def pick(frame: pd.DataFrame, **wanted: object) -> pd.DataFrame:
    for column, value in wanted.items():
        if column == "year":
            frame = frame[frame["period_start"].str[:4] == str(value)]
        else:
            frame = frame[frame[column].isin(value if isinstance(value, tuple) else (value,))]
    return frame


def outcomes(frame: pd.DataFrame) -> dict[str, int]:
    return {str(k): int(v) for k, v in frame.groupby("outcome")["count"].sum().items()}


def test_germany_2023(decisions: pd.DataFrame) -> None:
    rows = pick(decisions, source="UNHCR", origin="RUS", destination="DEU", year=2023,
                stage=("first", "repeat"))  # fmt: skip
    assert outcomes(rows) == {
        "refugee": 368,
        "complementary": 112,
        "rejected": 1178,
        "closed": 3588,
        "total": 5246,
    }
    assert round(100 * 480 / 1658, 2) == 28.95
    assert round(100 * 480 / 5246, 2) == 9.15
    assert set(rows["authority"]) == {"BAMF"}


def test_germany_2024(decisions: pd.DataFrame) -> None:
    rows = pick(decisions, source="UNHCR", origin="RUS", destination="DEU", year=2024,
                stage=("first", "repeat"))  # fmt: skip
    found = outcomes(rows)
    assert (found["total"], found["refugee"], found["complementary"]) == (8003, 317, 98)
    assert found["rejected"] == 3652
    assert round(100 * 415 / 4067, 1) == 10.2


@pytest.mark.parametrize(("year", "count"), [(2022, 2851), (2023, 7663), (2024, 4698)])
def test_german_first_applications(applications: pd.DataFrame, year: int, count: int) -> None:
    rows = pick(applications, source="UNHCR", origin="RUS", destination="DEU", year=year,
                kind="first")  # fmt: skip
    assert rows["count"].tolist() == [count]


@pytest.mark.parametrize(("year", "count"), [(2020, 5946), (2021, 13240), (2023, 57163)])
def test_border_encounters(year: int, count: int) -> None:
    assert pick(table("encounters"), fiscal_year=year)["count"].sum() == count


def test_bamf_months(decisions: pd.DataFrame, applications: pd.DataFrame) -> None:
    january = {"source": "BAMF", "period_start": "2015-01-01"}
    assert pick(applications, **january)["count"].sum() == 471
    assert pick(decisions, **january, outcome="total")["count"].sum() == 453
    assert pick(decisions, source="BAMF", year=2017, outcome="total")["count"].sum() == 17802
    assert decisions[decisions["source"] == "BAMF"]["period_start"].nunique() == 83
    pending = pick(table("stocks"), source="BAMF", date="2015-01-31")
    assert dict(zip(pending["population"], pending["count"], strict=True)) == {
        "pending-first": 5288,
        "pending-repeat": 789,
    }


def test_eurostat_vintages_differ(applications: pd.DataFrame) -> None:
    rows = pick(applications, dataset="migr_asyappctza", destination="EU27", year=2022, kind="all",
                age="TOTAL")  # fmt: skip
    whole = pick(rows, sex="T").set_index("vintage")["count"].to_dict()
    assert whole == {"2023-03": 18400, "2024-01-18": 16650}
    assert pick(rows, vintage="2025-05")["count"].sum() == 16835
    assert "T" not in set(pick(rows, vintage="2025-05")["sex"])
    croatia = pick(applications, dataset="migr_asyappctza", destination="HRV", year=2022,
                   kind="all", age="TOTAL")  # fmt: skip
    by_vintage = croatia.groupby("vintage")
    assert by_vintage.get_group("2023-03").query("sex == 'T'")["count"].tolist() == [2065]
    assert by_vintage.get_group("2025-05")["count"].sum() == 275


def test_admissions_and_grants_are_two_things() -> None:
    grants = pick(table("grants"), fiscal_year=2022)
    found = grants.groupby(["source", "measure"])["count"].sum().to_dict()
    assert found == {
        ("OHSS", "asylum-affirmative"): 430,
        ("OHSS", "asylum-defensive"): 710,
        ("OHSS", "refugee-arrivals"): 40,
        ("PRM", "refugee-admissions"): 19,
    }
    assert set(pick(grants, source="OHSS")["rounding_base"]) == {10}


def test_the_united_states_2024_is_a_half_year(
    decisions: pd.DataFrame, applications: pd.DataFrame
) -> None:
    for frame in (decisions, applications):
        rows = pick(frame, source="UNHCR", destination="USA", year=2024)
        assert set(rows["status"]) == {"partial"}
        assert rows["note"].str.contains("January to June").all()
    courts = pick(decisions, source="UNHCR", origin="RUS", destination="USA", year=2025)
    assert set(courts["level"]) == {"EO"}
    assert courts["note"].str.contains("USCIS is not published by nationality").all()


@pytest.mark.parametrize(
    ("destination", "level", "year"),
    [
        ("USA", "IN", 2009),
        ("USA", "IN", 2016),
        ("FRA", "RA", 2005),
        ("IRL", "AR", 2001),
        ("PRT", "FI", 2023),
        ("PRT", "FI", 2024),
    ],
)
def test_where_refusals_or_grants_are_missing_no_rate_is_to_be_made(
    decisions: pd.DataFrame, destination: str, level: str, year: int
) -> None:
    rows = pick(decisions, source="UNHCR", origin="RUS", destination=destination, level=level,
                year=year)  # fmt: skip
    rows = rows[rows["outcome"].isin(["rejected", "total"])]
    assert len(rows) == 2
    assert rows["note"].str.startswith("no rate: ").all()
    for other in (2008, 2017):
        usual = pick(decisions, source="UNHCR", destination="USA", level="IN", year=other)
        assert not usual["note"].str.startswith("no rate: ").any()


def test_totals_that_contradict_their_parts_are_noted(decisions: pd.DataFrame) -> None:
    canada = pick(decisions, source="UNHCR", origin="RUS", destination="CAN", level="FI", year=2020)
    assert outcomes(canada) == {
        "refugee": 33,
        "complementary": 0,
        "rejected": 5,
        "closed": 0,
        "total": 50,
    }
    assert canada["note"].str.contains("parts and total of this row contradict").all()
    bad = decisions[totals.contradictions(decisions)]
    assert bad["note"].str.contains("parts and total of this row contradict").all()
    assert len(bad) == 5 * 163


def test_cases_and_persons_are_told_apart(decisions: pd.DataFrame) -> None:
    rows = pick(decisions, source="UNHCR", origin="RUS", destination="USA", level="IN")
    units = {str(key): set(group) for key, group in rows.groupby("period_start")["unit"]}
    assert units["2020-01-01"] == {"cases"}
    assert units["2021-01-01"] == {"persons"}


def test_the_newest_months_are_partial(applications: pd.DataFrame) -> None:
    rows = pick(applications, dataset="migr_asyappctzm", vintage="2026-09")
    assert rows["period_start"].min() == "2013-01-01"
    assert pick(rows, status="partial")["period_start"].tolist() == ["2026-07-01", "2026-08-01"]
    assert set(rows["destination"]) == {"EU+"}


def test_what_was_not_reported_is_missing(
    decisions: pd.DataFrame, applications: pd.DataFrame
) -> None:
    austria = pick(decisions, source="Eurostat", destination="AUT", year=2014)
    assert austria["count"].isna().all()
    early = pick(applications, dataset="migr_asyctz", destination="AUT", year=1995)
    assert early["count"].isna().all()
    swiss = pick(decisions, source="UNHCR", origin="RUS", destination="CHE", year=2012, level="AR")
    assert swiss.set_index("outcome")["count"].isna().to_dict() == {
        "refugee": True,
        "complementary": True,
        "rejected": True,
        "closed": True,
        "total": False,
    }


def test_level_na_is_a_code(decisions: pd.DataFrame) -> None:
    rows = pick(decisions, source="UNHCR", origin="RUS", destination="DEU", year=2015)
    assert set(rows["level"]) == {"NA", "RA", "JR"}


def test_stages_that_overlap_are_told_apart(decisions: pd.DataFrame) -> None:
    unhcr = pick(decisions, source="UNHCR")
    by_level = unhcr.groupby("level")["stage"].unique().map(list).to_dict()
    assert by_level["FI"] == by_level["NA"] == by_level["EO"] == by_level["IN"] == ["first"]
    assert by_level["AR"] == by_level["JR"] == ["appeal"]
    assert by_level["RA"] == ["repeat"]
    assert by_level["FA"] == ["first+appeal"]


def test_all_origins_from_2008_and_russia_from_2000(decisions: pd.DataFrame) -> None:
    rows = pick(decisions, source="UNHCR")
    first = rows.groupby(rows["origin"] == "RUS")["period_start"].min().to_dict()
    assert first == {False: "2008-01-01", True: "2000-01-01"}
    assert rows["period_end"].max() == "2025-12-31"
    assert rows["origin"].nunique() > 200


def test_men_of_two_age_groups(applications: pd.DataFrame) -> None:
    rows = pick(applications, dataset="migr_asyappctza", vintage="2024-01-18", sex="M",
                destination="DEU", kind="first", year=2022)  # fmt: skip
    ages = rows.set_index("age")["count"]
    assert {"Y18-34", "Y35-64"} <= set(ages.index)
    assert int(ages["Y18-34"]) > int(ages["Y35-64"]) > 0


def test_figures_on_men_cannot_be_chained_and_events_fit_charts() -> None:
    figures = table("figures")
    men = figures[figures["population"] == "Russian men aged 18 to 45"]
    assert len(men) == 36
    assert men["note"].str.contains("cannot be chained").all()
    assert len(figures) == 130
    events = table("events")
    assert len(events) == 37
    assert events["label"].str.len().max() <= 28
    mobilisation = events.set_index("event_id").loc["2022-09-21-mobilisation"]
    assert (mobilisation["date"], mobilisation["date_precision"]) == ("2022-09-21", "day")
    assert len(table("claims")) == 31


def test_nine_releases_can_be_compared() -> None:
    releases = recipes.releases("unhcr-asylum-decisions-RUS")
    assert releases["vintage"].nunique() == 9
    france = pick(releases, destination="FRA", year=2022, level="FI", outcome="total")
    assert france["vintage"].min() == "2023-06-14"
    usa = pick(releases, destination="USA", year=2024, level="EO", outcome="total")
    assert usa["count"].unique().tolist() == [2932]  # never revised since October 2024


@pytest.mark.parametrize("one", store.vintages(), ids=lambda one: f"{one.dataset}-{one.date}")
def test_every_vintage_is_whole_and_described(one: store.Vintage) -> None:
    frame = one.read()
    assert len(frame) == one.meta["rows"] > 0
    assert list(frame.columns) == list(one.meta["columns"])
    for key in ("title", "licence", "attribution", "retrieved", "definition"):
        assert str(one.meta[key]).strip()
    assert one.folder.name == one.date


def test_every_dataset_is_there() -> None:
    assert {one.dataset for one in store.vintages()} == {
        "unhcr-asylum-decisions",
        "unhcr-asylum-applications",
        "unhcr-asylum-decisions-RUS",
        "unhcr-asylum-applications-RUS",
        "unhcr-population",
        "migr_asyappctza",
        "migr_asyappctzm",
        "migr_asyctz",
        "migr_asydcfsta",
        "migr_asydcfina",
        "migr_eiord",
        "migr_eirtn",
        "migr_eipre",
        "bamf-monthly",
        "cbp-nationwide-encounters",
        "ohss-yearbook",
        "prm-admissions",
        "figures",
        "events",
        "claims",
    }


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_the_snapshot_stays_small() -> None:
    assert size(paths.raw()) <= 6_000_000
    process.ensure()
    committed = [p for p in paths.processed().iterdir() if p.suffix in (".csv", ".gz", ".json")]
    assert sum(path.stat().st_size for path in committed) <= 5_000_000
