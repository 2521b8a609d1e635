"""Ways in which a publisher's server fails: told to `double.server.Double.fault`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One way to fail; made by the functions below."""

    kind: str
    code: int = 0
    seconds: float = 0.0
    after_bytes: int = 0
    honest_length: bool = False
    retry_after: str | None = None
    url: str = ""
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    change: Callable[[bytes], bytes] | None = None
    step: int = 1


def status(code: int, retry_after: int | str | None = None, body: bytes = b"") -> Fault:
    """Answer with a code instead."""
    after = None if retry_after is None else str(retry_after)
    return Fault("status", code=code, retry_after=after, body=body)


def hang_before(seconds: float) -> Fault:
    """Say nothing for a while before the answer."""
    return Fault("hang_before", seconds=seconds)


def hang_during(seconds: float, after_bytes: int = 1) -> Fault:
    """Stop for a while in the middle of the body."""
    return Fault("hang_during", seconds=seconds, after_bytes=after_bytes)


def drip(seconds: float, step: int = 1) -> Fault:
    """Send the body a few bytes at a time with a pause after each."""
    return Fault("drip", seconds=seconds, step=step)


def cut(after_bytes: int, honest_length: bool = False) -> Fault:
    """Break the body off: announced in full, or (honest) announced as short as it is.

    A chunked answer ends without its last chunk, unless honest.
    """
    return Fault("cut", after_bytes=after_bytes, honest_length=honest_length)


def close() -> Fault:
    """Close the connection without an answer."""
    return Fault("close")


def replace(body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Fault:
    """Answer with another body or other headers."""
    return Fault("replace", body=body, headers=headers or {})


def rewrite(change: Callable[[bytes], bytes]) -> Fault:
    """Answer with a changed body."""
    return Fault("rewrite", change=change)


def redirect(url: str, code: int = 302) -> Fault:
    """Send the client elsewhere."""
    return Fault("redirect", url=url, code=code)
