"""Run a script with the project's own Python, whichever Python a publisher found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESTARTED = "ASYLUM_REPORT_RESTARTED"


def own_python() -> Path:
    """Return where the project's own Python is, whether or not it is there."""
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return ROOT.joinpath(".venv", *inside)


def ensure() -> None:
    """Start the running script again with the project's own Python if this is another one.

    Without one this Python has to do, which is right in a container without ``.venv``.
    """
    python = own_python()
    at_home = Path(sys.prefix).resolve() == (ROOT / ".venv").resolve()
    if at_home or not python.is_file() or os.environ.get(RESTARTED):
        return
    environment = {**os.environ, RESTARTED: "1"}
    done = subprocess.run([str(python), *sys.argv], env=environment, check=False)
    raise SystemExit(done.returncode)
