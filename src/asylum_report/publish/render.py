"""Turn a staged project into HTML: by Quarto where it is installed, else by smalldocs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from asylum_report.errors import BuildError

Publisher = Literal["quarto", "builtin"]

STAGED = "ASYLUM_REPORT_STAGED"
"""Set while a publisher renders a stage, so that ``pre-render`` and ``post-render`` do nothing."""

KNOWN_WARNINGS = (
    r"execute\.(enabled|freeze) is ignored: smalldocs runs no code",
    r"format\.html\.(html-math-method|respect-user-color-scheme) is ignored",
    r"theme assets/theme-(light|dark)\.scss: smalldocs compiles no Sass; .*",
)
"""What smalldocs says of settings that are Quarto's alone. Anything else stops the build."""

SMALLDOCS_WARNING = re.compile(r"^warning: (.*)$", re.MULTILINE)
QUARTO_WARNING = re.compile(r"^(?:\x1b\[[0-9;]*m)*\s*(?:WARN(?:ING)?:?)\s*(.*)$", re.MULTILINE)

BROKEN = re.compile(r"unable to resolve|not found|unknown", re.IGNORECASE)
"""What Quarto's warnings of broken links, files and variables have in common."""


def choose(publisher: str) -> Publisher:
    """Return the publisher to use.

    Parameters
    ----------
    publisher
        ``quarto``, ``builtin``, or ``auto`` for Quarto where it is on the PATH.

    Raises
    ------
    BuildError
        If there is no such publisher, or Quarto is asked for and not installed.
    """
    if publisher == "auto":
        return "quarto" if shutil.which("quarto") else "builtin"
    if publisher == "builtin":
        return "builtin"
    if publisher == "quarto":
        if shutil.which("quarto"):
            return "quarto"
        raise BuildError("Quarto is not on the PATH", todo="install it or use --publisher builtin")
    raise BuildError(f"unknown publisher '{publisher}'", todo="use auto, quarto or builtin")


def identity(publisher: Publisher) -> str:
    """Return what tells one installed publisher from another, without starting it."""
    if publisher == "builtin":
        return publisher
    program = Path(shutil.which("quarto") or "quarto").resolve()
    about = program.stat() if program.exists() else None
    return f"quarto {program} {about.st_size if about else 0} {about.st_mtime_ns if about else 0}"


def render(publisher: Publisher, stage: Path) -> tuple[Path, list[str]]:
    """Render the staged project and return the folder of the site, and Quarto's warnings.

    Raises
    ------
    BuildError
        If the publisher fails, or warns of a broken link or, for smalldocs, of anything new.
    """
    if publisher == "builtin":
        return builtin(stage), []
    return quarto(stage)


def builtin(stage: Path) -> Path:
    """Render with smalldocs, in a process of its own."""
    done = _run([sys.executable, "-m", "smalldocs.cli", "render", str(stage), "--quiet"], stage)
    if done.returncode:
        said = done.stderr.rpartition("smalldocs: ")[2].strip() or "it said nothing"
        raise BuildError("smalldocs failed", where=said.replace(f"{stage}{os.sep}", ""))
    unknown = unexpected(SMALLDOCS_WARNING.findall(done.stderr), KNOWN_WARNINGS)
    if unknown:
        raise BuildError("the site has a fault", where=unknown[0], todo=_more(unknown))
    return stage / "_site"


def quarto(stage: Path) -> tuple[Path, list[str]]:
    """Render with Quarto, once for the whole project, with the outputs already in the notebooks."""
    program = shutil.which("quarto") or "quarto"
    done = _run([program, "render", "--no-execute"], stage)
    if done.returncode:
        raise BuildError("Quarto failed", where=_last(done.stderr))
    warned = [text for text in QUARTO_WARNING.findall(done.stderr) if text.strip()]
    broken = [text for text in warned if BROKEN.search(text)]
    if broken:
        raise BuildError("the site has a fault", where=broken[0], todo=_more(broken))
    return stage / "_site", warned


def unexpected(warnings: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the warnings that match none of the known patterns."""
    patterns = [re.compile(pattern) for pattern in known]
    return [text for text in warnings if not any(p.fullmatch(text) for p in patterns)]


def _run(command: list[str], stage: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        STAGED: "1",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "QUARTO_PYTHON": sys.executable,
    }
    return subprocess.run(
        command,
        cwd=stage,
        env=environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.DEVNULL,
    )


def _last(text: str) -> str:
    """Return the line that says what went wrong: the one marked as such, or the last."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    marked = [line for line in lines if re.match(r"(smalldocs|error)\b", line, re.IGNORECASE)]
    return (marked or lines or ["it said nothing"])[-1]


def _more(unknown: list[str]) -> str:
    return f"{len(unknown) - 1} more like it" if len(unknown) > 1 else "mend the page"
