"""The `eurostat` package for what a dataset is, kept from asking, waiting or failing by itself.

The package (1.1.1, https://pypi.org/project/eurostat/) knows the service's addresses and how to
read its structures, so titles, last updates, dimensions, code lists and content constraints come
through it. It asks by a module-wide ``requests`` and prints what goes wrong, so while it works both
are replaced, one thread at a time: its questions go through our client, and every answer is
opened and checked before it sees it. docs/eurostat-package.md has the list of what that mends.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import parse_qsl, urlsplit

from asylum_report.errors import PublisherError
from asylum_report.live.eurostat_data import (
    AGAIN,
    KINDS,
    STATUSES,
    Fault,
    envelope,
    judge,
    opened,
)

if TYPE_CHECKING:
    from asylum_report.live.answers import Answer
    from asylum_report.live.client import Client

T = TypeVar("T")
PROVIDER = "EUROSTAT"
NOBODY = "about:nobody/"
"""Address given to the package for every provider but Eurostat, and never asked."""
_DOI = re.compile(r"10\.\d{4,9}/[-._;()/:A-Za-z0-9]+")

# The package has one set of addresses and one `requests` for the whole process.
_turn = threading.RLock()


@dataclass(frozen=True)
class Contents:
    """What the service says of a dataset.

    Parameters
    ----------
    code
        Its code, in the service's own spelling.
    title
        Its title.
    updated
        Last update of the data, as the service writes it: 2026-09-16T11:00:00+0200.
    first, newest
        First and newest period that has any figure, or empty.
    doi
        Its DOI, or empty.
    """

    code: str
    title: str
    updated: str
    first: str
    newest: str
    doi: str


class _Shim:
    """Stands in for `requests` inside the package."""

    def __init__(self, client: Client, where: str) -> None:
        self.client, self.where = client, where
        self.answers: dict[str, SimpleNamespace] = {}
        self.error: BaseException | None = None

    def get(self, url: str, **_: object) -> SimpleNamespace:
        """Answer one question of the package, or raise the first error again without asking."""
        if self.error is not None:
            raise self.error
        if url not in self.answers:
            try:
                self.answers[url] = self._ask(url)
            except BaseException as error:
                # Kept because the package swallows everything here, even an interruption.
                self.error = error
                raise
        return self.answers[url]

    def _ask(self, url: str) -> SimpleNamespace:
        base = f"{self.client.address}/"
        if not url.startswith(base):
            raise PublisherError("the eurostat package asks another provider", where=self.where)
        parts = urlsplit(url)
        params = dict(parse_qsl(parts.query))
        path = url.split("?")[0].removeprefix(base)
        answer = self.client.get(path, params or None, kinds=KINDS, statuses=STATUSES)
        try:
            return self._vetted(url, params, answer)
        except PublisherError:
            # Not to be offered again as what the publisher says unchanged.
            self.client.forget(answer)
            raise

    def _vetted(self, url: str, params: dict[str, str], answer: Answer) -> SimpleNamespace:
        content = opened(answer, self.client.limits.most_bytes, self.where)
        said = envelope(content, self.where)
        if isinstance(said, Fault):
            raise judge(said, answer.status, self.where)
        if said is not None or answer.status != 200:
            what = f"Eurostat answers with status {answer.status} and no description"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        return SimpleNamespace(
            ok=True,
            status_code=200,
            content=self._prepared(content, params),
            url=url,
            raise_for_status=lambda: None,
        )

    def _prepared(self, content: bytes, params: dict[str, str]) -> bytes:
        """Return an answer in the one form that the package reads rightly."""
        form = params.get("format", "XML")
        if form == "JSON":
            try:
                good = isinstance(json.loads(content), dict)
            except (ValueError, RecursionError):
                good = False
            if not good:
                what = "Eurostat's answer is not usable: it is no JSON description"
                raise PublisherError(what, where=self.where, todo=AGAIN)
        elif form == "XML" and content.lstrip()[:1] != b"<":
            what = "Eurostat's answer is not usable: it is no XML description"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        elif form == "TSV":
            # It splits at CRLF only, and drops what follows the last one.
            lines = content.decode("utf-8-sig", errors="replace").splitlines()
            content = "".join(f"{line}\r\n" for line in lines if line).encode()
        return gzip.compress(content) if params.get("compressed") == "true" else content


@contextlib.contextmanager
def _inside(shim: _Shim) -> Iterator[Any]:
    """Give the package's module while it speaks through a shim, and put all back afterwards."""
    with _turn:
        with warnings.catch_warnings():
            # Its older module has an escape sequence that newer Pythons warn of.
            warnings.simplefilter("ignore")
            from eurostat import eurostat as package
        # Looked up by name: inside a class Python would change names with two underscores.
        uri = vars(package)["__Uri__"]
        before = (package.requests, dict(uri.BASE_URL), dict(uri.BASE_ASYNC_URL))
        named = vars(package)
        printed = named.get("print")
        try:
            named["requests"] = shim
            named["print"] = lambda *_, **__: None
            for addresses, place in ((uri.BASE_URL, "sdmx/2.1"), (uri.BASE_ASYNC_URL, "1.0/async")):
                addresses.update(dict.fromkeys(addresses, NOBODY))
                addresses[PROVIDER] = f"{shim.client.address}/{place}/"
            yield package
        finally:
            named["requests"] = before[0]
            if printed is None:
                named.pop("print", None)
            else:
                named["print"] = printed
            uri.BASE_URL.update(before[1])
            uri.BASE_ASYNC_URL.update(before[2])


class Described:
    """What the service says of one dataset, through the package; each answer is asked once.

    Parameters
    ----------
    client
        Speaks HTTP.
    code
        The dataset's code at the service.
    where
        What messages call it.
    """

    def __init__(self, client: Client, code: str, where: str) -> None:
        self.code, self.where = code, where
        self._shim = _Shim(client, where)

    def _call(self, use: Callable[[Any], T]) -> T:
        """Return what the package makes of the service's answers.

        Raises
        ------
        PublisherError
            The first real error behind whatever the package raises.
        """
        found: T | None = None
        raised: Exception | None = None
        with _inside(self._shim) as package:
            try:
                found = use(package)
            except Exception as error:
                raised = error
        first = self._shim.error or raised
        if isinstance(first, Exception) and not isinstance(first, PublisherError):
            what = (
                "Eurostat's description of the dataset is not understood: "
                f"{type(first).__name__} in the eurostat package"
            )
            raise PublisherError(what, where=self.where, todo=AGAIN) from first
        if first is not None:
            raise first
        return cast("T", found)

    def contents(self) -> Contents:
        """Return title, last update and periods (`eurostat.get_toc`), and the DOI.

        Raises
        ------
        PublisherError
            `NotThere` where the service has no such dataset; else if it cannot be asked, answers
            about another one, or does not say when it was last updated.
        """
        toc = self._call(lambda package: package.get_toc(agency=PROVIDER, dataset=self.code))
        if len(toc) != 2:
            what = f"Eurostat describes {len(toc) - 1} datasets instead of one"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        row = {str(name): str(value or "") for name, value in zip(toc[0], toc[1], strict=True)}
        if row["code"].upper() != self.code.upper():
            what = f"Eurostat describes another dataset: '{row['code'][:40]}'"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        return Contents(
            code=row["code"],
            title=" ".join(row["title"].split())[:200],
            updated=row["last update of data"],
            first=row["data start"],
            newest=row["data end"],
            doi=self._doi(),
        )

    def _doi(self) -> str:
        """Return the DOI, which the package leaves in the answer that it reads."""
        for url, answer in self._shim.answers.items():
            if "format=JSON" in url:
                facts = json.loads(gzip.decompress(answer.content))
                for note in facts.get("extension", {}).get("annotation", []):
                    if note.get("type") == "DISSEMINATION_DOI_XML":
                        found = _DOI.search(str(note.get("title", "")))
                        return found[0] if found else ""
        return ""

    def order(self) -> tuple[str, ...]:
        """Return the dimensions but time in the order of their positions.

        `eurostat.get_pars` gives them in the order of the document, and the package sorts their
        positions as texts (10 before 2) when it makes a key, so positions are read as numbers.

        Raises
        ------
        PublisherError
            If they cannot be asked, or there are none.
        """

        def ask(package: Any) -> list[tuple[int, str]]:
            look_up = vars(package).get("__get_dims_info__")
            if look_up is None:
                return list(enumerate(package.get_pars(self.code)))
            places = look_up(self.code, detail="order")[2]
            return [(int(place), str(name)) for place, name in places]

        found = [name for _, name in sorted(self._call(ask))]
        if not found:
            what = "Eurostat describes a dataset without dimensions"
            raise PublisherError(what, where=self.where, todo=AGAIN)
        return tuple(found)

    def offered(self, dimension: str) -> tuple[str, ...]:
        """Return the codes that the dataset has of a dimension (`eurostat.get_par_values`)."""
        values = self._call(lambda package: package.get_par_values(self.code, dimension))
        return tuple(str(value) for value in values)

    def labels(self, dimension: str) -> dict[str, str]:
        """Return the words behind the codes of a dimension (`eurostat.get_dic`)."""
        rows = self._call(lambda package: package.get_dic(self.code, dimension))
        return {str(row[0]): " ".join(str(row[1]).split())[:200] for row in rows if len(row) == 2}
