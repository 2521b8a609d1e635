"""None of the `eurostat` package's known faults reaches the user, and it is left as it was."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator

import eurostat.eurostat as package
import pytest
import requests

import double
from asylum_report.errors import PublisherError
from asylum_report.live import eurostat_package
from asylum_report.live.eurostat_data import NotThere
from asylum_report.live.eurostat_package import Contents, Described
from double import Double
from double.eurostat import KEY, fault_xml
from test_live_eurostat import Played

CODE = "MIGR_ASYDCFSTQ"
QUEUE = (
    b'<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>'
    b'<ns0:syncResponse xmlns:ns0="http://estat.ec.europa.eu/disschain/soap/extraction"><queued><id>'
    + KEY.encode()
    + b"</id><status>SUBMITTED</status></queued></ns0:syncResponse></env:Body></env:Envelope>"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with Double() as running:
        yield running


@pytest.fixture
def played(server: Double) -> Played:
    return Played(server, CODE)


@pytest.fixture
def described(played: Played) -> Described:
    return Described(played.client, CODE, where="migr_asydcfstq")


ASKS: dict[str, tuple[str, Callable[[Described], object]]] = {
    "contents": ("format=JSON", Described.contents),
    "flow": ("dataflow/ESTAT/MIGR_ASYDCFSTQ/latest", Described.order),
    "order": ("datastructure", Described.order),
    "offered": ("contentconstraint", lambda one: one.offered("citizen")),
    "labels": ("codelist", lambda one: one.labels("decision")),
}


def fails(ask: Callable[[Described], object], described: Described) -> PublisherError:
    """Return the one error that a question ends in."""
    with pytest.raises(PublisherError) as caught:
        ask(described)
    assert "\n" not in str(caught.value)
    return caught.value


def test_tested_version() -> None:
    from importlib.metadata import version

    assert version("eurostat") == "1.1.1"
    assert "1.1.1" in (eurostat_package.__doc__ or "")


def test_what_it_says(described: Described) -> None:
    assert described.contents() == Contents(
        code=CODE,
        title="First instance decisions on applications by type of decision, citizenship, age and "
        "sex - quarterly data",
        updated="2026-11-18T11:00:00+0100",
        first="2026-Q1",
        newest="2026-Q3",
        doi="10.2908/MIGR_ASYDCFSTQ",
    )
    assert described.order() == ("freq", "unit", "citizen", "sex", "age", "decision", "geo")
    assert described.offered("citizen") == ("RU", "TOTAL")
    assert described.labels("decision")["POS_RFG"] == "Geneva Convention status"


def test_nothing_is_asked_twice(played: Played, described: Described) -> None:
    for _ in range(2):
        for _, ask in ASKS.values():
            ask(described)
    targets = [seen.target for seen in played.server.requests]
    assert len(targets) == len(set(targets)) == 5


def test_positions_are_numbers(played: Played, described: Described) -> None:
    """As texts, 10 and 11 would come before 2."""
    names = [f"d{number}" for number in range(1, 12)]

    def eleven(body: bytes) -> bytes:
        first = body.index(b"<s:Dimension ")
        last = body.index(b"<s:TimeDimension")
        one = body[first : body.index(b"</s:Dimension>") + len(b"</s:Dimension>")]
        every = b"".join(
            one.replace(b'id="freq" position="1"', f'id="{name}" position="{place}"'.encode())
            for place, name in sorted(enumerate(names, start=1), key=lambda pair: str(pair[0]))
        )
        return body[:first] + every + body[last:]

    played.server.fault("datastructure", double.rewrite(eleven))
    assert described.order() == tuple(names)


@pytest.mark.parametrize("name", ASKS)
@pytest.mark.parametrize(
    ("fault", "part"),
    [
        (double.status(500), "failing"),
        (double.status(503), "failing"),
        (double.close(), "Eurostat"),
        (double.replace(b"", {}), "Eurostat"),
        (double.replace(b"<html>Sorry</html>", {"Content-Type": "text/html"}), "web page"),
        (double.replace(gzip.compress(b"x" * 999)[:20]), "gzip cut off before its end"),
        (double.replace(b"\x1f\x8b garbage garbage"), "damaged gzip"),
        (double.replace(fault_xml("999", "SOMETHING_ELSE")), "SOMETHING_ELSE (code 999)"),
        (double.replace(QUEUE), "status 200 and no description"),
        (double.redirect("http://localhost:1/"), "sends us to another"),
    ],
    ids=[
        "500",
        "503",
        "closed",
        "empty",
        "page",
        "cut",
        "damaged",
        "fault-200",
        "queue",
        "elsewhere",
    ],
)
def test_one_line_and_no_word_of_its_own(
    played: Played,
    described: Described,
    capfd: pytest.CaptureFixture[str],
    name: str,
    fault: double.Fault,
    part: str,
) -> None:
    match, ask = ASKS[name]
    played.server.fault(match, fault)
    assert part in str(fails(ask, described))
    # Asked as often as our client's limits allow, not four times over and not of other providers.
    assert len(played.asked(match)) <= 2
    before = len(played.server.requests)
    fails(ask, described)
    assert len(played.server.requests) == before
    assert capfd.readouterr() == ("", "")


def test_xml_bomb(played: Played, described: Described) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>'
    played.server.fault("datastructure", double.replace(bomb))
    assert "declares a document type or entities" in str(fails(ASKS["order"][1], described))


def test_no_such_dataset(played: Played, capfd: pytest.CaptureFixture[str]) -> None:
    one = Described(played.client, "NO_SUCH", where="x")
    for ask in (Described.contents, Described.order):
        assert isinstance(fails(ask, one), NotThere)
    assert len(played.server.requests) == 1
    assert capfd.readouterr() == ("", "")


def annotations(change: Callable[[list[dict[str, str]]], object]) -> double.Fault:
    def changed(body: bytes) -> bytes:
        facts = json.loads(gzip.decompress(body))
        change(facts["extension"]["annotation"])
        return gzip.compress(json.dumps(facts).encode())

    return double.rewrite(changed)


def test_no_last_update_ends_in_an_unbound_name(played: Played, described: Described) -> None:
    played.server.fault("format=JSON", annotations(list.clear))
    error = fails(Described.contents, described)
    assert "description of the dataset is not understood: UnboundLocalError" in str(error)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"null", b"7", b'{"label": 1, "extension": []}', b"not json"]
)
def test_another_json(played: Played, described: Described, body: bytes) -> None:
    played.server.fault("format=JSON", double.replace(gzip.compress(body)))
    assert "Eurostat" in str(fails(Described.contents, described))


def test_another_dataset_described(played: Played, described: Described) -> None:
    def other(body: bytes) -> bytes:
        text = gzip.decompress(body)
        return gzip.compress(text.replace(b'"id": "MIGR_ASYDCFSTQ"', b'"id": "MIGR_RESFIRST"'))

    played.server.fault("format=JSON", double.rewrite(other))
    assert "describes another dataset: 'MIGR_RESFIRST'" in str(fails(Described.contents, described))


def test_a_structure_without_dimensions(played: Played, described: Described) -> None:
    body = b'<m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"/>'
    played.server.fault("datastructure", double.replace(body))
    assert "without dimensions" in str(fails(Described.order, described))


def lf(body: bytes) -> bytes:
    return gzip.compress(gzip.decompress(body).replace(b"\r\n", b"\n"))


def unended(body: bytes) -> bytes:
    return gzip.compress(gzip.decompress(body).removesuffix(b"\r\n"))


@pytest.mark.parametrize("change", [lf, unended, gzip.decompress])
def test_code_lists_however_they_end(
    played: Played, described: Described, change: Callable[[bytes], bytes]
) -> None:
    """The package splits at CRLF only, drops the last piece, and opens gzip only."""
    played.server.fault("codelist", double.rewrite(change))
    assert described.labels("sex") == {
        "T": "Total",
        "F": "Females",
        "M": "Males",
        "UNK": "Unknown",
    }


def test_the_package_is_left_as_it_was(played: Played, described: Described) -> None:
    uri = vars(package)["__Uri__"]
    before = (dict(uri.BASE_URL), dict(uri.BASE_ASYNC_URL), dict(vars(package)))
    described.contents()
    played.server.fault("codelist", double.status(500))
    fails(ASKS["labels"][1], described)
    assert (dict(uri.BASE_URL), dict(uri.BASE_ASYNC_URL), dict(vars(package))) == before
    assert package.requests is requests
    assert "print" not in vars(package)


def test_other_providers_are_never_asked(played: Played, described: Described) -> None:
    played.server.fault("dataflow", double.close())
    for name in ("flow", "order", "offered", "labels"):
        fails(ASKS[name][1], described)
    assert {seen.path.split("/")[5] for seen in played.server.requests} == {"ESTAT"}


@pytest.mark.parametrize("name", ASKS)
def test_an_interruption_is_not_swallowed(
    described: Described, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The package looks datasets up inside an `except` that catches everything."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(described._shim.client, "get", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ASKS[name][1](described)
    assert package.requests is requests


def test_a_fault_of_our_own_is_one_line_too(
    described: Described, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("synthetic")

    monkeypatch.setattr(described._shim.client, "get", broken)
    assert "not understood: KeyError" in str(fails(Described.order, described))


def test_threads_take_turns(server: Double) -> None:
    both = Played(server, CODE)
    codes = ["MIGR_ASYDCFSTQ", "NO_SUCH"] * 4
    found: list[object] = []

    def ask(code: str) -> None:
        try:
            found.append(Described(both.client, code, where=code).contents().code)
        except PublisherError as error:
            found.append(type(error))

    threads = [threading.Thread(target=ask, args=(code,)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count("MIGR_ASYDCFSTQ") == found.count(NotThere) == 4


def test_the_packages_own_reading_of_figures_is_as_the_docs_say(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why figures do not come through it: LF line ends give no row and no error."""
    text = "freq,geo\\TIME_PERIOD\t2022 \t2023 \nA,DE\t5 \t10 \n"

    class Response:
        ok, status_code, url = True, 200, ""

        def __init__(self, content: bytes) -> None:
            self.content = content

    def answer(url: str, **_: object) -> Response:
        if "/data/" in url:
            return Response(gzip.compress(text.encode()))
        seen = played.client.get(url.split("/dissemination/")[1])
        return Response(seen.content)

    monkeypatch.setattr(package.requests, "get", answer)
    wrong = package.get_data_df(CODE)
    assert (len(wrong), wrong.shape[1]) == (0, 7)
    text = text.replace("\n", "\r\n")
    assert len(package.get_data_df(CODE)) == 1
    text = text.replace("5 ", "many ")
    assert package.get_data_df(CODE)["2022"].tolist() == ["many "]
