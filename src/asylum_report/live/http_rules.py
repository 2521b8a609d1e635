"""What HTTP's small print means: bounds, addresses, redirects, Retry-After, failures in words.

Pure functions. Retry-After and dates are those of RFC 9110 (https://www.rfc-editor.org/rfc/rfc9110,
sections 10.2.3 and 5.6.7).
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit, urlunsplit

import requests
import urllib3.exceptions as pool

from asylum_report.errors import ReportError

PORTS = {"http": 80, "https": 443}
RETRIED = (429, 500, 502, 503, 504)
"""Codes of answers that may be others at another try."""
REDIRECTS = (301, 302, 303, 307, 308)
MOVED = "the service may have moved: give its address by --address SOURCE=URL"
CHECK = "check the address"
"""What to do instead where an address was given."""
LONGEST = 200
"""Letters of an address that a line shows."""


@dataclass(frozen=True)
class Limits:
    """How patient and how modest a client is.

    Parameters
    ----------
    connect
        Seconds to a connection.
    read
        Seconds between two bytes.
    deadline
        Seconds for everything asked of one source in one run, waiting included.
    attempts
        Tries of one request.
    pause
        Seconds of the first pause before another try; it doubles, with jitter, up to 60 s.
    parallel
        Requests under way at once to one host.
    most_sent
        Bytes on the wire of one answer.
    most_bytes
        Bytes of one answer after decompression.
    """

    connect: float = 10.0
    read: float = 60.0
    deadline: float = 900.0
    attempts: int = 6
    pause: float = 1.0
    parallel: int = 2
    most_sent: int = 200_000_000
    most_bytes: int = 1_000_000_000


@dataclass(eq=False)
class Passing(Exception):
    """A failure that may pass, so that another try makes sense.

    Parameters
    ----------
    what
        What follows the publisher's name in a line: "does not answer: connection refused".
    after
        Seconds that the publisher asks to wait, if it does.
    away
        Whether not even a connection came about.
    """

    what: str
    todo: str = ""
    after: float | None = None
    away: bool = False


@dataclass(eq=False)
class Final(Exception):
    """A failure that another try would not mend; the parts of its line.

    Parameters
    ----------
    away
        Whether not even a connection came about.
    """

    what: str
    todo: str = ""
    away: bool = False


def checked(address: str) -> str:
    """Return an address without a slash at its end.

    Raises
    ------
    ReportError
        If it is no address of the web, or holds a name and password.
    """
    text = address.strip()
    with contextlib.suppress(ValueError, requests.RequestException):
        parts = urlsplit(text)
        plain_text = text.isprintable() and " " not in text and "@" not in parts.netloc
        if plain_text and parts.scheme in PORTS and parts.hostname and parts.port != 0:
            # As requests will write it, names in other letters too.
            return (requests.Request("GET", text).prepare().url or "").rstrip("/")
    todo = "give http(s)://HOST/PATH"
    raise ReportError("no address of a service", where=address[:LONGEST], todo=todo)


def plain(url: str) -> str:
    """Return an address for people: no query, no password, one line, not too long."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address that cannot be read"
    shown = urlunsplit(SplitResult(parts.scheme, host, parts.path, "", ""))
    shown = "".join(letter for letter in shown if letter.isprintable() and letter != " ")
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."


def place(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address; ValueError if it has none."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        raise ValueError("no address")
    return parts.scheme, parts.hostname.rstrip("."), parts.port or PORTS[parts.scheme]


def may_follow(url: str, target: str) -> bool:
    """Say whether a target stays with the host of an address; http may become https there."""
    try:
        old, new = place(url), place(target)
    except ValueError:
        return False
    return old == new or (old[0], new[0], old[1]) == ("http", "https", new[1])


def is_loopback(url: str) -> bool:
    """Say whether an address is this machine, which no proxy can reach for us."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def retry_after(header: str, date: str, now: datetime | None = None) -> float | None:
    """Return the seconds that a Retry-After asks for; None if it says nothing sensible.

    Parameters
    ----------
    header
        Whole seconds or an HTTP date.
    date
        The answer's own Date: by it a date is told even if one of the two clocks is wrong.
    now
        Time of this machine, if the answer has no Date.
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        return float(header[:9])
    until = _date(header)
    if until is None:
        return None
    start = _date(date) or now or datetime.now(UTC)
    return max((until - start).total_seconds(), 0.0)


def _date(text: str) -> datetime | None:
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and everything it was made of, from the outside in."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        # Errors of ours further in belong to an earlier request that the caller is handling.
        ours = isinstance(one, (ReportError, Passing, Final))
        if one is None or ours or any(one is other for other in seen):
            continue
        seen.append(one)
        yield one
        inner = [thing for thing in one.args if isinstance(thing, BaseException)]
        reason = getattr(one, "reason", None)
        if isinstance(reason, BaseException):
            inner.append(reason)
        waiting += [*inner, one.__cause__, one.__context__]


def explain(error: Exception) -> Passing | Final:
    """Return in words what a request, or reading its answer, ran into."""
    errors = list(_chain(error))

    def first(*kinds: type[BaseException]) -> BaseException | None:
        return next((one for one in errors if isinstance(one, kinds)), None)

    name = first(socket.gaierror)
    if isinstance(name, socket.gaierror):
        if name.errno == socket.EAI_AGAIN:
            return Passing("cannot be found: its name cannot be looked up now (DNS)", away=True)
        return Final(
            "cannot be found: its name is not known (DNS)",
            "check the connection of this machine and the address, then try again",
            away=True,
        )
    if first(requests.exceptions.ProxyError, pool.ProxyError):
        return Passing("cannot be reached: this machine's proxy does not let us through", away=True)
    certificate = first(ssl.SSLCertVerificationError)
    if isinstance(certificate, ssl.SSLCertVerificationError):
        why = certificate.verify_message or "not valid"
        return Final(
            f"cannot be trusted: its TLS certificate was refused, {why}",
            "nothing was fetched; check the address and this machine's clock, then try again",
            away=True,
        )
    if first(ssl.SSLError, pool.SSLError, requests.exceptions.SSLError):
        return Passing("does not answer: the TLS connection failed", away=True)
    # First, because urllib3 counts every failed connection among its time-outs.
    if first(ConnectionRefusedError):
        return Passing("does not answer: connection refused", away=True)
    if first(requests.exceptions.ConnectTimeout):
        return Passing("does not answer: no connection in time", away=True)
    if first(requests.exceptions.ReadTimeout, pool.ReadTimeoutError, TimeoutError):
        return Passing("does not answer: nothing came in time")
    if first(pool.IncompleteRead, http.client.IncompleteRead):
        return Passing("broke its answer off before the end")
    if first(http.client.RemoteDisconnected, ConnectionError):
        return Passing("does not answer: the connection was closed")
    if first(http.client.HTTPException, requests.exceptions.InvalidHeader, pool.InvalidHeader):
        return Final("answered what is not HTTP", CHECK)
    if first(ValueError):
        return Final("cannot be asked: its address is wrong", CHECK, away=True)
    why = next((one.strerror or "" for one in errors if isinstance(one, OSError) and one.errno), "")
    return Passing("does not answer: no connection" + (f", {why}" if why else ""), away=True)


def no_connection(error: BaseException | None) -> bool:
    """Say whether a failure came of this: not even a connection to the service came about.

    That may be this machine's fault as well as the publisher's. A line made of a failure of
    ours holds it as its cause or context.
    """
    seen: list[BaseException] = []
    while error is not None and not any(error is one for one in seen):
        if isinstance(error, (Passing, Final)):
            return error.away
        seen.append(error)
        error = error.__cause__ or error.__context__
    return False
