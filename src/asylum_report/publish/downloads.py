"""The files that can be taken away, in the site's folder ``downloads/``.

`contents` makes every file from what is in ``data/``; pages need sizes and hashes before they are
rendered, so the bytes are made first and kept in the cache for `write`.
"""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path

from asylum_report import cite, files, paths
from asylum_report.publish import csvw, downloads_package, downloads_tables, fingerprint, keep

FOLDER = "downloads"
COMPRESSED_FROM = 500_000
"""Bytes of JSON from which on a table is offered as ``.json.gz``."""
ALL_ORIGINS = ("decisions", "applications")
"""Tidy tables of which other citizenships are held too, given as Parquet only."""


def contents(root: Path, tables: list[downloads_tables.Table] | None = None) -> dict[str, bytes]:
    """Return every file by its name: tables in three forms and what describes them.

    Parameters
    ----------
    root
        The project, with its tables built.
    tables
        The tables, if they were read already.

    Raises
    ------
    OSError
        If a table is not built.
    """
    found: dict[str, bytes] = {}
    every = downloads_tables.every(root) if tables is None else tables
    processed = root / "data" / "processed"
    for table in every:
        found[f"{table.name}.csv"] = table.csv
        found[f"{table.name}.csv-metadata.json"] = csvw.described(table)
        found[f"{table.name}.parquet"] = table.parquet
        text = table.json
        if len(text) < COMPRESSED_FROM:
            found[f"{table.name}.json"] = text
        else:
            found[f"{table.name}.json.gz"] = files.compressed(text)
        if table.group == "figures" and table.name in ALL_ORIGINS:
            whole = (processed / f"{table.name}.parquet").read_bytes()
            found[f"{table.name}{downloads_package.WHOLE}.parquet"] = whole
    work = cite.report(root)
    found["datapackage.json"] = downloads_package.package(
        every, found, work.version, cite.home(root)
    )
    found["numbers.json"] = (processed / "numbers.json").read_bytes()
    found |= cite.as_files(work)
    found["README.md"] = downloads_package.readme(work.version)
    found["SHA256SUMS"] = downloads_package.sums(found)
    return found


def key(root: Path) -> str:
    """Return a hash of all that the files come out of."""
    package = Path(__file__).parents[1]
    code = [*package.glob("cite*.py"), package / "columns.py"]
    held = fingerprint.files(
        root, "data/processed/*", "data/processed/models/*", "data/evaluation/*",
        "data/raw/*/*/*/meta.yml",
    )  # fmt: skip
    data = fingerprint.combine(
        {
            "code": fingerprint.digests(package, code),
            "data": fingerprint.digests(root, held),
            "pyarrow": metadata.version("pyarrow"),
        }
    )
    own = sorted(path.name for path in Path(__file__).parent.glob("downloads*.py"))
    return keep.key(root, *own, "csvw.py", data=data)


def kept(root: Path) -> Path:
    """Return the folder of the cache that holds every file, made again if anything changed."""
    return keep.kept(root / ".cache" / FOLDER, key(root), lambda: contents(root))


def write(site: Path, root: Path | None = None) -> list[Path]:
    """Put every file into ``downloads/`` of a finished site and return the files.

    Raises
    ------
    OSError
        If a table is not built or the disk is full.
    """
    source = kept(root or paths.root())
    target = site / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted(source.iterdir()):
        shutil.copyfile(path, target / path.name)
        written.append(target / path.name)
    return written
