"""National tables by the template: the example, every refusal by line and column, and copies."""

from __future__ import annotations

import codecs
import datetime
import re
from pathlib import Path
from typing import Any

import pytest

from asylum_report import cli_import, corridors, records, store, tables
from asylum_report.errors import InvalidTable, ReportError, UnknownName
from asylum_report.harmonise import imported, recipes
from asylum_report.sources import template, template_cells, template_file

ROOT = Path(__file__).parents[1]
TODAY = "2026-11-22"
ONCE = {
    "publisher": "BAMF",
    "dataset": "synthetic-annual",
    "document": "Synthetic report",
    "document_date": "2024-07-10",
    "url": "https://example.org/report.pdf",
    "page": "p. 3",
    "retrieved": "2024-08-01",
    "typed_by": "AB",
    "origin": "RUS",
    "destination": "DEU",
    "unit": "persons",
    "rounding_base": "1",
}
HEADER = "stage,period,outcome,count"
ROWS = ("first,2022,refugee,10", "first,2022,rejected,90", "first,2023,refugee,20")
FIRST_LINE = len(ONCE) + 2
"""Line of the first row below the lines given once and the header."""


FIGURE: dict[str, Any] = {"origin": None, "rounding_base": None, "unit": None}
"""What a template for single figures does not have, or not above its header."""


def write(path: Path, *rows: str, header: str = HEADER, **once: str | None) -> Path:
    said = {name: value for name, value in (ONCE | once).items() if value is not None}
    lines = [f"# {name}: {value}" for name, value in said.items()]
    path.write_text("\n".join([*lines, header, *(rows or ROWS)]) + "\n", encoding="utf-8")
    return path


def prepare(path: Path, folder: Path | None = None) -> cli_import.Prepared:
    return cli_import.prepare(path, TODAY, folder or path.parent / "raw")


def keep(path: Path) -> store.Vintage:
    ready = prepare(path)
    return store.write(ready.frame, ready.meta, path.parent / "raw")


def problems(path: Path) -> list[tuple[int, str, str, str]]:
    with pytest.raises(template.Refused) as caught:
        prepare(path)
    assert not (path.parent / "raw").exists()
    return [tuple(one) for one in caught.value.problems]


def tidy(path: Path) -> Any:
    ready = prepare(path)
    frame = imported.tidy(ready.frame, ready.meta["dataset"], ready.meta["vintage"])
    return tables.conform(ready.table, frame)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


@pytest.fixture
def example(tmp_path: Path) -> Path:
    found = re.search(r"```csv\n(.*?)```", (ROOT / "docs/import.md").read_text("utf-8"), re.DOTALL)
    assert found
    path = tmp_path / "bamf.csv"
    path.write_text(found[1], encoding="utf-8")
    return path


def test_the_documented_example_gives_bamfs_quota(example: Path) -> None:
    vintage = keep(example)
    assert vintage.folder.relative_to(example.parent) == Path("raw/bamf/bamf-annual/2024-07-10")
    rows = imported.tidy(vintage.read(), vintage.dataset, vintage.date)
    frame = tables.check("decisions", tables.conform("decisions", rows))
    assert dict(zip(frame["outcome"], frame["count"], strict=True)) == {
        "refugee": 368, "subsidiary": 104, "humanitarian": 8, "rejected": 1178, "closed": 3588,
        "total": 5246,
    }  # fmt: skip
    found = corridors.rate_rows(corridors.default_rows(frame.to_dict("records")))
    assert [(row["source"], row["authority"], row["stage"]) for row in found] == [
        ("BAMF", "BAMF", "first+repeat")
    ]
    assert (found[0]["numerator"], found[0]["n"]) == (480, 1658)
    assert round(100 * found[0]["rate"], 2) == 28.95


def test_imported_rows_are_never_added_to_unhcrs(example: Path) -> None:
    german = [
        row
        for row in records.rows("decisions", origin="RUS", destination="DEU", source="UNHCR")
        if row["period_start"] == "2023-01-01" and row["stage"] in ("first", "repeat")
    ]
    rows = corridors.default_rows([*german, *tidy(example).to_dict("records")])
    found = {row["source"]: row for row in corridors.rate_rows(rows)}
    assert {name: (row["numerator"], row["n"], row["total"]) for name, row in found.items()} == {
        "UNHCR": (480, 1658, 5246),
        "BAMF": (480, 1658, 5246),
    }


def test_a_dataset_of_the_store_goes_where_its_sidecar_says(example: Path) -> None:
    keep(example)
    raw = example.parent / "raw"
    for dataset in (ROOT / "data/raw").glob("*/*"):
        place = raw / dataset.parent.name
        place.mkdir(exist_ok=True)
        (place / dataset.name).symlink_to(dataset)
    used = [pair for pair in recipes.used(raw) if pair[1].dataset == "bamf-annual"]
    assert [(recipe.table, vintage.date) for recipe, vintage in used] == [
        ("decisions", "2024-07-10")
    ]
    table = tables.check("decisions", recipes.table("decisions", used))
    assert set(table["dataset"]) == {"bamf-annual"}
    assert len(table) == 6


def test_the_sidecar_says_where_the_figures_come_from(example: Path) -> None:
    meta = keep(example).meta
    assert {name: meta[name] for name in ("publisher", "retrieved", "url", "route", "table")} == {
        "publisher": "BAMF", "retrieved": "2026-11-21", "url": "https://asylumineurope.org/?p=1361",
        "route": "import", "table": "decisions",
    }  # fmt: skip
    assert meta["title"] == "AIDA Germany: Statistics, figures for 2023 (ECRE, from BAMF)"
    assert meta["columns"]["page"] == "Page, table or cell of the document"


@pytest.mark.parametrize("name", ["decisions", "applications", "figures"])
def test_an_empty_template_explains_each_column_and_has_no_rows(name: str, file: Path) -> None:
    text = template.empty(name)
    for column in template.TEMPLATES[name]:
        assert re.search(rf"^# {column} \((needed|may be empty)\) - .", text, re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidTable, match=r"^a file has a header and no rows \(table.csv\)$"):
        template_file.read(file)


def test_a_filled_in_template_is_read(file: Path) -> None:
    text = template.empty("decisions")
    for name, value in ONCE.items():
        text = text.replace(f"\n# {name}:\n", f"\n# {name}: {value}\n")
    file.write_text(text + "p. 3,first,2023,,,refugee,5,,\n", encoding="utf-8")
    assert tidy(file)[["origin", "period_end", "outcome", "count"]].values.tolist() == [
        ["RUS", "2023-12-31", "refugee", 5]
    ]


def test_no_such_template() -> None:
    with pytest.raises(UnknownName, match="no template 'stocks': use one of decisions, applic"):
        template.empty("stocks")


def test_what_a_row_leaves_out_is_filled_in(file: Path) -> None:
    write(file, "appeal,2023,refugee,1 234,")
    header = HEADER + ",note"
    write(file, "appeal,FY2023,refugee,1 234,", header=header, destination="United States")
    row = tidy(file).iloc[0]
    assert dict(row) == {
        "source": "BAMF", "dataset": "synthetic-annual", "vintage": "2024-07-10", "origin": "RUS",
        "destination": "USA", "authority": "EOIR", "level": "", "stage": "appeal",
        "unit": "persons", "period_start": "2022-10-01", "period_end": "2023-09-30",
        "outcome": "refugee", "count": 1234, "rounding_base": 1, "status": "complete", "note": "",
    }  # fmt: skip


def test_applications_are_for_all_unless_a_row_says_otherwise(file: Path) -> None:
    write(file, "first,,2023-Q1,215", "all,M,2023-03-31,3", header="kind,sex,period,count")
    found = tidy(file)[["kind", "sex", "age", "authority", "period_start", "period_end", "count"]]
    assert found.values.tolist() == [
        ["all", "M", "TOTAL", "BAMF", "2023-03-31", "2023-03-31", 3],
        ["first", "T", "TOTAL", "BAMF", "2023-01-01", "2023-03-31", 215],
    ]


def test_single_figures_keep_how_they_are_given(file: Path) -> None:
    header = "indicator,population,period,value,unit,tier,note"
    write(
        file,
        "first applications,Russian citizens,2023,~3 500,persons,A,",
        "protection quota,Russian citizens,2023,12.5%,%,B,",
        "pending,Russian citizens,,60-70,files,A2,day not stated",
        header=header,
        **FIGURE | {"publisher": "Deutscher Bundestag"},
    )
    found = tidy(file).set_index("figure_id")
    assert found[["value_text", "qualifier", "unit", "period_start"]].values.tolist() == [
        ["~3 500", "about", "persons", "2023-01-01"],
        ["60-70", "range", "applications", ""],
        ["12.5%", "exact", "percent", "2023-01-01"],
    ]
    assert found["value"].tolist()[0] == 3500
    assert found.index[0] == "synthetic-annual-deu-first-applications-russian-citizens-2023"
    tables.check("figures", found.reset_index()[list(tables.TABLES["figures"])])


def test_html_stays_text(file: Path) -> None:
    note = "<script>alert(1)</script> & <b>bold</b>"
    write(file, f"first,2023,refugee,10,{note}", header=HEADER + ",note")
    assert keep(file).read()["note"].tolist() == [note]


# How spreadsheets write.


@pytest.mark.parametrize(
    ("separator", "mark", "end"),
    [(";", codecs.BOM_UTF8, "\r\n"), ("\t", b"", "\n"), (",", b"", "\r"), (",", b"", "\r\n")],
)
def test_a_spreadsheets_ways_give_the_same(
    file: Path, separator: str, mark: bytes, end: str
) -> None:
    plain = tidy(write(file))
    lines = [f"# {name}: {value}" for name, value in ONCE.items()]
    lines = [f'"{line}"' if separator in line else line for line in lines]
    body = [line.replace(",", separator) for line in (HEADER, *ROWS)]
    # A spreadsheet fills up short lines, and writes empty ones.
    lines = [line + 3 * separator for line in lines] + [3 * separator] + body + [3 * separator]
    file.write_bytes(mark + (end.join(lines) + end).encode())
    assert tidy(file).equals(plain)


def test_the_line_that_names_the_separator_is_no_header(file: Path) -> None:
    plain = tidy(write(file))
    text = file.read_text("utf-8")
    file.write_text("sep=,\n" + text, encoding="utf-8")
    assert tidy(file).equals(plain)


def test_a_row_wins_over_what_is_said_once(file: Path) -> None:
    write(
        file, "first,2023,refugee,10,FRA", "first,2023,refugee,7,", header=HEADER + ",destination"
    )
    assert tidy(file)[["destination", "authority", "count"]].values.tolist() == [
        ["DEU", "BAMF", 7],
        ["FRA", "OFPRA", 10],
    ]


# Files that are no template.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04...", "a file is a workbook or an archive and no CSV (table.csv): open it and "
         "save the sheet as 'CSV UTF-8'"),
        (b"\xd0\xcf\x11\xe0\xa1", "a file is an old workbook (XLS) and no CSV (table.csv): open it "
         "and save the sheet as 'CSV UTF-8'"),
        (b"%PDF-1.7", "a file is a PDF and no CSV (table.csv): type its table into the template"),
        (b"\x1f\x8b\x08", "a file is compressed and no CSV (table.csv): unpack it"),
        ("a,b".encode("utf-16"), "a file is UTF-16 ('Unicode text') and no CSV (table.csv): save "
         "it as 'CSV UTF-8'"),
        (b"<!doctype html>", "a file is a web page or XML and no CSV (table.csv): type its table "
         "into the template"),
        ("publisher,dataset\nM\u00fcnchen".encode("cp1252"), "a file is not UTF-8 but very "
         "probably Windows-1252, Excel's plain 'CSV' (table.csv, line 2): save it as 'CSV UTF-8'"),
        (b"a\0\xff", "a file is not UTF-8 (table.csv, line 1): save it as 'CSV UTF-8'"),
        (b" \n\n", "a file is empty (table.csv)"),
        (b"a,b\n1,2\n", "no header: the first line that does not begin with # names the columns "
         "(table.csv): begin with asylum-report import --template decisions"),
        (b"# a\n", "no header: the first line that does not begin with # names the columns "
         "(table.csv): begin with asylum-report import --template decisions"),
        (b"origin,count\nRUS,5\n", "it is not clear which table a file is for (table.csv): say "
         "'# table: decisions' (or applications, figures) above the header"),
        (b"# table: descisions\norigin,count\nRUS,5\n", "unknown table 'descisions' (table.csv, "
         "line 1): did you mean decisions?"),
        (b'origin,count\nRUS,"5\nRUS,6\n', "not readable as CSV: unexpected end of data "
         "(table.csv, line 2): look for a quotation mark that is not closed, or not doubled "
         "inside quotes"),
        (b"origin,count\n" + b"x" * 200_000, "not readable as CSV: field larger than field limit "
         "(131072) (table.csv, line 2): look for a quotation mark that is not closed, or not "
         "doubled inside quotes"),
    ],
)  # fmt: skip
def test_what_is_no_table(file: Path, content: bytes, message: str) -> None:
    file.write_bytes(content)
    with pytest.raises(InvalidTable) as caught:
        prepare(file)
    assert str(caught.value) == message


def test_no_such_file_and_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidTable, match=r"^no such file \(gone.csv\)$"):
        prepare(tmp_path / "gone.csv")
    with pytest.raises(InvalidTable, match=r"^not a file \("):
        prepare(tmp_path)


def test_size_is_bounded(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file)
    monkeypatch.setattr(template_file, "MOST_ROWS", 2)
    with pytest.raises(InvalidTable, match=r"^more than 2 rows \(table.csv\): split it"):
        prepare(file)
    monkeypatch.setattr(template_file, "MOST_BYTES", 100)
    with pytest.raises(InvalidTable, match=r"^a file is larger than 100 bytes"):
        prepare(file)


# Rows.


def test_every_row_is_judged_and_all_is_told(file: Path) -> None:
    write(file, "frist,2022,refugee,10", "first,2022,refugee,1.234", "first,15.03.2022,refugee,1")
    with pytest.raises(template.Refused) as caught:
        prepare(file)
    assert str(caught.value).splitlines() == [
        "3 problems in table.csv; nothing was imported",
        "  line 14, column stage: unknown value 'frist': did you mean first?",
        "  line 15, column count: '1.234' may be thousands or a decimal: write whole numbers, "
        "1234 or 1 234",
        "  line 16, column period: '15.03.2022' is no period: write 2024, 2024-03, 2024-Q2 or "
        "FY2024, or give period_start and period_end",
    ]
    assert caught.value.exit_code == 2


def test_after_twenty_problems_the_others_are_counted(file: Path) -> None:
    write(file, *(f"first,{1990 + year},refugee,x" for year in range(23)))
    with pytest.raises(template.Refused) as caught:
        prepare(file)
    lines = str(caught.value).splitlines()
    assert lines[0] == "23 problems in table.csv; nothing was imported"
    assert len(lines) == 22
    assert lines[-1] == "  and 3 more"


@pytest.mark.parametrize(
    "name", ["publisher", "dataset", "document", "document_date", "url", "page", "retrieved",
             "typed_by", "origin", "destination", "unit", "rounding_base"],
)  # fmt: skip
def test_provenance_and_what_is_counted_are_needed(file: Path, name: str) -> None:
    write(file, ROWS[0], **{name: ""})
    assert problems(file) == [
        (FIRST_LINE, name, "it is missing", f"give {template.COLUMNS[name][1]}")
    ]


@pytest.mark.parametrize(
    ("once", "column", "what", "todo"),
    [
        ({"publisher": "BAFM"}, "publisher", "unknown value 'BAFM'", "did you mean BAMF?"),
        ({"publisher": "UNHCR"}, "publisher", "unknown value 'UNHCR'", "use one of "),
        ({"dataset": "../../etc"}, "dataset", "'../../etc' is no name of a", "write let"),
        ({"dataset": "migr_asydcfsta"}, "dataset", "'migr_asydcfsta' is no name of a", "write let"),
        ({"dataset": "bamf-monthly"}, "dataset", "'bamf-monthly' is a dataset that comes another "
         "way", "give yours a name of its own"),
        ({"document_date": "10.07.2024"}, "document_date", "'10.07.2024' is no date", "write 2024"),
        ({"document_date": "2024-02-30"}, "document_date", "'2024-02-30' is no date", "write 2024"),
        ({"document_date": "2027"}, "document_date", "'2027' is in the future", "today is 2026"),
        ({"document_date": "1924"}, "document_date", "'1924' is before 1951", "look for a slip"),
        ({"retrieved": "2026-11-23"}, "retrieved", "'2026-11-23' is in the future", "today is"),
        ({"retrieved": "2024-08"}, "retrieved", "'2024-08' is no day", "write year-month-day, as"),
        ({"url": "javascript:alert(1)"}, "url", "'javascript:alert(1)' is no address", "begin"),
        ({"url": "www.bamf.de"}, "url", "'www.bamf.de' is no address", "begin with https:// or"),
        ({"url": "https://a b"}, "url", "'https://a b' is no address", "begin with https:// or"),
        ({"url": "archive:"}, "url", "'archive:' is no address", "begin with https:// or"),
        ({"origin": "Rusia"}, "origin", "unknown country 'Rusia'", "did you mean Russia (RUS)"),
        ({"destination": "EU27"}, "destination", "'EU27' is no single country", "give a row for"),
        ({"unit": "people"}, "unit", "unknown value 'people'", "use one of persons, cases"),
        ({"rounding_base": "0"}, "rounding_base", "'0' is no rounding base", "1 is exact, 5 to"),
        ({"document": "=HYPERLINK(1)"}, "document", "'=HYPERLINK(1)' begins as a formula does",
         "begin with something else than ="),
        ({"typed_by": "@SUM(1)"}, "typed_by", "'@SUM(1)' begins as a formula does", "begin with"),
        ({"page": "+1"}, "page", "'+1' begins as a formula does", "begin with something else th"),
        ({"document": "-1+2"}, "document", "'-1+2' begins as a formula does", "begin with somet"),
        ({"document": "a\x1b[2Jb"}, "document", "an invisible character U+001B", "remove it, or"),
        ({"document": "a\u202eb"}, "document", "an invisible character U+202E", "remove it, or"),
        ({"document": "M\u00c3\u00bcnchen"}, "document", "'M\u00c3\u00bcnchen' was read in another "
         "encoding", "type its accents again"),
        ({"document": "x" * 1_001}, "document", "1,001 characters", "say it in 1000 at most"),
        ({"copy": "1"}, "copy", "'1' is no number of a copy", "write 2 to 9"),
    ],
)  # fmt: skip
def test_a_value_given_once_is_refused_once_on_its_line(
    file: Path, once: dict[str, str], column: str, what: str, todo: str
) -> None:
    write(file, **once)
    (found,) = problems(file)
    line = [*ONCE, *(name for name in once if name not in ONCE)].index(column) + 1
    assert found[:2] == (line, column)
    assert found[2].startswith(what)
    assert found[3].replace(",", "").startswith(todo.replace(",", ""))


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        ("first,2023,refugee,-5", "count", "'-5' is negative"),
        ("first,2023,refugee,\u2212 5", "count", "'\u2212 5' is negative"),
        ("first,2023,refugee,-", "count", "'-' is no count"),
        ("first,2023,refugee,\u2013", "count", "'\u2013' is no count"),
        ("first,2023,refugee,k.A.", "count", "'k.A.' is no count"),
        ("first,2023,refugee,1.5", "count", "'1.5' may be thousands or a decimal"),
        ('first,2023,refugee,"1,234"', "count", "'1,234' may be thousands or a decimal"),
        ("first,2023,refugee,12 34", "count", "'12 34' is no count"),
        ("first,2023,refugee,=1+1", "count", "'=1+1' is no count"),
        ("first,2023,refugee,\u0661\u0662", "count", "'\u0661\u0662' is no count"),
        ("first,2023,refugee,1000000000", "count", "'1000000000' is too large to be a count"),
        ("first,2023,refugee," + "9" * 900, "count", "'" + "9" * 37 + "...' is too large to be"),
        ("first,2023,refugee,", "note", "the count is empty"),
        ("first,2023,granted,5", "outcome", "unknown value 'granted'"),
        ("first,,refugee,5", "period", "it is missing"),
        ("first,2023-13,refugee,5", "period", "'2023-13' is no period"),
        ("first,2023-Q5,refugee,5", "period", "'2023-Q5' is no period"),
        ("first,FY2023,refugee,5", "period", "'FY2023' is the United States' fiscal year"),
        ("first,1950,refugee,5", "period", "'1950' is before 1951"),
        ("first,2024,refugee,5", "period", "it ends after the document's date, 2024-07-10"),
        ("first,2024-07,refugee,5", "period", "it ends after the document's date, 2024-07-10"),
        ('first,2023,"refugee\nx",5', "outcome", "a line break in a cell"),
        ("first,2023,refugee", "", "3 cells where the header has 4"),
        ("first,2023,refugee,5,9", "", "5 cells where the header has 4"),
        ("# note: late", "", "a line with # below the header"),
    ],
)
def test_a_row_that_cannot_be_taken(file: Path, row: str, column: str, what: str) -> None:
    write(file, ROWS[0], row)
    (found,) = problems(file)
    assert found[:2] == (FIRST_LINE + 1, column)
    assert found[2].startswith(what)
    assert found[3]


@pytest.mark.parametrize(
    ("start", "end", "period", "expected"),
    [
        ("2023-01-01", "2023-06-30", "", None),
        ("2023-06-30", "2023-01-01", "", ("period_end", "2023-01-01 is before 2023-06-30")),
        ("2023-01-01", "", "", ("period_end", "it is missing")),
        ("", "2023-01-01", "", ("period_start", "it is missing")),
        ("01/02/2023", "2023-06-30", "", ("period_start", "'01/02/2023' is no day")),
        ("2023-01-01", "2023-06-30", "2023", ("period", "2023 is 2023-01-01 to 2023-12-31")),
        ("2023-01-01", "", "2023", None),
        ("2024-01-01", "2024-07-11", "", ("period_end", "it ends after the document's date")),
    ],
)  # fmt: skip
def test_first_and_last_day(
    file: Path, start: str, end: str, period: str, expected: tuple[str, str] | None
) -> None:
    row = f"first,{start},{end},{period},refugee,5"
    write(file, row, header="stage,period_start,period_end,period,outcome,count")
    if expected is None:
        assert tidy(file)["period_start"].tolist() == [start]
        return
    (found,) = problems(file)
    assert (found[1], found[2][: len(expected[1])]) == expected


def test_a_period_may_not_end_after_today(file: Path) -> None:
    write(file, "first,2026-11,refugee,5", document_date="2026", retrieved="2026-11-20")
    assert problems(file)[0][1:3] == ("period", "it ends after today")


def test_a_document_is_not_got_before_its_date(file: Path) -> None:
    write(file, ROWS[0], retrieved="2023-08-01")
    assert problems(file) == [
        (7, "retrieved", "2023-08-01 is before the document's date", "mend one")
    ]


@pytest.mark.parametrize(
    ("value", "unit", "what"),
    [
        ('"12,5"', "percent", "'12,5' may be thousands or a decimal"),
        ("1.234", "persons", "'1.234' may be thousands or a decimal"),
        ("many", "persons", "'many' is no figure"),
        ("-5", "persons", "'-5' begins as a formula does"),
    ],
)
def test_single_figures_refused(file: Path, value: str, unit: str, what: str) -> None:
    header = "indicator,population,period,value,unit,tier"
    write(file, f"pending,Russian citizens,2023,{value},{unit},A", header=header, **FIGURE)
    assert [one[1:3] for one in problems(file)] == [("value", what)]


# Header and keys.


@pytest.mark.parametrize(
    ("header", "column", "what", "todo"),
    [
        ("stage,period,outcome,cuont", "cuont", "no such column", "did you mean count?"),
        ("stage,period,outcome,count,count", "count", "the column comes twice", "take one out"),
        ("stage,period,outcome,count,copy", "copy", "can be given above the header only",
         "write '# copy: ...'"),
        ("stage,period,outcome,count,kind", "", "the template for decisions has no kind",
         "take it out"),
        ("stage,period,outcome,count,", "", "'x' stands in a column without a name", "name the "
         "column or empty it"),
    ],
)  # fmt: skip
def test_header(file: Path, header: str, column: str, what: str, todo: str) -> None:
    last = "x" if header.count(",") == 4 else ""
    row = ROWS[0] + ("," + last if last else "")
    write(file, row, header=header, table="decisions")
    assert (column, what, todo) in [one[1:] for one in problems(file)]


def test_a_mistyped_or_repeated_key_is_told(file: Path) -> None:
    write(file, ROWS[0], licenc="CC0")
    assert problems(file) == [(13, "", "unknown key 'licenc'", "did you mean '# licence:'?")]
    file.write_text(
        "# page: 5\n" + file.read_text("utf-8").replace("licenc:", "about us:"), "utf-8"
    )
    assert problems(file) == [
        (7, "page", "page is given above the header twice", "take out this line or line 1")
    ]


def test_one_file_holds_one_dataset(file: Path) -> None:
    write(file, "first,2022,refugee,5,", "first,2023,refugee,5,other-annual",
          header=HEADER + ",dataset")  # fmt: skip
    assert problems(file) == [
        (15, "dataset", "'other-annual' here, 'synthetic-annual' above",
         "a file holds one dataset under one licence: split it")
    ]  # fmt: skip


# Rows together.


def test_the_same_figure_twice(file: Path) -> None:
    write(file, ROWS[0], "first,2022-01-01,refugee,3", "first,2022,refugee,10")
    assert (16, "", "the same figure as in line 14", "take out one of lines 14 and 16") in problems(
        file
    )


@pytest.mark.parametrize(
    ("second", "status", "refused"),
    [
        ("2023-12", "complete", True),
        ("2023-Q1", "complete", True),
        ("2023-Q1", "partial", False),
        ("2022", "complete", False),
    ],
)
def test_periods_of_one_series_may_not_overlap(
    file: Path, second: str, status: str, refused: bool
) -> None:
    rows = ("first,2023,refugee,50,", f"first,{second},refugee,5,{status}")
    write(file, *rows, header=HEADER + ",status")
    if not refused:
        assert len(tidy(file)) == 2
        return
    (found,) = problems(file)
    assert found[1] == "period"
    assert re.fullmatch(r"its days lie in the period of line \d+ too \(2023-.*\)", found[2])


def test_a_month_beside_the_year_of_another_outcome_is_no_overlap(file: Path) -> None:
    write(file, "first,2023,refugee,50", "first,2023-03,rejected,5")
    assert len(tidy(file)) == 2


def test_stages_and_forms_are_not_given_both_ways(file: Path) -> None:
    write(file, "first,2023,refugee,5", "first+repeat,2023,refugee,8")
    assert problems(file) == [
        (15, "stage", "first+repeat stands beside first",
         "give the two apart, or both together, not both ways")
    ]  # fmt: skip
    write(file, "first,2023,subsidiary,5", "first,2023,complementary,8")
    assert problems(file) == [
        (15, "outcome", "complementary stands beside subsidiary",
         "it means both, not divided: give one or the other")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("total", "base", "refused"),
    [(100, 1, False), (101, 1, True), (99, 1, True), (108, 5, False), (111, 5, True),
     (92, 5, False), (89, 5, True)],
)  # fmt: skip
def test_totals_close_within_rounding(file: Path, total: int, base: int, refused: bool) -> None:
    # Synthetic: four parts and a total, so that five roundings allow five times half the base.
    rows = ["refugee,10", "complementary,20", "rejected,30", "closed,40", f"total,{total}"]
    write(file, *(f"first,2023,{row}" for row in rows), rounding_base=str(base))
    if not refused:
        assert len(tidy(file)) == 5
        return
    assert problems(file) == [
        (18, "count", f"total is {total}, its parts (lines 14, 15, 16, 17) add up to 100",
         "look for a slip, in rounding_base too")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        # A form that is not given may not be published: the parts can only be too large.
        (("refugee,10", "rejected,30", "closed,40", "total,90"), False),
        (("refugee,10", "rejected,30", "closed,40", "total,70"), True),
        (("refugee,10", "positive,9"), True),
        (("refugee,10", "positive,12"), False),
        (("refugee,10", "subsidiary,1", "humanitarian,0", "positive,12"), True),
        (("positive,10", "rejected,30", "closed,40", "total,80"), False),
        (("positive,10", "rejected,30", "closed,40", "total,90"), True),
    ],
)
def test_parts_that_are_not_all_given(file: Path, rows: tuple[str, ...], refused: bool) -> None:
    write(file, *(f"first,2023,{row}" for row in rows))
    if refused:
        assert [one[1] for one in problems(file)] == ["count"]
    else:
        assert len(tidy(file)) == len(rows)


def test_a_total_that_the_build_would_refuse_is_refused_at_once(file: Path) -> None:
    # BAMF's own rule knows no temporary protection, so that its total would not close there.
    rows = ["refugee,1", "subsidiary,1", "humanitarian,1", "temporary,5", "rejected,1", "closed,1"]
    write(file, *(f"first,2023,{row}" for row in [*rows, "total,10"]))
    assert problems(file) == [
        (20, "count", "BAMF's total does not follow from its parts",
         "look for a slip, or for a part left out")
    ]  # fmt: skip


def test_applications_close_too(file: Path) -> None:
    header = "kind,sex,period,count"
    write(file, "first,,2023,5", "repeat,,2023,5", "all,,2023,11", header=header)
    assert [one[:2] for one in problems(file)] == [(16, "count")]
    write(file, "first,T,2023,5", "first,F,2023,3", "first,M,2023,3", header=header)
    assert [one[:2] for one in problems(file)] == [(14, "count")]


def test_what_was_not_published_is_missing_and_not_nought(file: Path) -> None:
    write(
        file, "first,2023,refugee,,not published for fewer than five", "first,2023,rejected,0,",
        header=HEADER + ",note",
    )  # fmt: skip
    found = tidy(file).set_index("outcome")["count"]
    assert found.isna().to_dict() == {"refugee": True, "rejected": False}
    assert found["rejected"] == 0


# Copies.


def test_the_same_file_again_changes_nothing(file: Path) -> None:
    kept = keep(write(file))
    before = {path: path.stat().st_mtime_ns for path in kept.folder.iterdir()}
    write(file, *reversed(ROWS))
    assert prepare(file).there == kept
    assert keep(file).folder == kept.folder
    assert {path: path.stat().st_mtime_ns for path in kept.folder.iterdir()} == before


def test_the_same_again_for_every_table_and_for_many_rows(file: Path) -> None:
    header = "indicator,population,period,value,unit,tier"
    figures = [f"pending,synthetic group,{year},{value},percent,B" for year, value in
               ((2021, "60-70"), (2022, "~12.5"), (2023, ">3"))]  # fmt: skip
    keep(write(file, *figures, header=header, **FIGURE | {"dataset": "synthetic-figures"}))
    assert prepare(file).there
    people = ["first,2023,5,", "all,2022,,not published"]
    keep(write(file, *people, header="kind,period,count,note", dataset="synthetic-people"))
    assert prepare(file).there
    # So many that they are kept in another format.
    days = [(datetime.date(2000, 1, 1) + datetime.timedelta(n)).isoformat() for n in range(5_100)]
    many = [
        f"first,{day},{outcome},{day[-2:]}" for day in days for outcome in ("refugee", "closed")
    ]
    kept = keep(write(file, *many, dataset="synthetic-days"))
    assert kept.file.name == "data.parquet"
    assert prepare(file).there == kept


@pytest.mark.parametrize(
    ("rows", "once", "said"),
    [
        (("first,2022,refugee,11", *ROWS[1:]), {}, "1 changed"),
        (ROWS[:2], {}, "1 gone"),
        ((*ROWS, "first,2023,rejected,4"), {}, "1 new"),
        (ROWS, {"typed_by": "CD"}, "same counts, other notes or provenance"),
    ],
)
def test_another_copy_at_the_same_date_is_refused(
    file: Path, rows: tuple[str, ...], once: dict[str, str], said: str
) -> None:
    keep(write(file))
    write(file, *rows, **once)
    with pytest.raises(ReportError) as caught:
        prepare(file)
    assert str(caught.value) == (
        f"another copy with this document_date is there already ({said}) "
        "(synthetic-annual 2024-07-10): give the newer document's date, or, where the copy there "
        "was typed wrongly, write '# copy: 2' above the header"
    )


def test_a_numbered_copy_mends_what_was_typed_wrongly(file: Path) -> None:
    keep(write(file))
    write(file, "first,2022,refugee,11", *ROWS[1:], copy="2")
    assert keep(file).date == "2024-07-10.2"
    raw = file.parent / "raw"
    assert [one.date for one in store.vintages(folder=raw)] == ["2024-07-10", "2024-07-10.2"]


def test_a_copy_of_a_document_without_a_day_cannot_be_numbered(file: Path) -> None:
    write(file, ROWS[0], copy="2", document_date="2024-07")
    assert problems(file)[0][2] == "a copy of a document of 2024-07 cannot be numbered"


def test_a_newer_copy_may_not_lose_figures_in_silence(file: Path) -> None:
    keep(write(file))
    newer = {"document_date": "2025-07-10", "retrieved": "2025-08-01"}
    write(file, ROWS[2], "first,2024,refugee,30", **newer)
    with pytest.raises(ReportError) as caught:
        prepare(file)
    assert str(caught.value).startswith(
        "2 of 2024-07-10's figures are not in the file: RUS DEU BAMF first persons 2022-01-01 "
        "2022-12-31 refugee; RUS DEU BAMF first persons 2022-01-01 2022-12-31 rejected "
        "(synthetic-annual 2025-07-10): the newest copy replaces the one before"
    )
    write(file, ROWS[2], "first,2024,refugee,30", **newer, left_out="withdrawn by the publisher")
    kept = keep(file)
    assert (kept.date, kept.meta["left_out"]) == ("2025-07-10", "withdrawn by the publisher")


def test_the_date_is_that_of_the_newest_document(file: Path) -> None:
    write(
        file, "first,2022,refugee,5,2023-07,Older", "first,2023,refugee,5,2024-07,Newer",
        header=HEADER + ",document_date,document",
    )  # fmt: skip
    kept = keep(file)
    assert (kept.date, kept.meta["title"]) == ("2024-07", "Newer and 1 more")
    assert sorted(kept.read()["document"]) == ["Newer", "Older"]


def test_a_dataset_belongs_to_one_publisher_and_one_table(file: Path) -> None:
    keep(write(file))
    write(file, publisher="OHSS")
    with pytest.raises(ReportError, match="there is a dataset of this name of BAMF already"):
        prepare(file)
    write(file, "first,2023,5", header="kind,period,count")
    with pytest.raises(ReportError, match="the dataset holds decisions and not applications"):
        prepare(file)


def test_a_document_on_paper(file: Path) -> None:
    kept = keep(write(file, url="archive: Bundesarchiv, B 206"))
    assert kept.meta["url"] == ""
    assert set(kept.read()["archive"]) == {"Bundesarchiv, B 206"}


# The command.


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "data/raw").mkdir(parents=True)
    (root / "data/reference").symlink_to(ROOT / "data/reference")
    (root / "_quarto.yml").touch()
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(root))
    return root


def test_the_command(project: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(file)
    line = "synthetic-annual 2024-07-10: 3 figures for decisions, DEU, 2022-01-01 to 2023-12-31"
    cli_import.import_(file, "", check=True)
    assert capsys.readouterr().out == f"{line}: nothing wrong, nothing written\n"
    assert list((project / "data/raw").iterdir()) == []
    cli_import.import_(file, "", check=False)
    place = "data/raw/bamf/synthetic-annual/2024-07-10"
    assert capsys.readouterr().out == (
        f"{line}: imported into project/{place}\n"
        "now run 'asylum-report build', and commit the folder\n"
    )
    assert (project / place / "meta.yml").is_file()
    cli_import.import_(file, "", check=False)
    assert capsys.readouterr().out == f"{line}: the same is there already, nothing to do\n"
    cli_import.import_(None, "Figures", check=False)
    assert capsys.readouterr().out == template.empty("figures")


def test_the_command_asked_for_nothing_or_too_much(file: Path) -> None:
    with pytest.raises(ReportError, match="no file to import: name one, or print an empty one"):
        cli_import.import_(None, "", check=False)
    with pytest.raises(ReportError, match="--template only prints: leave out the file and --check"):
        cli_import.import_(file, "decisions", check=False)


def test_problems_reach_the_terminal_one_a_line(
    project: Path, file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from asylum_report import cli

    write(file, "first,2022,refugee,x", "first,2023,refugee,y")
    monkeypatch.setattr("sys.argv", ["asylum-report", "import", str(file)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        "asylum-report: 2 problems in table.csv; nothing was imported",
        "  line 14, column count: 'x' is no count: write digits only, or leave it empty",
        "  line 15, column count: 'y' is no count: write digits only, or leave it empty",
    ]
    assert list((project / "data/raw").iterdir()) == []


def test_publishers_are_those_whose_tables_do_not_come_by_themselves() -> None:
    assert "BAMF" in template_cells.publishers()
    assert not set(template_cells.publishers()) & {"UNHCR", "Eurostat", "CBP", "PRM"}


@pytest.mark.parametrize("publisher", template_cells.publishers())
def test_every_publisher_has_a_place_in_the_tables(file: Path, publisher: str) -> None:
    found = tidy(write(file, publisher=publisher))
    assert set(tables.check("decisions", found)["source"]) == {publisher}
