"""The files of charts: pictures, data and live figures, drawn in parallel and kept by content."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import signal
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from importlib import metadata, util
from multiprocessing import get_context
from pathlib import Path

from asylum_report import paths
from asylum_report.charts import words
from asylum_report.charts.model import Chart
from asylum_report.charts.plotly_figure import to_json
from asylum_report.errors import BuildError, ReportError

KINDS = ("svg", "png", "csv", "json")
"""What `write_files` writes of each chart."""

_DRAWN = ("wide.svg", "narrow.svg", "svg", "png")


def write_files(
    charts: Mapping[str, Chart] | Iterable[Chart], folder: Path, workers: int = 2
) -> list[Path]:
    """Write ``NAME.svg``, ``.png``, ``.csv`` and ``.json`` of every chart into a folder.

    Pictures come from the cache where the same chart was drawn by the same code before; a file
    that already has its content is left alone, so that its time stamp does not change.

    Parameters
    ----------
    charts
        Charts, or a mapping of names to them.
    folder
        Created when absent; other files in it are left alone.
    workers
        Processes that draw at the same time.

    Returns
    -------
    list of Path
        All the files, sorted.

    Raises
    ------
    BuildError
        If two charts have one name, or a file cannot be written.
    """
    every = list(charts.values() if isinstance(charts, Mapping) else charts)
    names = [c.name for c in every]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise BuildError("two charts have the same name", where=", ".join(twice))
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for chart, drawn in zip(every, _draw_all(every, workers), strict=True):
            contents = {
                "svg": drawn["svg"],
                "png": drawn["png"],
                "csv": to_csv(chart).encode(),
                "json": to_json(chart).encode(),
            }
            for kind in KINDS:
                path = folder / f"{chart.name}.{kind}"
                _write(path, contents[kind])
                written.append(path)
    except OSError as error:
        raise BuildError(
            "cannot write the charts", where=str(error.filename or folder), todo=str(error.strerror)
        ) from error
    return sorted(written)


def pictures(chart: Chart) -> tuple[str, str]:
    """Return the two SVGs to inline in a page, wide and narrow, from the cache if there."""
    known = _cached(chart, ("wide.svg", "narrow.svg"))
    if known is None:
        known = _draw(chart, ("wide.svg", "narrow.svg"))
    return known["wide.svg"].decode(), known["narrow.svg"].decode()


def to_csv(chart: Chart) -> str:
    """Return the data table as CSV: one line of names, plain numbers, the source of each row.

    Missing figures are empty; shares are fractions. A column ``source`` is added unless the table
    has one, so that a copied row still says where it is from.
    """
    data = chart.table
    add = "source" not in (c.lower() for c in data.columns)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*data.columns, *(["source"] if add else [])])
    for row in data.rows:
        writer.writerow([*(words.raw(v) for v in row), *([chart.source] if add else [])])
    return buffer.getvalue()


def copy_plotly(folder: Path) -> Path:
    """Put the installed plotly package's ``plotly.min.js`` into a folder, unless it is there.

    Raises
    ------
    BuildError
        If the package is not installed or lacks the file.
    """
    spec = util.find_spec("plotly")
    for place in (spec.submodule_search_locations or []) if spec else []:
        source = Path(place) / "package_data" / "plotly.min.js"
        if source.is_file():
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / source.name
            _write(target, source.read_bytes())
            return target
    raise BuildError("plotly.min.js is missing", todo="install the package plotly")


def _draw_all(charts: list[Chart], workers: int) -> list[dict[str, bytes]]:
    """Return the drawings of all charts, those not in the cache drawn in parallel."""
    found = {c.name: _cached(c, _DRAWN) for c in charts}
    missing = [c for c in charts if found[c.name] is None]
    if workers > 1 and len(missing) > 2:
        # Not forked: Matplotlib is loaded afresh, and nothing of a caller's threads is copied.
        count, context = min(workers, len(missing)), get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=context, initializer=_deaf) as pool:
            found |= {c.name: d for c, d in zip(missing, pool.map(_draw, missing), strict=True)}
    else:
        found |= {c.name: _draw(c) for c in missing}
    return [drawn for c in charts if (drawn := found[c.name]) is not None]


def _deaf() -> None:
    """Leave Ctrl-C to the process that asked for the drawings."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _draw(chart: Chart, wanted: tuple[str, ...] = _DRAWN) -> dict[str, bytes]:
    """Draw pictures of one chart and keep them."""
    from asylum_report.charts import mpl
    from asylum_report.charts.variants import NARROW, WIDE

    ways = {
        "wide.svg": lambda: mpl.svg(chart, WIDE).encode(),
        "narrow.svg": lambda: mpl.svg(chart, NARROW).encode(),
        "svg": lambda: mpl.standalone_svg(chart).encode(),
        "png": lambda: mpl.png(chart),
    }
    drawn = {name: ways[name]() for name in wanted}
    folder = _folder(chart)
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, content in drawn.items():
                _write(folder / f"{chart.name}.{name}", content)
        except OSError:
            pass  # A cache that cannot be written costs time, nothing else.
    return drawn


def _cached(chart: Chart, wanted: tuple[str, ...]) -> dict[str, bytes] | None:
    """Return pictures kept from before, or None if any is missing."""
    folder = _folder(chart)
    if folder is None:
        return None
    try:
        return {name: (folder / f"{chart.name}.{name}").read_bytes() for name in wanted}
    except OSError:
        return None


def _folder(chart: Chart) -> Path | None:
    """Return where the pictures of a chart are kept: by its content and by what draws it."""
    try:
        root = paths.cache()
    except ReportError:
        return None
    return root / "charts" / f"{chart.key()}-{code()}"


@lru_cache(maxsize=1)
def code() -> str:
    """Return a hash of all that decides how a chart is drawn: this room's code and its tools."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    spoken = (here.parent / "language").glob("*.py")
    looks = (here.parent / name for name in ("identity.py", "fonts.py"))
    for path in sorted([*here.glob("*.py"), *spoken, *looks]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for package in ("matplotlib", "font-source-sans-pro"):
        digest.update(f"{package} {metadata.version(package)}".encode())
    return digest.hexdigest()[:12]


def _write(path: Path, content: bytes) -> None:
    """Write a file in one step, unless it already has this content."""
    try:
        if path.stat().st_size == len(content) and path.read_bytes() == content:
            return
    except OSError:
        pass
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
