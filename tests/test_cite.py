"""How to cite: every form says who, what, which version, which vintage; the command."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from asylum_report import __version__, cite, cite_forms
from asylum_report.errors import InvalidTable, UnknownName
from asylum_report.results_list import ABOUT
from conftest import ROOT

VINTAGE = "2026-06-25"


@pytest.fixture(scope="module")
def report() -> cite.Work:
    return cite.report(ROOT)


@pytest.fixture(scope="module")
def number() -> cite.Work:
    return cite.number("de.y2023.protection", ROOT)


def test_version_is_the_package_s(report: cite.Work) -> None:
    assert report.version == __version__
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", report.date)


def test_every_form_names_version_and_vintage(report: cite.Work, number: cite.Work) -> None:
    for work in (report, number, cite.table("decisions", ROOT)):
        for name, form in cite.FORMATS.items():
            text = form(work)
            assert work.version in text, name
            assert VINTAGE in text, name
            assert "UNHCR" in text, name
            assert text.endswith("\n"), name


def test_number_says_what_it_is(number: cite.Work) -> None:
    text = cite_forms.text(number)
    assert text.startswith("Protection rate: BAMF, Germany, first+repeat, Russian citizens, 2023: ")
    assert "29.0% (de.y2023.protection)" in text
    assert [one.dataset for one in number.sources] == ["unhcr-asylum-decisions"]


def test_bibtex_has_balanced_braces_and_distinct_keys(number: cite.Work) -> None:
    text = cite_forms.bibtex(replace(number, title="50% of {it} & a_b #1"))
    assert r"50\% of" in text
    assert r"\& a\_b \#1" in text
    keys = re.findall(r"^@misc\{([^,]+),$", text, re.MULTILINE)
    assert len(keys) == len(set(keys)) == 2
    plain = cite_forms.bibtex(number)
    assert plain.count("{") == plain.count("}")


def test_ris_is_records_of_known_tags(number: cite.Work) -> None:
    lines = cite_forms.ris(number).splitlines()
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines)
    assert [line[6:] for line in lines if line.startswith("TY")] == ["DATA", "DATA"]
    assert sum(line.startswith("ER") for line in lines) == 2
    assert cite_forms.ris(cite.report(ROOT)).startswith("TY  - COMP\n")


def test_csl_json_reads_as_items(number: cite.Work) -> None:
    items = json.loads(cite_forms.csl(number))
    assert [item["type"] for item in items] == ["dataset", "dataset"]
    assert items[0]["issued"]["date-parts"] == [[int(part) for part in number.date.split("-")]]
    assert items[1]["issued"]["date-parts"] == [[2026, 6, 25]]
    assert len({item["id"] for item in items}) == 2


def test_citation_file_has_what_the_format_demands(report: cite.Work, number: cite.Work) -> None:
    for work, kind in ((report, "software"), (number, "dataset")):
        found = yaml.safe_load(cite_forms.cff(work))
        assert {"cff-version", "message", "title", "authors"} <= found.keys()
        assert found["type"] == kind
        assert all({"type", "title", "authors"} <= one.keys() for one in found["references"])
        assert all(isinstance(one["version"], str) for one in found["references"])
    # A publisher's figures are not under the licence of the report.
    assert "license" not in yaml.safe_load(cite_forms.cff(number))
    assert yaml.safe_load(cite_forms.cff(report))["license"] == "MIT"


def test_chart_and_table_have_addresses_where_the_site_s_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ASYLUM_REPORT_SITE_URL", raising=False)
    assert cite.table("trend", ROOT).address == cite.report(ROOT).address
    monkeypatch.setenv("ASYLUM_REPORT_SITE_URL", "https://example.org/r")
    assert cite.table("trend", ROOT).address == "https://example.org/r/downloads/trend.csv"
    chart = cite.chart("germany-outcomes", ROOT)
    assert chart.address == "https://example.org/r/embed/germany-outcomes.html"
    assert chart.sources[0].title in cite_forms.text(chart)


def test_address_of_the_site_by_its_description(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ASYLUM_REPORT_SITE_URL", raising=False)
    assert cite.home(tmp_path) == ""
    (tmp_path / "_quarto.yml").write_text("website:\n  site-url: https://example.org/a\n")
    assert cite.home(tmp_path) == "https://example.org/a/"
    monkeypatch.setenv("ASYLUM_REPORT_SITE_URL", "https://example.net/")
    assert cite.home(tmp_path) == "https://example.net/"


def test_every_table_can_be_cited() -> None:
    for name in ABOUT:
        assert cite.table(name, ROOT).sources, name


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownName, match="unknown table 'decision'"):
        cite.table("decision", ROOT)
    with pytest.raises(UnknownName, match="did you mean"):
        cite.number("de.y2023.protectoin", ROOT)
    with pytest.raises(UnknownName):
        cite.chart("nothing", ROOT)


def test_citation_file_that_lacks_something(tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_text("title: x\nauthors: []\n")
    with pytest.raises(InvalidTable, match="no date-released, version"):
        cite.about(tmp_path)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "asylum_report.cli", "cite", *arguments],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


def test_command() -> None:
    done = command("--number", "de.y2023.protection", "--format", "CSL-JSON")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)[0]["title"].endswith("29.0%")
    wrong = command("--table", "decisions", "--chart", "germany-outcomes")
    assert wrong.returncode == 2
    assert wrong.stderr.count("\n") == 1
    assert "more than one thing" in wrong.stderr
