"""Publishers' services asked politely: identified, bounded, patient, and clear when it fails.

Conditional requests and the codes that are worth another try follow RFC 9110
(https://www.rfc-editor.org/rfc/rfc9110, section 13) and RFC 6585, section 4 (429).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn, TypeVar

import requests
import tenacity

from asylum_report.errors import PublisherError
from asylum_report.live.answers import Answer, Kept
from asylum_report.live.http_rules import (
    Final,
    Limits,
    Passing,
    checked,
    may_follow,
    plain,
)
from asylum_report.live.transfer import OVER, Transfer, check_body, check_head
from asylum_report.live.unpack import AGAIN, REPORT, parse_xml, unpack

__all__ = ["Answer", "Client", "Limits", "parse_xml", "unpack"]

LONGEST_PAUSE = 60.0
T = TypeVar("T")


class Client:
    """Everything one source asks in one run; threads may share it.

    Parameters
    ----------
    publisher
        Its name, as lines show it.
    address
        Where the service is; nothing is ever asked of another host.
    keep
        Folder in which answers are kept; None: nothing is kept.
    offline
        Ask nobody: answer from the kept answers alone.
    verify
        Whether TLS certificates are checked, or a file of authorities to check them by.
    progress
        Called with the bytes received so far in this run and those announced so far.
    clock, sleep
        Seconds that only grow, and the way to wait.

    Raises
    ------
    ReportError
        If the address is none.
    """

    def __init__(
        self,
        publisher: str,
        address: str,
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        *,
        keep: Path | None = None,
        offline: bool = False,
        verify: bool | str = True,
        progress: Callable[[int, int], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.publisher, self.address, self.limits = publisher, checked(address), limits
        self.offline, self._clock, self._sleep = offline, clock, sleep
        self._end = clock() + limits.deadline
        self._kept = Kept(keep, limits.most_bytes)
        self._transfer = Transfer(self.address, limits, self.left, verify, progress)
        self._own = threading.local()
        self._not_before = clock()
        self._away = False

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the client can still be used and opens new ones."""
        self._transfer.close()

    def left(self) -> float:
        """Return the seconds left of the deadline."""
        return self._end - self._clock()

    def wait(self, seconds: float) -> None:
        """Wait before asking again; offline there is nothing to wait for.

        Raises
        ------
        PublisherError
            At once if the deadline would pass meanwhile.
        """
        if self.offline:
            return
        if seconds >= self.left():
            self._fail(OVER, self.address)
        self._sleep(max(seconds, 0.0))

    def forget(self, answer: Answer) -> None:
        """Throw a kept answer away because its content is not to be trusted."""
        if not self.offline:
            self._kept.drop(answer.url)

    @contextlib.contextmanager
    def on_trial(self) -> Iterator[Callable[[], None]]:
        """Keep what this thread is answered in here only if it proves good.

        Gives a function that forgets all of it; an error does so too. Otherwise a file that
        arrived damaged would come back for as long as the publisher says "not changed".
        """
        asked: list[Answer] = []
        before, self._own.asked = getattr(self._own, "asked", None), asked

        def reject() -> None:
            for answer in asked:
                self.forget(answer)

        try:
            yield reject
        except PublisherError:
            reject()
            raise
        finally:
            self._own.asked = before

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        kinds: Collection[str] = (),
        statuses: Collection[int] = (200,),
        conditional: bool = True,
    ) -> Answer:
        """Return what the publisher answers.

        Parameters
        ----------
        path
            Below the address, or an absolute address on the same host.
        params
            The query.
        kinds
            Content types accepted, by their beginning ("application/json"); none: all but web
            pages, which need "text/html" here.
        statuses
            Codes that the caller takes; only those below 300 are checked for kind and emptiness.
        conditional
            Ask only whether a kept answer has changed, where there is one.

        Raises
        ------
        PublisherError
            In one line, after as many tries as the limits allow: no connection, time-out, failing
            service, redirect elsewhere, cut, empty, wrong or too long answer, no kept answer.
        """
        url = self._url(path, params)
        kept = self._kept.read(url)
        if self.offline:
            if kept is None or kept.status not in statuses:
                what = "was not asked, and there is no kept answer"
                self._fail(what, url, "run once without --offline")
            return kept
        if not conditional or (kept and kept.status != 200):
            kept = None
        answer = self._tried(url, lambda: self._get(url, kept, kinds, statuses))
        if answer.kept:
            self._kept.used(url)
        else:
            self._kept.write(answer)
        asked = getattr(self._own, "asked", None)
        if asked is not None:
            asked.append(answer)
        return answer

    @contextlib.contextmanager
    def stream(
        self, path: str, params: Mapping[str, str] | None = None, *, kinds: Collection[str] = ()
    ) -> Iterator[Iterator[bytes]]:
        """Give the pieces of a long answer in bounded memory; it is not kept.

        Beginning is tried as often as `get` tries; an answer that breaks off later raises.

        Raises
        ------
        PublisherError
            As `get`; while reading too.
        """
        url = self._url(path, params)
        if self.offline:
            what = "was not asked, and long answers are not kept"
            self._fail(what, url, "run without --offline")

        def begin() -> tuple[contextlib.ExitStack, bytes, Iterator[bytes]]:
            with contextlib.ExitStack() as stack:
                response = stack.enter_context(self._transfer.open(url, {}))
                check_head(response, kinds, (200,))
                pieces = self._transfer.body(response)
                first = next(pieces, b"")
                check_body(first, kinds)
                return stack.pop_all(), first, pieces

        stack, first, rest = self._tried(url, begin)

        def pieces() -> Iterator[bytes]:
            yield first
            try:
                yield from rest
            except (Passing, Final) as error:
                self._fail(error.what, url, error.todo)

        with stack:
            yield pieces()

    def _url(self, path: str, params: Mapping[str, str] | None) -> str:
        below = f"{self.address}/{path.lstrip('/')}" if path else self.address
        joined = path if path.lower().startswith(("http:", "https:")) else below
        try:
            url = requests.Request("GET", joined, params=params).prepare().url or ""
        except (requests.RequestException, ValueError):
            url = ""
        if not may_follow(self.address, url):
            self._fail("points to another address, which is not asked", joined, REPORT)
        return url

    def _fail(self, what: str, url: str, todo: str = "") -> NoReturn:
        raise PublisherError(f"{self.publisher} {what}", where=plain(url), todo=todo or AGAIN)

    def _too_long(self, seconds: float, url: str) -> NoReturn:
        what = f"asks to wait {seconds:.0f} s, which is longer than this run may take"
        self._fail(what, url, "try again after that; the last vintage stays in use")

    def _tried(self, url: str, once: Callable[[], T]) -> T:
        """Call again what fails in a way that may pass, with growing pauses."""
        asked = self._not_before - self._clock()
        if asked >= self.left() > 0:
            self._too_long(asked, url)
        if asked > 0:
            self.wait(asked)
        # Where not even a connection came about, later requests of the run try only once.
        attempts = 1 if self._away else self.limits.attempts
        half = {"multiplier": self.limits.pause / 2, "max": LONGEST_PAUSE / 2}
        # Half of each pause is certain and half by chance, so that clients fall out of step.
        backoff = tenacity.wait_exponential(**half) + tenacity.wait_random_exponential(**half)

        def pause(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, Passing) and error.after:
                self._not_before = max(self._not_before, self._clock() + error.after)
                return error.after
            return backoff(state)

        def stop(state: tenacity.RetryCallState) -> bool:
            return state.attempt_number >= attempts or state.upcoming_sleep >= self.left()

        trying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            wait=pause,
            stop=stop,
            sleep=self._sleep,
            reraise=True,
        )
        try:
            result = trying(once)
        except Passing as error:
            self._away = self._away or error.away
            if error.after and error.after >= self.left():
                self._too_long(error.after, url)
            self._fail(error.what, url)
        except Final as error:
            self._fail(error.what, url, error.todo)
        self._away = False
        return result

    def _get(
        self, url: str, kept: Answer | None, kinds: Collection[str], statuses: Collection[int]
    ) -> Answer:
        asked = {}
        if kept and kept.etag:
            asked["If-None-Match"] = kept.etag
        if kept and kept.modified:
            asked["If-Modified-Since"] = kept.modified
        with self._transfer.open(url, asked) as response:
            if response.status_code == 304 and kept and asked:
                response.raw.drain_conn()  # Read to its end, the connection is used again.
                return kept
            check_head(response, kinds, statuses)
            content = b"".join(self._transfer.body(response))
            if response.status_code < 300:
                check_body(content, kinds)
            return Answer(
                url=url,
                status=response.status_code,
                content=content,
                content_type=response.headers.get("Content-Type", ""),
                etag=response.headers.get("ETag", ""),
                modified=response.headers.get("Last-Modified", ""),
                retrieved=datetime.now(UTC).isoformat(timespec="seconds"),
            )
