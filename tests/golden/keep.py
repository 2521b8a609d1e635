"""The files of goldens: what the site is now, what was accepted, and the way between."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from asylum_report.charts import library, mpl
from asylum_report.charts.model import Chart
from asylum_report.charts.variants import NARROW, Variant
from golden import page_text, pictures

HERE = Path(__file__).parent
PAGES = HERE / "pages"
CHARTS = HERE / "charts"
FRAMES = "frames"
"""The name of the text that holds what stands around pages."""
GROUPED = ("embed",)
"""Folders of many small pages, which are written in short into one text each."""
SHOWN = 60
"""How many lines of a difference are shown."""


def pages(site: Path) -> dict[str, str]:
    """Return the text of every HTML page of a site, by its path without ``.html``."""
    found: dict[str, str] = {}
    frames: dict[str, list[str]] = {}
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).as_posix()
        source = path.read_text("utf-8")
        text = page_text.of_page(source, name)
        folder = name.partition("/")[0]
        if folder in GROUPED:
            found[folder] = found.get(folder, "") + page_text.in_short(text) + "\n"
            continue
        found[name.removesuffix(".html")] = text
        frames.setdefault(page_text.of_frame(source, name), []).append(name)
    found[FRAMES] = "\n".join(
        f"around: {' '.join(names)}\n{frame}" for frame, names in frames.items()
    )
    return found


def accepted_pages(folder: Path = PAGES) -> dict[str, str]:
    """Return the texts that were accepted."""
    return {
        path.relative_to(folder).as_posix().removesuffix(".txt"): path.read_text("utf-8")
        for path in sorted(folder.rglob("*.txt"))
    }


def difference(name: str, then: str, now: str, shown: int = SHOWN) -> str:
    """Return how a text changed and how to accept it; empty if it did not."""
    if then == now:
        return ""
    lines = list(
        difflib.unified_diff(
            then.splitlines(), now.splitlines(), "accepted", "now", n=1, lineterm=""
        )
    )
    more = f"\n... and {len(lines) - shown} more lines" if len(lines) > shown else ""
    return (
        "\n".join([f"{name} is not as accepted:", *lines[:shown]])
        + f"{more}\nIf that is right: python tools/accept.py pages {name}"
    )


def accept_pages(now: dict[str, str], names: Iterable[str] = (), folder: Path = PAGES) -> list[str]:
    """Write the texts of now, of the named ones or of all, and return what changed.

    Parameters
    ----------
    now
        Texts by name, as `pages` gives them.
    names
        Names or beginnings of names; none stands for all, and then texts of pages that are gone
        are removed.
    folder
        Where the accepted texts are.

    Raises
    ------
    KeyError
        If a name fits no page.
    """
    then = accepted_pages(folder)
    wanted = chosen({*now, *then}, names)
    said = []
    for name in wanted:
        path = folder / f"{name}.txt"
        if name not in now:
            path.unlink()
            said.append(f"gone: {name}")
        elif then.get(name) != now[name]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(now[name], "utf-8", newline="\n")
            said.append(f"{'changed' if name in then else 'new'}: {name}")
    return said


def chosen(known: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the known names that are asked for, in order.

    A name asks for itself, a folder for all in it, a chart for its narrow picture too.

    Raises
    ------
    KeyError
        If a name fits nothing.
    """
    every, wanted = sorted(known), list(names)
    for name in wanted:
        if not any(_fits(one, name) for one in every):
            raise KeyError(name)
    return [one for one in every if not wanted or any(_fits(one, name) for name in wanted)]


def _fits(one: str, name: str) -> bool:
    bare = name.rstrip("/")
    for ending in (".html", ".txt", ".png"):
        bare = bare.removesuffix(ending)
    return one == bare or one == f"{bare}-narrow" or one.startswith(f"{bare}/")


def charts(figures: Path) -> dict[str, np.ndarray]:
    """Return small pictures of the charts: ``NAME`` of its PNG, ``NAME-narrow`` drawn anew.

    Parameters
    ----------
    figures
        Where a build has put the PNG of each chart.
    """
    found = {}
    for name, chart in library.all_charts().items():
        content = (figures / f"{name}.png").read_bytes()
        found[name] = pictures.shrink(content, pictures.WIDTH["file"])
        found[f"{name}-narrow"] = drawn(chart, NARROW)
    return found


def drawn(chart: Chart, variant: Variant) -> np.ndarray:
    """Draw a chart as pages (NARROW) or downloads (FILE) have it; return its small picture."""
    buffer = io.BytesIO()
    with mpl._settings(chart, variant, "path"):
        figure = mpl.draw(chart, variant)
        figure.savefig(buffer, format="png", dpi=72, facecolor="white")
    return pictures.shrink(buffer.getvalue(), pictures.WIDTH[variant.name])


def accepted_charts(folder: Path = CHARTS) -> dict[str, np.ndarray]:
    """Return the small pictures that were accepted."""
    return {
        path.stem: pictures.from_png(path.read_bytes()) for path in sorted(folder.glob("*.png"))
    }


def accept_charts(
    now: dict[str, np.ndarray], names: Iterable[str] = (), folder: Path = CHARTS
) -> list[str]:
    """Write the small pictures of now, of the named charts or of all, and return what changed.

    A picture that looks as accepted is left alone, so that another release of a tool that draws
    changes no file.

    Parameters
    ----------
    now
        Small pictures by name, as `charts` gives them.
    names
        Names of charts; a name asks for its narrow picture too. None stands for all, and then
        pictures of charts that are gone are removed.
    folder
        Where the accepted pictures are.

    Raises
    ------
    KeyError
        If a name fits no chart.
    """
    then = accepted_charts(folder)
    wanted = chosen({*now, *then}, names)
    folder.mkdir(parents=True, exist_ok=True)
    said = []
    for name in wanted:
        path = folder / f"{name}.png"
        if name not in now:
            path.unlink()
            said.append(f"gone: {name}")
        elif name not in then:
            path.write_bytes(pictures.to_png(now[name]))
            said.append(f"new: {name}")
        elif (gap := pictures.compare(then[name], now[name])).seen:
            path.write_bytes(pictures.to_png(now[name]))
            said.append(f"changed: {name} ({gap})")
    return said
