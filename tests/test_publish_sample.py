"""A project of two pages and two notebooks, with everything faked that is not publishing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from asylum_report.publish import notebooks, prepare, variables

REPOSITORY = Path(__file__).parents[1]

CONFIG = """
project:
  type: website
  output-dir: _site
  render: [index.qmd, notebooks/one.ipynb, notebooks/two.ipynb, 404.qmd]
  resources: ["assets/*.js", "figures/*.svg"]
website:
  title: Sample
  description: A site to try the build on.
  search: true
  navbar:
    left:
      - {text: Home, href: index.qmd}
      - text: Questions
        menu:
          - {text: One, href: notebooks/one.ipynb}
          - {text: Two, href: notebooks/two.ipynb}
    right:
      - {text: Brief, href: brief.pdf}
  page-footer:
    left: Left
    right:
      - {text: One, href: notebooks/one.ipynb}
      - {text: Two, href: notebooks/two.ipynb}
format:
  html:
    lang: en
    theme:
      light: [default, assets/theme-light.scss]
      dark: [default, assets/theme-dark.scss]
    respect-user-color-scheme: true
    css: [assets/site.css]
    include-after-body: assets/scripts.html
    html-math-method: mathml
    toc: true
    toc-title: On this page
    code-fold: true
execute: {enabled: true, freeze: auto}
"""

INDEX = """
---
title: Home
description: The first page.
---

Germany granted {{< var de.rate >}}.

| a | b |
|:--|--:|
| 1 | 2 |

```{=html}
<p><a href="/figures/rates.svg">Picture</a> <span style="color: red">red</span></p>
```

[One](notebooks/one.ipynb#first) and [the brief](brief.pdf).
"""

CHART = textwrap.dedent(
    """
    from IPython.display import display
    html = '<figure id="NAME"><svg viewBox="0 0 9 9"><path d="M0 0h9"/></svg></figure>'
    text = f"```{{=html}}\\n{html}\\n```"
    display({"text/markdown": text, "text/plain": "A chart."}, raw=True)
    """
).strip()


def notebook(*cells: tuple[str, str]) -> dict[str, Any]:
    """Return a stripped notebook of ("markdown" or "code", source) cells."""
    made = []
    for number, (kind, source) in enumerate(cells, start=1):
        cell = {
            "cell_type": kind, "id": f"c{number}", "metadata": {},
            "source": source.splitlines(keepends=True),
        }  # fmt: skip
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def make(root: Path) -> Path:
    """Write the sample project into the empty folder `root`."""
    for folder in ("assets", "notebooks", "data/raw", "data/reference", "report", "src"):
        (root / folder).mkdir(parents=True)
    (root / "src" / "asylum_report").mkdir()
    (root / "_quarto.yml").write_text(CONFIG)
    (root / "index.qmd").write_text(INDEX.lstrip())
    (root / "404.qmd").write_text("---\ntitle: Not here\nsearch: false\n---\n\n[Home](index.qmd)\n")
    (root / "report" / "brief.qmd").write_text("# Brief\n\n{{< var de.rate >}}\n")
    for name in ("site.css", "site.js", "theme-light.scss", "theme-dark.scss"):
        shutil.copy(REPOSITORY / "assets" / name, root / "assets" / name)
    (root / "assets" / "scripts.html").write_text('<script src="/assets/site.js" defer></script>\n')
    for name in ("one", "two"):
        front = f"---\ntitle: Notebook {name}\n---"
        cells = notebook(
            ("markdown", front),
            ("markdown", "## First\n\nOf these, {{< var de.rate >}} in Germany."),
            ("code", CHART.replace("NAME", name)),
        )
        (root / "notebooks" / f"{name}.ipynb").write_text(notebooks.dump(cells))
    return root


def fake_make(
    root: Path, pages: Any, say: Callable[[str, int, int], None], workers: int
) -> tuple[dict[str, str], Mapping[str, Any], list[Path]]:
    """Stand in for tables, numbers and charts."""
    say("Drawing the charts", 0, 1)
    values = {"de.rate": "28.95 %"}
    prepare.write(root / "_variables.yml", variables.dump(values))
    prepare.check_prose(root, values)
    (root / "figures").mkdir(exist_ok=True)
    (root / "figures" / "rates.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    say("Drawing the charts", 1, 1)
    return values, {"rates": object()}, [root / "_variables.yml", root / "figures" / "rates.svg"]


def fake_brief(stage: Path, out: Path, publisher: str = "builtin") -> Path:
    """Stand in for the brief."""
    out.write_bytes(b"%PDF-1.7 sample")
    return out


def install(patch: Any) -> None:
    """Put the stand-ins in place, with a pytest monkeypatch or the like."""
    brief = SimpleNamespace(build_brief=fake_brief, prepare_brief=lambda stage: {})
    patch.setattr(prepare, "_make", fake_make)
    patch.setitem(sys.modules, "asylum_report.publish.brief", brief)
    import asylum_report.publish as room

    patch.setattr(room, "brief", brief, raising=False)


DRIVER = """
import sys, os, signal, time
sys.path.insert(0, {tests!r})
from pathlib import Path
import pytest
import test_publish_sample as sample
from asylum_report import cli_build
from asylum_report.publish import site
patch = pytest.MonkeyPatch()
sample.install(patch)
os.environ["ASYLUM_REPORT_ROOT"] = {root!r}
{before}
cli_build.build("builtin")
"""


def run(root: Path, before: str = "", **options: Any) -> subprocess.Popen[str]:
    """Start a build of the sample in a process of its own, after running the lines `before`."""
    code = DRIVER.format(tests=str(REPOSITORY / "tests"), root=str(root), before=before)
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
        **options,
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the content of every file under a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_search(site: Path) -> list[dict[str, str]]:
    """Return the search index of a built site."""
    return json.loads((site / "search.json").read_text(encoding="utf-8"))
