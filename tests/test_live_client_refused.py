"""Answers that the client refuses, other hosts, few questions at once, long answers; synthetic."""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import asking
import double
from asking import BODY, CSV, LATER, MOVED, REPORT, Time, line
from asylum_report.errors import PublisherError, ReportError
from asylum_report.live import http_rules
from asylum_report.live.client import Answer, Client, Limits
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


# Answers that are not to be trusted

REFUSED = [
    (double.status(404), {}, "has nothing at this address: HTTP 404", MOVED),
    (double.status(410), {}, "has nothing at this address: HTTP 410", MOVED),
    (double.status(403), {}, "refuses to answer: HTTP 403", REPORT),
    (double.status(413), {}, "refuses to answer: HTTP 413", REPORT),
    (double.status(304), {}, "refuses to answer: HTTP 304", REPORT),
    (double.replace(b""), {}, "answered nothing", LATER),
    (double.replace(b"<html><p>synthetic"), {}, "answered a web page instead of data", LATER),
    (
        double.replace(b"\xef\xbb\xbf \n<!-- x --><!DOCTYPE HTML>"),
        {},
        "answered a web page instead of data",
        LATER,
    ),
    (
        double.replace(headers={"Content-Type": "text/html; charset=utf-8"}),
        {"kinds": ("text/csv",)},
        "answered a web page instead of data",
        LATER,
    ),
    (
        double.replace(headers={"Content-Type": "image/png"}),
        {"kinds": ("text/csv", "application/json")},
        "answered image/png instead of application/json or text/csv",
        REPORT,
    ),
    (
        double.replace(headers={"Content-Type": ""}),
        {"kinds": ("text/csv",)},
        "answered a body of no named kind instead of text/csv",
        REPORT,
    ),
    (
        double.replace(headers={"Content-Encoding": "br"}),
        {},
        "answered in an encoding that was not asked for",
        REPORT,
    ),
]


@pytest.mark.parametrize(("fault", "more", "what", "todo"), REFUSED)
def test_refused_at_once(
    fault: Fault, more: dict[str, Any], what: str, todo: str, server: Double, make: Any, clock: Time
) -> None:
    server.fault("/data", fault)
    assert (
        line(make(), params={"q": "noise"}, **more)
        == f"Eurostat {what} ({server.url}/data): {todo}"
    )
    assert (len(server.requests), clock.slept) == (1, [])


def test_a_web_page_is_taken_where_one_is_asked_for(server: Double, make: Any) -> None:
    page = Reply(200, b"<!doctype html><p>synthetic", {"Content-Type": "text/html"})
    server.route("/page", lambda seen: page)
    assert make().get("page", kinds=("text/html",)).content == page.body


def test_too_much_on_the_wire_announced_or_not(server: Double, make: Any) -> None:
    told: list[tuple[int, int]] = []
    client = make(Limits(most_sent=400), progress=lambda *both: told.append(both))
    assert line(client) == f"Eurostat sends more than 400 bytes ({server.url}/data): {REPORT}"
    assert told == []
    server.route("/data", lambda seen: Reply(200, BODY, CSV, chunked=True))
    assert "sends more than 400 bytes" in line(client)
    assert "sends more than 300 bytes" in line(make(Limits(most_bytes=300)))


def test_a_bomb_is_not_unpacked(server: Double, make: Any) -> None:
    bomb = gzip.compress(bytes(30_000_000))
    server.route("/data", lambda s: Reply(200, bomb, {**CSV, "Content-Encoding": "gzip"}))
    assert line(make(Limits(most_bytes=1_000_000))) == (
        f"Eurostat answered what unpacks to more than 1,000,000 bytes ({server.url}/data): {REPORT}"
    )
    assert "unpacks to more than 500 times its size" in line(make(Limits()))
    assert len(server.requests) == 2


# Other hosts


def test_redirects_stay_on_the_host(server: Double, make: Any) -> None:
    server.fault("/old", double.redirect("/data?moved=1", code=301))
    assert make().get("old").content == BODY
    assert [seen.target for seen in server.requests] == ["/old", "/data?moved=1"]
    with Double() as elsewhere:
        elsewhere.route("/", lambda seen: Reply(200, BODY, CSV))
        server.fault("/data", double.redirect(f"{elsewhere.url}/data?secret=1"), times=1)
        assert line(make()) == (
            f"Eurostat sends us to another address, {elsewhere.url}/data, which is not asked "
            f"({server.url}/data): {MOVED}"
        )
        assert elsewhere.requests == []


def test_redirects_in_circles_end(server: Double, make: Any) -> None:
    server.fault("/data", double.redirect("/data"))
    assert line(make()) == f"Eurostat sends us round in circles ({server.url}/data): {MOVED}"
    assert len(server.requests) == 6


def test_the_body_of_a_redirect_is_not_read(server: Double, make: Any) -> None:
    endless = Reply(302, BODY * 100_000, {"Location": "/data"})
    server.route("/old", lambda seen: endless)
    server.fault("/old", double.hang_during(30, 100))
    told: list[tuple[int, int]] = []
    client = make(Limits(read=0.2, attempts=1), progress=lambda *both: told.append(both))
    assert client.get("old").content == BODY
    assert told[-1] == (len(BODY), len(BODY))


@pytest.mark.parametrize(
    "target", ["", "//", "http://[", "ftp://127.0.0.1/", "http://a@127.0.0.1/"]
)
def test_redirects_to_nowhere(target: str, server: Double, make: Any) -> None:
    server.fault("/data", double.redirect(target))
    found = line(make())
    # Nothing, relative to an address, is the address itself.
    expected = "sends us round in circles" if target in ("", "//") else "which is not asked"
    assert expected in found


def test_http_may_become_https_on_the_same_host(server: Double, make: Any) -> None:
    with Double(tls=True) as secure:
        secure.route("/data", lambda seen: Reply(200, BODY, CSV))
        server.fault("/data", double.redirect(f"{secure.url}/data"))
        assert make(verify=secure.authority).get("data").content == BODY
        secure.fault("/data", double.redirect(f"{server.url}/data"))
        assert "sends us to another address" in line(make(verify=secure.authority))


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("http://a.test/other?x=1", True),
        ("http://A.TEST:80/", True),
        ("https://a.test/", True),
        ("http://a.test:8080/", False),
        ("http://b.a.test/", False),
        ("http://a.test.evil.test/", False),
        ("http://user@a.test/", False),
        ("ftp://a.test/", False),
        ("file:///etc/passwd", False),
        ("//a.test/", False),
        ("http://a.test:99999/", False),
    ],
)
def test_what_counts_as_the_same_host(target: str, allowed: bool) -> None:
    assert http_rules.may_follow("http://a.test/data", target) is allowed
    assert not http_rules.may_follow("https://a.test/data", "http://a.test/data")


def test_paths_lead_nowhere_else(server: Double, make: Any) -> None:
    client = make()
    assert client.get(f"{server.url}/data?x=1").url == f"{server.url}/data?x=1"
    assert line(client, "http://other.test/data?x=1") == (
        f"Eurostat points to another address, which is not asked (http://other.test/data): {REPORT}"
    )
    assert "HTTP 404" in line(client, "//other.test/data")
    assert "HTTP 404" in line(client, "@other.test/data")
    assert {seen.headers["host"] for seen in server.requests} == {
        server.url.removeprefix("http://")
    }


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ec.europa.eu",
        "ftp://a.test",
        "http://",
        "http://u:p@a.test",
        "http://a:x",
        "http://a b",
    ],
)
def test_an_address_that_is_none_is_the_users_error(address: str) -> None:
    with pytest.raises(ReportError, match="no address of a service") as caught:
        Client("Eurostat", address)
    assert caught.value.exit_code == 2
    assert Client("Eurostat", " https://Straße.test/api/ ").address == (
        "https://xn--strae-oqa.test/api"
    )


# Few at once


def test_few_at_once_over_all_clients_of_a_host(server: Double) -> None:
    server.fault("/data", double.hang_before(0.1))
    clients = [Client("Eurostat", server.url, Limits(parallel=2)) for _ in range(2)]
    threads = [
        threading.Thread(target=lambda i=i: clients[i % 2].get("data", {"n": str(i)}))
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(server.requests) == 8
    assert server.most_at_once == 2


def test_a_pause_leaves_the_place_to_others(server: Double) -> None:
    server.fault("/slow", double.status(503), times=1)
    server.route("/slow", lambda seen: Reply(200, BODY, CSV))
    waiting, go_on = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        waiting.set()
        go_on.wait(5)

    client = Client("Eurostat", server.url, Limits(parallel=1, pause=0.01), sleep=sleep)
    got: list[Answer] = []
    thread = threading.Thread(target=lambda: got.append(client.get("slow")))
    thread.start()
    assert waiting.wait(5)
    assert client.get("data").content == BODY
    go_on.set()
    thread.join(5)
    assert [answer.content for answer in got] == [BODY]


# Long answers


def test_a_long_answer_comes_in_pieces(server: Double, make: Any) -> None:
    long = os.urandom(1000) * 3000
    packed = {**CSV, "Content-Encoding": "gzip"}
    server.route("/long", lambda seen: Reply(200, gzip.compress(long, 1), packed))
    server.fault("/long", double.status(500), times=1)
    with make(Limits(read=5)).stream("long", kinds=("text/csv",)) as pieces:
        sizes, total = [], b""
        for piece in pieces:
            sizes.append(len(piece))
            total += piece
    assert total == long
    assert max(sizes) <= 1 << 20
    assert len(sizes) >= 3


def test_a_long_answer_that_breaks_off_is_told(server: Double, make: Any) -> None:
    server.route("/long", lambda seen: Reply(200, BODY * 1000, CSV))
    server.fault("/long", double.cut(200_000))
    client = make()
    with (
        pytest.raises(PublisherError) as caught,
        client.stream("long") as pieces,
    ):
        for _ in pieces:
            pass
    expected = f"Eurostat broke its answer off before the end ({server.url}/long): {LATER}"
    assert str(caught.value) == expected
    # Its place is free again, and so it is after one that was left half read.
    server.mend()
    for _ in range(3):
        with client.stream("long") as pieces:
            assert next(pieces)
    assert client.get("data").content == BODY


def test_a_long_answer_is_refused_like_a_short_one(server: Double, make: Any) -> None:
    server.fault("/data", double.replace(b""))
    with pytest.raises(PublisherError, match="answered nothing"), make().stream("data"):
        pass
    with (
        pytest.raises(PublisherError, match="run without --offline"),
        make(offline=True).stream("data"),
    ):
        pass


# Whatever comes


def test_any_bytes_end_in_an_answer_or_a_line(make: Any) -> None:
    packed = gzip.compress(BODY)
    whole = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 480\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1e0\r\n" + BODY + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s"
        % (len(packed), packed),
        b"HTTP/1.1 302 Found\r\nLocation: /data\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 429 No\r\nRetry-After: 3\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n\r\n",
    ]
    chance = random.Random(7)
    ends = {"answer": 0, "line": 0}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        client = make(Limits(read=2, deadline=1e9, attempts=1), address)
        for number in range(200):
            damaged = bytearray(whole[number % len(whole)])
            for _ in range(chance.randrange(4)):
                damaged[chance.randrange(min(len(damaged), 160))] = chance.randrange(256)
            content = bytes(damaged[: chance.choice([len(damaged), chance.randrange(200)])])

            def answer(content: bytes = content) -> None:
                with contextlib.suppress(OSError):
                    for _ in range(7):
                        connection, _ = listening.accept()
                        with connection:
                            connection.recv(10_000)
                            connection.sendall(content)

            thread = threading.Thread(target=answer, daemon=True)
            thread.start()
            try:
                assert client.get("data", conditional=False).content
                ends["answer"] += 1
            except PublisherError as error:
                ends["line"] += "\n" not in str(error)
            client.close()
            while thread.is_alive():
                with contextlib.suppress(OSError):
                    socket.create_connection(listening.getsockname(), timeout=1).close()
                thread.join(0.001)
    assert sum(ends.values()) == 200
    assert min(ends.values()) > 20


def test_the_server_ends_at_once_whatever_hangs() -> None:
    with asking.serving() as server:
        server.fault("/data", double.hang_before(30))
        client = Client("Eurostat", server.url, Limits(read=20, deadline=20, attempts=1))
        thread = threading.Thread(target=lambda: line(client))
        thread.start()
        while not server.requests:
            time.sleep(0.005)
        begun = time.monotonic()
    thread.join(10)
    assert time.monotonic() - begun < 5
    assert not thread.is_alive()
