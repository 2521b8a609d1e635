"""The client of publishers' services, against a server that fails in every way; all synthetic."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

import asking
import double
from asking import BODY, CSV, LATER, Time, etagged, line
from asylum_report.errors import PublisherError
from asylum_report.live import transfer
from asylum_report.live.client import Client, Limits
from double import Double, Fault, Reply


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


# What goes well


def test_an_answer_and_what_the_publisher_sees(server: Double, make: Any) -> None:
    answer = make().get("data", {"geo": "DE", "time": "2022 Q1"}, kinds=("text/csv",))
    assert (answer.status, answer.content, answer.kept) == (200, BODY, False)
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.url == f"{server.url}/data?geo=DE&time=2022+Q1"
    retrieved = datetime.fromisoformat(answer.retrieved)
    assert abs((retrieved - datetime.now(UTC)).total_seconds()) < 60
    (seen,) = server.requests
    assert (seen.method, seen.query) == ("GET", {"geo": ["DE"], "time": ["2022 Q1"]})
    assert re.fullmatch(
        r"asylum-report/\d+\.\d+\.\d+( \(\+https://\S+\))?", seen.headers["user-agent"]
    )
    assert seen.headers["accept-encoding"] == "gzip"
    assert "cookie" not in seen.headers
    assert "authorization" not in seen.headers


def test_the_repository_stands_in_the_user_agent_where_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer.paths, "root", lambda: tmp_path)
    (tmp_path / "CITATION.cff").write_text(
        'title: x\nrepository-code: "https://synthetic.test/x"\n'
    )
    found = transfer.agent.__wrapped__()
    assert re.fullmatch(r"asylum-report/[0-9.]+ \(\+https://synthetic\.test/x\)", found)
    (tmp_path / "CITATION.cff").unlink()
    assert re.fullmatch(r"asylum-report/[0-9.]+", transfer.agent.__wrapped__())


def test_connections_are_used_again(server: Double, make: Any, tmp_path: Path) -> None:
    server.route("/data", etagged())
    client = make(keep=tmp_path)
    assert [client.get("data").kept for _ in range(4)] == [False, True, True, True]
    assert server.connections == 1


def test_compressed_and_chunked_answers_are_opened(server: Double, make: Any) -> None:
    packed = gzip.compress(BODY)
    server.route("/packed", lambda s: Reply(200, packed, {**CSV, "Content-Encoding": "gzip"}))
    server.route("/chunks", lambda s: Reply(200, BODY, CSV, chunked=True))
    server.route(
        "/both", lambda s: Reply(200, packed, {**CSV, "Content-Encoding": "gzip"}, chunked=True)
    )
    server.route("/file", lambda s: Reply(200, packed, {"Content-Type": "application/gzip"}))
    client = make()
    assert [client.get(path).content for path in ("packed", "chunks", "both")] == [BODY] * 3
    assert client.get("file").content == packed


def test_a_caller_takes_codes_itself(server: Double, make: Any, clock: Time) -> None:
    server.fault("/data", double.status(413, body=b"<queued/>"), times=1)
    server.fault("/data", double.status(404), times=1)
    client = make()
    first, second = (client.get("data", statuses=(200, 404, 413)) for _ in range(2))
    assert (first.status, first.content) == (413, b"<queued/>")
    assert (second.status, second.content) == (404, b"")
    assert clock.slept == []


def test_progress_is_told_in_bytes_over_the_whole_run(make: Any) -> None:
    told: list[tuple[int, int]] = []
    client = make(progress=lambda *both: told.append(both))
    client.get("data")
    client.get("data")
    size = len(BODY)
    assert told[0] == (0, size)
    assert told[-1] == (2 * size, 2 * size)
    assert told == sorted(told)


# What fails and may pass: each is tried again, then told in one line

PASSING = [
    (double.status(429), "says that we ask too much: HTTP 429"),
    (double.status(500), "is failing: HTTP 500"),
    (double.status(502), "is failing: HTTP 502"),
    (double.status(503), "is failing: HTTP 503"),
    (double.status(504), "is failing: HTTP 504"),
    (double.close(), "does not answer: the connection was closed"),
    (double.hang_before(30), "does not answer: nothing came in time"),
    (double.hang_during(30, 100), "does not answer: nothing came in time"),
    (double.cut(100), "broke its answer off before the end"),
]


@pytest.mark.parametrize(("fault", "what"), PASSING, ids=[f"{f.kind}{f.code}" for f, _ in PASSING])
def test_once_is_mended_and_always_is_told(
    fault: Fault, what: str, server: Double, make: Any, clock: Time
) -> None:
    server.fault("/data", fault, times=1)
    assert make().get("data").content == BODY
    assert len(server.requests) == 2
    server.mend()
    server.fault("/data", fault)
    assert line(make()) == f"Eurostat {what} ({server.url}/data): {LATER}"
    assert len(server.requests) == 5
    # 0.5 s and 1 s, of which half is by chance.
    once, first, second = clock.slept
    assert 0.25 <= once <= 0.5
    assert 0.25 <= first <= 0.5
    assert 0.5 <= second <= 1


def test_a_cut_chunked_answer_is_tried_again(server: Double, make: Any) -> None:
    server.route("/data", lambda seen: Reply(200, BODY, CSV, chunked=True))
    server.fault("/data", double.cut(100), times=1)
    assert make().get("data").content == BODY
    server.fault("/data", double.cut(100))
    assert line(make()).startswith("Eurostat broke its answer off before the end (")


def test_a_cut_that_gzip_alone_shows_is_tried_again(server: Double, make: Any) -> None:
    packed = gzip.compress(os.urandom(2_000))
    server.route("/data", lambda s: Reply(200, packed, {**CSV, "Content-Encoding": "gzip"}))
    server.fault("/data", double.cut(1_000, honest_length=True))
    client = make()
    assert line(client).startswith("Eurostat answered gzip cut off before its end (")
    server.mend()
    server.fault("/data", double.rewrite(lambda body: b"\1" * 40))
    assert line(client).startswith("Eurostat answered damaged gzip (")
    assert len(server.requests) == 6


def test_nobody_listens_and_later_requests_try_only_once(make: Any, clock: Time) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = make(address=address)
        expected = f"Eurostat does not answer: connection refused ({address}/data): {LATER}"
        assert line(client) == expected
        assert len(clock.slept) == 2
        assert line(client, "data") == expected
        assert len(clock.slept) == 2


def test_a_name_that_nobody_knows(make: Any, clock: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def unknown(host: str, *_: Any, **__: Any) -> Any:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert line(make(address="https://nowhere.invalid/api")) == (
        "Eurostat cannot be found: its name is not known (DNS) (https://nowhere.invalid/api/data): "
        "check the connection of this machine and the address, then try again"
    )
    assert (asked, clock.slept) == (["nowhere.invalid"], [])


def test_names_that_cannot_be_looked_up_now(
    make: Any, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", failing)
    assert line(make(address="https://nowhere.invalid")) == (
        "Eurostat cannot be found: its name cannot be looked up now (DNS) "
        f"(https://nowhere.invalid/data): {LATER}"
    )
    assert len(clock.slept) == 2


def test_a_name_looked_up_for_ever_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(30))
    begun = time.monotonic()
    client = Client("Eurostat", "https://nowhere.invalid", Limits(deadline=0.2))
    try:
        assert line(client) == (
            "Eurostat was given all the time that one run may take "
            f"(https://nowhere.invalid/data): {LATER}"
        )
    finally:
        over.set()
    assert time.monotonic() - begun < 5


def test_proxies_are_for_other_machines(
    server: Double, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{taken.getsockname()[1]}")
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert make().get("data").content == BODY
        assert line(make(address="http://nowhere.invalid")) == (
            "Eurostat cannot be reached: this machine's proxy does not let us through "
            f"(http://nowhere.invalid/data): {LATER}"
        )


def test_what_speaks_no_http(make: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 synthetic mail server\r\n")
                connection.recv(1000)

        threading.Thread(target=greet, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert line(make(address=address)) == (
            f"Eurostat answered what is not HTTP ({address}/data): check the address"
        )


# TLS


def test_a_certificate_that_nobody_vouches_for(make: Any, clock: Time) -> None:
    with Double(tls=True) as secure:
        secure.route("/data", lambda seen: Reply(200, BODY, CSV))
        found = line(make(address=secure.url))
        assert found.startswith("Eurostat cannot be trusted: its TLS certificate was refused, ")
        assert found.endswith(
            f" ({secure.url}/data): nothing was fetched; check the address and this machine's "
            "clock, then try again"
        )
        assert (clock.slept, secure.requests) == ([], [])
        trusting = make(address=secure.url, verify=secure.authority)
        assert trusting.get("data").content == BODY
        secure.fault("/data", double.hang_during(30, 100))
        assert line(trusting).startswith("Eurostat does not answer: nothing came in time (")


def test_plain_http_where_tls_is_expected(server: Double, make: Any) -> None:
    address = server.url.replace("http:", "https:")
    assert line(make(address=address)) == (
        f"Eurostat does not answer: the TLS connection failed ({address}/data): {LATER}"
    )


# Retry-After and the deadline


def test_retry_after_in_seconds_and_as_a_date(server: Double, make: Any, clock: Time) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=9), usegmt=True)
    for after in (7, date, "soon", -3, 0):
        server.fault("/data", double.status(429, retry_after=after), times=1)
    make(Limits(read=1, attempts=6, pause=0.5)).get("data")
    seconds, until, *nonsense = clock.slept
    assert seconds == 7
    assert 8 <= until <= 9
    # Where nothing sensible is asked for, the usual pauses go on: 2, 4 and 8 s, half by chance.
    assert [1 <= nonsense[0] <= 2, 2 <= nonsense[1] <= 4, 4 <= nonsense[2] <= 8] == [True] * 3


def test_retry_after_beyond_the_deadline_ends_at_once(
    server: Double, make: Any, clock: Time
) -> None:
    server.fault("/data", double.status(503, retry_after=3600), times=1)
    client = make()
    expected = (
        "Eurostat asks to wait 3600 s, which is longer than this run may take "
        f"({server.url}/data): try again after that; the last vintage stays in use"
    )
    assert line(client) == expected
    # The next question does not even ask: the wish stands.
    assert line(client) == expected
    assert (len(server.requests), clock.slept) == (1, [])


def test_a_wish_to_wait_holds_for_the_next_question(server: Double, make: Any, clock: Time) -> None:
    server.fault("/other", double.status(429, retry_after=5))
    client = make(Limits(read=1, attempts=1))
    assert "HTTP 429" in line(client, "other")
    assert client.get("data").content == BODY
    assert clock.slept == [5]


def test_no_pause_outlasts_the_deadline(server: Double, make: Any, clock: Time) -> None:
    server.fault("/data", double.status(500))
    client = make(Limits(read=1, deadline=10, attempts=100, pause=2))
    assert line(client) == f"Eurostat is failing: HTTP 500 ({server.url}/data): {LATER}"
    assert 3 <= len(server.requests) <= 5
    assert sum(clock.slept) < 10
    assert client.left() == pytest.approx(10 - sum(clock.slept))


def test_pauses_stop_growing_at_a_minute(server: Double, make: Any, clock: Time) -> None:
    server.fault("/data", double.status(500))
    line(make(Limits(read=1, deadline=1e6, attempts=12, pause=1)))
    assert len(clock.slept) == 11
    assert max(clock.slept) <= 60
    assert all(seconds >= 30 for seconds in clock.slept[6:])


def test_waiting_respects_the_deadline(make: Any, clock: Time) -> None:
    client = make(Limits(deadline=10))
    client.wait(4)
    assert (clock.slept, client.left()) == ([4], 6)
    with pytest.raises(PublisherError, match="Eurostat was given all the time that one run may"):
        client.wait(6)
    assert clock.slept == [4]


def test_nothing_is_asked_after_the_deadline(server: Double, make: Any, clock: Time) -> None:
    client = make()
    clock.now = 21
    assert line(client) == (
        f"Eurostat was given all the time that one run may take ({server.url}/data): {LATER}"
    )
    assert server.requests == []


@pytest.mark.parametrize("chunked", [False, True])
def test_a_slow_drip_ends_at_the_deadline(server: Double, chunked: bool) -> None:
    server.route("/data", lambda seen: Reply(200, BODY, CSV, chunked=chunked))
    server.fault("/data", double.drip(0.05))
    begun = time.monotonic()
    client = Client("Eurostat", server.url, Limits(read=1, deadline=0.3))
    assert "was given all the time that one run may take" in line(client)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("tls", [False, True])
def test_a_stalled_body_ends_at_the_deadline(tls: bool) -> None:
    with Double(tls=tls) as running:
        running.route("/data", lambda seen: Reply(200, BODY, CSV))
        running.fault("/data", double.hang_during(30, 100))
        begun = time.monotonic()
        verify = running.authority or True
        client = Client("Eurostat", running.url, Limits(read=10, deadline=0.4), verify=verify)
        assert "was given all the time that one run may take" in line(client)
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    "part",
    [b"HTTP/1.1 200 OK\r\nX-Drip: ", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"],
)
def test_a_drip_that_never_makes_a_whole_line_ends_at_the_deadline(part: bytes) -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(part)
                for _ in range(400):
                    if over.wait(0.02):
                        return
                    connection.sendall(b"x")

        threading.Thread(target=drip, daemon=True).start()
        begun = time.monotonic()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = Client("Eurostat", address, Limits(read=1, deadline=0.3))
        try:
            assert "was given all the time that one run may take" in line(client)
        finally:
            over.set()
    assert time.monotonic() - begun < 5
