"""What tests share: a browser, the built site, and skipping by name what a machine lacks."""

from __future__ import annotations

import csv
import functools
import http.server
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("without deadline", deadline=None)
settings.load_profile("without deadline")

ROOT = Path(__file__).parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PREFIX = "/asylum-report/"
"""The site is served below a folder, as project pages are."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip by name what needs Quarto where there is none."""
    if shutil.which("quarto"):
        return
    for item in items:
        if "quarto" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="Quarto is not on the PATH"))


@pytest.fixture(autouse=True)
def _longest_field() -> None:
    """Undo what frictionless does to the whole process when it is imported."""
    csv.field_size_limit(131_072)


def find_browser() -> str | None:
    """Return the path of an installed Chromium."""
    return next((found for found in map(shutil.which, BROWSERS) if found), None)


def missing_browser() -> None:
    """Skip, or fail where continuous integration may skip nothing."""
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail("no Chromium on this machine, and CI may not skip browser tests")
    pytest.skip("no Chromium on this machine")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Give a Chromium that belongs to this machine and asks nobody anything."""
    program = find_browser()
    if program is None:
        missing_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield chromium
        chromium.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass

    def translate_path(self, path: str) -> str:
        inside = path.split("?")[0].split("#")[0].startswith(PREFIX)
        return super().translate_path("/" + path[len(PREFIX) :] if inside else "/nowhere")


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """Give a function that serves a folder on this machine and returns its address."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(folder: Path) -> str:
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}{PREFIX}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the whole report once with the built-in publisher and return the site."""
    return build_site("builtin", tmp_path_factory.mktemp("built") / "site")


def build_site(publisher: str, output: Path) -> Path:
    """Build the real project into `output`; wait while somebody else builds it."""
    from asylum_report.errors import BuildError
    from asylum_report.publish import site

    for _ in range(120):
        try:
            return site.build(publisher, output, root=ROOT).output
        except BuildError as error:
            if "another build is running" not in str(error):
                raise
            time.sleep(2)
    raise AssertionError("another build has been running for minutes")


sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def cold_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the sample project, of which nothing was ever built, and put its stand-ins in place."""
    import test_publish_sample

    test_publish_sample.install(monkeypatch)
    return test_publish_sample.make(tmp_path / "project")


@pytest.fixture(scope="session")
def executed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Execute the sample's notebooks once and return what is remembered of them."""
    import test_publish_sample
    from asylum_report.publish import site

    with pytest.MonkeyPatch.context() as patch:
        test_publish_sample.install(patch)
        root = test_publish_sample.make(tmp_path_factory.mktemp("sample") / "project")
        site.build("builtin", root=root)
    return root / ".cache" / "notebooks"


@pytest.fixture
def sample(cold_sample: Path, executed_once: Path) -> Path:
    """Make the sample project, whose notebooks' outputs are remembered."""
    shutil.copytree(executed_once, cold_sample / ".cache" / "notebooks")
    return cold_sample
