"""BAMF's months and the layouts of CBP, OHSS and PRM."""

from __future__ import annotations

from pathlib import Path

import pytest

from asylum_report.errors import InvalidTable
from asylum_report.sources import bamf, us

BAMF = {
    "month": "2015-01",
    "origin_label": "Russische Föderation",
    "apps_total": "471",
    "apps_first_Erst": "399",
    "apps_repeat_Folge": "72",
    "dec_total": "453",
    "dec_asyl_16a": "1",
    "dec_refugee_s3": "26",
    "dec_subsidiary_s4": "9",
    "dec_removal_ban_s60": "8",
    "dec_rejected": "78",
    "dec_other_closed_sonstige": "331",
    "pending_first": "5288",
    "pending_repeat": "789",
    "E_asyl_16a": "1",
    "E_refugee_s3": "25",
    "E_subsidiary_s4": "9",
    "E_removal_ban_s60": "5",
    "E_rejected": "76",
    "E_formal": "210",
    "F_asyl_16a": "0",
    "F_refugee_s3": "1",
    "F_subsidiary_s4": "0",
    "F_removal_ban_s60": "3",
    "F_rejected": "2",
    "F_no_further_proc": "29",
    "F_formal": "92",
}


def write(folder: Path, rows: list[dict[str, str]]) -> Path:
    path = folder / "file.csv"
    lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_bamf_divides_first_from_repeat(tmp_path: Path) -> None:
    table = bamf.monthly(write(tmp_path, [BAMF])).set_index("stage")
    assert table["applications"].to_dict() == {"first": 399, "repeat": 72}
    assert table["pending"].to_dict() == {"first": 5288, "repeat": 789}
    assert table["closed"].to_dict() == {"first": 210, "repeat": 121}
    assert table["total"].to_dict() == {"first": 326, "repeat": 127}
    assert set(table["origin"]) == {"RUS"}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"dec_total": "454"}, "total contradicts its parts by -1 .*column dec_total"),
        ({"apps_total": "470"}, "total contradicts its parts by 1 .*column apps_total"),
        ({"F_rejected": "3"}, "contradicts"),
        ({"pending_first": "-1"}, "negative"),
        ({"pending_first": "1.5"}, "not a whole number"),
        ({"month": "2015-13"}, "no month"),
        ({"origin_label": "Syrien"}, "unknown code"),
    ],
)
def test_bamf_refused(tmp_path: Path, changed: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidTable, match=message):
        bamf.monthly(write(tmp_path, [BAMF | changed]))
    with pytest.raises(InvalidTable, match="duplicate key"):
        bamf.monthly(write(tmp_path, [BAMF, BAMF]))


def test_cbp_table_of_russian_citizens(tmp_path: Path) -> None:
    path = tmp_path / "cbp.csv"
    text = (
        "fiscal_year,month,land_border_region,title,demographic,encounters,source_file\n"
        "2020,OCT,Other,Title 8,UAC,2,a.csv\n2020,OCT,Other,Title 8,UAC,2,b.csv\n"
    )
    path.write_text(text)
    with pytest.raises(InvalidTable, match="duplicate key"):
        us.encounters(path)
    path.write_text("\n".join(text.splitlines()[:2]))
    assert us.encounters(path)["month"].tolist() == ["2019-10"]
    for before, after, message in (
        ("UAC,2", "UAC,-2", "negative"),
        ("UAC", "Pets", "unknown code"),
        ("fiscal_year", "year", "column is missing"),
        ("2020,OCT", "20,OCT", "no fiscal year"),
    ):
        path.write_text("\n".join(text.splitlines()[:2]).replace(before, after))
        with pytest.raises(InvalidTable, match=message):
            us.encounters(path)


@pytest.mark.parametrize(
    ("month", "calendar"),
    [("OCT", "2022-10"), ("DEC", "2022-12"), ("JAN", "2023-01"), ("SEP", "2023-09")],
)
def test_fiscal_years_begin_in_october(month: str, calendar: str) -> None:
    assert us.calendar_month(2023, month) == calendar


def test_prm_sums_are_checked_and_later_zeros_are_no_figures(tmp_path: Path) -> None:
    path = tmp_path / "prm.csv"
    head = "fiscal_year,fy_total," + ",".join(us.MONTHS) + "\n"
    path.write_text(head + "2025,44,11,14,19,0,0,0,0,0,0,0,0,0\n")
    table = us.admissions(path)
    assert table["month"].tolist() == ["2024-10", "2024-11", "2024-12"]
    assert table["count"].tolist() == [11, 14, 19]
    path.write_text(head + "2025,45,11,14,19,0,0,0,0,0,0,0,0,0\n")
    with pytest.raises(InvalidTable, match="contradicts its parts"):
        us.admissions(path)


def test_ohss_is_rounded_to_ten(tmp_path: Path) -> None:
    path = tmp_path / "ohss.csv"
    path.write_text(
        "table,measure,fiscal_year,persons_rounded10\nTable 14,refugee_arrivals,2022,40\n"
    )
    assert us.yearbook(path).values.tolist() == [["RUS", 2022, "refugee-arrivals", 40]]
    path.write_text(
        "table,measure,fiscal_year,persons_rounded10\nTable 14,refugee_arrivals,2022,41\n"
    )
    with pytest.raises(InvalidTable, match="not rounded to 10"):
        us.yearbook(path)
