"""What tests of the client share: a clock that sleeping moves, a server, questions that fail."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from asylum_report.errors import PublisherError
from asylum_report.live.client import Client, Limits
from double import Double, Reply, Seen

BODY = b"synthetic,1\n" * 40
CSV = {"Content-Type": "text/csv; charset=utf-8"}
LATER = "try again later; the last vintage stays in use"
MOVED = "the service may have moved: give its address by --address SOURCE=URL"
REPORT = "the last vintage stays in use; report it if it goes on"
QUICK = Limits(connect=2, read=0.25, deadline=20, attempts=3, pause=0.5)


class Time:
    """A clock that moves when somebody sleeps, and notes how long."""

    def __init__(self) -> None:
        self.now, self.slept = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@contextlib.contextmanager
def serving() -> Iterator[Double]:
    """Serve one synthetic file."""
    with Double() as running:
        running.route("/data", lambda seen: Reply(200, BODY, CSV))
        yield running


@contextlib.contextmanager
def making(server: Double, clock: Time) -> Iterator[Callable[..., Client]]:
    """Give a function that makes clients, of the server unless told otherwise."""
    with contextlib.ExitStack() as stack:

        def client(limits: Limits = QUICK, address: str = "", **more: Any) -> Client:
            more = {"clock": clock, "sleep": clock.sleep, **more}
            return stack.enter_context(Client("Eurostat", address or server.url, limits, **more))

        yield client


def line(client: Client, path: str = "data", **more: Any) -> str:
    """Return the line of the error that a question ends with."""
    with pytest.raises(PublisherError) as caught:
        client.get(path, **more)
    assert caught.value.exit_code == 3
    text = str(caught.value)
    assert "\n" not in text
    return text


def etagged(body: bytes = BODY, tag: str = '"synthetic-1"') -> Callable[[Seen], Reply]:
    """Answer 304 to who has the tag already."""

    def respond(seen: Seen) -> Reply:
        if seen.headers.get("if-none-match") == tag:
            return Reply(304, b"", {"ETag": tag})
        return Reply(200, body, {**CSV, "ETag": tag, "Last-Modified": "Sun, 01 Nov 2026"})

    return respond
