"""Gzip and XML as they arrive: whole, cut, damaged, or made to exhaust a machine; synthetic."""

from __future__ import annotations

import gzip
import os
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asylum_report.errors import PublisherError
from asylum_report.live.client import parse_xml, unpack
from asylum_report.live.unpack import Bomb, Broken, Inflater, looks_html

WHERE = "Eurostat, synthetic"
TEXT = b"geo\\TIME_PERIOD\t2022-Q1\nDE\t5 b\n" * 200
PACKED = gzip.compress(TEXT)
LATER = "try again later; the last vintage stays in use"
REPORT = "the last vintage stays in use; report it if it goes on"


def line(call: Callable[[], object]) -> str:
    """Return the line of the error that a call ends with."""
    with pytest.raises(PublisherError) as caught:
        call()
    assert caught.value.exit_code == 3
    return str(caught.value)


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=5), st.integers(0, 20))
def test_members_one_after_another_and_padding(parts: list[bytes], zeros: int) -> None:
    packed = b"".join(gzip.compress(part) for part in parts) + bytes(zeros)
    assert unpack(packed, 100_000, WHERE) == b"".join(parts)


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_pieces_of_any_size_give_the_same(content: bytes, size: int) -> None:
    packed = gzip.compress(content) + gzip.compress(content)
    inflater = Inflater(10_000)
    out = b"".join(
        piece
        for start in range(0, len(packed), size)
        for piece in inflater.feed(packed[start : start + size])
    )
    inflater.end()
    assert out == content * 2


def test_every_cut_is_seen() -> None:
    for length in range(2, len(PACKED)):
        found = line(lambda length=length: unpack(PACKED[:length], 10**6, WHERE))
        assert found == f"what arrived is gzip cut off before its end ({WHERE}): {LATER}"
    two = PACKED + PACKED[: len(PACKED) // 2]
    assert "cut off before its end" in line(lambda: unpack(two, 10**6, WHERE))


def test_every_damage_is_seen_or_changes_nothing() -> None:
    for place in range(len(PACKED)):
        damaged = bytearray(PACKED)
        damaged[place] ^= 0x55
        # Time, speed and system are bytes of the head that mean nothing for the content.
        if 4 <= place <= 9:
            assert unpack(bytes(damaged), 10**6, WHERE) == TEXT
        else:
            assert WHERE in line(lambda damaged=damaged: unpack(bytes(damaged), 10**6, WHERE))


def test_what_is_no_gzip() -> None:
    expected = {
        b"": f"an empty file arrived instead of gzip ({WHERE}): {LATER}",
        b"geo\t2022\n": f"what arrived is no gzip file ({WHERE}): {LATER}",
        b"PK\x03\x04": f"what arrived is no gzip file ({WHERE}): {LATER}",
        b"<!DOCTYPE html>": f"a web page arrived instead of a gzip file ({WHERE}): {LATER}",
        b"\x1f\x8b\x07oo": f"what arrived is damaged gzip ({WHERE}): {LATER}",
        PACKED + b"rest": f"what arrived is gzip with something behind it ({WHERE}): {LATER}",
    }
    for content, text in expected.items():
        assert line(lambda content=content: unpack(content, 10**6, WHERE)) == text


def test_plain_text_passes_only_where_it_may() -> None:
    assert unpack(b"geo\t2022\n", 100, WHERE, plain_ok=True) == b"geo\t2022\n"
    assert unpack(PACKED, 10**6, WHERE, plain_ok=True) == TEXT
    assert line(lambda: unpack(b"x" * 101, 100, WHERE, plain_ok=True)) == (
        f"what arrived has more than 100 bytes ({WHERE}): {REPORT}"
    )
    for content in (b"", b"<html>", PACKED[:-1]):
        line(lambda content=content: unpack(content, 10**6, WHERE, plain_ok=True))


def test_the_bound_is_exact() -> None:
    assert unpack(PACKED, len(TEXT), WHERE) == TEXT
    assert line(lambda: unpack(PACKED, len(TEXT) - 1, WHERE)) == (
        f"what arrived unpacks to more than {len(TEXT) - 1:,} bytes ({WHERE}): {REPORT}"
    )


def test_bombs_take_no_memory() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(10**6)) for _ in range(300)) + packer.flush()
    tracemalloc.start()
    try:
        absolute = line(lambda: unpack(bomb, 5_000_000, WHERE))
        ratio = line(lambda: unpack(bomb, 10**9, WHERE))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert absolute == f"what arrived unpacks to more than 5,000,000 bytes ({WHERE}): {REPORT}"
    assert ratio == f"what arrived unpacks to more than 500 times its size ({WHERE}): {REPORT}"
    assert peak < 30_000_000


def test_a_bomb_of_many_small_members_is_seen() -> None:
    bomb = gzip.compress(bytes(100_000), 9) * 300
    found = line(lambda: unpack(bomb, 10**9, WHERE))
    assert "unpacks to more than 500 times its size" in found


def test_many_empty_members_end() -> None:
    assert unpack(gzip.compress(b"") * 20_000 + PACKED, 10**6, WHERE) == TEXT


def test_tables_of_figures_are_no_bombs() -> None:
    row = b",".join([b"A,PER,%06d"]) + b"\t: " * 300 + b"\n"
    table = b"".join(row % number for number in range(40_000))
    assert len(table) > 30_000_000
    assert unpack(gzip.compress(table, 9), 10**8, WHERE) == table


def test_an_inflater_that_was_given_nothing_has_nothing_to_say() -> None:
    inflater = Inflater(10)
    assert list(inflater.feed(b"")) == []
    inflater.end()
    with pytest.raises(Broken):
        list(inflater.feed(b"plain"))
    with pytest.raises(Bomb):
        list(Inflater(10).feed(gzip.compress(os.urandom(11))))


# XML


def test_a_document_is_read() -> None:
    root = parse_xml(
        b'<?xml version="1.0"?>\n<m:a xmlns:m="urn:m"><b x="1">\xc3\xa9</b></m:a>', WHERE
    )
    assert root.tag == "{urn:m}a"
    assert [(child.tag, child.get("x"), child.text) for child in root] == [("b", "1", "é")]


LAUGHS = b"""<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>"""
UNSAFE = "the XML that arrived declares a document type or entities, which is not safe"
EMPTY = "nothing arrived instead of XML"
PAGE = "a web page arrived instead of XML"


@pytest.mark.parametrize(
    ("content", "what", "todo"),
    [
        (LAUGHS, UNSAFE, REPORT),
        (b'<?xml version="1.0"?>' + LAUGHS, UNSAFE, REPORT),
        (LAUGHS.decode().encode("utf-16"), UNSAFE, REPORT),
        (b'<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/hostname">]><l>&a;</l>', UNSAFE, REPORT),
        (b'<!DOCTYPE l SYSTEM "http://127.0.0.1:1/x.dtd"><l/>', UNSAFE, REPORT),
        (b'<!DOCTYPE l [<!ENTITY % a "x"> %a;]><l/>', UNSAFE, REPORT),
        (b"<!DOCTYPE l><l/>", UNSAFE, REPORT),
        (b"", EMPTY, LATER),
        (b" \n", EMPTY, LATER),
        (b"<!DOCTYPE html><html><br></html>", PAGE, LATER),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"/>', PAGE, LATER),
        (b"<a>" + b"x" * 1000 + b"</a>", "the XML that arrived has more than 1,000 bytes", REPORT),
    ],
)
def test_what_no_publisher_needs_is_refused(content: bytes, what: str, todo: str) -> None:
    assert line(lambda: parse_xml(content, WHERE, most=1_000)) == f"{what} ({WHERE}): {todo}"


@pytest.mark.parametrize(
    "content",
    [
        *(b"plain", b"<a>", b"<a></b>", b"<a>&b;</a>", b"\x1f\x8b", b"<a/><b/>", b'{"a": 1}'),
        *(b"<a>\xff</a>", b'<?xml version="1.0" encoding="nowhere"?><a/>'),
    ],
)
def test_what_is_not_well_formed_is_refused(content: bytes) -> None:
    found = line(lambda: parse_xml(content, WHERE))
    assert found.startswith("what arrived is no well-formed XML: ")
    assert found.endswith(f" ({WHERE}): {LATER}")


@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_document_or_a_line(content: bytes) -> None:
    found = []
    for call in (lambda: parse_xml(content, WHERE), lambda: unpack(content, 1000, WHERE)):
        try:
            call()
        except PublisherError as error:
            found.append(str(error))
    assert all(WHERE in text and "\n" not in text for text in found)


def test_what_begins_like_a_web_page() -> None:
    pages = [b"<html>", b"\n\n<!doctype HTML public>", b"\xef\xbb\xbf<HEAD>", b"<!-- a --><html>"]
    assert all(looks_html(page) for page in pages)
    others = [b"", b"<m:Structure>", b"html", b"a,<html>", b"<!-- never closed <html>"]
    assert not any(looks_html(other) for other in others)
