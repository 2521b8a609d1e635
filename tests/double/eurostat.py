"""Eurostat's service as it speaks: structures, code lists, figures, its queue and its faults.

Wire formats are those of https://ec.europa.eu/eurostat/api/dissemination : SDMX 2.1 XML, the
dataflow as JSON with annotations, code lists and figures as gzip TSV with CRLF line ends, figures
as gzip SDMX-CSV, SOAP faults, the asynchronous envelope. Figures come from
`double.eurostat_tables`, which says what is real and what is synthetic.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

from double.eurostat_tables import PLANS, Table, table
from double.server import Double, Reply, Seen

XML = "application/vnd.sdmx.structure+xml;version=2.1"
SPACES = (
    'xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" '
    'xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure" '
    'xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common"'
)
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
QUEUE = "http://estat.ec.europa.eu/disschain"
NOT_FOUND = "ERR_NOT_FOUND_2: DATA_SET:{} is not available for dissemination."
KEY = "synthetic-e3d39a1b-{}"


@dataclass
class Service:
    """How figures of one dataset are served.

    Parameters
    ----------
    polls
        Times that its queue answers PROCESSING before AVAILABLE: None, served at once; -1, never.
    announced
        Status of the answer that announces the queue: 200 with an envelope, 413 with a fault and
        no key.
    ends
        What the queue says at the end: AVAILABLE, EXPIRED, UNKNOWN_REQUEST or else.
    most_periods
        Periods beyond which a request is too big.
    fault
        Code and text of a SOAP fault served with status 200 instead of figures.
    change
        Changes the text of the figures before it is packed.
    """

    polls: int | None = None
    announced: int = 200
    ends: str = "AVAILABLE"
    most_periods: int = 10**6
    fault: tuple[str, str] | None = None
    change: Callable[[str], str] = str
    asked: int = 0


def fault_xml(code: str, text: str) -> bytes:
    """Return a SOAP fault as Eurostat writes it."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><S:Fault xmlns:S="{SOAP}"><faultcode>{code}'
        f"</faultcode><faultstring>{escape(text)}</faultstring></S:Fault>"
    ).encode()


def structure_xml(inner: str) -> bytes:
    """Return an SDMX structure message."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<m:Structure {SPACES}><m:Header><m:ID>DF1</m:ID>'
        f'<m:Test>false</m:Test><m:Sender id="ESTAT"/></m:Header><m:Structures>{inner}'
        "</m:Structures></m:Structure>"
    ).encode()


def _fault(status: int, code: str, text: str) -> Reply:
    return Reply(status, fault_xml(code, text), {"Content-Type": "text/xml"})


@dataclass
class EurostatDouble:
    """Eurostat for tests.

    Parameters
    ----------
    datasets
        Codes at the service; all that the project fetches unless given.
    since
        First period of every table, for quick tests: "2024" serves only a few.
    scattered
        Whether structures list the dimensions in another order than that of their positions.

    Notes
    -----
    ``double.tables["MIGR_ASYDCFSTQ"]`` is a `Table` whose methods change figures, codes,
    dimensions and the last update; ``double.services[...]`` says how figures are served.
    """

    datasets: tuple[str, ...] | None = None
    since: str = ""
    tables: dict[str, Table] = field(init=False)
    services: dict[str, Service] = field(init=False)
    scattered: bool = False
    waiting: dict[str, tuple[str, str, dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        codes = self.datasets if self.datasets is not None else tuple(PLANS)
        self.tables = {code: table(code, self.since) for code in codes}
        self.services = {code: Service() for code in PLANS}

    def install(self, double: Double, prefix: str = "/eurostat") -> None:
        """Answer everything under a prefix of a server; the address is ``double.url + prefix``."""
        double.route(prefix, lambda seen: self.answer(seen, prefix))

    def remove(self, code: str) -> None:
        """Say from now on that there is no such dataset."""
        self.tables.pop(code)

    def move(self, old: str, new: str) -> None:
        """Give a dataset another code."""
        moved = self.tables.pop(old)
        moved.code = new
        self.tables[new], self.services[new] = moved, self.services.get(old, Service())

    def answer(self, seen: Seen, prefix: str = "/eurostat") -> Reply:
        """Return the answer to one question."""
        parts = seen.path.removeprefix(prefix).strip("/").split("/")
        query = {name: values[0] for name, values in seen.query.items()}
        if parts[:2] == ["1.0", "async"] and len(parts) == 4:
            reply = self._queue(parts[2], parts[3])
        elif parts[:2] == ["sdmx", "2.1"] and len(parts) > 3:
            reply = self._sdmx(parts[2], parts[3:], query)
        else:
            reply = _fault(404, "100", "ERR_NOT_FOUND: no such resource")
        tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
        if reply.status == 200 and "1.0/async" not in seen.path:
            if seen.headers.get("if-none-match") == tag:
                return Reply(304, b"", {"ETag": tag})
            reply.headers["ETag"] = tag
        return reply

    def _sdmx(self, what: str, path: list[str], query: dict[str, str]) -> Reply:
        if what == "data":
            return self._data(path[0].upper(), path[1] if len(path) > 1 else "", query)
        if path[0] != "ESTAT" or len(path) < 2:
            return _fault(404, "100", NOT_FOUND.format(path[0]))
        if what == "codelist":
            return self._codelist(path[1])
        found = self.tables.get(path[1].upper())
        if found is None:
            return _fault(404, "100", NOT_FOUND.format(path[1].upper()))
        if what == "dataflow" and query.get("format") == "JSON":
            body = json.dumps(_dataflow_json(found)).encode()
            body = gzip.compress(body, mtime=0) if query.get("compressed") == "true" else body
            return Reply(200, body, {"Content-Type": "application/json"})
        made = {
            "dataflow": _dataflow,
            "datastructure": lambda one: _datastructure(one, self.scattered),
            "contentconstraint": _constraint,
        }
        return Reply(200, structure_xml(made[what](found)), {"Content-Type": XML})

    def _codelist(self, name: str) -> Reply:
        words: dict[str, str] = {}
        for one in self.tables.values():
            words |= one.labels.get(name.lower(), {})
        if not words:
            return _fault(404, "100", f"ERR_NOT_FOUND: no code list {name}")
        text = "".join(f"{code}\t{label}\r\n" for code, label in words.items())
        return _packed(text, "text/tab-separated-values")

    def _data(self, code: str, key: str, query: dict[str, str], queued: bool = False) -> Reply:
        found, service = self.tables.get(code), self.services.get(code, Service())
        if found is None:
            return _fault(404, "100", NOT_FOUND.format(code))
        if service.fault:
            return _fault(200, *service.fault)
        rows = found.rows
        if key:
            chosen = key.split(".")
            if len(chosen) != len(found.dimensions):
                text = "INVALID_QUERY_NB_FILTERS: Incorrect number of filters"
                return _fault(400, "140", text)
            for name, codes in zip(found.dimensions, chosen, strict=True):
                asked = [one for one in codes.split("+") if one]
                wrong = [one for one in asked if one not in _offered(found, name)]
                if wrong:
                    text = (
                        "INVALID_QUERY_DIMENSION_VALUE: Query is invalid as per its structure's "
                        f"definition. Not allowed: {name.upper()}={wrong[0]}."
                    )
                    return _fault(400, "150", text)
                rows = rows[rows[name].isin(asked)] if asked else rows
        first, last = query.get("startPeriod", ""), query.get("endPeriod", "9999")
        there = [one for one in rows["TIME_PERIOD"].unique() if first <= one]
        rows = rows[rows["TIME_PERIOD"].isin([one for one in there if one[: len(last)] <= last])]
        count = rows["TIME_PERIOD"].nunique()
        if count > service.most_periods:
            text = (
                "EXTRACTION_TOO_BIG: The requested extraction is too big, estimated 420709314 "
                "rows, max authorised is 5000000, please change your filters"
            )
            return _fault(413, "413", text)
        if service.polls is not None and not queued:
            return self._announce(code, key, query)
        write = _csv if query.get("format", "TSV") == "SDMX-CSV" else _tsv
        kind = "application/vnd.sdmx.data+csv" if write is _csv else "text/tab-separated-values"
        text = service.change(write(found, rows))
        if query.get("compressed") == "true":
            return _packed(text, kind)
        return Reply(200, text.encode(), {"Content-Type": kind})

    def _announce(self, code: str, key: str, query: dict[str, str]) -> Reply:
        service = self.services[code]
        name = KEY.format(code.lower().replace("_", "-"))
        self.waiting[name] = (code, key, query)
        if service.announced == 413:
            service.asked += 1
            if 0 <= int(service.polls or 0) < service.asked:
                return self._data(code, key, query, queued=True)
            text = "ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously."
            return _fault(413, "413", text)
        inner = (
            f'<ns0:syncResponse xmlns:ns0="{QUEUE}/soap/extraction"><processingTime>92'
            f"</processingTime><queued><id>{name}</id>"
            "<status>SUBMITTED</status></queued></ns0:syncResponse>"
        )
        return Reply(200, _envelope(inner), {"Content-Type": "text/xml"})

    def _queue(self, what: str, key: str) -> Reply:
        if key not in self.waiting:
            return Reply(200, _status(key, "UNKNOWN_REQUEST"), {"Content-Type": "text/xml"})
        code, codes, query = self.waiting[key]
        service = self.services[code]
        if what == "data":
            return self._data(code, codes, query, queued=True)
        service.asked += 1
        done = service.polls is not None and 0 <= service.polls < service.asked
        said = service.ends if done else "PROCESSING"
        return Reply(200, _status(key, said), {"Content-Type": "text/xml"})


def _packed(text: str, kind: str) -> Reply:
    return Reply(200, gzip.compress(text.encode(), 1, mtime=0), {"Content-Type": kind})


def _envelope(inner: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8" ?>\n<env:Envelope xmlns:env="{SOAP}"><env:Header/>'
        f"<env:Body>{inner}</env:Body></env:Envelope>"
    ).encode()


def _status(key: str, status: str) -> bytes:
    return _envelope(
        f'<ns0:asyncResponse xmlns:ns0="{QUEUE}/soap/asynchronous" xmlns:ns1="{QUEUE}/asynchronous"'
        f"><ns1:status><ns1:key>{key}</ns1:key><ns1:status>{status}</ns1:status></ns1:status>"
        "</ns0:asyncResponse>"
    )


def _offered(one: Table, dimension: str) -> list[str]:
    return sorted(set(one.rows[dimension])) or sorted(one.labels[dimension])


def _dataflow_json(one: Table) -> dict[str, object]:
    every = one.periods() or [one.newest]
    doi = (
        f'<adms:identifier xmlns:adms="http://www.w3.org/ns/adms#"><adms:Identifier '
        f'rdf:about="https://doi.org/10.2908/{one.code}"><skos:notation>10.2908/{one.code}'
        "</skos:notation></adms:Identifier></adms:identifier>"
    )
    notes = [
        {"type": "CREATED", "date": "2009-04-06T10:18:53+0200"},
        {"type": "DISSEMINATION_DOI_XML", "title": doi},
        {"type": "DISSEMINATION_OBJECT_TYPE", "title": "DATASET"},
        {"type": "OBS_COUNT", "title": str(len(one.rows))},
        {"type": "OBS_PERIOD_OVERALL_LATEST", "title": one.newest or every[-1]},
        {"type": "OBS_PERIOD_OVERALL_OLDEST", "title": every[0]},
        {"type": "SOURCE_INSTITUTIONS", "text": "Eurostat"},
        {"type": "UPDATE_DATA", "date": one.updated},
        {"type": "UPDATE_STRUCTURE", "date": "2026-01-07T11:00:00+0100"},
    ]
    structure = {"id": one.code, "agencyId": "ESTAT", "version": "60.0"}
    extension = {"lang": "EN", "id": one.code, "agencyId": "ESTAT", "version": "1.0"}
    return {
        "version": "2.0",
        "class": "dataset",
        "label": one.title,
        "href": f"https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/{one.code}",
        "extension": {**extension, "datastructure": structure, "annotation": notes},
    }


def _dataflow(one: Table) -> str:
    return (
        f'<s:Dataflows><s:Dataflow id="{one.code}" agencyID="ESTAT" version="1.0" isFinal="false">'
        f'<c:Name xml:lang="en">{escape(one.title)}</c:Name><s:Structure><Ref id="{one.code}" '
        'version="60.0" agencyID="ESTAT" package="datastructure" class="DataStructure"/>'
        "</s:Structure></s:Dataflow></s:Dataflows>"
    )


def _datastructure(one: Table, scattered: bool) -> str:
    dimensions = list(enumerate(one.dimensions, start=1))
    inner = "".join(
        f'<s:Dimension id="{name}" position="{place}"><s:LocalRepresentation><s:Enumeration><Ref '
        f'id="{name.upper()}" version="1.0" agencyID="ESTAT" package="codelist" class="Codelist"/>'
        "</s:Enumeration></s:LocalRepresentation></s:Dimension>"
        # In another order than that of the positions, which the document is free to have.
        for place, name in (reversed(dimensions) if scattered else dimensions)
    )
    return (
        f'<s:DataStructures><s:DataStructure id="{one.code}" agencyID="ESTAT" version="60.0">'
        f"<s:DataStructureComponents><s:DimensionList>{inner}"
        f'<s:TimeDimension id="TIME_PERIOD" position="{len(one.dimensions) + 1}"/>'
        "</s:DimensionList></s:DataStructureComponents></s:DataStructure></s:DataStructures>"
    )


def _constraint(one: Table) -> str:
    inner = "".join(
        f"<c:KeyValue id={quoteattr(name)}>"
        + "".join(f"<c:Value>{escape(code)}</c:Value>" for code in _offered(one, name))
        + "</c:KeyValue>"
        for name in one.dimensions
    )
    return (
        f'<s:Constraints><s:ContentConstraint id="{one.code}" agencyID="ESTAT" version="1.0" '
        f'type="Actual"><s:CubeRegion include="true">{inner}</s:CubeRegion></s:ContentConstraint>'
        "</s:Constraints>"
    )


def _csv(one: Table, rows: pd.DataFrame) -> str:
    """Return SDMX-CSV: identity and last update in every row."""
    day = one.updated
    stamp = f"{day[8:10]}/{day[5:7]}/{day[2:4]} {day[11:19]}"
    out = rows.copy()
    out.insert(0, "DATAFLOW", f"ESTAT:{one.identity or one.code}(1.0)")
    out.insert(1, "LAST UPDATE", stamp)
    out["CONF_STATUS"] = ""
    return str(out.to_csv(index=False, lineterminator="\r\n"))


def _tsv(one: Table, rows: pd.DataFrame) -> str:
    """Return the wide TSV: a blank behind every cell, ":" where there is nothing, CRLF."""
    cells = rows["OBS_VALUE"].where(rows["OBS_VALUE"] != "", ":") + " " + rows["OBS_FLAG"]
    keys = rows[one.dimensions[0]].str.cat([rows[name] for name in one.dimensions[1:]], sep=",")
    wide = pd.DataFrame({"key": keys, "period": rows["TIME_PERIOD"], "cell": cells})
    table_ = wide.pivot(index="key", columns="period", values="cell").fillna(": ")
    head = ",".join(one.dimensions) + "\\TIME_PERIOD\t"
    lines = [head + "\t".join(f"{period} " for period in table_.columns)]
    every = zip(table_.index, table_.values, strict=True)
    lines += [f"{key}\t" + "\t".join(row) for key, row in every]
    return "".join(f"{line}\r\n" for line in lines)
