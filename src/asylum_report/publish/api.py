"""The headline rates at a stable address: ``api/v1/rates.json``, with its schema and an index.

Static files, made of the committed tables; `asylum_report.publish.api_schema` says what they hold.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from asylum_report import cite, corridors, paths, places, records
from asylum_report.publish import api_schema, keep
from asylum_report.recognition import DEFINITIONS, MARKED_BELOW, SHOWN_FROM

FOLDER = "api/v1"
SOURCE = "UNHCR"

REMARKS = (
    "No rate is comparable without its definition, stage, authority, unit and n.",
    "Intervals treat decisions as independent; families are decided together, so the real "
    "uncertainty is larger. The headlines of the report allow for that: see downloads/trend.csv.",
    f"Below {SHOWN_FROM} decisions there is no value; fewer than {MARKED_BELOW} are marked as few.",
    "Only the stages first and repeat may be added; every other pair may decide on the same person "
    "twice.",
    "A partial period is no full year: see status and note.",
    "Decisions closed otherwise (Dublin transfers, withdrawals, formal ends) are no rejections.",
    "No register anywhere records deserters or draft evaders: these are rates of all Russian "
    "citizens.",
)


def entries(
    rows: Sequence[Mapping[str, Any]], numbers: Collection[str], publisher: str = SOURCE
) -> list[dict[str, Any]]:
    """Return one entry a destination, authority, stage, unit, year and definition.

    Those of first instance as each authority counts it, and the appeal bodies of the headline; from
    2015 on; where at least one definition has enough decisions.

    Parameters
    ----------
    rows
        Rows of ``decisions`` on Russian citizens from one publisher.
    numbers
        Names of the numbers that pages use.
    publisher
        Name of the publisher.
    """
    # Loaded when needed: all numbers come with it, and a build with nothing new needs none.
    from asylum_report.numbers.recognition import FIRST_YEAR, HEADLINE

    recent = [row for row in rows if int(row["period_start"][:4]) >= FIRST_YEAR]
    bodies = {(destination, authority) for destination, authority, stages in HEADLINE.values()
              if stages == ("appeal",)}  # fmt: skip
    appeals = [
        row for row in recent
        if row["stage"] == "appeal" and (row["destination"], row["authority"]) in bodies
    ]  # fmt: skip
    found = []
    for group in [*corridors.groups(corridors.default_rows(recent)), *corridors.groups(appeals)]:
        worked = {name: corridors.group_rate(group, name) for name in DEFINITIONS}
        if any(one.value is not None for one in worked.values()):
            found += [_entry(group, name, one, numbers, publisher) for name, one in worked.items()]
    return sorted(found, key=lambda one: one["id"])


def _entry(
    group: Mapping[str, Any], name: str, worked: Any, numbers: Collection[str], publisher: str
) -> dict[str, Any]:
    destination, authority, stage = group["destination"], group["authority"], group["stage"]
    year = int(group["period_start"][:4])
    return {
        "id": f"{destination}/{authority}/{stage}/{group['unit']}/{year}/{name}",
        "origin": group["origin"],
        "destination": destination,
        "destination_name": places.name(destination),
        "authority": authority,
        "stage": stage,
        "year": year,
        "period_start": group["period_start"],
        "period_end": group["period_end"],
        "definition": name,
        "value": worked.value,
        "low": worked.low,
        "high": worked.high,
        "interval": None if worked.value is None else api_schema.INTERVALS[0],
        "bound_low": worked.bound_low,
        "bound_high": worked.bound_high,
        "positive": worked.numerator,
        "n": worked.n,
        "unit": group["unit"],
        "status": group["status"],
        "few": bool(worked.marked),
        "reason": worked.reason,
        "note": "; ".join(group["notes"]),
        "publisher": publisher,
        "dataset": group["dataset"],
        "vintage": group["vintage"],
        "number": _number(destination, authority, stage, year, name, numbers),
    }


def _number(
    destination: str, authority: str, stage: str, year: int, name: str, numbers: Collection[str]
) -> str | None:
    """Return the name under which pages use a rate."""
    from asylum_report.numbers.recognition import HEADLINE

    wanted = "refugee_rate" if name == "refugee" else name
    for prefix, (where, who, stages) in HEADLINE.items():
        if (where, who, "+".join(stages)) == (destination, authority, stage):
            found = f"{prefix}.y{year}.{wanted}"
            return found if found in numbers else None
    if destination in {where for where, _, _ in HEADLINE.values()}:
        return None
    found = f"{places.places()[destination].iso2.lower()}.y{year}.{wanted}"
    return found if found in numbers else None


def rates(work: cite.Work, found: Sequence[Mapping[str, Any]], licence: str) -> dict[str, Any]:
    """Return the content of ``rates.json`` without its entries written out one a line.

    Parameters
    ----------
    work
        The report, for version and date.
    found
        What `entries` gives.
    licence
        Of the publisher's figures.
    """
    vintages = sorted({f"{one['publisher']}, {one['dataset']}, vintage {one['vintage']}"
                       for one in found})  # fmt: skip
    return {
        "api": "v1",
        "version": work.version,
        "released": work.date,
        "title": "Recognition rates of Russian citizens who ask for asylum",
        "attribution": f"{'; '.join(vintages)}; worked out by asylum-report, version "
        f"{work.version}",
        "licence": licence,
        "remarks": list(REMARKS),
        "definitions": [
            {
                "name": one.name,
                "positive": list(one.positive),
                "closed_counts": one.closed_counts,
                "words": one.words,
            }
            for one in DEFINITIONS.values()
        ],
        "rates": list(found),
    }


def as_text(content: Mapping[str, Any]) -> str:
    """Return ``rates.json`` with one entry a line, so that a diff shows what moved."""
    head = json.dumps({**content, "rates": []}, indent=1, ensure_ascii=False)
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in content["rates"])
    return head.replace('"rates": []', f'"rates": [\n{lines}\n]') + "\n"


def index(work: cite.Work) -> dict[str, Any]:
    """Return the content of ``index.json``: what there is, and what is promised."""
    return {
        "api": "v1",
        "version": work.version,
        "released": work.date,
        "promise": "Fields are only added in v1; none is removed, renamed or given another type. "
        "What cannot be said so becomes v2 beside it.",
        "files": [
            {
                "path": "rates.json",
                "schema": "schema.json",
                "title": "Recognition rates by destination, year and definition",
            }
        ],
        "documentation": "../../downloads.html",
        "tables": "../../downloads/datapackage.json",
        "numbers": "../../downloads/numbers.json",
    }


def contents(root: Path) -> dict[str, str]:
    """Return every file of the address by its name.

    Raises
    ------
    InvalidTable
        If a table is missing or damaged.
    """
    processed = root / "data" / "processed"
    named = json.loads((processed / "numbers.json").read_text(encoding="utf-8"))
    rows = records.rows("decisions", origin="RUS", source=SOURCE)
    work = cite.report(root)
    found = entries(rows, named.keys())
    return {
        "rates.json": as_text(rates(work, found, _licence(root))),
        "schema.json": _pretty(api_schema.schema(cite.home(root))),
        "index.json": _pretty(index(work)),
    }


def _licence(root: Path) -> str:
    """Return the licence of the publisher's newest decisions, from the sidecar."""
    from asylum_report import store

    newest = store.latest("unhcr-asylum-decisions", folder=root / "data" / "raw")
    return f"{newest.meta['licence']}, {newest.meta['licence_url']}"


def _pretty(content: Mapping[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def write(site: Path, root: Path | None = None) -> list[Path]:
    """Put the files into ``api/v1/`` of a finished site and return them."""
    root = root or paths.root()
    wanted = keep.key(root, "api.py", "api_schema.py")
    source = keep.kept(root / ".cache" / "api", wanted, lambda: _encoded(contents(root)))
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted(source.iterdir()):
        shutil.copyfile(path, folder / path.name)
        written.append(folder / path.name)
    return written


def _encoded(texts: Mapping[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in texts.items()}
