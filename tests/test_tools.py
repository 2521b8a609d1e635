"""Set-up, locks, and what continuous integration runs."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCKS = {name: ROOT / "requirements" / f"{name}.lock" for name in ("run", "dev")}


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """Load ``tools/make.py`` on a copy of what it reads."""
    for name in ("tools", "requirements"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    spec = importlib.util.spec_from_file_location("make_tool", tmp_path / "tools" / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert tmp_path == module.ROOT
    return module


@pytest.fixture
def calls(make: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Note what would be run instead of running it; pretend that an environment is there."""
    noted: list[list[str]] = []

    def run(command: list[object], quiet: bool = False) -> int:
        noted.append([str(word) for word in command])
        return 0

    def make_venv() -> None:
        make.python().parent.mkdir(parents=True, exist_ok=True)
        make.python().write_text("")

    monkeypatch.setattr(make, "run", run)
    monkeypatch.setattr(make, "_make_venv", make_venv)
    monkeypatch.setattr(make.shutil, "which", lambda name: None)
    return noted


def test_setup_installs_by_hash_and_then_the_project(
    make: ModuleType, calls: list[list[str]]
) -> None:
    make.setup("run")
    packages, project = calls
    assert packages[1:4] == ["-m", "pip", "install"]
    assert packages[-3:] == ["--require-hashes", "-r", str(make.LOCKS["run"])]
    assert "--no-compile" in packages
    assert project[-4:] == ["--no-deps", "--no-build-isolation", "--editable", str(make.ROOT)]


def test_setup_takes_uv_where_there_is_one(
    make: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make.shutil, "which", lambda name: f"/somewhere/{name}")
    make.setup("dev")
    assert calls[0][:3] == ["/somewhere/uv", "pip", "install"]
    assert calls[0][-3:] == ["--require-hashes", "-r", str(make.LOCKS["dev"])]


def test_setup_does_nothing_twice(make: ModuleType, calls: list[list[str]]) -> None:
    make.setup("run")
    assert len(calls) == 2
    make.setup("run")
    assert len(calls) == 2
    make.setup("dev")
    assert len(calls) == 4
    make.setup("run")
    assert len(calls) == 4, "what development needs holds what a build needs"
    make.LOCKS["run"].write_text("changed")
    make.LOCKS["dev"].write_text("changed")
    make.setup("run")
    assert len(calls) == 6


def test_failed_setup_is_not_taken_for_done(
    make: ModuleType, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    make.setup("run")

    def fail(command: list[object], quiet: bool = False) -> int:
        raise make.Stop("no way to the package index")

    make.LOCKS["run"].write_text("changed")
    monkeypatch.setattr(make, "run", fail)
    with pytest.raises(make.Stop):
        make.setup("run")
    assert not make.STAMP.exists()


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by "
            "'NewConnectionError(...): Name or service not known'\n"
            "ERROR: Could not find a version that satisfies the requirement numpy\n",
            "no way to the package index: WARNING: Retrying (Retry(total=0)) after connection",
        ),
        (
            "Collecting x\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE.\n",
            "installing failed: ERROR: THESE PACKAGES DO NOT MATCH THE HASHES",
        ),
        ("", "installing failed: without a word"),
    ],
)
def test_why_an_installation_failed(make: ModuleType, said: str, line: str) -> None:
    found = make._why(said)
    assert found.startswith(line)
    assert "\n" not in found


def test_old_python_is_one_line(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(make, "newer", lambda: None)
    assert make.main(["site"]) == 2
    assert capsys.readouterr().err == "make: this is Python 3.9.2; 3.11 or newer is needed\n"


def test_old_python_looks_for_a_newer_one(
    make: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make.sys, "version_info", (3, 9, 2, "final", 0))
    monkeypatch.setattr(make, "newer", lambda: "/usr/bin/python3.12")
    called: list[list[str]] = []
    monkeypatch.setattr(make.subprocess, "call", lambda words: called.append(words) or 0)
    assert make.main(["site"]) == 0
    assert called == [["/usr/bin/python3.12", str(make.ROOT / "tools" / "make.py"), "site"]]


def test_errors_are_one_line(make: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert make.main(["preview"]) == 2
    assert capsys.readouterr().err == "make: there is no site yet: make site\n"
    make.LOCKS["run"].unlink()
    assert make.main(["setup"]) == 2
    said = capsys.readouterr().err
    assert said == f"make: {Path('requirements/run.lock')} is missing: is this a whole checkout?\n"
    assert make.main(["nonsense"]) == 2
    assert "python tools/make.py site" in capsys.readouterr().out


def test_clean_keeps_what_is_kept(make: ModuleType) -> None:
    kept = ("figures/README.md", "data/processed/x.csv", ".venv/x", "assets/site.css")
    gone = ("figures/x.svg", "_site/index.html", ".cache/x", "assets/fonts/x.woff2")
    for name in (*kept, *gone):
        (make.ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (make.ROOT / name).write_text("")
    assert make.main(["clean"]) == 0
    assert [name for name in kept if not (make.ROOT / name).exists()] == []
    assert [name for name in gone if (make.ROOT / name).exists()] == []


def test_every_command_of_the_makefile_is_there(make: ModuleType) -> None:
    rules = re.findall(r"^(help [\w ]+):$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for name in rules[0].split():
        assert f"make.py {name} " in make.__doc__ or name == "help"


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_versions_and_hashes_and_no_host(name: str) -> None:
    text = LOCKS[name].read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text
    pins = re.split(r"\n(?=[a-z])", text.strip())
    assert len(pins) > 60
    for pin in pins:
        assert re.match(r"[a-z0-9][a-z0-9._-]*==\S+", pin), pin
        assert "--hash=sha256:" in pin, pin


def pinned(name: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)==", LOCKS[name].read_text(), re.MULTILINE))


def plain(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[._]+", "-", found[0]).lower()


def test_locks_hold_what_pyproject_asks_for_and_the_build_backend() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {plain(one) for one in project["project"]["dependencies"]} | {"flit-core"}
    assert wanted <= pinned("run")
    groups = project["dependency-groups"]["dev"]
    assert wanted | {plain(one) for one in groups if isinstance(one, str)} <= pinned("dev")
    for name in ("pytest", "jupyterlab", "playwright", "ruff"):
        assert name not in pinned("run")


def test_make_under_another_python_version_starts(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-S", str(ROOT / "tools" / "make.py")],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.startswith("Every command of the project")


@pytest.mark.parametrize("name", ["prepare.py", "finish.py"])
def test_publishers_scripts_do_nothing_in_a_stage(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / name)],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "ASYLUM_REPORT_STAGED": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ---------------------------------------------------------------- continuous integration


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")))
def test_workflow_reads_and_pins_actions(path: Path) -> None:
    text = path.read_text()
    workflow = yaml.safe_load(text)
    assert workflow["jobs"]
    assert "permissions" in workflow
    for action in re.findall(r"uses: (\S+)", text):
        assert re.fullmatch(r"[\w.-]+/[\w./-]+@v\d+", action), action


def test_ci_script_is_strict_and_runs_the_checks() -> None:
    path = ROOT / ".ci" / "run"
    text = path.read_text()
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in text
    assert "make test" in text
    if os.name != "nt":
        assert os.access(path, os.X_OK)
        assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0


def test_ci_may_not_skip_browser_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    import conftest

    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI may not skip browser tests"):
        conftest.missing_browser()
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        conftest.missing_browser()
