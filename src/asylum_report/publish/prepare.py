"""Everything pages are made from, in the project's own folders: tables, numbers, charts, fonts.

Both ways to a site begin here: `asylum_report.publish.site.build`, and ``quarto render`` typed by
hand, which runs ``tools/prepare.py``. What was prepared stays as it is until a source changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asylum_report import cite, language, paths
from asylum_report.errors import BuildError
from asylum_report.publish import directions, fingerprint, notices, variables

if TYPE_CHECKING:
    from asylum_report.charts.model import Chart

INCLUDE = re.compile(r"\{\{<\s*include\s+/?_charts/([\w-]+)\.md\s*>\}\}")
"""A chart on a page: ``{{< include /_charts/rates.md >}}``."""

RESULTS = (
    "figures/*",
    "assets/fonts/*",
    "data/processed/*",
    "data/processed/models/*",
    "_generated/*",
)

Step = Callable[[str, int, int], None]
"""Called with the name of a step, how much of it is done, and how much there is to do."""


@dataclass(frozen=True)
class Prepared:
    """What pages can be made from.

    Parameters
    ----------
    figures
        Fingerprint of what charts and numbers came out of.
    values
        Display text of every number, by name.
    charts
        How many charts there are.
    files
        SHA-256 of every prepared file, by its path in the project.
    fresh
        Whether anything had to be made.
    """

    figures: str
    values: dict[str, str]
    charts: int
    files: dict[str, str]
    fresh: bool


def prepare(root: Path, step: Step | None = None, *, workers: int = 2) -> Prepared:
    """Build tables, numbers, charts, fonts and variables where they are not up to date.

    Parameters
    ----------
    root
        The project.
    step
        Told what is going on.
    workers
        Processes that draw charts.

    Raises
    ------
    ReportError
        If a source is damaged, a page names an unknown number or chart, or the figures no longer
        bear out a sentence of ``data/reference/directions.yml``.
    """
    say = step or (lambda name, done, total: None)
    figures = fingerprint.of_figures(root)
    ours = key(figures, root)
    pages = fingerprint.files(root, *fingerprint.PAGES, "report/*.qmd")
    stamp = root / ".cache" / "prepared.json"
    known = remembered(root, figures)
    spoken = language.spoken_names(variables.named(_prose(root), root))
    if (
        known is not None
        and known.files.keys() >= {f"_charts/{name}.md" for name in included(pages, root)}
        and known.values.keys() >= spoken
    ):
        check_prose(root, known.values)
        directions.check(root)
        say("Data, numbers and charts are up to date", 1, 1)
        return known
    stamp.unlink(missing_ok=True)
    values, charts, made = _make(root, pages, say, workers)
    done = Prepared(figures, values, len(charts), fingerprint.digests(root, made), True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    content = {"key": ours, "values": values, "charts": done.charts, "files": done.files}
    write(stamp, json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True))
    return done


def remembered(root: Path, figures: str) -> Prepared | None:
    """Return what was prepared from the same sources, if every file of it is still there."""
    try:
        stamp = root / ".cache" / "prepared.json"
        content = json.loads(stamp.read_text(encoding="utf-8"))
        if content["key"] != key(figures, root) or not intact(root, content["files"]):
            return None
        return Prepared(figures, content["values"], content["charts"], content["files"], False)
    except (OSError, ValueError, KeyError):
        return None


OWN = (
    "prepare.py", "notices.py", "generated*.py", "dashboard*.py", "api*.py", "csvw.py",
    "downloads*.py", "embed.py", "keep.py",
)  # fmt: skip
"""What of this folder makes prepared files."""


def key(figures: str, root: Path | None = None) -> str:
    """Return the fingerprint of what is prepared: charts and numbers, and what is written here.

    Parameters
    ----------
    figures
        Fingerprint of what charts and numbers come out of.
    root
        The project, for what the gate says about it; by default the one around the current folder.
    """
    here = Path(__file__).parent
    return fingerprint.combine(
        {
            "figures": figures,
            "files": fingerprint.digests(here, fingerprint.files(here, *OWN)),
            # Pages name the site's address and how to cite.
            "address": cite.home(root),
            "citation": fingerprint.digests(root or paths.root(), _citation(root or paths.root())),
            "notices": [asdict(one) for one in notices.current(root or paths.root())],
        }
    )


def _citation(root: Path) -> list[Path]:
    return fingerprint.files(root, "CITATION.cff")


def intact(root: Path, files: Mapping[str, str]) -> bool:
    """Tell whether every file is there with the hash that it had."""
    try:
        return all(fingerprint.file_digest(root / name) == sha for name, sha in files.items())
    except OSError:
        return False


def _make(
    root: Path, pages: Iterable[Path], say: Step, workers: int
) -> tuple[dict[str, str], Mapping[str, Chart], list[Path]]:
    say("Building the tables", 0, 1)
    from asylum_report import identity, numbers, process, results
    from asylum_report.claims import output as claims

    process.ensure()
    say("Building the tables", 1, 1)

    stale = results.stale()
    if stale:
        say("Fitting the models", 0, len(stale))
        results.build(stale)
        say("Fitting the models", len(stale), len(stale))

    say("Computing the numbers", 0, 1)
    found = numbers.write(root / "data" / "processed")
    claims.write(found, root / "data" / "processed")
    values = numbers.displays(found)
    # In other languages only what pages use: all would quadruple a file both publishers read.
    values |= language.spoken(found, variables.named(_prose(root), root))
    write(root / "_variables.yml", variables.dump(values))
    check_prose(root, values)
    directions.check(root)
    say("Computing the numbers", 1, 1)

    from asylum_report.charts import files, library, translated
    from asylum_report.publish import generated

    wanted = included(pages, root)
    charts = library.all_charts()
    charts |= translated.wanted(wanted, charts)
    say("Drawing the charts", 0, len(charts))
    files.write_files(charts, root / "figures", workers)
    say("Drawing the charts", len(charts), len(charts))
    forget_charts(root, library.MAKERS.keys() - charts.keys())
    made = write_includes(root, wanted, charts, library.MAKERS)
    generated.write(root)
    identity.write_fonts(root / "assets" / "fonts")
    made += fingerprint.files(root, *RESULTS)
    return values, charts, [*made, root / "_variables.yml"]


def forget_charts(root: Path, names: Iterable[str]) -> None:
    """Remove what is left of charts whose figures are no longer held."""
    for name in names:
        for path in [*root.glob(f"figures/{name}.*"), *root.glob(f"_charts/{name}.md")]:
            path.unlink()


def made_of(path: Path, fingerprint_: str) -> bool:
    """Tell whether a remembered file is whole and came out of just these sources."""
    try:
        sha, sources = path.with_suffix(".made-of").read_text(encoding="utf-8").split()
        return sources == fingerprint_ and sha == fingerprint.file_digest(path)
    except (OSError, ValueError):
        return False


def remember(path: Path, fingerprint_: str) -> None:
    """Note what a file came out of."""
    write(path.with_suffix(".made-of"), f"{fingerprint.file_digest(path)} {fingerprint_}\n")


def check_prose(root: Path, values: Mapping[str, str]) -> set[str]:
    """Check that every number named in pages, notebooks and the brief is known.

    Raises
    ------
    BuildError
        Naming page and line, or notebook and cell.
    """
    return variables.check(_prose(root), values, root)


def _prose(root: Path) -> list[Path]:
    return fingerprint.files(root, *fingerprint.PAGES, "notebooks/*.ipynb", "report/*.qmd")


def included(pages: Iterable[Path], root: Path) -> dict[str, str]:
    """Return the charts that pages include, each with the first place that names it."""
    found: dict[str, str] = {}
    for page in pages:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), start=1):
            for name in INCLUDE.findall(line):
                found.setdefault(name, f"{page.relative_to(root).as_posix()}, line {number}")
    return found


def write_includes(
    root: Path,
    wanted: Mapping[str, str],
    charts: Mapping[str, Chart],
    known: Container[str] = (),
) -> list[Path]:
    """Write the Markdown of the wanted charts into ``_charts/``, for pages to include.

    Parameters
    ----------
    root
        The project.
    wanted
        The charts that pages include, each with the first place that names it.
    charts
        The charts there are.
    known
        Names that are charts, though their figures may not be held: of such a one nothing is
        written into the page.

    Raises
    ------
    BuildError
        Naming page and line, if there is no such chart.
    """
    written = []
    for name, where in wanted.items():
        if name not in charts and name not in known:
            raise BuildError(f"unknown chart '{name}'", where=where)
        path = root / "_charts" / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        write(path, _part(charts[name]) if name in charts else "")
        written.append(path)
    return written


def _part(chart: Chart) -> str:
    """Return a chart as a page includes it; pages in other languages stand in a folder."""
    from asylum_report.charts.bundle import markdown

    return markdown(chart, "" if chart.lang == "en" else "../")


def write(path: Path, text: str) -> None:
    """Write a text file in one step, so that an interruption leaves the old one."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8", newline="\n")
    fresh.replace(path)
