"""UNHCR's layout, and what the reader refuses."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from asylum_report.errors import InvalidTable
from asylum_report.sources import unhcr

HEAD = (
    "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,procedure_type,dec_level,dec_pc,"
    "dec_recognized,dec_other,dec_rejected,dec_closed,dec_total\n"
)
GERMANY = "2020,Russian Federation,RUS,RUS,Germany,GFR,DEU,G,NA,P,100,50,500,300,950\n"
OLD_SYRIA = "2005,Syria,SYR,SYR,Germany,GFR,DEU,G,NA,P,1,1,1,1,4\n"
OLD_RUSSIA = "2005.0,Russian Federation,RUS,RUS,Germany,GFR,DEU,G,NA,P,10.0,5.0,50.0,30.0,95.0\n"
EGYPT = "2020,Egypt,ARE,EGY,Austria,AUS,AUT,U,FA,C,0,0,5,0,5\n"


def file(folder: Path, text: str) -> Path:
    path = folder / "asylum_decisions.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    return path


def test_decisions_in_our_own_columns_and_codes(tmp_path: Path) -> None:
    table = unhcr.decisions(file(tmp_path, HEAD + GERMANY + OLD_SYRIA + OLD_RUSSIA + EGYPT))
    assert list(table.columns) == list(unhcr.DECISIONS)
    assert table[["origin", "destination", "level", "unit", "year"]].values.tolist() == [
        ["EGY", "AUT", "FA", "cases", 2020],  # by ISO's codes: UNHCR's ARE is Egypt
        ["RUS", "DEU", "NA", "persons", 2005],  # Russia whole, other origins from 2008
        ["RUS", "DEU", "NA", "persons", 2020],
    ]
    assert table["recognised"].tolist() == [0, 10, 100]
    assert str(table["total"].dtype) == "Int64"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD.replace("dec_closed", "dec_shut") + GERMANY, "column is missing .*dec_closed"),
        (HEAD + GERMANY.replace(",100,", ",-1,"), "negative: '-1' .*line 2, column dec_recognized"),
        (HEAD + GERMANY.replace(",100,", ",1.5,"), "not a whole number: '1.5' .*line 2"),
        (HEAD + GERMANY.replace(",100,", ",,"), "no number: '' .*line 2, column dec_recognized"),
        (HEAD + GERMANY.replace(",100,", ",inf,"), "no number: 'inf' .*column dec_recognized"),
        (HEAD + GERMANY.replace(",100,", ",1e400,"), "no number: '1e400' .*line 2"),
        (HEAD + GERMANY.replace(",100,", ",1e3,"), "no number: '1e3' .*line 2"),
        (HEAD + GERMANY.replace(",100,", ',"3,14",'), "no number: '3,14' .*line 2"),
        (HEAD + GERMANY.replace(",100,", ',"1,2345",'), "no number: '1,2345' .*line 2"),
        (HEAD + GERMANY.replace(",100,", f",{10**22},"), "too large .*line 2, column dec_recogni"),
        (HEAD + GERMANY.replace(",100,", f",{10**9},"), "too large .*line 2"),
        (HEAD + GERMANY.replace(",950\n", ",950,1\n"), "more fields than the header .*line 2"),
        (HEAD + GERMANY + GERMANY.replace(",950\n", ",950,1\n"), "more fields .*line 3"),
        (HEAD.replace("dec_total", "dec_total,dec_total"), "column comes twice: 'dec_total'"),
        (HEAD, "a header and no rows"),
        ("", "is empty"),
        (HEAD + GERMANY + GERMANY, "duplicate key: 2020, RUS, DEU, G, NA, P .*line 3"),
        (HEAD + GERMANY.replace(",NA,", ",XX,"), "unknown code: 'XX' .*column dec_level"),
        (HEAD + GERMANY.replace(",DEU,", ",GFR,"), "unknown code: 'GFR' .*column coa_iso"),
        (HEAD + GERMANY.replace("2020,", "20,"), "no year"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused_in_one_line(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(InvalidTable, match=message) as caught:
        unhcr.decisions(file(tmp_path, text))
    assert "asylum_decisions.csv.gz" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_comma_may_stand_between_thousands(tmp_path: Path) -> None:
    text = HEAD + GERMANY.replace(",100,", ',"1,234,567",').replace(",950", ',"999,999,999"')
    table = unhcr.decisions(file(tmp_path, text))
    assert table[["recognised", "total"]].values.tolist() == [[1_234_567, 999_999_999]]


def test_a_truncated_or_missing_file_is_refused(tmp_path: Path) -> None:
    path = file(tmp_path, HEAD + GERMANY * 200)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InvalidTable, match="cannot be read"):
        unhcr.decisions(path)
    with pytest.raises(InvalidTable, match="is missing"):
        unhcr.decisions(tmp_path / "none.csv")


def test_applications_and_stocks(tmp_path: Path) -> None:
    path = tmp_path / "applications.csv"
    path.write_text(
        "year,coo_iso,coa_iso,procedure_type,app_type,dec_level,app_pc,applied\n"
        "2023,RUS,DEU,G,N,FI,P,7663\n2023,RUS,DEU,G,R,RA,P,1365\n2006,SYR,DEU,G,N,FI,P,9\n"
    )
    assert unhcr.applications(path)["applied"].tolist() == [7663, 1365]
    path.write_text("year,coo_iso,coa_iso,refugees,asylum_seekers\n2023,RUS,DEU,5,\n")
    stocks = unhcr.population(path)
    assert stocks["refugees"].tolist() == [5]
    assert stocks["asylum_seekers"].isna().tolist() == [True]
