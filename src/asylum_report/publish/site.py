"""Build the whole report: data, numbers, charts, notebooks, website, downloads and brief.

Everything is made in the cache; only a finished site takes the old one's place. If nothing changed
since the last build, nothing is started at all.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from asylum_report import lock, paths
from asylum_report.errors import BuildError, ReportError
from asylum_report.publish import (
    directions,
    fingerprint,
    notebooks,
    postprocess,
    prepare,
    render,
    stage,
    swap,
)
from asylum_report.publish.complete import complete
from asylum_report.publish.prepare import Step
from asylum_report.publish.watch import Watch

WORKERS = 2
"""Kernels, and processes that draw charts, at a time."""

MADE = (
    ".cache", "_site", "_charts", "_generated", "_freeze", ".quarto", "_variables.yml",
    "assets/fonts",
)  # fmt: skip
"""What a build leaves in the project besides ``figures`` and ``data/processed``."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Parameters
    ----------
    publisher
        ``builtin`` or ``quarto``.
    output
        Where the site stands.
    seconds
        How long it took.
    pages
        How many pages the site has.
    charts
        How many charts there are.
    executed
        How many notebooks had to run; the others were remembered.
    unchanged
        Whether there was nothing to do.
    bytes
        Size of the site.
    steps
        Seconds of each step, in order.
    warnings
        What the publisher said without failing.
    """

    publisher: str
    output: Path
    seconds: float
    pages: int
    charts: int
    executed: int = 0
    unchanged: bool = False
    bytes: int = 0
    steps: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def build(
    publisher: str = "auto",
    output: Path | None = None,
    progress: Step | None = None,
    *,
    root: Path | None = None,
) -> BuildReport:
    """Build the report and put the site in place of the old one.

    Parameters
    ----------
    publisher
        ``auto`` (Quarto where it is on the PATH), ``quarto`` or ``builtin``.
    output
        Where the site goes; by default ``_site`` of the project.
    progress
        Told the name of each step, how much of it is done and how much there is to do.
    root
        The project; by default the one around the current folder.

    Raises
    ------
    ReportError
        With one clear line. The old site still stands.
    """
    started = time.perf_counter()
    chosen = render.choose(publisher)
    root = (root or paths.root()).resolve()
    output = (output or root / "_site").absolute()
    _refuse(output, root)
    with _clear_errors(output), lock.only_one(root / ".cache" / "build.lock"):
        swap.recover(output)
        say = Watch(progress)
        wanted = fingerprint.of_site(root, render.identity(chosen))
        manifest = root / ".cache" / f"site-{_short(str(output))}.json"
        known = _unchanged(root, manifest, wanted, output)
        if known is not None:
            return BuildReport(
                chosen, output, _since(started), known["pages"], known["charts"], unchanged=True,
                bytes=_size(output),
            )  # fmt: skip
        manifest.unlink(missing_ok=True)
        done, executed, pages, warnings = _make(root, chosen, say)
        site = root / ".cache" / "stage" / "_site"
        content = {
            "inputs": fingerprint.of_site(root, render.identity(chosen)),
            "pages": len(pages),
            "charts": done.charts,
            "output": str(output),
            "files": fingerprint.digests(site, (p for p in site.rglob("*") if p.is_file())),
        }
        size = _size(site)
        say("Putting the site in place", 0, 1)
        swap.swap(site, output)
        if content["inputs"] == wanted:
            prepare.write(manifest, json.dumps(content, indent=1, sort_keys=True))
        _forget(root / ".cache")
        say("Putting the site in place", 1, 1)
        return BuildReport(
            chosen, output, _since(started), len(pages), done.charts, executed, False, size,
            say.seconds(), tuple(warnings),
        )  # fmt: skip


def figures(progress: Step | None = None, *, root: Path | None = None) -> prepare.Prepared:
    """Draw every chart into ``figures/``, with the tables and numbers that come before.

    Raises
    ------
    ReportError
        With one clear line.
    """
    root = (root or paths.root()).resolve()
    with _clear_errors(root / "figures"), lock.only_one(root / ".cache" / "build.lock"):
        return prepare.prepare(root, progress, workers=WORKERS)


def _make(
    root: Path, publisher: render.Publisher, say: Step
) -> tuple[prepare.Prepared, int, list[str], list[str]]:
    """Make a finished site in the cache; return what it was made of, its pages and warnings."""
    description, url = postprocess.read_settings(root)
    done = prepare.prepare(root, say, workers=WORKERS)
    step = "Executing the notebooks"
    sources = sorted((root / "notebooks").glob("*.ipynb"))
    say(step, 0, len(sources))
    executed, count = notebooks.execute(
        sources,
        root / ".cache" / "notebooks",
        done.figures,
        root,
        workers=WORKERS,
        progress=lambda ready, total: say(step, ready, total),
    )
    from asylum_report.publish import brief

    moved = directions.check(root)
    staged = stage.build(root, root / ".cache" / "stage", executed, moved)
    stage.copy(root, staged, stage.BRIEF, moved)
    # Made first, so that links to them are good. Quarto's own way makes the English one later.
    same = fingerprint.of_brief(root, repr((prepare.key(done.figures), moved)))
    texts = [path.stem for path in sorted((staged / "report").glob("brief*.qmd"))]
    made = [text for text in texts if publisher == "builtin" or text != "brief"]
    for at, text in enumerate(made):
        say("Making the brief", at, len(made))
        remembered = root / ".cache" / f"{text}.pdf"
        if not prepare.made_of(remembered, same):
            lang = text.partition(".")[2]
            brief.build_brief(staged, remembered, "builtin", *([lang] if lang else []))
            prepare.remember(remembered, same)
        shutil.copyfile(remembered, staged / f"{text}.pdf")
    if publisher == "builtin":
        swap.remove(staged / "report")  # its texts would become pages of smalldocs
    else:
        brief.prepare_brief(staged)
    say("Making the brief", len(made), len(made))
    step = f"Rendering the pages with {'Quarto' if publisher == 'quarto' else 'smalldocs'}"
    say(step, 0, 1)
    site, warnings = render.render(publisher, staged)
    pages = complete(site, root, publisher, description, url)
    if publisher == "quarto":
        brief.build_brief(staged, site / "brief.pdf", publisher)
        for text in made:
            shutil.copyfile(staged / f"{text}.pdf", site / f"{text}.pdf")
        swap.remove(site / "report")
    say(step, 1, 1)
    return done, count, pages, [*(one.line() for one in moved), *warnings]


def _unchanged(root: Path, manifest: Path, wanted: str, output: Path) -> dict[str, int] | None:
    """Return what is known of the standing site, if a build would make the very same."""
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        same = content["inputs"] == wanted and prepare.intact(output, content["files"])
    except (OSError, ValueError, KeyError):
        return None
    if not same or prepare.remembered(root, fingerprint.of_figures(root)) is None:
        return None
    return content


def _forget(cache: Path) -> None:
    """Throw away what is known of sites that stand no more."""
    for manifest in cache.glob("site-*.json"):
        try:
            gone = not Path(json.loads(manifest.read_text(encoding="utf-8"))["output"]).exists()
        except (ValueError, KeyError):
            gone = True
        if gone:
            manifest.unlink()


def _refuse(output: Path, root: Path) -> None:
    """Refuse to put a site in place of something that is no site."""
    if output == root or output in root.parents:
        raise BuildError("the site cannot stand where the project does", where=str(output))
    is_site = any((output / mark).exists() for mark in ("index.html", "site_libs", ".nojekyll"))
    if output.is_dir() and any(output.iterdir()) and not is_site:
        raise BuildError(
            "the folder for the site holds something else", where=str(output),
            todo="give another --output or empty it",
        )  # fmt: skip
    if output.exists() and not output.is_dir():
        raise BuildError("the place for the site is a file", where=str(output))


@contextlib.contextmanager
def _clear_errors(output: Path) -> Iterator[None]:
    """Turn what the operating system refuses into one clear line."""
    try:
        yield
    except ReportError:
        raise
    except OSError as error:
        where = str(error.filename or output)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            todo = "free some space and build again; the old site still stands"
            raise BuildError("the disk is full", where=str(output), todo=todo) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            todo = "allow writing there or give another --output"
            raise BuildError("no permission to write", where=where, todo=todo) from error
        raise BuildError(
            f"the build could not go on: {error.strerror or error}", where=where
        ) from error
    except MemoryError as error:
        raise BuildError("the memory is full", todo="close other programs") from error


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 2)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def clean(root: Path) -> None:
    """Throw away everything that a build makes outside git: cache, site and prepared files."""
    for name in MADE:
        swap.remove(root / name)
