"""What is remembered of refreshing: read back as written, refused when damaged; new vintages."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_report import store
from asylum_report.errors import ReportError
from asylum_report.live import state
from asylum_report.live.state import Accepted, Attempt, Held, State
from test_store import meta, table

KEY = ("migr_asydcfstq", "2026-11-18.2")
SOME = State(
    {"migr_asydcfstq": Attempt("migr_asydcfstq", "2026-11-21", "held", "look", "2026-11-18.2")},
    {KEY: Held(*KEY, ("a reason", "another"), "2026-11-21")},
    {KEY: ("2026-Q2", "2026-Q3")},
)


def test_nothing_is_remembered_where_there_is_no_file(tmp_path: Path) -> None:
    assert state.read(tmp_path / "refresh.json") == State()


def test_what_is_written_is_read_and_its_bytes_are_the_same_in_whatever_order(
    tmp_path: Path,
) -> None:
    path = tmp_path / "refresh.json"
    more = SOME.tried(Attempt("a", "2026-11-21", "new", "fine", "2026-11-18"))
    state.write(more, path)
    assert state.read(path) == more
    first = path.read_bytes()
    turned = State(dict(reversed(list(more.attempts.items()))), more.held, more.marked)
    state.write(turned, path)
    assert path.read_bytes() == first
    assert json.loads(first)["held"] == [
        {
            "dataset": "migr_asydcfstq",
            "vintage": "2026-11-18.2",
            "reasons": ["a reason", "another"],
            "since": "2026-11-21",
        }
    ]


texts = st.text(max_size=20)


@given(
    st.dictionaries(texts, st.tuples(texts, texts, texts, texts), max_size=4),
    st.dictionaries(st.tuples(texts, texts), st.lists(texts, max_size=3), max_size=4),
)
def test_any_state_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    attempts: dict[str, tuple[str, str, str, str]],
    several: dict[tuple[str, str], list[str]],
) -> None:
    path = tmp_path_factory.mktemp("state") / "refresh.json"
    given = State(
        {name: Attempt(name, *rest) for name, rest in attempts.items()},
        {key: Held(*key, tuple(reasons), "") for key, reasons in several.items()},
        {key: tuple(periods) for key, periods in several.items()},
        {key: Accepted(*key, tuple(reasons), "", "x") for key, reasons in several.items()},
    )
    state.write(given, path)
    assert state.read(path) == given


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"attempts": [], "held": []}',
        '{"attempts": [{"dataset": "a"}], "held": [], "marked": []}',
        '{"attempts": [], "held": [{"dataset": "a", "vintage": "b", "reasons": "no list",'
        ' "since": ""}], "marked": []}',
        '{"attempts": [], "held": [], "marked": [{"dataset": 1, "vintage": "b", "periods": []}]}',
        '{"attempts": 3, "held": [], "marked": []}',
        '{"attempts": [], "held": [], "marked": [], "accepted": [{"dataset": "a"}]}',
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "data" / "refresh.json"
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(ReportError, match=r"cannot be read \(data/refresh.json\): restore it"):
        state.read(path)


def test_what_is_said_of_vintages_that_were_never_written_is_forgotten() -> None:
    assert SOME.only({KEY}) == SOME
    assert SOME.only(set()) == State(SOME.attempts)


def test_a_vintage_that_arrives_again_is_held_for_its_new_reasons_only() -> None:
    again = SOME.arriving(*KEY, "2026-11-22", ["now this"], [])
    assert again.held[KEY] == Held(*KEY, ("now this",), "2026-11-22")
    assert again.marked == {}
    assert SOME.released(*KEY, "2026-11-23").held == {}


def test_a_try_alone_changes_nothing_that_is_built() -> None:
    later = SOME.tried(Attempt("migr_asydcfstq", "2026-11-28", "failed", "away"))
    assert state.effect(later) == state.effect(SOME)
    assert state.effect(SOME.released(*KEY, "2026-11-23")) != state.effect(SOME)


# -- new vintages -------------------------------------------------------------------------------


def test_copies_of_one_day_are_numbered_and_sort_in_the_order_they_came(tmp_path: Path) -> None:
    told: list[str] = []
    for count in range(3):
        store.write_new(table((count, None, 0)), meta(vintage="2026-11-18"), tmp_path, told.append)
    store.write_new(table((9, None, 0)), meta(vintage="2026-11-19"), tmp_path, told.append)
    dates = ["2026-11-18", "2026-11-18.2", "2026-11-18.3", "2026-11-19"]
    assert [one.date for one in store.vintages(folder=tmp_path)] == dates
    assert told == dates
    assert store.latest("decisions", tmp_path).read()["count"].tolist()[0] == 9
    assert store.vintages(folder=tmp_path)[1].meta["vintage"] == "2026-11-18.2"


def test_the_rows_of_the_newest_make_no_new_one_and_those_of_an_older_one_do(
    tmp_path: Path,
) -> None:
    told: list[str] = []
    first = store.write_new(table(), meta(vintage="2026-11-18"), tmp_path, told.append)
    turned = table().iloc[::-1][["share", "count", "level"]]
    again = store.write_new(turned, meta(vintage="2026-11-19"), tmp_path, told.append)
    assert (again, told) == (first, ["2026-11-18"])
    store.write_new(table((1, 2, 3)), meta(vintage="2026-11-19"), tmp_path)
    back = store.write_new(table(), meta(vintage="2026-11-20"), tmp_path)
    assert back.date == "2026-11-20"


def test_a_tenth_copy_of_one_day_is_refused(tmp_path: Path) -> None:
    for count in range(9):
        store.write_new(table((count, None, 0)), meta(vintage="2026-11-18"), tmp_path)
    with pytest.raises(ReportError, match="no other vintage of that day can be kept"):
        store.write_new(table((9, None, 0)), meta(vintage="2026-11-18"), tmp_path)
    assert len(store.vintages(folder=tmp_path)) == 9


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (table(), True),
        (table((5, None, 1)), False),
        (table((5, None)), False),
        (table().rename(columns={"share": "part"}), False),
        (table().assign(count=["5", "x", "0"]), False),
        (table().assign(count=pd.array([5.0, None, 0.0], dtype="Float64")), True),
    ],
)
def test_content_is_compared_as_tables(tmp_path: Path, other: pd.DataFrame, same: bool) -> None:
    written = store.write(table(), meta(), tmp_path)
    assert store.same_content(written, other) is same


def test_what_cannot_be_said_in_a_sidecar_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be written as YAML"):
        store.write_new(table(), meta(code_lists=object()), tmp_path)
    assert store.vintages(folder=tmp_path) == []


def test_what_is_let_through_leaves_a_trace_that_stays(tmp_path: Path) -> None:
    after = SOME.released(*KEY, "2026-11-23")
    one = Accepted(*KEY, ("a reason", "another"), "2026-11-21", "2026-11-23")
    assert after.accepted == {KEY: one}
    assert after.only(set()).accepted == {KEY: one}
    path = tmp_path / "refresh.json"
    state.write(after, path)
    assert state.read(path) == after


def test_a_file_from_before_there_was_such_a_trace_is_read(tmp_path: Path) -> None:
    path = tmp_path / "refresh.json"
    path.write_text('{"attempts": [], "held": [], "marked": []}')
    assert state.read(path) == State()
