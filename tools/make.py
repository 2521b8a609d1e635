"""Every command of the project, with nothing but Python 3.11 or newer: on Windows as elsewhere.

python tools/make.py site        set up, then build the whole report into _site/
python tools/make.py test        set up for development, then run every check
python tools/make.py accept      accept what pages and charts are now (docs/testing.md)
python tools/make.py screenshots pictures of every page for the eye, in .cache/screenshots/
python tools/make.py lighthouse  Lighthouse on every page (needs node and npm)
python tools/make.py refresh     pull the publishers' current figures (needs the internet)
python tools/make.py preview     serve _site/ on this computer
python tools/make.py lab         open the notebooks in JupyterLab
python tools/make.py setup       set up only; `setup dev` for development
python tools/make.py lock        resolve the requirements again (needs uv)
python tools/make.py clean       throw away everything that a build makes, `.venv` excepted

``make site`` is the same as ``python tools/make.py site``, and so on.
"""

from __future__ import annotations

import functools
import hashlib
import http.server
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = VENV / ".asylum-report"
OLDEST = (3, 11)
LOCKS = {"run": ROOT / "requirements" / "run.lock", "dev": ROOT / "requirements" / "dev.lock"}
MADE = (
    ".cache", "_site", "_charts", "_generated", "_freeze", ".quarto", "_variables.yml",
    "assets/fonts", "report/charts", "report/brief.typ", "report/brief-data.json", "report/de",
    "report/fr", "report/ru",
    ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis",
)  # fmt: skip


class Stop(Exception):
    """What went wrong and what to do, in one line."""


def python() -> Path:
    """Return where the project's own Python is."""
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return VENV.joinpath(*inside)


def run(command: Sequence[str | Path], *, quiet: bool = False) -> int:
    """Run a command in the project and return its exit code."""
    words = [str(word) for word in command]
    output = subprocess.PIPE if quiet else None
    done = subprocess.run(
        words,
        cwd=ROOT,
        stdout=output,
        stderr=output,
        check=False,
        encoding="utf-8",
        errors="replace",
    )
    if quiet and done.returncode:
        raise Stop(_why(f"{done.stdout or ''}\n{done.stderr or ''}"))
    return done.returncode


def _why(said: str) -> str:
    """Return in one line why an installation failed."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    network = ("connection", "network", "resolve host", "name resolution", "timed out", "proxy",
               "dns error", "error sending request")  # fmt: skip
    for line in reversed(lines):
        if any(word in line.lower() for word in network):
            return f"no way to the package index: {line}"
    for line in reversed(lines):
        if "hash" in line.lower() or line.lower().startswith("error"):
            return f"installing failed: {line}"
    return f"installing failed: {lines[-1] if lines else 'without a word'}"


def newer() -> str | None:
    """Return a Python on the PATH that is new enough, if there is one."""
    names = (f"python3.{minor}" for minor in range(OLDEST[1], OLDEST[1] + 10))
    return next((found for found in map(shutil.which, names) if found), None)


def wanted(lock: str) -> str:
    """Return what an up-to-date environment is recorded with."""
    digest = hashlib.sha256()
    for path in (LOCKS[lock], ROOT / "pyproject.toml"):
        if not path.is_file():
            raise Stop(f"{path.relative_to(ROOT)} is missing: is this a whole checkout?")
        digest.update(path.read_bytes())
    version = ".".join(str(part) for part in sys.version_info[:2])
    return f"{lock} {version} {digest.hexdigest()}"


def setup(lock: str = "run") -> None:
    """Make `.venv` and install what the lock says, unless it is up to date.

    Raises
    ------
    Stop
        In one line: Python too old, no venv module, no network, a package that does not install.
    """
    recorded = STAMP.read_text(encoding="utf-8").split("\n") if STAMP.is_file() else []
    stamp = wanted(lock)
    # What development needs holds what a build needs.
    if python().is_file() and (stamp in recorded or (lock == "run" and wanted("dev") in recorded)):
        return
    started = time.monotonic()
    uv = shutil.which("uv")
    print(f"Setting up .venv from {LOCKS[lock].name} with {'uv' if uv else 'pip'} ...", flush=True)
    STAMP.unlink(missing_ok=True)
    if not _works():
        _make_venv()
    if uv:
        install = [uv, "pip", "install", "--quiet", "--python", python()]
        run([*install, "--require-hashes", "-r", LOCKS[lock]], quiet=True)
    else:
        install = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        install += ["--no-input"]
        # Byte code comes when a module is first used; all of it would take half of the time.
        run([*install, "--no-compile", "--require-hashes", "-r", LOCKS[lock]], quiet=True)
    run([*install, "--no-deps", "--no-build-isolation", "--editable", ROOT], quiet=True)
    STAMP.write_text(stamp + "\n", encoding="utf-8")
    print(f"Set up in {time.monotonic() - started:.0f} s.", flush=True)


def _works() -> bool:
    """Tell whether the environment's Python starts and is of the version that runs this."""
    if not python().is_file():
        return False
    ask = [str(python()), "-c", "import sys, pip; print(*sys.version_info[:2])"]
    try:
        done = subprocess.run(
            ask, capture_output=True, check=False, encoding="utf-8", errors="replace"
        )
    except OSError:
        return False
    return done.stdout.split() == [str(part) for part in sys.version_info[:2]]


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError as error:
        raise Stop(
            "this Python has no venv module: install it (Debian, Ubuntu: apt install python3-venv)"
        ) from error
    try:
        shutil.rmtree(VENV, ignore_errors=True)
        venv.EnvBuilder(with_pip=True, clear=True, symlinks=os.name != "nt").create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Stop(f".venv cannot be made: {error}") from error


def site(arguments: Sequence[str]) -> int:
    """Build the whole report."""
    setup("run")
    return run([python(), "-m", "asylum_report.cli", "build", *arguments])


def refresh(arguments: Sequence[str]) -> int:
    """Pull the publishers' current figures into new vintages; options as of the command."""
    setup("run")
    return run([python(), "-m", "asylum_report.cli", "refresh", *arguments])


def test(arguments: Sequence[str]) -> int:
    """Run every check; the first that fails is named, and the rest still run."""
    setup("dev")
    own = str(python())
    checks: dict[str, list[str]] = {
        "style": [own, "-m", "ruff", "check"],
        "layout": [own, "-m", "ruff", "format", "--check"],
        "types": [own, "-m", "mypy"],
        "notebooks without outputs": [own, "tools/strip_notebooks.py", "--check"],
        "tests": [own, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *arguments],
    }
    failed = []
    for name, command in checks.items():
        print(f"--- {name}", flush=True)
        if run(command):
            failed.append(name)
    print(f"Failed: {', '.join(failed)}" if failed else "Every check passed.", flush=True)
    return 1 if failed else 0


def accept(arguments: Sequence[str]) -> int:
    """Accept what pages and charts are now; options as of tools/accept.py."""
    setup("dev")
    return run([python(), "tools/accept.py", *arguments])


def screenshots(arguments: Sequence[str]) -> int:
    """Make pictures of every page in all widths and themes; options as of tools/screenshots.py."""
    setup("dev")
    return run([python(), "tools/screenshots.py", *arguments])


def lighthouse(arguments: Sequence[str]) -> int:
    """Measure every page with Lighthouse; options as of benchmarks/bench_lighthouse.py."""
    setup("dev")
    return run([python(), "benchmarks/bench_lighthouse.py", *arguments])


def preview(arguments: Sequence[str]) -> int:
    """Serve the built site on this computer alone, on a free port or the one given."""
    folder = ROOT / "_site"
    if not (folder / "index.html").is_file():
        raise Stop("there is no site yet: make site")
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    try:
        port = int(arguments[0]) if arguments else 0
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except (ValueError, OverflowError, OSError) as error:
        raise Stop(f"no such port, or it is taken: {arguments[0]} ({error})") from error
    with server:
        print(f"http://127.0.0.1:{server.server_address[1]}/  (Ctrl-C ends it)", flush=True)
        server.serve_forever()
    return 0


def lab(arguments: Sequence[str]) -> int:
    """Open the notebooks in JupyterLab."""
    setup("dev")
    return run([python(), "-m", "jupyterlab", "--notebook-dir", ROOT / "notebooks", *arguments])


def lock(arguments: Sequence[str]) -> int:
    """Resolve the requirements of both locks again, for every system and Python."""
    uv = shutil.which("uv")
    if not uv:
        raise Stop("resolving needs uv on the PATH")
    compiling = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes",
                 "--no-emit-index-url", "--no-header", "--python-version", "3.11", "--no-sources",
                 *arguments]  # fmt: skip
    for name, group in (("run", "build"), ("dev", "dev")):
        target = LOCKS[name].relative_to(ROOT)
        if run([*compiling, "pyproject.toml", "--group", group, "--output-file", target]):
            return 1
    return 0


def clean(arguments: Sequence[str]) -> int:
    """Throw away everything that a build makes; `.venv` stays."""
    for name in MADE:
        path = ROOT / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in (ROOT / "figures").glob("*.*"):
        if path.suffix in (".svg", ".png", ".csv", ".json"):
            path.unlink()
    for path in (ROOT / "data" / "processed").glob("*.parquet"):
        path.unlink()
    return 0


def main(arguments: Sequence[str]) -> int:
    """Run the command that is named first and return its exit code."""
    commands = {"site": site, "refresh": refresh, "test": test, "preview": preview, "lab": lab,
                "lock": lock, "clean": clean,
                "accept": accept, "screenshots": screenshots, "lighthouse": lighthouse}  # fmt: skip
    name, *rest = arguments or ["help"]
    if sys.version_info < OLDEST:
        if found := newer():
            return subprocess.call([found, str(Path(__file__)), *arguments])
        version = ".".join(str(part) for part in sys.version_info[:3])
        print(f"make: this is Python {version}; 3.11 or newer is needed", file=sys.stderr)
        return 2
    try:
        if name == "setup":
            setup(*(rest[:1] or ["run"]))
            return 0
        if name not in commands:
            print(__doc__)
            return 0 if name in ("help", "-h", "--help") else 2
        return commands[name](rest)
    except Stop as error:
        print(f"make: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
