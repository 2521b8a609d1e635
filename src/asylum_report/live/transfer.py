"""One request and the reading of its answer, within bounds of time and size.

Redirects and content encodings follow RFC 9110 (https://www.rfc-editor.org/rfc/rfc9110, sections
15.4 and 8.4).
"""

from __future__ import annotations

import contextlib
import functools
import queue
import re
import threading
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, cast
from urllib.parse import urljoin

import requests
import urllib3.exceptions

from asylum_report import __version__, paths
from asylum_report.errors import ReportError
from asylum_report.live.http_rules import (
    MOVED,
    REDIRECTS,
    RETRIED,
    Final,
    Limits,
    Passing,
    explain,
    is_loopback,
    may_follow,
    place,
    plain,
    retry_after,
)
from asylum_report.live.unpack import AGAIN, REPORT, Bomb, Broken, Inflater, looks_html

MOST_REDIRECTS = 5
PIECE = 1 << 16
LONGEST_WAIT = 86_400.0
"""Seconds that a thread can be told to wait; a deadline may be longer."""
OVER = "was given all the time that one run may take"

_places: weakref.WeakValueDictionary[tuple[object, ...], threading.BoundedSemaphore] = (
    weakref.WeakValueDictionary()
)
_places_lock = threading.Lock()


@functools.cache
def agent() -> str:
    """Return how we introduce ourselves: name, version and, where it is known, the repository."""
    found = None
    with contextlib.suppress(ReportError, OSError, ValueError):
        text = (paths.root() / "CITATION.cff").read_text(encoding="utf-8")
        found = re.search(r"""^(?:repository-code|url):\s*["']?(https?://[^\s"']+)""", text, re.M)
    return f"asylum-report/{__version__}" + (f" (+{found[1]})" if found else "")


class Transfer:
    """Requests to one host, few at once.

    Parameters
    ----------
    left
        Gives the seconds left of the deadline.
    verify, progress
        As `asylum_report.live.client.Client` says.
    """

    def __init__(
        self,
        address: str,
        limits: Limits,
        left: Callable[[], float],
        verify: bool | str,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self.limits, self.left, self._verify, self._progress = limits, left, verify, progress
        with _places_lock:
            key = (*place(address), limits.parallel)
            # Shared by all clients of this process that talk to the host.
            self._place = _places.setdefault(key, threading.BoundedSemaphore(limits.parallel))
        self._session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=limits.parallel)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        self._lock = threading.Lock()
        self._received = self._announced = 0

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._session.close()

    def _seconds(self) -> float:
        left = self.left()
        if left <= 0:
            raise Final(OVER)
        return min(left, LONGEST_WAIT)

    @contextlib.contextmanager
    def open(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """Give the answer's head, redirects on the same host followed; the body is still to read.

        Raises
        ------
        Passing, Final
            If no answer comes, or it points elsewhere, or in circles.
        """
        if not self._place.acquire(timeout=self._seconds()):
            raise Final(OVER)
        try:
            for _ in range(MOST_REDIRECTS + 1):
                with self._send(url, headers) as response:
                    if response.status_code not in REDIRECTS:
                        with self._until_deadline(response):
                            yield response
                        return
                    url = self._next(url, response)
            raise Final("sends us round in circles", MOVED)
        finally:
            self._place.release()

    def _next(self, url: str, response: requests.Response) -> str:
        """Return where a redirect points, if that may be asked."""
        try:
            target = urljoin(url, self._session.get_redirect_target(response) or "")
        except ValueError:
            target = ""
        if not may_follow(url, target):
            what = f"sends us to another address, {plain(target) or 'an empty one'}"
            raise Final(f"{what}, which is not asked", MOVED)
        return target

    @contextlib.contextmanager
    def _until_deadline(self, response: requests.Response) -> Iterator[None]:
        """End the reading of a body at the deadline, however slowly its bytes drip."""

        def end() -> None:
            with contextlib.suppress(Exception):
                response.raw.shutdown()

        timer = threading.Timer(self._seconds(), end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _send(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        """Ask in a thread of its own, because looking up a name and a dripping head know no end."""
        seconds = self._seconds()
        given: queue.SimpleQueue[requests.Response | Exception] = queue.SimpleQueue()
        late = threading.Event()

        def ask() -> None:
            try:
                response = self._ask(url, headers, seconds)
            except Exception as error:
                given.put(error)
                return
            given.put(response)
            if late.is_set():
                response.close()

        threading.Thread(target=ask, daemon=True, name="asking").start()
        try:
            got = given.get(timeout=seconds)
        except queue.Empty:
            late.set()
            raise Final(OVER) from None
        if isinstance(got, Exception):
            if self.left() <= 0:
                raise Final(OVER) from got
            raise explain(got) from got
        return got

    def _ask(self, url: str, headers: Mapping[str, str], seconds: float) -> requests.Response:
        # Prepared without the session: no cookies, and no passwords from a .netrc file. Sent
        # without it too: it would read the body of a redirect, whatever its length.
        own = {"User-Agent": agent(), "Accept": "*/*", "Accept-Encoding": "gzip"}
        request = requests.Request("GET", url, headers={**own, **headers}).prepare()
        settings = self._session.merge_environment_settings(url, {}, True, self._verify, None)
        if is_loopback(url):
            settings["proxies"] = {}
        timeout = (min(self.limits.connect, seconds), min(self.limits.read, seconds))
        adapter = self._session.get_adapter(url)
        return adapter.send(request, timeout=timeout, **cast("dict[str, Any]", settings))

    def body(self, response: requests.Response) -> Iterator[bytes]:
        """Yield the body as it comes, free of transfer and content encodings.

        Raises
        ------
        Passing
            If it stalls, breaks off or is damaged.
        Final
            If it is too long, a bomb, in an unknown encoding, or the deadline passes.
        """
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise Final("answered in an encoding that was not asked for", REPORT)
        announced = int(response.raw.length_remaining or 0)
        self._bound(announced, self.limits.most_sent)
        self._count(0, announced)
        inflater = Inflater(self.limits.most_bytes) if encoding.endswith("gzip") else None
        sent = 0
        try:
            for chunk in self._chunks(response):
                sent += len(chunk)
                self._bound(sent, self.limits.most_sent)
                self._count(len(chunk), 0 if announced else len(chunk))
                if inflater:
                    yield from inflater.feed(chunk)
                else:
                    self._bound(sent, self.limits.most_bytes)
                    yield chunk
            if inflater:
                inflater.end()
        except Broken as error:
            raise Passing(f"answered {error}") from error
        except Bomb as error:
            raise Final(f"answered what {error}", REPORT) from error

    @staticmethod
    def _bound(size: int, most: int) -> None:
        if size > most:
            raise Final(f"sends more than {most:,} bytes", REPORT)

    def _chunks(self, response: requests.Response) -> Iterator[bytes]:
        chunk = b"begin"
        while chunk:
            try:
                # What is there, not a full piece, so that a drip is seen.
                chunk = response.raw.read1(PIECE, decode_content=False)
            except (urllib3.exceptions.HTTPError, OSError, ValueError, AttributeError) as error:
                self._seconds()
                raise explain(error) from error
            self._seconds()
            if chunk:
                yield chunk

    def _count(self, received: int, announced: int) -> None:
        with self._lock:
            self._received += received
            self._announced += announced
            if self._progress:
                self._progress(self._received, self._announced)


def check_head(
    response: requests.Response, kinds: Collection[str], statuses: Collection[int]
) -> None:
    """Refuse an answer by its status and content type, as `Client.get` of `client` says.

    Raises
    ------
    Passing
        If the status may be another one at another try.
    Final
        If it may not, or the body is a web page where data are expected, or of another kind.
    """
    status, headers = response.status_code, response.headers
    if status not in statuses:
        if status in RETRIED:
            after = retry_after(headers.get("Retry-After", ""), headers.get("Date", ""))
            what = "says that we ask too much" if status == 429 else "is failing"
            raise Passing(f"{what}: HTTP {status}", after=after)
        if status in (404, 410):
            raise Final(f"has nothing at this address: HTTP {status}", MOVED)
        raise Final(f"refuses to answer: HTTP {status}", REPORT)
    if status >= 300:
        return
    kind = headers.get("Content-Type", "").split(";")[0].strip().lower()
    if "text/html" not in kinds and "html" in kind:
        raise Final("answered a web page instead of data", AGAIN)
    if kinds and not any(kind.startswith(one.lower()) for one in kinds):
        shown = "".join(letter for letter in kind if letter.isprintable())[:60]
        wanted = " or ".join(sorted(kinds))
        raise Final(f"answered {shown or 'a body of no named kind'} instead of {wanted}", REPORT)


def check_body(content: bytes, kinds: Collection[str]) -> None:
    """Refuse a body by how it begins.

    Raises
    ------
    Final
        If it is empty, or a web page where data are expected.
    """
    if not content:
        raise Final("answered nothing", AGAIN)
    if "text/html" not in kinds and looks_html(content):
        raise Final("answered a web page instead of data", AGAIN)
