"""Parts of pages that are made from data: vintages, tables, corrections, events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from asylum_report import paths, records, store
from asylum_report.display import link, plain
from asylum_report.publish import (
    dashboard,
    dashboard_data,
    downloads_page,
    generated_claims,
    generated_glossary,
    generated_home,
    generated_models,
    notices,
)
from asylum_report.publish.markup_tables import pipe_table

FOLDER = "_generated"


def vintages() -> str:
    """Return every vintage as a table: publisher, title, dataset, date, rows, route, licence."""
    rows = []
    for one in store.vintages():
        meta = one.meta
        rows.append((
            link(one.publisher, meta["url"]),
            f"{plain(meta['title'])} ({plain(one.dataset)})",
            one.date,
            f"{meta['rows']:,}",
            plain(meta["retrieved"]),
            link(meta["licence"], meta["licence_url"]),
        ))  # fmt: skip
    heads = ("Publisher", "Dataset", "Vintage", "Rows", "Route", "Licence")
    return pipe_table(heads, rows, (12, 30, 10, 8, 26, 14))


def _size(resource: Mapping[str, Any]) -> str:
    """Return a download as a link with its kind and size."""
    size = int(resource["bytes"])
    shown = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"
    kind = "Parquet" if resource["path"].endswith(".parquet") else "CSV"
    return f"[{kind}](data/processed/{resource['path']}) ({shown})"


def tables(package: Mapping[str, Any]) -> str:
    """Return the tidy tables with their downloads, from the content of ``datapackage.json``."""
    resources = {resource["name"]: resource for resource in package["resources"]}
    rows = []
    for name, whole in resources.items():
        if name.endswith("-csv"):
            continue
        russia = resources[f"{name}-csv"]
        several = whole["rows"] != russia["rows"]
        rows.append((
            plain(whole["title"]),
            f"{whole['rows']:,}" + (f" ({russia['rows']:,} on Russia)" if several else ""),
            _size(whole) + (", every origin" if several else ""),
            _size(russia) + (", Russia" if several else ""),
        ))  # fmt: skip
    return pipe_table(("Table", "Rows", "Parquet", "CSV"), rows, (40, 16, 22, 22))


def corrections() -> str:
    """Return the known faults as a table: what, and what is done with it."""
    path = paths.reference() / "corrections.yml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = found["corrections"] if isinstance(found, dict) else found
    rows = [(plain(entry["what"]), plain(entry["why"])) for entry in entries]
    return pipe_table(("Fault", "Why it matters, and what is done"), rows, (40, 60))


def events() -> str:
    """Return the events as a table: date, where, what, source, how firm."""
    rows = []
    for event in sorted(records.rows("events"), key=lambda one: str(one["date"])):
        day = str(event["date"])[:10]
        shown = day[:7] if event["date_precision"] == "month" else day
        linked = link(event["source"], event["url"])
        rows.append((shown, plain(event["jurisdiction"]), plain(event["event"]), linked,
                     plain(event["certainty"])))  # fmt: skip
    return pipe_table(("Date", "Where", "Event", "Source", "Date is"), rows, (10, 8, 46, 26, 10))


def write(folder: Path) -> list[Path]:
    """Write every generated part into ``folder / "_generated"`` and return the files."""
    package = json.loads((paths.processed() / "datapackage.json").read_text(encoding="utf-8"))
    figures = dashboard_data.content()
    texts = {
        "dashboard.md": dashboard.page(figures),
        "dashboard.json": dashboard_data.text(figures),
        "notices.md": notices.listed(notices.current(paths.root())),
        "vintages.md": vintages(),
        "tables.md": tables(package),
        "corrections.md": corrections(),
        "events.md": events(),
        "glossary.md": generated_glossary.markdown(),
        "models.md": generated_models.downloads(),
        "studies.md": generated_models.studies(),
        "trend-study.md": generated_models.trend_study(),
        "trend-few.md": generated_models.trend_few(),
        **generated_home.sparks(),
        **generated_claims.texts(),
        **downloads_page.parts(folder),
    }
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts.items():
        path = target / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
