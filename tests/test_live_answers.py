"""Kept answers, and the small rules of HTTP; all synthetic."""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asking
import double
from asking import BODY, Time, etagged, line
from asylum_report import files
from asylum_report.errors import PublisherError
from asylum_report.live import answers, http_rules
from asylum_report.live.client import Answer, Client
from double import Double, Reply


@pytest.fixture
def server() -> Iterator[Double]:
    with asking.serving() as running:
        yield running


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def make(server: Double, clock: Time) -> Iterator[Callable[..., Client]]:
    with asking.making(server, clock) as client:
        yield client


# Kept answers


def test_not_changed_gives_what_was_kept(server: Double, make: Any, tmp_path: Path) -> None:
    server.route("/data", etagged())
    first = make(keep=tmp_path).get("data")
    second = make(keep=tmp_path).get("data")
    assert second == Answer(**{**vars(first), "kept": True})
    headers = [seen.headers for seen in server.requests]
    assert "if-none-match" not in headers[0]
    assert headers[1]["if-none-match"] == '"synthetic-1"'
    assert headers[1]["if-modified-since"] == "Sun, 01 Nov 2026"
    third = make(keep=tmp_path).get("data", conditional=False)
    assert (third.kept, third.content) == (False, BODY)


def test_a_kept_answer_that_is_still_right_is_not_thrown_away(
    server: Double, make: Any, tmp_path: Path
) -> None:
    server.route("/data", etagged())
    make(keep=tmp_path).get("data")
    (file,) = tmp_path.iterdir()
    os.utime(file, (0, 0))
    assert make(keep=tmp_path).get("data").kept
    assert time.time() - file.stat().st_mtime < 60


def test_only_good_answers_are_asked_about(server: Double, make: Any, tmp_path: Path) -> None:
    tagged = Reply(413, b"<queued/>", {"ETag": '"synthetic-1"'})
    server.route("/data", lambda seen: tagged)
    make(keep=tmp_path).get("data", statuses=(413,))
    make(keep=tmp_path).get("data", statuses=(413,))
    assert ["if-none-match" in seen.headers for seen in server.requests] == [False, False]
    again = make(keep=tmp_path, offline=True).get("data", statuses=(200, 413))
    assert (again.status, again.content, again.kept) == (413, b"<queued/>", True)


def test_a_change_replaces_what_was_kept(server: Double, make: Any, tmp_path: Path) -> None:
    server.route("/data", etagged())
    make(keep=tmp_path).get("data")
    server.route("/data", etagged(b"synthetic,2\n", '"synthetic-2"'))
    assert make(keep=tmp_path).get("data").content == b"synthetic,2\n"
    assert make(keep=tmp_path, offline=True).get("data").content == b"synthetic,2\n"


DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda kept: kept[:-1],
    lambda kept: kept + b"x",
    lambda kept: kept.replace(b"synthetic,1", b"synthetic,7"),
    lambda kept: b"",
    lambda kept: b"[]\n",
    lambda kept: b"\xff\xfe\n",
    lambda kept: kept.replace(b'"etag"', b'"other"'),
    lambda kept: kept.replace(b"/data", b"/date"),
]


@pytest.mark.parametrize("number", range(len(DAMAGE)))
def test_a_damaged_kept_answer_is_asked_for_again(
    number: int, server: Double, make: Any, tmp_path: Path
) -> None:
    server.route("/data", etagged())
    make(keep=tmp_path).get("data")
    (file,) = tmp_path.glob("*.answer")
    whole = file.read_bytes()
    file.write_bytes(DAMAGE[number](whole))
    again = make(keep=tmp_path).get("data")
    assert (again.content, again.kept) == (BODY, False)
    assert "if-none-match" not in server.requests[-1].headers
    assert make(keep=tmp_path).get("data").kept
    file.write_bytes(DAMAGE[number](whole))
    assert "no kept answer" in line(make(keep=tmp_path, offline=True))


def test_offline_nobody_is_asked(server: Double, make: Any, tmp_path: Path, clock: Time) -> None:
    first = make(keep=tmp_path).get("data", {"a": "1"})
    server.stop()
    client = make(keep=tmp_path, offline=True)
    assert client.get("data", {"a": "1"}) == Answer(**{**vars(first), "kept": True})
    client.wait(1000)
    client.forget(first)
    assert client.get("data", {"a": "1"}).kept
    expected = (
        f"Eurostat was not asked, and there is no kept answer ({server.url}/data): "
        "run once without --offline"
    )
    assert line(client) == expected
    assert line(client, params={"a": "1"}, statuses=(413,)) == expected
    assert line(make(offline=True), params={"a": "1"}) == expected
    assert (len(server.requests), clock.slept) == (1, [])


def test_failures_are_not_kept(server: Double, make: Any, tmp_path: Path) -> None:
    server.route("/data", etagged())
    make(keep=tmp_path).get("data")
    for fault in (
        double.replace(b""),
        double.cut(9),
        double.status(500),
        double.replace(b"<html>"),
    ):
        server.mend()
        server.fault("/data", fault)
        line(make(keep=tmp_path), conditional=False)
        assert make(keep=tmp_path, offline=True).get("data").content == BODY


def test_what_proves_bad_is_forgotten(server: Double, make: Any, tmp_path: Path) -> None:
    server.route("/", etagged())
    client = make(keep=tmp_path)
    good = client.get("good")

    def fail() -> None:
        with client.on_trial():
            client.get("bad")
            raise PublisherError("synthetic")

    with pytest.raises(PublisherError):
        fail()
    with client.on_trial() as reject:
        client.get("worse")
        reject()
    with client.on_trial():
        client.get("fine")
    offline = make(keep=tmp_path, offline=True)
    assert offline.get("good").kept
    assert offline.get("fine").kept
    assert "no kept answer" in line(offline, "bad")
    assert "no kept answer" in line(offline, "worse")
    client.forget(good)
    assert "no kept answer" in line(offline, "good")


def test_a_folder_that_takes_nothing_fails_no_run(
    server: Double, make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert make(keep=tmp_path / "file" / "answers").get("data").content == BODY

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    assert make(keep=tmp_path / "full").get("data").content == BODY
    assert list((tmp_path / "full").iterdir()) == []


def test_many_writers_leave_one_whole_answer(tmp_path: Path) -> None:
    kept = answers.Kept(tmp_path)
    url = "http://127.0.0.1/data"
    bodies = [bytes([number]) * 50_000 for number in range(16)]
    written: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda body=body: written.append(kept.write(Answer(url, 200, body)))
        )
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert written == [True] * 16
    found = kept.read(url)
    assert found
    assert found.content in bodies
    assert [path.suffix for path in tmp_path.iterdir()] == [".answer"]


def test_old_answers_and_too_many_are_thrown_away(tmp_path: Path) -> None:
    kept = answers.Kept(tmp_path)
    for number in range(5):
        url = f"http://127.0.0.1/{number}"
        assert kept.write(Answer(url, 200, b"x" * 1000))
        path = kept.path(url)
        assert path
        days = 100 if number == 0 else 50 - number
        os.utime(path, (time.time() - days * 86_400,) * 2)

    def there() -> list[int]:
        return [n for n in range(5) if kept.read(f"http://127.0.0.1/{n}")]

    assert there() == [0, 1, 2, 3, 4]
    answers.Kept(tmp_path).write(Answer("http://127.0.0.1/new", 200, b"y"))
    assert there() == [1, 2, 3, 4]
    kept.used("http://127.0.0.1/1")
    kept.prune(most=3_000)
    assert there() == [1, 4]


def test_a_kept_answer_says_what_it_is(make: Any, server: Double, tmp_path: Path) -> None:
    answer = make(keep=tmp_path).get("data")
    (file,) = tmp_path.iterdir()
    head, _, body = file.read_bytes().partition(b"\n")
    facts = json.loads(head)
    assert body == BODY
    assert (facts["url"], facts["retrieved"]) == (f"{server.url}/data", answer.retrieved)
    assert sorted(facts) == [
        "content_type", "etag", "modified", "retrieved", "sha256", "status", "url",
    ]  # fmt: skip


# Small rules


def test_a_date_to_wait_for_is_told_by_the_publishers_clock() -> None:
    def after(header: str, date: str = "") -> float | None:
        return http_rules.retry_after(header, date, datetime(2026, 11, 22, tzinfo=UTC))

    noon = "Sun, 22 Nov 2026 12:00:00 GMT"
    assert after(noon) == 12 * 3600
    assert after(noon, "Sun, 22 Nov 2026 11:59:30 GMT") == 30
    assert after(noon, "Sun, 22 Nov 2026 13:00:00 GMT") == 0
    assert after("Sunday, 22-Nov-26 12:00:00 GMT") == 12 * 3600
    assert [after(text) for text in ("", "soon", "-1", "1.5", "nan", "²")] == [None] * 6
    assert after("99999999999999999999999") == 999_999_999


def test_addresses_for_people() -> None:
    assert http_rules.plain("https://u:secret@a.test:8/x?key=1#y") == "https://a.test:8/x"
    assert http_rules.plain("http://[") == "an address that cannot be read"
    assert len(http_rules.plain("http://a.test/" + "x" * 1000)) == 200


@given(st.text(), st.text())
def test_no_header_and_no_address_raises(text: str, date: str) -> None:
    found = http_rules.retry_after(text, date)
    assert found is None or found >= 0
    assert http_rules.plain(text).isprintable()
    assert http_rules.may_follow("http://a.test", text) in (True, False)


def test_an_old_error_that_is_being_handled_is_not_blamed(server: Double, make: Any) -> None:
    server.fault("/data", double.cut(100))
    try:
        raise socket.gaierror(socket.EAI_NONAME, "of an earlier question")
    except socket.gaierror as earlier:
        try:
            raise PublisherError("synthetic") from earlier
        except PublisherError:
            assert "broke its answer off" in line(make())
