"""The table of faults: whatever a publisher does, one clear line is said and old data stay.

Every fault is played over HTTP by the publisher double and met by the whole command. What is held
before each is a vintage fetched from the same double, its figures synthetic, and UNHCR's real
stocks from the embedded snapshot.
"""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import pytest

import double
from asylum_report import cli, store
from asylum_report.live import client, eurostat_data, refresh, state
from asylum_report.live.client import Limits
from double import Double
from double.eurostat import EurostatDouble
from double.unhcr import UnhcrDouble
from test_live_eurostat_faults import cell, head, lines, more, repeated, without
from test_live_refresh import ROOT, project

CODE = "MIGR_ASYDCFSTQ"
DATASET = CODE.lower()
DATA = "/data/"
QUICK = Limits(connect=0.5, read=1.0, deadline=6.0, attempts=2, pause=0.01)
FILES = 6
"""Of the three embedded vintages."""
PAGE = b"<!DOCTYPE html><html><body><h1>We are closed for maintenance</h1></body></html>"


@dataclass
class Stage:
    """What a fault is arranged on."""

    double: Double
    eurostat: EurostatDouble
    unhcr: UnhcrDouble
    address: str = ""

    @property
    def table(self):  # type: ignore[no-untyped-def]
        return self.eurostat.tables[CODE]

    @property
    def service(self):  # type: ignore[no-untyped-def]
        return self.eurostat.services[CODE]


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with Double() as running:
        yield running


@pytest.fixture(scope="module")
def secure() -> Iterator[Double]:
    with Double(tls=True) as running:
        yield running


def eurostat() -> EurostatDouble:
    return EurostatDouble(datasets=(CODE,), since="2023")


class Fixed(datetime):
    """A clock that stands still, so that figures do not grow too old for these tests."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Fixed:
        return cls(2026, 11, 22, 12, tzinfo=tz)


def ask(*words: str) -> int:
    """Run the command and return its exit code."""
    before, sys.argv = sys.argv, ["asylum-report", *words]
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(refresh, "datetime", Fixed)
            cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    finally:
        sys.argv = before
    return 0


def tree(root: Path) -> dict[str, bytes]:
    """Return every file of the vintages by its path."""
    raw = root / "data" / "raw"
    return {
        path.relative_to(raw).as_posix(): path.read_bytes()
        for path in sorted(raw.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def held(server: Double, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a project that holds one vintage of each source."""
    root = project(tmp_path_factory.mktemp("held") / "project")
    # What corrections expect stands in the embedded decisions.
    for embedded in ("unhcr/unhcr-population", "eurostat/migr_asydcfsta"):
        shutil.copytree(ROOT / "data" / "raw" / embedded, root / "data" / "raw" / embedded)
    eurostat().install(server, "/eurostat")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASYLUM_REPORT_ROOT", str(root))
        code = ask("refresh", "--dataset", DATASET, "--address", f"eurostat={server.url}/eurostat")
    assert code == 0
    assert len(tree(root)) == 2 + FILES
    return root


@pytest.fixture
def here(held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    shutil.copytree(held, root)
    monkeypatch.setenv("ASYLUM_REPORT_ROOT", str(root))
    monkeypatch.setattr(client, "Limits", lambda: QUICK)
    monkeypatch.setattr(eurostat_data, "FIRST_PAUSE", 0.05)
    return root


@pytest.fixture
def stage(server: Double) -> Iterator[Stage]:
    """Give a Eurostat whose data were updated since, and a UNHCR."""
    made = Stage(server, eurostat(), UnhcrDouble(origins=("RUS",)))
    made.table.touch("2026-11-20T11:00:00+0100")
    made.eurostat.install(server, "/eurostat")
    made.unhcr.install(server, "/unhcr")
    made.address = f"{server.url}/eurostat"
    yield made
    server.mend()
    assert server.errors == []


def packed(change: Callable[[bytes], bytes]) -> Callable[[Stage], None]:
    """Change the bytes of the answer that holds the figures."""
    return lambda stage: stage.double.fault(DATA, double.rewrite(change))


def socket_fault(fault: double.Fault, times: int | None = None) -> Callable[[Stage], None]:
    return lambda stage: stage.double.fault(DATA, fault, times)


def text(change: Callable[[str], str]) -> Callable[[Stage], None]:
    def arrange(stage: Stage) -> None:
        stage.service.change = change

    return arrange


def served(**settings: object) -> Callable[[Stage], None]:
    def arrange(stage: Stage) -> None:
        for name, value in settings.items():
            setattr(stage.service, name, value)

    return arrange


def figures(change: Callable[[Stage], object]) -> Callable[[Stage], None]:
    def arrange(stage: Stage) -> None:
        change(stage)

    return arrange


def closed_port(stage: Stage) -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        stage.address = f"http://127.0.0.1:{one.getsockname()[1]}"


def elsewhere(stage: Stage) -> None:
    stage.double.fault(DATA, double.redirect("http://127.0.0.2:9/steal"))


def bomb(stage: Stage) -> None:
    # Packed beforehand, so that a busy machine does not run into the time-out meanwhile.
    content = gzip.compress(bytes(30_000_000), 9)
    stage.double.fault(DATA, double.rewrite(lambda _: content))


Arrange = Callable[[Stage], None]
CELL = "OBS_VALUE"
REFUSED: dict[str, tuple[Arrange, str]] = {
    "connection refused": (closed_port, "does not answer: connection refused"),
    "connection closed": (socket_fault(double.close()), "the connection was closed"),
    "time-out before the body": (socket_fault(double.hang_before(5)), "nothing came in time"),
    "time-out in the body": (socket_fault(double.hang_during(5, 50)), "nothing came in time"),
    "429 without Retry-After": (socket_fault(double.status(429)), "we ask too much: HTTP 429"),
    "429, and wait an hour": (socket_fault(double.status(429, 3600)), "asks to wait 3600 s"),
    "500 always": (socket_fault(double.status(500)), "is failing: HTTP 500"),
    "503 always": (socket_fault(double.status(503)), "is failing: HTTP 503"),
    "404": (figures(lambda s: s.eurostat.remove(CODE)), "no longer has this dataset"),
    "403": (socket_fault(double.status(403)), "refuses to answer: HTTP 403"),
    "413, asynchronous without end": (served(polls=-1), "has not prepared the figures in time"),
    "asynchronous, then expired": (
        served(polls=1, ends="EXPIRED"),
        "no longer has the figures it prepared: EXPIRED",
    ),
    "SOAP fault with 200": (
        served(fault=("150", "ERR_X: no such key")),
        "answers: ERR_X: no such key",
    ),
    "cut body": (socket_fault(double.cut(100)), "broke its answer off before the end"),
    "cut gzip": (packed(lambda body: body[:-20]), "gzip cut off before its end"),
    "gzip of something else": (
        packed(lambda body: gzip.compress(b"nothing")),
        "column 'freq' is missing",
    ),
    "no gzip": (packed(lambda body: b"\x00\x01" + body[2:]), "it is not UTF-8"),
    "gzip bomb": (bomb, "unpacks to more than 500 times its size"),
    "wrong content type": (
        socket_fault(double.replace(headers={"Content-Type": "image/png"})),
        "answered image/png instead of",
    ),
    "web page with 200": (
        socket_fault(double.replace(PAGE, {"Content-Type": "text/html"})),
        "answered a web page instead of data",
    ),
    "empty body": (socket_fault(double.replace(b"")), "answered nothing"),
    "redirect to another host": (
        elsewhere,
        "sends us to another address, http://127.0.0.2:9/steal, which is not",
    ),
    "empty dataset": (figures(lambda s: s.table.empty()), "it has no row on Russian citizens"),
    "another dataset with 200": (
        figures(lambda s: setattr(s.table, "identity", "MIGR_ASYDCFINA")),
        "another dataset than MIGR_ASYDCFSTQ: 'ESTAT:MIGR_ASYDCFINA",
    ),
    "renamed dimension": (
        figures(lambda s: s.table.rename_dimension("decision", "outcome")),
        "dimension 'decision' is missing, and 'outcome' is there",
    ),
    "unknown code": (
        figures(lambda s: s.table.rename_code("decision", "POS_HUM", "POS_MOON")),
        "an unknown code 'POS_MOON' .*column decision",
    ),
    "duplicate rows": (text(lines(repeated)), "the same figure comes twice: RUS, AUT"),
    "unknown extra column": (text(more("surprise")), "unknown dimension or column 'surprise'"),
    "missing column": (text(without("sex")), "column 'sex' is missing"),
    "renamed column": (
        text(head("OBS_VALUE", "VALUE")),
        "column 'OBS_VALUE' is missing, and 'VALUE'",
    ),
    "not a number": (text(cell(CELL, "many")), "no number: 'many'"),
    "markup for a number": (text(cell(CELL, "<script>")), "no number: '<script>'"),
    "negative": (text(cell(CELL, "-5")), "a count is negative: '-5'"),
    "huge": (text(cell(CELL, "99999999999")), "a count is too large to be one"),
    "unknown flag": (
        figures(lambda s: s.table.put(5, "k", geo="DE", period="2024-Q1", citizen="RU")),
        "an unknown flag 'k'",
    ),
    "shrunken history": (figures(lambda s: s.table.keep("2024")), "periods have vanished: 2023-Q1"),
    "a destination vanished": (
        figures(lambda s: s.table.drop(geo="DE")),
        "every figure of Germany",
    ),
    "update in the future": (
        figures(lambda s: s.table.touch("2036-11-20T11:00:00+0100")),
        "last update 2036-11-20 lies after today, 2026-11-22",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_line_and_old_data_whole(
    name: str, stage: Stage, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrange, message = REFUSED[name]
    before = tree(here)
    arrange(stage)
    code = ask("refresh", "--dataset", DATASET, "--address", f"eurostat={stage.address}")
    said = capsys.readouterr()
    rows = [line for line in said.out.splitlines() if line.startswith(DATASET)]
    assert code == 3, said.out + said.err
    assert len(rows) == 1
    assert re.search(message, said.out.replace("\n", " ")), said.out
    assert "Traceback" not in said.out + said.err
    assert tree(here) == before
    for vintage in store.vintages(folder=here / "data" / "raw"):
        vintage.read()
    # Without a connection it may be this machine: no page is to say that the publisher failed.
    recorded = state.read().attempts[DATASET].state
    assert (recorded == "new") == (name == "connection refused")


def test_the_table_is_long_enough() -> None:
    assert len(REFUSED) >= 30


HUMANITARIAN = {
    "geo": "DE", "period": "2024-Q1", "citizen": "RU", "sex": "T", "age": "TOTAL",
    "decision": "POS_HUM",
}  # fmt: skip
KEPT: dict[str, tuple[Arrange, str]] = {
    "500 once": (socket_fault(double.status(500), 1), "new"),
    "429 once, with Retry-After": (socket_fault(double.status(429, 0), 1), "new"),
    "asynchronous, ready after two": (served(polls=2), "new"),
    "413 announced, then ready": (served(polls=1, announced=413), "new"),
    "old vocabulary": (figures(lambda s: s.table.old_vocabulary()), "new"),
    "LF line ends": (text(lambda body: body.replace("\r\n", "\n")), "new"),
    "shuffled columns": (
        text(lines(lambda rows: [row.append(row.pop(2)) for row in rows] and None)),
        "new",
    ),
    "compound flags": (figures(lambda s: s.table.put(5, "bp", **HUMANITARIAN)), "new"),
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_no_fault_or_passes_is_kept(
    name: str, stage: Stage, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arrange, state = KEPT[name]
    before = tree(here)
    one = {"geo": "FR", "period": "2025-Q1", "citizen": "RU", "sex": "T", "age": "TOTAL"}
    one["decision"] = "POS"
    stage.table.put(stage.table.value(**one), "p", **one)
    arrange(stage)
    code = ask("refresh", "--dataset", DATASET, "--address", f"eurostat={stage.address}")
    said = capsys.readouterr().out
    assert code == 0, said
    assert re.search(rf"{DATASET}\s+({state})\s", said), said
    assert before.items() <= tree(here).items()


def test_a_name_that_is_not_found(
    stage: Stage, here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    before = tree(here)
    code = ask("refresh", "--dataset", DATASET, "--address", "eurostat=http://nowhere.invalid/x")
    said = capsys.readouterr().out
    assert code == 3
    assert "its name is not known (DNS)" in said
    assert tree(here) == before
    assert state.read().attempts[DATASET].state == "new"


def test_a_certificate_that_is_not_trusted(
    secure: Double, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    eurostat().install(secure, "/eurostat")
    before = tree(here)
    code = ask("refresh", "--dataset", DATASET, "--address", f"eurostat={secure.url}/eurostat")
    assert code == 3
    assert "TLS certificate was refused" in capsys.readouterr().out
    assert tree(here) == before
    assert state.read().attempts[DATASET].state == "new"


def test_pages_that_repeat_or_grow(
    stage: Stage, here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from asylum_report.live import sources, unhcr

    monkeypatch.setattr(sources, "SOURCES", {"unhcr": unhcr.Unhcr(limit=400)})
    before = tree(here)
    for alter, message in (
        (lambda: stage.unhcr.repeat_page(3, 2), "page 3 repeats page 2"),
        (lambda: stage.unhcr.grow_pages(2), "change while they are read"),
    ):
        stage.unhcr = UnhcrDouble(origins=("RUS",))
        stage.unhcr.install(stage.double, "/unhcr")
        alter()
        words = ("--dataset", "unhcr-population", "--address", f"unhcr={stage.double.url}/unhcr")
        assert ask("refresh", *words) == 3
        assert message in capsys.readouterr().out
        assert tree(here) == before


def test_a_partial_newest_period_is_used_and_marked(
    stage: Stage, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.table.partial(0.5)
    newest = stage.table.periods()[-1]
    assert ask("refresh", "--dataset", DATASET, "--address", f"eurostat={stage.address}") == 0
    assert "new" in capsys.readouterr().out
    [(_, marked)] = state.read().marked.items()
    assert newest in marked


def test_one_publisher_down_leaves_the_others(
    stage: Stage, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.unhcr.change("population", {"coa_iso": "DEU", "year": 2025}, refugees="12345")
    stage.double.fault("/eurostat", double.status(503))
    code = ask(
        "refresh", "--dataset", DATASET, "--dataset", "unhcr-population",
        "--address", f"eurostat={stage.address}", "--address", f"unhcr={stage.double.url}/unhcr",
    )  # fmt: skip
    said = capsys.readouterr().out
    assert code == 3
    assert re.search(rf"{DATASET}\s+failed", said)
    assert re.search(r"unhcr-population\s+new", said)
    assert len(tree(here)) == 4 + FILES


def test_a_given_address_that_has_nothing_is_to_be_checked(
    stage: Stage, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.double.fault("/unhcr", double.status(404))
    words = ("--dataset", "unhcr-population", "--address", f"unhcr={stage.double.url}/unhcr")
    assert ask("refresh", *words) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "HTTP 404" in said
    assert "check the address" in said
    assert "--address" not in said
    assert state.read().attempts["unhcr-population"].state == "failed"
