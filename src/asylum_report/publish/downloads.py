"""The files that can be taken away, in the site's folder ``downloads/``.

`contents` makes every file from what is in ``data/``; pages need sizes and hashes before they are
rendered, so the bytes are made first and kept in the cache for `write`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path

from asylum_report import cite, files, paths
from asylum_report.publish import csvw, downloads_package, downloads_tables, fingerprint, prepare

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
    here = Path(__file__).parent
    own = [*here.glob("downloads*.py"), here / "csvw.py", *here.parent.glob("cite*.py")]
    held = fingerprint.files(
        root, "data/processed/*", "data/processed/models/*", "data/evaluation/*",
        "data/raw/*/*/*/meta.yml", "CITATION.cff",
    )  # fmt: skip
    return fingerprint.combine(
        {
            "code": fingerprint.digests(here.parent, own),
            "data": fingerprint.digests(root, held),
            "columns": fingerprint.file_digest(here.parent / "columns.py"),
            "pyarrow": metadata.version("pyarrow"),
            "home": cite.home(root),
        }
    )


def kept(root: Path) -> Path:
    """Return the folder of the cache that holds every file, made again if anything changed."""
    folder = root / ".cache" / FOLDER
    stamp = root / ".cache" / f"{FOLDER}.made-of"
    wanted = key(root)
    try:
        if stamp.read_text(encoding="utf-8") == wanted and _whole(folder):
            return folder
    except OSError:
        pass
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    files.place_folder(folder, contents(root))
    prepare.write(stamp, wanted)
    return folder


def _whole(folder: Path) -> bool:
    """Tell whether every file has the hash that the list of hashes names."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    wanted: Mapping[str, str] = {line[66:]: line[:64] for line in lines}
    return all(fingerprint.file_digest(folder / name) == sha for name, sha in wanted.items())


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
