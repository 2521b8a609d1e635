"""What arrives packed or marked up, opened within bounds: gzip and XML are never trusted.

Gzip is RFC 1952 (https://www.rfc-editor.org/rfc/rfc1952): members one after another, each ending
with a check sum and its length. Deflate cannot shrink anything below about 1/1030, and tables of
figures stay far above 1/500, so a steeper file is a bomb. Attacks on XML parsers and what
defusedxml refuses: https://github.com/tiran/defusedxml.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from asylum_report.errors import PublisherError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAGIC = b"\x1f\x8b"
MOST_XML = 100_000_000
"""Bytes of XML that are read; the longest list of a publisher has about 20 million."""
MOST_RATIO = 500
"""Bytes out for one byte in beyond which a gzip file is taken for a bomb."""
FREE = 10_000_000
"""Bytes out up to which the ratio is not looked at: short answers may be very uniform."""
PIECE = 1 << 20
"""Bytes that come out at once."""
SLICE = 1 << 16
"""Bytes that go in at once."""
AGAIN = "try again later; the last vintage stays in use"
REPORT = "the last vintage stays in use; report it if it goes on"


class Broken(Exception):
    """Compressed bytes that are cut or damaged, in words; another try may bring whole ones."""


class Bomb(Exception):
    """Compressed bytes that unpack to more than they may, in words."""


class Inflater:
    """Gzip bytes to plain bytes, piece by piece, in bounded memory.

    Parameters
    ----------
    most
        Bytes that may come out in all.
    """

    def __init__(self, most: int) -> None:
        self.most, self.taken, self.given = most, 0, 0
        self._member = self._start()
        self._begun = False
        self._done = False

    @staticmethod
    def _start() -> zlib._Decompress:
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a chunk of the packed bytes gives, at most a megabyte at a time.

        Raises
        ------
        Broken
            If the bytes are no gzip, are damaged, or something else follows them.
        Bomb
            If more comes out than `most`, or far more than went in.
        """
        while chunk:
            if self._done:
                chunk = self._next_member(chunk)
                if not chunk:
                    return
            self._begun = True
            self.taken += len(chunk)
            try:
                out = self._member.decompress(chunk, PIECE)
                while out or self._member.unconsumed_tail:
                    yield self._counted(out)
                    out = self._member.decompress(self._member.unconsumed_tail, PIECE)
            except zlib.error as error:
                raise Broken("damaged gzip") from error
            chunk = self._member.unused_data
            self.taken -= len(chunk)
            self._done = self._member.eof

    def _next_member(self, chunk: bytes) -> bytes:
        # Padding with zeros is allowed after the last member, as the gzip program allows it.
        chunk = chunk.lstrip(b"\0")
        if chunk:
            if chunk[:1] != MAGIC[:1]:
                raise Broken("gzip with something behind it")
            self._member, self._done = self._start(), False
        return chunk

    def _counted(self, out: bytes) -> bytes:
        self.given += len(out)
        if self.given > self.most:
            raise Bomb(f"unpacks to more than {self.most:,} bytes")
        used = self.taken - len(self._member.unconsumed_tail)
        if self.given > FREE and self.given > MOST_RATIO * used:
            raise Bomb(f"unpacks to more than {MOST_RATIO} times its size")
        return out

    def end(self) -> None:
        """Say that nothing more comes.

        Raises
        ------
        Broken
            If the last member is not whole.
        """
        if self._begun and not self._done:
            raise Broken("gzip cut off before its end")


def unpack(content: bytes, most: int, where: str, *, plain_ok: bool = False) -> bytes:
    """Return the bytes in a gzip file of one or more members.

    Parameters
    ----------
    most
        Bytes that may come out.
    where
        What arrived, for the line of an error: publisher and address or dataset.
    plain_ok
        Return content that is no gzip as it is, because some servers unpack it themselves.

    Raises
    ------
    PublisherError
        If the content is empty, no gzip, cut, damaged, followed by something else, or a bomb.
    """
    if not content:
        raise PublisherError("an empty file arrived instead of gzip", where=where, todo=AGAIN)
    if not content.startswith(MAGIC):
        if looks_html(content):
            what = "a web page arrived instead of a gzip file"
            raise PublisherError(what, where=where, todo=AGAIN)
        if not plain_ok:
            raise PublisherError("what arrived is no gzip file", where=where, todo=AGAIN)
        if len(content) > most:
            what = f"what arrived has more than {most:,} bytes"
            raise PublisherError(what, where=where, todo=REPORT)
        return content
    inflater = Inflater(most)
    out = bytearray()
    try:
        for start in range(0, len(content), SLICE):
            for piece in inflater.feed(content[start : start + SLICE]):
                out += piece
        inflater.end()
    except Broken as error:
        raise PublisherError(f"what arrived is {error}", where=where, todo=AGAIN) from error
    except Bomb as error:
        raise PublisherError(f"what arrived {error}", where=where, todo=REPORT) from error
    return bytes(out)


def looks_html(content: bytes) -> bool:
    """Say whether bytes begin like a web page."""
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    while start.startswith(b"<!--") and b"-->" in start:
        start = start.split(b"-->", 1)[1].lstrip()
    if start.startswith(b"<?xml") and b"?>" in start:
        start = start.split(b"?>", 1)[1].lstrip()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def parse_xml(content: bytes, where: str, most: int = MOST_XML) -> Element:
    """Return the root of an XML document that has no document type, hence no entities.

    Parameters
    ----------
    where
        What arrived, for the line of an error.
    most
        Bytes that are read.

    Raises
    ------
    PublisherError
        If the document is empty, longer than `most`, a web page, not well-formed, or declares a
        document type or entities: no publisher needs them, and they are how XML is made a bomb.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    if not content.strip():
        raise PublisherError("nothing arrived instead of XML", where=where, todo=AGAIN)
    if len(content) > most:
        what = f"the XML that arrived has more than {most:,} bytes"
        raise PublisherError(what, where=where, todo=REPORT)
    if looks_html(content):
        raise PublisherError("a web page arrived instead of XML", where=where, todo=AGAIN)
    try:
        return fromstring(content, forbid_dtd=True)
    except DefusedXmlException as error:
        what = "the XML that arrived declares a document type or entities, which is not safe"
        raise PublisherError(what, where=where, todo=REPORT) from error
    except (ParseError, ValueError, LookupError) as error:
        what = f"what arrived is no well-formed XML: {error}"
        raise PublisherError(what, where=where, todo=AGAIN) from error
