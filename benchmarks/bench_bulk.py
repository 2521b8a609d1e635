r"""Reading Eurostat's bulk TSV: seconds and memory beside the eurostat package and fast libraries.

python benchmarks/bench_bulk.py [--file BULK.tsv.gz] [--ages N] [--repeats N] [--only WORDS]

Without a file one is made, the same each time: synthetic figures in the shape of
migr_asyappctzm (some 200 citizenships, 33 reporting countries, 3 sexes, N ages, 220 months; shares
of zeros, ":", flags and of series without any applicant as in a real file). Every contestant runs
in a process of its own, in turns; the least time and the largest memory of all turns count, since
whatever else a machine does only adds. "work" leaves imports out, "all" is the whole process;
memory is the peak of the whole process, the interpreter and its libraries included. Contestants
that give numbers must agree on their sum, on how many cells have one and on how many have a flag.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# This process imports nothing large: a child's peak starts from its parent's size.
FASTER, SMALLER, NEAR = 10, 10, 1.5
ACTIVE = (0.13, 0.38)
"""Series with any applicant: by sex and age, and of everybody.

So it is in the real table of a year's applicants (2008 to 2022): 38 of 100 series of both sexes and
all ages, 14 of 100 of all series; the others are zeros and colons only.
"""
CONTESTANTS = {
    "bare interpreter": "",
    "eurostat get_data": "numbers",
    "eurostat get_data_df": "numbers",
    "ours, numbers and flags": "numbers",
    "ours, one citizenship": "one citizenship",
    "ours, to Parquet": "numbers",
    "polars, strings": "strings",
    "pyarrow, strings": "strings",
    "pandas by pyarrow, strings": "strings",
    "polars, numbers and flags": "numbers",
    "polars, to Parquet": "numbers",
    "polars, one citizenship": "one citizenship",
}
META = (
    '<m:Structure xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message" '
    'xmlns:s="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/structure"><m:Structures>'
    '<s:Dataflows><s:Dataflow><s:Structure><Ref id="X"/></s:Structure></s:Dataflow></s:Dataflows>'
    "<s:DataStructures><s:DataStructure><s:DataStructureComponents><s:DimensionList>"
    '<s:Dimension id="freq" position="1"/></s:DimensionList></s:DataStructureComponents>'
    "</s:DataStructure></s:DataStructures></m:Structures></m:Structure>"
)


def make(path: Path, ages: int) -> None:
    """Write the synthetic file."""
    import gzip

    import numpy as np

    from asylum_report import places

    random = np.random.default_rng(20260101)
    known = places.places().values()
    citizens = [*sorted({one.eurostat for one in known} - {""})[:205], "TOTAL"]
    geos = sorted(one.eurostat for one in known if one.eu_plus or one.eu_from)
    months = [f"{year}-{month:02}" for year in range(2008, 2027) for month in range(1, 13)][:220]
    starts = dict(zip(geos, random.integers(0, 120, len(geos)), strict=True))
    words = [
        b"0 ",
        b": ",
        b"0 p",
        b"0 d",
        b": c",
        *(b"%d " % (5 * n) for n in range(1, 4001)),
        *(b"%d %s" % (5 * n, flag) for n in range(1, 200) for flag in (b"p", b"d", b"bp")),
    ]
    with gzip.open(path, "wb", compresslevel=6) as file:
        head = "freq,citizen,sex,unit,age,applicant,geo\\TIME_PERIOD"
        file.write(("\t".join([head, *(f"{month} " for month in months)]) + "\r\n").encode())
        for citizen in citizens:
            size = 0.35 if citizen == "TOTAL" else float(random.beta(0.5, 5))
            for sex in ("F", "M", "T"):
                for age in ["TOTAL", "Y14-17", "Y18-34", "Y35-64", "Y_GE65", "Y_LT14"][:ages]:
                    for geo in geos:
                        everybody = sex == "T" and age == "TOTAL"
                        active = random.random() < ACTIVE[everybody]
                        share = size if active else 0.0
                        draw = random.random(len(months))
                        large = np.minimum(random.lognormal(2, 2, len(months)), 3999).astype(int)
                        cell = np.where(draw < share, 5 + large, 0)
                        odd = random.random(len(months)) < (0.004 if share else 0.0)
                        cell[odd] = random.choice([2, 3, 4, *range(4005, len(words))], odd.sum())
                        cell[: starts[geo]] = 1
                        key = f"M,{citizen},{sex},PER,{age},TOTAL,{geo}".encode()
                        line = [key, *(words[one] for one in cell.tolist())]
                        file.write(b"\t".join(line) + b"\r\n")


Sums = tuple[int, int, int]
"""Sum of the numbers, cells with a number, cells with a flag."""


def package(path: Path, frame: bool) -> tuple[Callable[[], Any], Callable[[Any], Sums]]:
    """The package's own code, with the file's bytes given in place of the network's."""
    import eurostat.eurostat as module

    class Answer:
        ok, url = True, ""

        def __init__(self, content: bytes) -> None:
            self.content = content

    class Network:
        @staticmethod
        def get(url: str, **options: object) -> Answer:
            return Answer(path.read_bytes() if "/data/" in url else META.encode())

    module.requests = Network
    if frame:
        import pandas  # noqa: F401

    def sums(found: Any) -> Sums:
        rows = found.itertuples(index=False, name=None) if frame else iter(found[1:])
        head = list(found.columns) if frame else found[0]
        first = next(at for at, name in enumerate(head) if str(name).endswith("_value"))
        total = numbers = flags = 0
        for row in rows:
            for value, flag in zip(row[first::2], row[first + 1 :: 2], strict=True):
                # A cell without number has its colon in the flag, or its flag behind the colon.
                missing = value is None or value != value
                total, numbers = (total, numbers) if missing else (total + value, numbers + 1)
                flags += bool(flag and flag.strip(": "))
        return int(total), numbers, flags

    return (
        (lambda: module.get_data_df("X", flags=True))
        if frame
        else (lambda: module.get_data("X", flags=True)),
        sums,
    )


def ours(path: Path, what: str, out: Path) -> tuple[Callable[[], Any], Callable[[Any], Sums]]:
    import numpy as np

    from asylum_report.live import bulk

    total = [0, 0, 0]

    def add(batch: Any) -> None:
        # Sums are part of the time here, so that nothing is left undone.
        count, flag = batch.column("count"), batch.column("flag").indices
        total[0] += int(np.frombuffer(count.buffers()[1], np.int32, len(count)).sum(dtype="i8"))
        total[1] += len(count) - count.null_count
        total[2] += int(np.count_nonzero(np.frombuffer(flag.buffers()[1], np.int16, len(flag))))

    def parquet_sums(found: Any) -> Sums:
        import pyarrow.parquet as pq

        for batch in pq.ParquetFile(out).iter_batches():
            total[0] += sum(batch.column("count").drop_null().to_pylist())
            total[1] += len(batch) - batch.column("count").null_count
            total[2] += sum(bool(flag) for flag in batch.column("flag").to_pylist())
        return total[0], total[1], total[2]

    if what.endswith("Parquet"):
        import pyarrow.parquet  # noqa: F401

        return (lambda: bulk.convert(path, out)), parquet_sums
    keep = {"citizen": ["RU"]} if "one" in what else None
    return (lambda: bulk.parse(path, keep, add)), lambda found: (total[0], total[1], total[2])


def polars(path: Path, what: str, out: Path) -> tuple[Callable[[], Any], Callable[[Any], Sums]]:
    import polars as pl

    def scan() -> Any:
        return pl.scan_csv(path, separator="\t", infer_schema=False, quote_char=None)

    def key_and_periods() -> tuple[str, list[str]]:
        names = scan().collect_schema().names()
        return names[0], names[1:]

    def split(name: str) -> list[Any]:
        parts = pl.col(name).str.split_exact(" ", 1).struct
        value = parts.field("field_0").cast(pl.Int32, strict=False)
        return [value.alias(f"{name}_value"), parts.field("field_1").alias(f"{name}_flag")]

    def numbers() -> Any:
        key, periods = key_and_periods()
        columns = [one for name in periods for one in split(name)]
        return scan().select(key, *columns).collect(engine="streaming")

    def parquet() -> None:
        key, periods = key_and_periods()
        axes = key.split("\\")[0].split(",")
        long = scan().unpivot(periods, index=key, variable_name="period", value_name="cell")
        parts = pl.col("cell").str.split_exact(" ", 1).struct
        codes = pl.col(key).str.split_exact(",", len(axes) - 1).struct
        (
            long.filter(pl.col("cell") != ": ")
            .select(
                *(codes.field(f"field_{at}").alias(axis) for at, axis in enumerate(axes)),
                pl.col("period").str.strip_chars(),
                parts.field("field_0").cast(pl.Int32, strict=False).alias("count"),
                parts.field("field_1").alias("flag"),
            )
            .sink_parquet(out, compression="zstd", compression_level=1)
        )

    def one() -> Any:
        key, periods = key_and_periods()
        columns = [one for name in periods for one in split(name)]
        wanted = pl.col(key).str.contains(",RU,", literal=True)
        return scan().filter(wanted).select(key, *columns).collect(engine="streaming")

    def wide_sums(found: Any) -> Sums:
        value = found.select(pl.col("^.*_value$"))
        flag = found.select(pl.col("^.*_flag$"))
        return (
            sum(value.sum().row(0)),
            sum(value.count().row(0)),
            sum(flag.select(pl.all().str.len_bytes() > 0).sum().row(0)),
        )

    def parquet_sums(found: Any) -> Sums:
        one = pl.read_parquet(out)
        flags = one["flag"].str.len_bytes() > 0
        return int(one["count"].cast(pl.Int64).sum()), int(one["count"].count()), int(flags.sum())

    if what.endswith("Parquet"):
        return parquet, parquet_sums
    if what.endswith("citizenship"):
        return one, wide_sums
    if what.endswith("strings"):
        return (lambda: scan().collect()), lambda found: (0, 0, 0)
    return numbers, wide_sums


def strings(path: Path, what: str) -> tuple[Callable[[], Any], Callable[[Any], Sums]]:
    import pyarrow.csv as pc

    def arrow() -> Any:
        return pc.read_csv(path, parse_options=pc.ParseOptions(delimiter="\t", quote_char=False))

    def pandas() -> Any:
        import pandas as pd

        return pd.read_csv(path, sep="\t", engine="pyarrow", dtype="string[pyarrow]")

    if what.startswith("pandas"):
        import pandas as pd  # noqa: F401
    return (pandas if what.startswith("pandas") else arrow), lambda found: (0, 0, 0)


def run(what: str, path: Path) -> None:
    """Be one contestant and print what it took."""
    with tempfile.TemporaryDirectory(prefix="bench-bulk-") as folder:
        out = Path(folder) / "out.parquet"
        if what.startswith("eurostat"):
            work, sums = package(path, what.endswith("_df"))
        elif what.startswith("ours"):
            work, sums = ours(path, what, out)
        elif what.startswith("polars"):
            work, sums = polars(path, what, out)
        elif what.startswith(("pyarrow", "pandas")):
            work, sums = strings(path, what)
        else:
            work, sums = (lambda: None), lambda found: (0, 0, 0)
        began = time.perf_counter()
        found = work()
        seconds = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({
            "work": seconds,
            "memory": used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3),
            "cpu": used.ru_utime + used.ru_stime,
            "ended": time.time(),
            "sums": sums(found),
        }))  # fmt: skip


def measure(what: str, path: Path) -> dict[str, Any]:
    """Run a contestant in a process of its own."""
    import subprocess

    began = time.time()
    command = [sys.executable, __file__, "--run", what, str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "all": found["ended"] - began}


def verdict(text: str, value: float, most: float) -> bool:
    good = value <= most
    print(f"{'PASS' if good else 'FAIL'}  {text}")
    return good


def judge(taken: dict[str, dict[str, float]]) -> bool:
    """Print each target with its ratio; return whether all are met."""
    mine, written = taken["ours, numbers and flags"], taken["ours, to Parquet"]
    good = True
    # The parser beside the parser, and what a user ends up with beside what a user ends up with.
    for name, label, own in (
        ("eurostat get_data", "numbers and flags", mine),
        ("eurostat get_data_df", "to Parquet", written),
    ):
        if name in taken:
            other = taken[name]
            times, size = other["work"] / own["work"], other["memory"] / own["memory"]
            text = f"{label}: {times:.1f} times as fast as {name} (target {FASTER})"
            good &= verdict(text, FASTER, times)
            text = f"{label}: 1/{size:.1f} of the memory of {name} (target 1/{SMALLER})"
            good &= verdict(text, SMALLER, size)
    one = taken["ours, one citizenship"]
    for kind, own in (
        ("strings", mine),
        ("numbers and flags", mine),
        ("one citizenship", one),
        ("to Parquet", written),
    ):
        rivals = {
            name: one["work"]
            for name, one in taken.items()
            if name.endswith(kind) and not name.startswith("ours")
        }
        if rivals:
            best = min(rivals, key=lambda name: rivals[name])
            ratio = own["work"] / rivals[best]
            text = f"{ratio:.2f} of the fastest library's time ({best}; target {NEAR})"
            good &= verdict(text, ratio, NEAR)
    return good


def compare(path: Path, repeats: int, only: str) -> bool:
    """Measure all in turns, print the table and judge."""
    names = [name for name in CONTESTANTS if not only or name.startswith(("ours", "bare"))
             or any(word in name for word in only.split(","))]  # fmt: skip
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(repeats):
        for name in names:
            runs[name].append(measure(name, path))
    taken = {
        name: {
            key: (max if key == "memory" else min)(one[key] for one in several)
            for key in ("work", "all", "cpu", "memory")
        }
        for name, several in runs.items()
    }
    sums = {
        name: tuple(one["sums"]) for name in names if CONTESTANTS[name] == "numbers"
        for one in runs[name]
    }  # fmt: skip
    base = taken["ours, numbers and flags"]
    print(f"{'of ' + str(repeats) + ' turns':28}{'work s':>8}{'all s':>8}{'cpu s':>8}{'peak MB':>9}"
          f"{'time':>8}{'memory':>8}")  # fmt: skip
    for name, one in taken.items():
        figures = f"{one['work']:8.2f}{one['all']:8.2f}{one['cpu']:8.2f}{one['memory']:9.0f}"
        ratios = f"{one['work'] / base['work']:8.2f}{one['memory'] / base['memory']:8.2f}"
        print(f"{name:28}{figures}{ratios}")
    russians = {tuple(one["sums"]) for name in names if CONTESTANTS[name] == "one citizenship"
                for one in runs[name]}  # fmt: skip
    same = len(set(sums.values())) == 1 and len(russians) == 1
    print(f"{'PASS' if same else 'FAIL'}  all give the same sum, numbers and flags: "
          f"{sums if not same else next(iter(sums.values()))}")  # fmt: skip
    return judge(taken) and same


def main() -> int:
    # The children's own ways in, before anything is imported that they do not need.
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], Path(sys.argv[3]))
        return 0
    if sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]))
        return 0
    import argparse
    import subprocess

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--file", type=Path, help="a real bulk file in place of a made one")
    parser.add_argument("--ages", type=int, default=6, help="4.5 million cells each; default 6")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", default="", help="parts of contestants' names, by commas")
    given = parser.parse_args()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load}, Python {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory(prefix="bench-bulk-") as folder:
        path = given.file
        if path is None:
            path = Path(folder) / "synthetic.tsv.gz"
            command = [sys.executable, __file__, "--make", str(path), str(given.ages)]
            subprocess.run(command, check=True)
        print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB packed", flush=True)
        return 0 if compare(path, given.repeats, given.only) else 1


if __name__ == "__main__":
    sys.exit(main())
