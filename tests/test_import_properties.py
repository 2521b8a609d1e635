"""National tables by the template, for any table: what is written is read, what is bad is named."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from asylum_report import cli_import
from asylum_report.errors import ReportError
from asylum_report.sources import (
    template,
    template_cells,
    template_file,
    template_rows,
    template_series,
)

TODAY = "2026-11-22"
HEADER = ["publisher", "dataset", "document", "document_date", "url", "page", "retrieved",
          "typed_by", "origin", "destination", "unit", "rounding_base", "stage", "period",
          "outcome", "count", "note"]  # fmt: skip
SAME = ["BAMF", "synthetic-annual", "Synthetic report", "2024-07-10", "https://example.org/",
        "p. 1", "2024-08-01", "AB", "RUS"]  # fmt: skip
WORDS = st.text(string.ascii_letters + "äß éЖ ;,\"'#&<>.", max_size=20).map(
    lambda text: text.strip() or "x"
)
KEYS = st.tuples(
    st.sampled_from(["DEU", "FRA", "USA"]), st.sampled_from(["persons", "cases"]),
    st.sampled_from(["1", "5", "10"]), st.sampled_from(["first", "appeal"]),
    st.integers(2000, 2023).map(str), st.sampled_from(["refugee", "rejected", "closed"]),
)  # fmt: skip
ROWS = st.lists(
    st.tuples(KEYS, st.integers(0, 10**9 - 1), WORDS),
    min_size=1, max_size=8, unique_by=lambda row: (row[0][0], row[0][1], *row[0][3:]),
)  # fmt: skip
PLENTY = settings(max_examples=40, deadline=None)


def text(rows: Any, separator: str = ",", end: str = "\n", group: str = "") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end)
    writer.writerow(HEADER)
    for key, count, note in rows:
        number = f"{count:,}".replace(",", group)
        writer.writerow([*SAME, *key, number, note])
    return out.getvalue()


def prepare(content: bytes) -> cli_import.Prepared:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(content)
        return cli_import.prepare(path, TODAY, Path(folder, "raw"))


def judged(content: bytes) -> tuple[list[dict[str, Any]], list[template.Problem]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_bytes(content)
        return template_rows.judge(template_file.read(path), TODAY)


@PLENTY
@given(
    ROWS,
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", " ", "\u00a0", "\u202f", "\u2009", "'", "\u2019"]),
    st.booleans(),
)
def test_what_is_written_is_read(
    rows: Any, separator: str, end: str, group: str, mark: bool
) -> None:
    content = text(rows, separator, end, group).encode("utf-8-sig" if mark else "utf-8")
    taken, problems = judged(content)
    assert problems == []
    names = ["destination", "unit", "rounding_base", "stage", "period_start", "outcome", "count",
             "note"]  # fmt: skip
    assert {tuple(str(row[name]) for name in names) for row in taken} == {
        (*key[:4], f"{key[4]}-01-01", key[5], str(count), note) for key, count, note in rows
    }


@settings(max_examples=10, deadline=None)
@given(ROWS, st.data())
def test_the_order_of_rows_and_columns_makes_no_difference(rows: Any, data: st.DataObject) -> None:
    table = list(csv.reader(io.StringIO(text(rows))))
    order = data.draw(st.permutations(range(len(HEADER))))
    body = data.draw(st.permutations(table[1:]))
    out = io.StringIO()
    csv.writer(out).writerows([row[i] for i in order] for row in [table[0], *body])
    assume(not any(row[order[0]].startswith("#") for row in body))  # that would be a comment
    assert prepare(out.getvalue().encode()).frame.equals(prepare(text(rows).encode()).frame)


BAD = {
    "count": ["1.5", "1,5", "-1", "x", "12 34", "1e3", "0x10", "\u0663", "=1"],
    "outcome": ["granted", "=refugee", "refugee\u200b"],
    "period": ["2023-13", "23", "01.01.2023", "2023/24", "2031", "-"],
    "destination": ["Atlantis", "EU27", "@DEU"],
    "note": ["=1+1", "+1", "@x", "-x", "a\x07b", "a\u202eb", "\u00c3\u00bc"],
    "retrieved": ["2024-8-1", "1.8.2024", "2027-01-01", "2024-02-30"],
}


@PLENTY
@given(ROWS, st.data())
def test_each_bad_cell_is_named_by_line_and_column(rows: Any, data: st.DataObject) -> None:
    table = list(csv.reader(io.StringIO(text(rows))))
    wrong = data.draw(
        st.lists(
            st.tuples(st.integers(1, len(rows)), st.sampled_from(sorted(BAD))),
            min_size=1, unique=True,
        )
    )  # fmt: skip
    for line, column in wrong:
        table[line][HEADER.index(column)] = data.draw(st.sampled_from(BAD[column]))
    out = io.StringIO()
    csv.writer(out).writerows(table)
    taken, problems = judged(out.getvalue().encode())
    named = {(line + 1, column) for line, column in wrong}
    assert {(one.line, one.column) for one in problems} == named
    assert len(problems) == len(named)
    assert len(taken) == len(rows) - len({line for line, _ in wrong})


@settings(max_examples=150, deadline=None)
@given(st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(str.encode),
    st.lists(st.sampled_from([*HEADER, "table", "# ", ": ", ",", ";", "\n", '"', "5", "RUS", "\0",
                              "decisions", "kind", "value", "\t", "2023", "=", "copy"]),
             max_size=60).map(lambda parts: "".join(parts).encode()),
))  # fmt: skip
def test_nothing_but_a_clear_refusal_comes_of_anything_else(content: bytes) -> None:
    with pytest.raises(ReportError) as caught:
        prepare(content)
    said = str(caught.value)
    assert caught.value.exit_code == 2
    assert all(c.isprintable() or c == "\n" for c in said)
    assert "\n" not in said or isinstance(caught.value, template.Refused)


@given(st.integers(0, 10**9 - 1), st.sampled_from(".,"))
def test_a_point_or_a_comma_is_never_taken_for_thousands(number: int, mark: str) -> None:
    written = f"{number:,}".replace(",", mark)
    if mark in written:
        with pytest.raises(template_cells.Bad, match="may be thousands or a decimal"):
            template_cells.count(written)
    else:
        assert template_cells.count(written) == number


@given(st.dates(datetime.date(1951, 1, 1), datetime.date(2026, 11, 22)))
def test_every_day_lies_in_its_month_quarter_year_and_fiscal_year(day: datetime.date) -> None:
    said = day.isoformat()
    quarter = (day.month + 2) // 3
    fiscal = day.year + (day.month >= 10)
    for written in (
        said, said[:7], said[:4], f"{day.year}-Q{quarter}", f"FY{fiscal}", f"fy {fiscal}",
    ):  # fmt: skip
        first, last = template_cells.period(written, "USA")
        assert first <= said <= last
        assert datetime.date.fromisoformat(first) <= datetime.date.fromisoformat(last)
    assert template_cells.period(said, "DEU") == (said, said)
    length = [
        1 + (datetime.date.fromisoformat(b) - datetime.date.fromisoformat(a)).days
        for a, b in (template_cells.period(f"{day.year}-Q{n}", "DEU") for n in range(1, 5))
    ]
    assert sum(length) in (365, 366)


PERIODS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 12), st.sampled_from(["complete", "partial"])),
    max_size=7,
)


@given(PERIODS)
def test_overlaps_are_found_wherever_two_periods_share_a_day(periods: Any) -> None:
    start = datetime.date(2020, 1, 1)
    rows = [
        {
            "line": number, "period": "", "period_start": str(start + datetime.timedelta(first)),
            "period_end": str(start + datetime.timedelta(first + length)), "status": status,
            "origin": "RUS",
        }
        for number, (first, length, status) in enumerate(periods)
    ]  # fmt: skip
    whole = [row for row in rows if row["status"] == "complete"]
    days = ("period_start", "period_end")
    clash = any(
        one["period_start"] <= two["period_end"] and two["period_start"] <= one["period_end"]
        and any(one[name] != two[name] for name in days)
        for one, two in itertools.combinations(whole, 2)
    )  # fmt: skip
    assert bool(list(template_series._overlaps(rows, ("origin",)))) == clash


@given(
    st.lists(st.integers(0, 1_000), min_size=4, max_size=4),
    st.sampled_from([1, 5, 10]),
    st.data(),
)
def test_totals_of_rounded_figures_are_never_refused(
    true: list[int], base: int, data: st.DataObject
) -> None:
    def rounded(number: int) -> int:
        return (number + base // 2) // base * base

    counts = [*map(rounded, true), rounded(sum(true))]
    off = data.draw(st.sampled_from([0, 6 * base]))
    counts[-1] += off
    names = ("refugee", "complementary", "rejected", "closed", "total")
    rows = [
        {"line": line, "outcome": name, "count": count, "rounding_base": base, "origin": "RUS"}
        for line, (name, count) in enumerate(zip(names, counts, strict=True))
    ]
    found = list(template_series._closing(rows, ("origin",), template_series._outcomes))
    assert bool(found) == bool(off)
