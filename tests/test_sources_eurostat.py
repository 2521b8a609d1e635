"""Eurostat's layouts, old and new vocabulary, flags and aggregates."""

from __future__ import annotations

from pathlib import Path

import pytest

from asylum_report.errors import InvalidTable
from asylum_report.sources import eurostat
from asylum_report.sources import eurostat_extracts as extracts

BULK = (
    "freq,citizen,sex,unit,age,asyl_app,geo\\TIME_PERIOD\t2021 \t2022 \n"
    "A,RU,T,PER,TOTAL,ASY_APP,EL\t35 \t4155 bp\n"
    "A,RU,T,PER,TOTAL,NASY_APP,UK\t: \t: c\n"
    "A,RU,T,PER,TOTAL,ASY_APP,EU27_2020\t7140 \t18400 d\n"
    "A,TOTAL,T,PER,TOTAL,ASY_APP,EL\t1 \t2 \n"
    "A,EXT_EU27_2020,T,PER,TOTAL,ASY_APP,EL\t1 \t2 \n"
)
LABELS = (
    "STRUCTURE,citizen,Country of citizenship,sex,Sex,age,Age class,asyl_app,Applicant type,geo,"
    "Geopolitical entity (reporting),TIME_PERIOD,Time,OBS_VALUE,OBS_FLAG\n"
    "dataflow,RU,Russia,M,Males,Y18-34,18-34,NASY_APP,First,EL,Greece,2022,,40,\n"
    "dataflow,AF,Afghanistan,M,Males,Y18-34,18-34,NASY_APP,First,EL,Greece,2022,,45,\n"
)
CODES = (
    "DATAFLOW,LAST UPDATE,freq,unit,citizen,sex,age,decision,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
    "ESTAT:MIGR_ASYDCFSTA(1.0),03/06/21,A,PER,RU,T,TOTAL,TOTAL_POS,FR,2020,365,p\n"
    "ESTAT:MIGR_ASYDCFSTA(1.0),03/06/21,A,PER,RU,T,TOTAL,REJECTED,FR,2020,,\n"
    "ESTAT:MIGR_ASYDCFSTA(1.0),03/06/21,A,PER,RU,M,TOTAL,REJECTED,FR,2020,5,\n"
)


def write(folder: Path, text: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_bulk_tsv(tmp_path: Path) -> None:
    table = eurostat.bulk_applicants(write(tmp_path, BULK, "migr.tsv"))
    assert table.fillna(-1).values.tolist() == [
        ["RUS", "EU27", "TOTAL", "T", "TOTAL", "2021", 7140, ""],
        ["RUS", "EU27", "TOTAL", "T", "TOTAL", "2022", 18400, "d"],
        ["RUS", "GBR", "FRST", "T", "TOTAL", "2022", -1, "c"],
        ["RUS", "GRC", "TOTAL", "T", "TOTAL", "2021", 35, ""],
        ["RUS", "GRC", "TOTAL", "T", "TOTAL", "2022", 4155, "bp"],
    ]


def test_new_vocabulary_gives_the_same_table(tmp_path: Path) -> None:
    new = BULK.replace("asyl_app", "applicant").replace("NASY_APP", "FRST")
    new = new.replace("ASY_APP", "TOTAL")
    old = eurostat.bulk_applicants(write(tmp_path, BULK, "old.tsv"))
    assert eurostat.bulk_applicants(write(tmp_path, new, "new.tsv")).equals(old)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BULK.replace("18400 d", "184x0"), r"no count with flags: '184x0' .*line 4, column 2022"),
        (BULK.replace("18400 d", "18400.5"), "no count with flags"),
        (BULK.replace("18400 d", "-5"), "no count with flags"),
        (BULK.replace("18400 d", "9" * 23), "no count with flags"),
        (BULK.replace("18400 d", "9" * 400), "no count with flags"),
        (BULK.splitlines()[0] + "\n", "no row on the citizenship"),
        (BULK.replace("RU,", "BY,"), "no row on the citizenship"),
        (BULK.replace("ASY_APP,EU27_2020", "OTHER,EU27_2020"), "unknown code 'OTHER' .*line 4"),
        (BULK.replace(",UK\t", ",XX\t"), "unknown country code 'XX' .*line 3"),
        (BULK.replace("\t18400 d", ""), "cut short .*line 4"),
        (BULK.replace("citizen", "nation"), "dimension is missing .*column citizen"),
        (BULK + BULK.splitlines()[1] + "\n", "duplicate key: RUS, GRC, TOTAL, T, TOTAL, 2021"),
        ("", "empty"),
    ],
)
def test_bulk_tsv_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidTable, match=message) as caught:
        eurostat.bulk_applicants(write(tmp_path, text, "migr.tsv"))
    assert "migr.tsv" in str(caught.value)


def test_sdmx_csv_with_and_without_labels(tmp_path: Path) -> None:
    applicants = eurostat.sdmx(write(tmp_path, LABELS))
    assert applicants.values.tolist() == [["RUS", "GRC", "FRST", "M", "Y18-34", "2022", 40, ""]]
    decisions = eurostat.sdmx(write(tmp_path, CODES))
    assert decisions["decision"].tolist() == ["NEG", "POS"]
    assert decisions["count"].isna().tolist() == [True, False]
    assert decisions["flag"].tolist() == ["", "p"]
    with pytest.raises(InvalidTable, match="applicant or decision"):
        eurostat.sdmx(write(tmp_path, CODES.replace("decision", "result")))


def test_web_table_labels_flags_and_aggregates(tmp_path: Path) -> None:
    head = "TIME,GEO,CITIZEN,SEX,AGE,ASYL_APP,UNIT,Value,Flag and Footnotes\n"
    row = "2012,{},Russia,Total,Total,First time applicant,Person,{},{}\n"
    rows = [
        ("European Union (28 countries)", '"17,445"', "d"),
        ("European Union (27 countries)", '"17,000"', "d"),
        ("Germany (until 1990 former territory of the FRG)", '"3,200"', ""),
        ("Croatia", ":", ""),
        ("Total", '"18,030"', "d"),
    ]
    text = head + "".join(row.format(*one) for one in rows)
    table = extracts.web_applicants(write(tmp_path, text))
    assert table[["destination", "count", "flag"]].fillna(-1).values.tolist() == [
        ["DEU", 3200, ""],
        ["EU28", 17445, "d"],
        ["HRV", -1, ""],
    ]
    with pytest.raises(InvalidTable, match=r"unknown country 'Narnia' .*line 5, column GEO"):
        extracts.web_applicants(write(tmp_path, text.replace("Croatia", "Narnia")))


def test_an_empty_month_stays_missing(tmp_path: Path) -> None:
    text = "CITIZEN,GEO,Y2015M01,Y2015M12\nRussia,UK,20,\n"
    table = extracts.monthly_by_country(write(tmp_path, text))
    assert table["period"].tolist() == ["2015-01", "2015-12"]
    assert table["count"].fillna(-1).tolist() == [20, -1]
    assert table["destination"].unique().tolist() == ["GBR"]


def test_by_sex_sums_and_months_of_all_reporters(tmp_path: Path) -> None:
    text = "geo,t,nat,sex,n\nEU27,2022,RUS,female,7015.0\nEU27,2022,RUS,male,9815.0\n"
    assert extracts.applicants_by_sex(write(tmp_path, text))["count"].tolist() == [7015, 9815]
    text = (
        "geo,citizen,period,decisions_total,share_positive,positive_reconstructed\n"
        "Germany,RU,2008-2013 sum,16705.0,0.079,1320.0\nMalta,RU,2008-2013 sum,,,\n"
    )
    sums = extracts.decision_sums(write(tmp_path, text))
    assert sums["period"].unique().tolist() == ["2008-2013"]
    assert sums["count"].fillna(-1).tolist() == [1320, 16705, -1, -1]
    text = "month,first_time_applicants_sum_of_reporters\n2026-08,55\n"
    assert extracts.monthly_all_reporters(write(tmp_path, text))["destination"].tolist() == ["EU+"]
