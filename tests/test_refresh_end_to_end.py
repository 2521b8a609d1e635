"""From the publishers to the page: refresh, gate, build, and what readers then see.

The publishers are played by the double. UNHCR and CBP give the embedded figures; Eurostat's
quarterly decisions are synthetic and live in a copy of the project in a temporary folder only.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from asylum_report import cli_vintages, gate, store
from asylum_report.charts import library
from asylum_report.live import state
from double import Double, status
from double.cbp import CbpDouble
from double.eurostat import EurostatDouble
from double.unhcr import UnhcrDouble
from test_refresh_faults import ask

ROOT = Path(__file__).parents[1]
QUARTERLY = "migr_asydcfstq"
PENDING = "migr_asypenctzm"
HEADING = "Between the years: Eurostat's quarters"


@pytest.fixture(scope="module")
def server() -> Iterator[Double]:
    with Double() as running:
        yield running
        assert running.errors == []


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copy what git knows of the project, and work there."""
    root = tmp_path_factory.mktemp("live") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file() and not name.startswith(("tests/", "benchmarks/")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, root / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASYLUM_REPORT_ROOT", str(root))
        library._made.cache_clear()
        yield root
    # Charts made here have figures that no other test may see.
    library._made.cache_clear()


@pytest.fixture(scope="module")
def refreshed(server: Double, here: Path) -> dict[str, str]:
    """Refresh once and return what became of each dataset."""
    codes = (QUARTERLY.upper(), PENDING.upper())
    EurostatDouble(datasets=codes, since="2019").install(server, "/eurostat")
    UnhcrDouble().install(server, "/unhcr")
    cbp = CbpDouble().install(server, "/cbp")
    words = [
        "refresh",
        "--address", f"eurostat={server.url}/eurostat",
        "--address", f"unhcr={server.url}/unhcr",
        "--address", f"cbp={cbp}",
    ]  # fmt: skip
    for name in (QUARTERLY, PENDING, "unhcr-asylum-decisions", "cbp-nationwide-encounters"):
        words += ["--dataset", name]
    code = ask(*words)
    known = state.read().attempts
    assert code == 0, known
    return {name: one.state for name, one in known.items()}


@pytest.fixture(scope="module")
def site(refreshed: dict[str, str], here: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from asylum_report.publish import site

    return site.build("builtin", tmp_path_factory.mktemp("grown") / "site", root=here).output


pytestmark = pytest.mark.xdist_group("end-to-end")


def test_what_is_new_is_kept_and_what_is_not_is_not(refreshed: dict[str, str]) -> None:
    assert refreshed == {
        QUARTERLY: "new",
        PENDING: "new",
        "unhcr-asylum-decisions": "unchanged",
        "cbp-nationwide-encounters": "unchanged",
    }
    assert [one.date for one in store.vintages(dataset=QUARTERLY)] == ["2026-11-18"]
    assert len(store.vintages(dataset="unhcr-asylum-decisions")) == 1


def test_the_gate_lets_them_through(refreshed: dict[str, str]) -> None:
    assert all(one.passed for one in gate.verdicts())
    assert gate.notices() == {}


def test_the_difference_is_told_before_anything_is_published(
    refreshed: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    cli_vintages.diff("published", "now", "markdown")
    said = capsys.readouterr().out.replace("\\", "")
    assert QUARTERLY in said
    assert "2026-11-18" in said
    assert "unhcr-asylum-decisions" not in said.split("eadline")[0]


@pytest.mark.site
def test_the_recognition_page_grows(site: Path) -> None:
    text = (site / "notebooks" / "recognition.html").read_text(encoding="utf-8")
    assert HEADING in html.unescape(text).replace("’", "'")
    assert "recognition-quarterly" in text
    assert "migr_asydcfstq" in text
    assert "2026-11-18" in text or re.search(r"18\s+November\s+2026", text)
    for country in ("germany", "france"):
        page = (site / "notebooks" / f"{country}.html").read_text(encoding="utf-8")
        assert f"{country}-quarterly" in page
    assert "applications-pending" in (site / "notebooks" / "applications.html").read_text("utf-8")


@pytest.mark.site
def test_models_that_rest_on_other_figures_are_not_fitted_again(site: Path, here: Path) -> None:
    of = "data/processed/models/state.json"
    assert json.loads((here / of).read_text()) == json.loads((ROOT / of).read_text())


@pytest.mark.site
def test_a_publisher_that_fails_leaves_the_report_as_it_is_and_the_page_says_so(
    site: Path, server: Double, here: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from asylum_report.publish import site as publishing

    server.fault("/eurostat", status(404))
    code = ask("refresh", "--dataset", QUARTERLY, "--address", f"eurostat={server.url}/eurostat")
    assert code == 3
    assert ask("gate") == 3
    assert QUARTERLY in capsys.readouterr().out
    again = publishing.build("builtin", tmp_path / "site", root=here).output
    text = (again / "notebooks" / "recognition.html").read_text(encoding="utf-8")
    assert "could not be refreshed" in text
    assert HEADING in html.unescape(text).replace("’", "'")
    other = (again / "notebooks" / "united-states.html").read_text(encoding="utf-8")
    assert "could not be refreshed" not in other
