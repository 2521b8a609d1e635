r"""Eurostat's whole datasets (every citizenship) as a stream: bulk TSV in, Parquet out.

The format: a head ``freq,citizen,...,geo\TIME_PERIOD`` and the periods, each with a space behind
it; then one line a series, its codes and a tab before each cell; a cell is a number or ":", a space
and flags (https://wikis.ec.europa.eu/x/6YGBBg). Nothing here grows with the file: bytes are
unpacked and split a block ahead, and written as row groups while the next are read.
Codes stay the publisher's own; `asylum_report.sources.eurostat` knows what they are here.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from asylum_report import files
from asylum_report.errors import InvalidTable, PublisherError, ReportError
from asylum_report.live.bulk_parse import Counts, parse

if TYPE_CHECKING:
    import pyarrow.parquet as pq

    from asylum_report.live.client import Client

__all__ = ["Counts", "ParquetSink", "about", "convert", "fetch_bulk", "parse"]

_LEVEL = 1  # of zstd: the bytes are few already, since codes repeat
_ABOUT = "asylum_report"


class ParquetSink:
    """Writes each batch as a row group, in a thread of its own, beside the file's place.

    The file gets its name when the block ends well; otherwise nothing is left of it.

    Parameters
    ----------
    path
        Where the file goes. An older file there stays whole until then.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # Named by process, because two runs may write at once.
        self.part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self.about: dict[str, Any] = {}
        self._writer: pq.ParquetWriter | None = None
        self._task: Future[None] | None = None

    def __enter__(self) -> ParquetSink:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._clear()
            self._file = self.part.open("wb")
        except OSError as error:
            raise self._failed(error) from error
        self._pool = ThreadPoolExecutor(1, "parquet")
        return self

    def _clear(self) -> None:
        """Remove what runs that were killed long ago left behind."""
        for part in self.path.parent.glob(f".{self.path.name}.*.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > files.LEFT_BEHIND:
                    part.unlink()

    def _failed(self, error: OSError) -> ReportError:
        return ReportError(f"a file cannot be written: {files.why(error)}", where=str(self.path))

    def _write(self, batch: pa.RecordBatch) -> None:
        import pyarrow.parquet as pq

        if self._writer is None:
            # Least and largest of each column take as long as all the rest.
            self._writer = pq.ParquetWriter(
                self._file, batch.schema, compression="zstd", compression_level=_LEVEL,
                write_statistics=False, memory_pool=pa.system_memory_pool(),
            )  # fmt: skip
        self._writer.write_table(pa.Table.from_batches([batch]), row_group_size=len(batch))

    def _wait(self) -> None:
        task, self._task = self._task, None
        if task:
            task.result()

    def __call__(self, batch: pa.RecordBatch) -> None:
        """Take a batch; waits until the one before is written, so that at most one waits."""
        try:
            self._wait()
        except OSError as error:
            raise self._failed(error) from error
        self._task = self._pool.submit(self._write, batch)

    def _finish(self) -> None:
        self._wait()
        if self._writer:
            self._writer.add_key_value_metadata({_ABOUT: json.dumps(self.about)})
            self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self.part.replace(self.path)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        try:
            if kind is None:
                self._finish()
        except OSError as failed:
            raise self._failed(failed) from failed
        finally:
            self._pool.shutdown()
            with contextlib.suppress(OSError):
                self._file.close()
            with contextlib.suppress(OSError):
                self.part.unlink(missing_ok=True)


def convert(
    source: Path | Iterable[bytes],
    out: Path,
    keep: Mapping[str, Collection[str]] | None = None,
    *,
    since: int | None = None,
    name: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Counts:
    """Write a bulk TSV as Parquet: one row a figure, whole or not at all.

    Parameters
    ----------
    source, keep, since, name, progress
        As in `parse`.
    out
        The file written: the dimensions, ``period``, ``count``, ``flag``; what was counted is
        kept beside the columns (`about`).

    Raises
    ------
    InvalidTable
        If the table breaks its format.
    ReportError
        If the file cannot be written.
    """
    with ParquetSink(out) as sink:
        counts = parse(source, keep, sink, since=since, name=name, progress=progress)
        sink.about = asdict(counts)
        if counts.closure:
            sink.about["closure"]["share"] = counts.closure.share
    return counts


def about(path: Path) -> dict[str, Any]:
    """Return what was counted when a file was written: lines, rows, closure ...

    Raises
    ------
    ReportError
        If the file cannot be read or is none that `convert` wrote.
    """
    import pyarrow.parquet as pq

    try:
        meta = pq.read_metadata(path).metadata
        return dict(json.loads(meta[_ABOUT.encode()]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReportError("a file is no bulk table written here", where=str(path)) from error


def fetch_bulk(
    client: Client,
    code: str,
    out: Path,
    keep: Mapping[str, Collection[str]] | None = None,
    since: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Stream one of Eurostat's datasets from the service into a Parquet file.

    Parameters
    ----------
    code
        The service's code of the dataset.
    out, keep, since, progress
        As in `convert`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    PublisherError
        If the answer breaks off or is no such table; then an older file stays as it was.
    ReportError
        If the file cannot be written or the code is none.
    """
    if not re.fullmatch(r"[A-Za-z0-9_]{1,64}", code):
        raise ReportError(f"no code of a dataset: '{code}'")
    asked = {"format": "TSV", "compressed": "true"}
    with client.stream(f"sdmx/2.1/data/{code}", asked) as blocks:
        try:
            convert(blocks, out, keep, since=since, name=f"Eurostat's {code}", progress=progress)
        except InvalidTable as error:
            raise PublisherError(
                error.what,
                where=error.where,
                todo="try again later; what was there before stays in use",
            ) from error
    return out
