"""How long ``asylum-report rate`` takes to answer, beside importing pandas in the same run.

python benchmarks/bench_rate.py
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time

REPEATS = 9
COMMANDS = {
    "python, nothing imported": ["-c", "pass"],
    "import pandas": ["-c", "import pandas"],
    "rate DEU --year 2023": ["-m", "asylum_report.cli", "rate", "DEU", "--year", "2023"],
    "rate DEU FRA USA --year 2015-2025": [
        "-m", "asylum_report.cli", "rate", "DEU", "FRA", "USA", "--year", "2015-2025",
    ],
    "rate DEU --origin SYR --year 2023": [
        "-m", "asylum_report.cli", "rate", "DEU", "--origin", "SYR", "--year", "2023",
    ],
}  # fmt: skip


def seconds(arguments: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(REPEATS):  # interleaved, so that a busy moment touches all of them
        for name, arguments in COMMANDS.items():
            taken[name].append(seconds(arguments))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    base = medians["import pandas"]
    print(f"{'':36}{'median s':>10}{'max s':>8}{'of pandas':>11}")
    for name, value in medians.items():
        print(f"{name:36}{value:10.2f}{max(taken[name]):8.2f}{value / base:11.2f}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
