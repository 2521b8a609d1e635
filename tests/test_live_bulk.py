"""Eurostat's bulk TSV as a stream: rows, refusals, any way of cutting it up, bounded memory.

All figures here are synthetic.
"""

from __future__ import annotations

import contextlib
import gzip
import itertools
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asylum_report.errors import InvalidTable, PublisherError, ReportError
from asylum_report.live import bulk, bulk_format, bulk_parse, bulk_scan, bulk_sums, bulk_unpack
from asylum_report.live.client import Client, Limits
from asylum_report.sources import checks, eurostat
from double import faults
from double.server import Double, Reply

HEAD = "freq,citizen,sex,unit,age,asyl_app,geo\\TIME_PERIOD\t2021 \t2022 \n"
TABLE = (
    HEAD + "A,AF,T,PER,TOTAL,ASY_APP,EL\t10 \t: \n"
    "A,RU,T,PER,TOTAL,ASY_APP,EL\t35 \t4155 bp\n"
    "A,RU,T,PER,TOTAL,NASY_APP,UK\t: \t: c\n"
    "A,RU,M,PER,Y18-34,ASY_APP,EU27_2020\t0 \t0n\n"
    "A,TOTAL,T,PER,TOTAL,ASY_APP,EL\t45 \t4155.0 \n"
)
ROWS = [
    ["A", "AF", "T", "PER", "TOTAL", "ASY_APP", "EL", "2021", 10, ""],
    ["A", "RU", "T", "PER", "TOTAL", "ASY_APP", "EL", "2021", 35, ""],
    ["A", "RU", "T", "PER", "TOTAL", "ASY_APP", "EL", "2022", 4155, "bp"],
    ["A", "RU", "T", "PER", "TOTAL", "NASY_APP", "UK", "2022", None, "c"],
    ["A", "RU", "M", "PER", "Y18-34", "ASY_APP", "EU27_2020", "2021", 0, ""],
    ["A", "RU", "M", "PER", "Y18-34", "ASY_APP", "EU27_2020", "2022", 0, "n"],
    ["A", "TOTAL", "T", "PER", "TOTAL", "ASY_APP", "EL", "2021", 45, ""],
    ["A", "TOTAL", "T", "PER", "TOTAL", "ASY_APP", "EL", "2022", 4155, ""],
]


def rows(batches: list[pa.RecordBatch]) -> list[list[Any]]:
    return [list(row.values()) for batch in batches for row in batch.to_pylist()]


def read(source: Any, keep: Any = None, **more: Any) -> tuple[list[list[Any]], bulk.Counts]:
    batches: list[pa.RecordBatch] = []
    counts = bulk.parse(source, keep, batches.append, **more)
    return rows(batches), counts


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_table_becomes_long_rows(end: str, last: bool, pack: Any) -> None:
    text = TABLE.replace("\n", end) if last else TABLE.replace("\n", end).removesuffix(end)
    found, counts = read([pack(text.encode())])
    assert found == ROWS
    assert (counts.lines, counts.cells, counts.rows) == (5, 10, 8)
    assert counts.periods == ("2021", "2022")


def test_columns_and_types(tmp_path: Path) -> None:
    (tmp_path / "migr.tsv").write_text(TABLE, "utf-8", newline="\r\n")
    bulk.convert(tmp_path / "migr.tsv", tmp_path / "out.parquet")
    frame = pd.read_parquet(tmp_path / "out.parquet", dtype_backend="pyarrow")
    words = "dictionary<values=string, indices=int16, ordered=0>[pyarrow]"
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        **dict.fromkeys(["freq", "citizen", "sex", "unit", "age", "asyl_app", "geo"], words),
        "period": words,
        "count": "int32[pyarrow]",
        "flag": words,
    }
    assert rows(list(pq.ParquetFile(tmp_path / "out.parquet").iter_batches())) == ROWS
    said = bulk.about(tmp_path / "out.parquet")
    assert (said["lines"], said["rows"], said["closure"]["judged"]) == (5, 8, 2)


@pytest.mark.parametrize(
    ("keep", "since", "kept"),
    [
        ({"citizen": {"RU"}}, None, [1, 2, 3, 4, 5]),
        ({"citizen": {"RU", "AF"}, "sex": ["T"]}, None, [0, 1, 2, 3]),
        ({"age": {"Y18-34"}}, None, [4, 5]),
        ({"geo": {"EL"}}, 2022, [2, 7]),
        (None, 2022, [2, 3, 5, 7]),
    ],
)
def test_filters(keep: Any, since: int | None, kept: list[int]) -> None:
    found, counts = read([TABLE.encode()], keep, since=since)
    assert found == [ROWS[at] for at in kept]
    assert (counts.cells, counts.rows) == (10, len(kept))


def test_codes_that_the_file_does_not_have_are_named() -> None:
    _, counts = read([TABLE.encode()], {"citizen": {"RU", "BY"}, "sex": {"T", "X"}})
    assert counts.missing == ("citizen=BY", "sex=X")


def test_equals_the_reader_of_the_embedded_file(tmp_path: Path) -> None:
    path = tmp_path / "migr.tsv"
    path.write_text(TABLE, "utf-8")
    expected = eurostat.bulk_applicants(path)
    found, _ = read(path, {"citizen": {"RU"}})
    columns = ["freq", "citizen", "sex", "unit", "age", "kind", "geo", "period", "count", "flag"]
    frame = pd.DataFrame(found, columns=columns)
    frame["origin"] = [eurostat.country(code, path) for code in frame["citizen"]]
    frame["destination"] = [eurostat.country(code, path) for code in frame["geo"]]
    frame["applicant"] = frame["kind"].map(eurostat.APPLICANTS)
    assert eurostat.finish(frame, eurostat.RAW_APPLICANTS, path).equals(expected)


def test_flags_and_ceiling_are_those_of_the_other_readers() -> None:
    assert sorted(bulk_format.FLAGS) == sorted(eurostat.FLAGS)
    assert bulk_format.CEILING == checks.CEILING


@given(st.text(": 0059.bpcnx-", max_size=9) | st.integers(0, 10**10).map(str))
def test_a_cell_is_read_as_the_other_reader_does(text: str) -> None:
    found = bulk_format.cell(text.encode())
    try:
        expected = eurostat.cell(text, Path("x"), 0, "2022")
    except InvalidTable:
        assert isinstance(found, str)
    else:
        assert found == expected


CELLS = st.one_of(
    st.sampled_from(["0 ", ": ", ": c", "0 d", "5 ", ":", "", "0n", "999999999 bp", " 7", "00 "]),
    st.integers(0, 99_999).map(lambda number: f"{number} "),
)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["AD", "RU", "TOTAL", "EXT_EU27_2020", "STLS", "UNK", "UK_OCT"]),
        st.sampled_from(["T", "F", "UNK"]),
        st.sampled_from(["EL", "UK", "DE"]),
        st.lists(CELLS, min_size=3, max_size=3),
        st.sampled_from(["\n", "\r\n"]),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda line: line[:3],
)


@settings(max_examples=60, deadline=None)
@given(
    lines=LINES,
    cuts=st.lists(st.integers(0, 2000), max_size=12),
    packed=st.booleans(),
    size=st.integers(5, 4000),
    group=st.integers(1, 50),
)
def test_any_way_of_cutting_it_up_gives_the_same(
    lines: list[Any], cuts: list[int], packed: bool, size: int, group: int
) -> None:
    text = "citizen,sex,geo\\TIME_PERIOD\t2008-Q1 \t2008-Q2 \t2008-Q3 \r\n"
    expected = []
    for citizen, sex, geo, cells, end in lines:
        text += f"{citizen},{sex},{geo}\t" + "\t".join(cells) + end
        for quarter, one in enumerate(cells, 1):
            count, flag = eurostat.cell(one, Path("x"), 0, "")
            if count is not None or flag:
                expected.append([citizen, sex, geo, f"2008-Q{quarter}", count, flag])
    content = gzip.compress(text.encode()) if packed else text.encode()
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts), len(content)]
    pieces = [content[start:stop] for start, stop in itertools.pairwise(edges)]
    batches: list[pa.RecordBatch] = []
    with (
        mock.patch.object(bulk_unpack, "BLOCK", size),
        mock.patch.object(bulk_parse, "ROWS", group),
        mock.patch.object(bulk_scan, "_MOST_TEXTS", 4),
    ):
        if not expected:
            with pytest.raises(InvalidTable, match="no row on what is asked for"):
                bulk.parse(pieces, None, batches.append)
            return
        counts = bulk.parse(pieces, None, batches.append)
    assert rows(batches) == expected
    assert {len(batch) for batch in batches[:-1]} <= {group}
    assert counts.lines == len(lines)
    whole: list[pa.RecordBatch] = []
    assert bulk.parse([text.encode()], None, whole.append).closure == counts.closure


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("4155 bp", "abc", "no count with flags: 'abc' (a bulk table, line 3, column 2022)"),
        ("4155 bp", "1,5 ", "no count with flags: '1,5'"),
        ("4155 bp", "12 x", "an unknown flag: '12 x' (a bulk table, line 3, column 2022)"),
        ("4155 bp", ": X", "an unknown flag: ': X'"),
        ("4155 bp", "12\r5", "no count with flags"),
        ("4155 bp", "-5 ", "a count is negative: '-5'"),
        ("4155 bp", "2.5 ", "a count is not a whole number: '2.5'"),
        ("4155 bp", "1000000000 ", "a count is too large to be one: '1000000000'"),
        ("4155 bp", "9" * 500 + " ", "a count is too large to be one: '9999"),
        ("4155 bp", "5 " + "b" * 50, "an unknown flag"),
        ("4155 bp", "5 é", "no count with flags"),
        ("\t4155 bp", "", "a line is cut short (a bulk table, line 3)"),
        ("\t4155 bp", "\t1 \t2 ", "a line has more cells than the head has (a bulk table, line 3)"),
        ("A,RU,T,PER,TOTAL,ASY_APP,EL", "A,RU,T,PER,EL", "a line is cut short (a bulk"),
        ("RU,T,PER,TOTAL,ASY", "RU,RU,T,PER,TOTAL,ASY", "a line has more codes than the head has"),
        ("A,RU,M", "A,<b>,M", "no code: '<b>' (a bulk table, line 5, column citizen)"),
        ("A,RU,M", "A,,M", "no code: '' (a bulk table, line 5, column citizen)"),
        ("A,RU,M", f"A,{'R' * 65},M", "no code: 'RRRR"),
        ("A,AF", "\nA,AF", "a line is cut short (a bulk table, line 2)"),
        ("A,AF", "A,TOTAL", "duplicate key: A,TOTAL,T,PER,TOTAL,ASY_APP,EL (a bulk table, line 6)"),
        (HEAD, HEAD.replace("asyl_app", "colour"), "an unknown dimension 'colour'"),
        (HEAD, HEAD.replace("citizen", "unit"), "a dimension is missing: citizen"),
        (HEAD, HEAD.replace("geo", "sex"), "a dimension is missing: geo"),
        (HEAD, HEAD.replace("sex", "age"), "a head has the same dimension twice"),
        (HEAD, HEAD.replace("2022", "2021"), "a head has the same period twice"),
        (HEAD, HEAD.replace("2022", "22"), "a column is no period: '22'"),
        (HEAD, HEAD.replace("\\", "/"), "a head does not end its dimensions with \\TIME_PERIOD"),
        (HEAD, HEAD.split("\t")[0] + "\n", "a table has no periods"),
        (HEAD, "<!DOCTYPE html>\n", "the answer is a page or a message instead of a table"),
        (HEAD, "<env:Envelope><syncResponse>\n", "says that the table is still being prepared"),
        (HEAD, HEAD.replace("sex", "s\udcff"), "a table's head is no text"),
        (TABLE, "", "a file is empty or has a head only"),
        (TABLE, HEAD, "a file is empty or has a head only"),
        (TABLE, HEAD.strip(), "a file is empty or has a head only"),
        (TABLE, "x", "a head does not end its dimensions"),
        (TABLE, HEAD + "A,RU,T,PER,TOTAL,ASY_APP,EL\t: \t: \n", "no row on what is asked for"),
    ],
)  # fmt: skip
def test_refusals(old: str, new: str, message: str) -> None:
    assert old in TABLE
    text = TABLE.replace(old, new, 1)
    with pytest.raises(InvalidTable) as caught:
        read([text.encode("utf-8", "surrogateescape")])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_separators_that_make_good_for_one_another_do_not_pass() -> None:
    swapped = TABLE.replace("A,AF,T,PER,", "A,AF,T,PER\t").replace("35 \t4155 bp", "35,4155 ")
    with pytest.raises(InvalidTable, match="a line is cut short"):
        read([swapped.encode()])


def test_a_series_twice_in_different_blocks() -> None:
    text = TABLE + "A,AF,T,PER,TOTAL,ASY_APP,EL\t10 \t: \n"
    with mock.patch.object(bulk_unpack, "BLOCK", 40), pytest.raises(InvalidTable) as caught:
        read([text.encode()])
    assert "a duplicate key: A,AF,T,PER,TOTAL,ASY_APP,EL (a bulk table, line 7)" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("keep", "since", "kind", "message"),
    [
        ({"colour": {"RU"}}, None, InvalidTable, "a dimension is missing: colour"),
        ({"citizen": set()}, None, ReportError, "a filter holds no codes"),
        ({"citizen": {"R U"}}, None, ReportError, "a filter holds no codes"),
        ({"citizen": {"RUS"}}, None, InvalidTable, "no row on what is asked for"),
        (None, 2030, InvalidTable, "no period since 2030"),
    ],
)
def test_refused_questions(keep: Any, since: int | None, kind: type, message: str) -> None:
    with pytest.raises(kind, match=message):
        read([TABLE.encode()], keep, since=since)


PACKED = gzip.compress(TABLE.encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (PACKED[:-1], "a gzip file is cut short"),
        (PACKED[:60], "a gzip file is cut short"),
        (PACKED[:1], "a head does not end its dimensions"),
        (PACKED[:2], "a gzip file is cut short"),
        (PACKED[:-8] + b"12345678", "a gzip file is damaged"),
        (PACKED[:30] + b"\xff" * 40 + PACKED[70:], "a gzip file is damaged"),
        (PACKED + b"rubbish", "a gzip file is damaged"),
    ],
)
def test_damaged_gzip(content: bytes, message: str) -> None:
    with pytest.raises(InvalidTable, match=message):
        read([content])


def test_gzip_in_several_parts_and_with_zeros_behind() -> None:
    half = TABLE.index("A,RU,M")
    content = gzip.compress(TABLE[:half].encode()) + gzip.compress(TABLE[half:].encode())
    assert read([content + b"\0" * 512])[0] == ROWS


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidTable, match="a file is missing"):
        read(tmp_path / "no.tsv.gz")
    with pytest.raises(InvalidTable, match="a file cannot be read"):
        read(tmp_path)


@pytest.mark.parametrize("start", ["", HEAD])
def test_a_line_without_end_is_refused_early(start: str) -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield start.encode()
        while True:
            taken += 1
            yield b"0 " * 10_000

    with pytest.raises(InvalidTable, match="a line is too long"):
        read(endless())
    assert taken * 20_000 < 4 * bulk_unpack.LONGEST_LINE


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = gzip.compress(HEAD.encode() + b"\n" * 50_000_000, 1)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidTable, match="a line is cut short"):
            read([bomb])
        with pytest.raises(InvalidTable, match="more than 1 MB"):
            read(stream(60_000), most=1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@given(st.from_regex(rb"[0-9]{0,12}[ :]{0,2}[bpdc]?[\t\n]", fullmatch=True))
@example(b"0000000000005 \t")
@example(b"1000000000 \t")
def test_the_short_way_of_reading_a_cell_says_what_the_long_one_does(token: bytes) -> None:
    short = bulk_format._plain(token)
    assert short is None or short == bulk_format.cell(token[:-1])
    cells = bulk_format.Cells()
    found = bulk_format.cell(token[:-1])
    number = int(cells.take([token])[0])
    if isinstance(found, str):
        assert number == -1
    else:
        count = int(cells.count[number])
        assert (None if count == bulk_format.NO_NUMBER else count) == found[0]
        assert list(cells.flags.number)[cells.flag[number]].decode() == found[1]


def stream(lines: int) -> Iterator[bytes]:
    """Give a synthetic table in blocks without ever holding it."""
    yield HEAD.encode()
    for start in range(0, lines, 1000):
        yield "".join(
            f"A,C{at // 2500},T,PER,A{at // 50 % 50},ASY_APP,G{at % 50}\t{at % 3000} \t: \n"
            for at in range(start, start + 1000)
        ).encode()


def test_memory_does_not_grow_with_the_file() -> None:
    peaks, held = [], []
    read([TABLE.encode()])
    for lines in (80_000, 320_000):
        tracemalloc.start()
        counts = bulk.parse(stream(lines), None, lambda batch: None)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        held.append(counts.held)
        assert counts.rows == lines
    assert peaks[1] < 1.25 * peaks[0]
    assert held[1] < 1.25 * held[0]
    assert held[1] < 20_000_000


def test_the_source_is_not_read_ahead_of_the_rows() -> None:
    asked = handed = ahead = 0

    def counted() -> Iterator[bytes]:
        nonlocal asked
        for block in stream(60_000):
            asked += len(block)
            yield block

    def sink(batch: pa.RecordBatch) -> None:
        nonlocal handed, ahead
        handed += 40 * len(batch)
        ahead = max(ahead, asked - handed)

    with mock.patch.object(bulk_parse, "ROWS", 1000):
        bulk.parse(counted(), None, sink)
    assert asked > 2_000_000
    assert ahead < 4 * bulk_unpack.BLOCK


def test_citizenships_add_up_within_rounding() -> None:
    text = (
        "citizen,sex,age,geo\\TIME_PERIOD\t2021 \t2022 \t2023 \n"
        "AF,T,TOTAL,DE\t100 \t100 \t: \n"
        "RU,T,TOTAL,DE\t50 \t: c\t5 \n"
        "STLS,T,TOTAL,DE\t5 \t5 \t5 \n"
        "UNK,T,TOTAL,DE\t5 \t5 \t5 \n"
        "EU27_2020,T,TOTAL,DE\t700 \t700 \t700 \n"
        "EXT_EU27_2020,T,TOTAL,DE\t160 \t160 \t160 \n"
        "XYZ,T,TOTAL,DE\t9 \t9 \t9 \n"
        "AF,M,TOTAL,DE\t900 \t900 \t900 \n"
        "AF,T,Y18-34,DE\t900 \t900 \t900 \n"
        "TOTAL,T,TOTAL,DE\t170 \t110 \t500 \n"
        "AF,T,TOTAL,FR\t20 \t20 \t20 \n"
        "TOTAL,T,TOTAL,FR\t20 \t: \t30 \n"
    )
    _, counts = read([text.encode()])
    # Germany 2021: 160 and 170, four parts; 2022 has a hidden part; 2023: 15 and 500.
    # France: 20 and 20; no total; 20 and 30, one part.
    assert counts.closure == bulk_sums.Closure(4, 2, 1, 485, ("XYZ",))
    assert counts.closure.share == 0.5
    assert read([text.encode()], {"geo": {"DE"}})[1].closure is None


class Service:
    """Stands in for the client: gives blocks, and may break off."""

    def __init__(self, content: bytes, error: Exception | None = None) -> None:
        self.content, self.error = content, error
        self.asked: tuple[str, Any] | None = None

    @contextlib.contextmanager
    def stream(
        self, path: str, params: Any = None, *, kinds: Any = ()
    ) -> Iterator[Iterator[bytes]]:
        self.asked = (path, params)

        def blocks() -> Iterator[bytes]:
            for start in range(0, len(self.content), 50):
                yield self.content[start : start + 50]
            if self.error:
                raise self.error

        yield blocks()


def test_fetching_a_dataset(tmp_path: Path) -> None:
    service: Any = Service(PACKED)
    said: list[tuple[int, int]] = []
    out = tmp_path / "new" / "migr_asyappctza.parquet"
    keep = {"citizen": {"RU"}}
    got = bulk.fetch_bulk(
        service, "migr_asyappctza", out, keep, 2022, lambda lines, rows: said.append((lines, rows))
    )
    assert got == out
    assert service.asked == (
        "sdmx/2.1/data/migr_asyappctza",
        {"format": "TSV", "compressed": "true"},
    )
    assert rows(list(pq.ParquetFile(out).iter_batches())) == [ROWS[2], ROWS[3], ROWS[5]]
    assert said[-1] == (5, 3)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (PACKED[:60], None, "a gzip file is cut short (Eurostat's migr_x): try again later"),
        (PACKED[:60], PublisherError("Eurostat breaks off"), "Eurostat breaks off"),
        (b"<html>", None, "instead of a table (Eurostat's migr_x): try again later"),
        (b"<html>\n</html>\n", None, "a page or a message instead of a table"),
        (gzip.compress(TABLE.replace("35", "x").encode()), None, "no count with flags: 'x'"),
    ],
)
def test_a_broken_answer_leaves_what_was_there(
    tmp_path: Path, content: bytes, error: Exception | None, message: str
) -> None:
    out = tmp_path / "out.parquet"
    out.write_bytes(b"old")
    with pytest.raises(PublisherError) as caught, mock.patch.object(bulk_parse, "ROWS", 1):
        bulk.fetch_bulk(Service(content, error), "migr_x", out)  # type: ignore[arg-type]
    assert message in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]
    assert out.read_bytes() == b"old"


def test_a_place_that_cannot_be_written_and_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ReportError, match="a file cannot be written"):
        bulk.convert([TABLE.encode()], tmp_path / "file" / "out.parquet")
    with (
        mock.patch.object(bulk.ParquetSink, "_write", side_effect=OSError(28, "No space left")),
        pytest.raises(ReportError, match="a file cannot be written: the disk is full"),
    ):
        bulk.convert([TABLE.encode()], tmp_path / "out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_parts_that_a_killed_run_left_are_removed(tmp_path: Path) -> None:
    old, new, other = (tmp_path / f".{name}.7.part" for name in ("out", "out2", "else"))
    for part in (old, new, other):
        part.write_bytes(b"x")
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    bulk.convert([TABLE.encode()], tmp_path / "out")
    bulk.convert([TABLE.encode()], tmp_path / "out2")
    assert {path.name for path in tmp_path.iterdir()} == {"out", "out2", new.name, other.name}


def test_no_code_of_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no code of a dataset"):
        bulk.fetch_bulk(Service(PACKED), "../x", tmp_path / "out")  # type: ignore[arg-type]


def test_about_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"x")
    with pytest.raises(ReportError, match="no bulk table written here"):
        bulk.about(tmp_path / "x.parquet")


def test_from_a_server_and_a_connection_that_breaks_off(tmp_path: Path) -> None:
    body = gzip.compress(b"".join(stream(30_000)))
    out = tmp_path / "out.parquet"
    with Double() as double:
        headers = {"Content-Type": "application/octet-stream"}
        double.route("/sdmx/2.1/data/migr_x", lambda seen: Reply(200, body, headers))
        client = Client("Eurostat", double.url, Limits(attempts=1), sleep=lambda seconds: None)
        bulk.fetch_bulk(client, "migr_x", out)
        assert pq.read_metadata(out).num_rows == 30_000
        before = out.read_bytes()
        double.fault("migr_x", faults.cut(len(body) // 2))
        with pytest.raises(PublisherError, match="Eurostat"):
            bulk.fetch_bulk(client, "migr_x", out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.parquet"]
