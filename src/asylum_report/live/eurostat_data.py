"""Figures of one Eurostat dataset: asked of the service directly, waited for, taken apart.

The `eurostat` package is not used for figures (docs/eurostat-package.md says why). One request
names every code wanted (``RU+TOTAL``) in the order of the data structure and brings SDMX-CSV.

- Data query: ``sdmx/2.1/data/CODE/KEY?format=SDMX-CSV&compressed=true``,
  https://wikis.ec.europa.eu/display/EUROSTATHELP/API+SDMX+2.1+-+data+query
- Big requests are prepared asynchronously: the answer is an envelope with a key, whose status is
  asked at ``1.0/async/status/KEY`` until it is AVAILABLE, and the data are at
  ``1.0/async/data/KEY``; far too big ones are refused with 413 and EXTRACTION_TOO_BIG,
  https://ec.europa.eu/eurostat/web/user-guides/data-browser/api-data-access/
  api-detailed-guidelines/asynchronous-api
- Faults are SOAP, ``<S:Fault><faultcode>...<faultstring>...``, with status 4xx or 200.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asylum_report.errors import PublisherError
from asylum_report.live.unpack import parse_xml, unpack

if TYPE_CHECKING:
    from asylum_report.live.answers import Answer
    from asylum_report.live.client import Client

AGAIN = "try again later; the last vintage stays in use"
STATUSES = (200, 202, 400, 404, 406, 413)
KINDS = (
    "application/vnd.sdmx",
    "application/vnd.ms-excel",
    "application/xml",
    "application/soap+xml",
    "application/json",
    "application/gzip",
    "application/x-gzip",
    "application/octet-stream",
    "text/csv",
    "text/plain",
    "text/tab-separated-values",
    "text/xml",
)
"""Content types in which Eurostat sends data, structures and faults."""
FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 2.0, 1.5, 60.0
"""Seconds between two questions whether the data are ready."""
UNDER_WAY = ("SUBMITTED", "PROCESSING")


class NotThere(PublisherError):
    """The service says that it has no such dataset."""


class TooBig(PublisherError):
    """The service will not prepare so much at once."""


@dataclass(frozen=True)
class Fault:
    """An error as the service words it."""

    code: str
    text: str

    @property
    def line(self) -> str:
        """Return it in one short line."""
        words = " ".join(self.text.split())[:300] or "no reason given"
        return f"{words} (code {self.code})" if self.code else words


@dataclass(frozen=True)
class Queued:
    """A request that the service has put into its queue."""

    key: str
    status: str


def _name(tag: object) -> str:
    return str(tag).rsplit("}", 1)[-1]


def envelope(content: bytes, where: str) -> Fault | Queued | None:
    """Return what an XML answer says instead of data; None if it is neither fault nor queue.

    Raises
    ------
    PublisherError
        If it begins like XML and is none.
    """
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"<":
        return None
    texts: dict[str, str] = {}
    faulty = queued = False
    for element in parse_xml(content, where).iter():
        name = _name(element.tag)
        faulty |= name == "Fault"
        queued |= name in ("asyncResponse", "queued")
        if (element.text or "").strip():
            texts.setdefault(name, str(element.text).strip())
    if faulty:
        return Fault(texts.get("faultcode", ""), texts.get("faultstring", ""))
    if queued:
        return Queued(texts.get("key", texts.get("id", "")), texts.get("status", ""))
    return None


def judge(fault: Fault, status: int, where: str) -> PublisherError:
    """Return the error that a fault means."""
    line = f"Eurostat answers: {fault.line}"
    if "EXTRACTION_TOO_BIG" in fault.text:
        return TooBig(line, where=where, todo=AGAIN)
    if status == 404 or "NOT_FOUND" in fault.text or "not available for diss" in fault.text:
        return NotThere(line, where=where, todo=AGAIN)
    return PublisherError(line, where=where, todo=AGAIN)


def opened(answer: Answer, most: int, where: str) -> bytes:
    """Return the bytes of an answer, unpacked if they are packed.

    Raises
    ------
    PublisherError
        If there are none or the gzip is cut, damaged or a bomb.
    """
    return unpack(answer.content, most, where, plain_ok=True)


class Question:
    """One dataset's figures asked of the service.

    Parameters
    ----------
    client
        Speaks HTTP.
    code
        The dataset's code at the service.
    key
        Codes wanted of each dimension in the order of the structure; none: all of them.
    where
        What messages call it.
    """

    def __init__(self, client: Client, code: str, key: Sequence[Sequence[str]], where: str) -> None:
        self.client, self.code, self.where = client, code, where
        self.key = ".".join("+".join(codes) for codes in key)
        self.retrieved = ""
        self._answers: list[Answer] = []

    def parts(self, periods: Sequence[str], *, whole: bool = True) -> list[bytes]:
        """Return the answers, unpacked: one, or several where one would be too big.

        Parameters
        ----------
        periods
            Every period wanted, oldest first.
        whole
            Whether these are all the periods that the service has, so that none need be named.

        Raises
        ------
        PublisherError
            If the service fails, is not ready before the deadline, or refuses even one period.
        """
        params = {"format": "SDMX-CSV", "compressed": "true"}
        if not whole:
            params |= {"startPeriod": periods[0], "endPeriod": periods[-1]}
        try:
            return [self._ask(params)]
        except TooBig:
            if len(periods) < 2:
                raise
        half = len(periods) // 2
        return self.parts(periods[:half], whole=False) + self.parts(periods[half:], whole=False)

    def _get(self, path: str, params: Mapping[str, str], again: bool) -> Answer:
        answer = self.client.get(
            path, params or None, kinds=KINDS, statuses=STATUSES, conditional=not again
        )
        self.retrieved = max(self.retrieved, answer.retrieved)
        self._answers.append(answer)
        return answer

    def forget(self) -> None:
        """Throw the kept answers away, because they are not to be trusted."""
        for answer in self._answers:
            self.client.forget(answer)

    def _ask(self, params: Mapping[str, str]) -> bytes:
        """Return one answer, waiting for it where the service prepares it first."""
        question = f"sdmx/2.1/data/{self.code}/{self.key}"
        path, asked, key = question, params, ""
        pause, polls = FIRST_PAUSE, 0
        while True:
            answer = self._get(path, asked, again=polls > 0)
            content = opened(answer, self.client.limits.most_bytes, self.where)
            said = envelope(content, self.where)
            if isinstance(said, Queued):
                key = self._key(said, key)
                self.client.forget(answer)
                ready = said.status == "AVAILABLE"
                # Said by the data themselves, "available" is no reason to ask without a pause.
                hurry = ready and "/async/data/" not in path
                path, asked = f"1.0/async/{'data' if ready else 'status'}/{key}", {}
                if hurry:
                    continue
            elif isinstance(said, Fault) and "ASYNCHRONOUS" in said.text:
                pass  # Announced without a key: the same question is to be asked again.
            elif isinstance(said, Fault):
                raise judge(said, answer.status, self.where)
            elif said is None and answer.status in (200, 202) and content[:1] != b"<":
                return content
            else:
                what = f"Eurostat answers with status {answer.status} and no figures"
                raise PublisherError(what, where=self.where, todo=AGAIN)
            self._wait(pause)
            pause, polls = min(pause * GROWTH, LONGEST_PAUSE), polls + 1

    def _key(self, said: Queued, known: str) -> str:
        """Return the key of a queued request after checking what the queue says."""
        key = said.key or known
        if said.status in ("EXPIRED", "UNKNOWN_REQUEST"):
            what = f"Eurostat no longer has the figures it prepared: {said.status}"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        if said.status not in (*UNDER_WAY, "AVAILABLE"):
            what = f"Eurostat's queue has an unknown status '{said.status[:40]}'"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        if len(key) > 100 or not key.replace("-", "").replace("_", "").isalnum():
            what = "Eurostat put the request into its queue without a usable key"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        return key

    def _wait(self, seconds: float) -> None:
        """Pause, unless the deadline would pass."""
        if self.client.left() <= seconds:
            what = "Eurostat has not prepared the figures in time"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        self.client.wait(seconds)


def periods(first: str, last: str) -> list[str]:
    """Return every period from first to last: years, quarters (2022-Q1) or months (2022-01)."""

    def number(period: str) -> int:
        year, _, rest = period.partition("-")
        return int(year) * per + (int(rest.removeprefix("Q")) - 1 if rest else 0)

    per = 1 if len(first) == 4 else 4 if "Q" in first else 12
    form = {1: "{0}", 4: "{0}-Q{1}", 12: "{0}-{1:02}"}[per]
    return [form.format(at // per, at % per + 1) for at in range(number(first), number(last) + 1)]
