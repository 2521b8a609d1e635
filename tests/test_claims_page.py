"""The page of claims: each once, with verdict, figures and sources; and the command."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pypandoc
import pytest
import typer
from typer.testing import CliRunner

from asylum_report import claims, cli_claims, numbers, paths
from asylum_report.claims import output, record
from asylum_report.claims.origins import period
from asylum_report.errors import ReportError, UnknownName
from asylum_report.publish import generated_claims

REASON_ONLY = ("c04", "c12", "c13", "c14", "c17", "c18", "c19", "c31")
IDS = [f"c{number:02}" for number in range(1, 32)]


@pytest.fixture(scope="module")
def parts():
    return generated_claims.texts()


@pytest.fixture(scope="module")
def page(parts):
    """Give what pandoc, and so Quarto, makes of the generated parts."""
    return {name: pypandoc.convert_text(text, to="html", format="markdown")
            for name, text in parts.items()}  # fmt: skip


def test_each_claim_stands_once_in_the_list_and_once_with_its_figures(page):
    assert re.findall(r'id="(c\d\d)"', page["claims.md"]) == IDS
    listed = re.findall(r'<a href="#(c\d\d)">\s*c', page["claims-list.md"])
    assert sorted(listed) == IDS
    # Below the heading of its verdict.
    heads = re.findall(r'<h3[^>]* id="verdict-([\w-]+)"', page["claims-list.md"])
    parts = re.split(r"<h3", page["claims-list.md"])[1:]
    said = {one: head for head, part in zip(heads, parts, strict=True)
            for one in re.findall(r'href="#(c\d\d)"', part)}  # fmt: skip
    verdicts = re.findall(r'<span\s+class="ar-verdict-([\w-]+)">', page["claims.md"])
    assert [said[one] for one in IDS] == verdicts
    whole = "".join(page.values())
    assert sorted(re.findall(r'id="(c\d\d)"', whole)) == IDS


def test_verdicts_are_words_with_a_class_and_the_legend_adds_up(page):
    named = re.findall(r'<span\s+class="ar-verdict-([\w-]+)">([^<]+)</span>', page["claims.md"])
    assert len(named) == 31
    assert set(named) <= {
        ("confirmed", "Confirmed"), ("caveat", "Confirmed with a caveat"),
        ("not-reproduced", "Not reproduced"), ("contradicted", "Contradicted"),
        ("not-testable", "Not testable"),
    }  # fmt: skip
    text = page["claims-legend.md"]
    many = dict(re.findall(r'href="#verdict-([\w-]+)">[^<]+</a></span>\s*(\d+)</li>', text))
    assert len(many) == 5
    assert sum(map(int, many.values())) == 31
    for name, number in many.items():
        assert re.search(rf'id="verdict-{name}">.*?</span>\s*{number}</h3>', page["claims-list.md"],
                         flags=re.S)  # fmt: skip


def test_a_claim_shows_figure_interval_n_source_and_data(parts):
    card = parts["claims.md"].split("{#c23 ")[1].split(":::::")[0]
    card = card.replace("\u00a0", " ")
    for text in (
        "Novaya Gazeta Europe, February 2026", "[Confirmed]{.ar-verdict-confirmed}", "**6.9%**",
        "95% interval 5.9 to 8.2% (design effect 4); n = 7,645", "2025 · UNHCR, 25 June 2026",
        '<a href="downloads/decisions.csv">decisions.csv</a>', "`de.y2025.protection`",
        "**Holds.**",
        "(notebooks/germany.ipynb)",
    ):  # fmt: skip
        assert text in card, text


def test_every_claim_says_how_it_is_read_and_tested(parts):
    cards = re.split(r"^::::: \{#", parts["claims.md"], flags=re.M)[1:]
    assert [card[:3] for card in cards] == IDS
    for card in cards:
        openly, folded = card.split("<details>")
        # Where no figure decides, how it is read is the reason and stands openly.
        found = re.search(r"\{\.ar-claim-who\}\n\n(?P<text>\S.+)\n\n$", openly)
        assert found, card[:3]
        assert folded.count("**How it is read.**") == (card[:3] not in REASON_ONLY)
        assert folded.count("</details>") == 1
        outcomes = re.findall(r"^- Test, .*?: \*\*(.+?)\.\*\*", card, flags=re.M)
        assert outcomes, card[:3]
        assert set(outcomes) <= {
            "Holds", "Does not hold", "Cannot be told", "None is held", "Not above the bound",
        }  # fmt: skip


def test_bounds_come_with_reservations_and_are_called_bounds(parts):
    items = re.findall(r"^- \*\*", parts["claims-bounds.md"], flags=re.M)
    ledger = claims.read()
    assert len(items) == len(ledger.bounds) >= 6
    text = (paths.root() / "claims.qmd").read_text(encoding="utf-8")
    assert "bounds and not estimates" in text
    for one in ledger.bounds:
        assert one.number in parts["claims-bounds.md"]


def test_the_page_types_no_figure():
    text = (paths.root() / "claims.qmd").read_text(encoding="utf-8")
    text = re.sub(r"\{\{<.*?>\}\}|```.*?```|\{#.*?\}", "", text, flags=re.S)
    left = re.sub(r"18 to 45|95% interval|below 20|design effect of 4", "", text)
    assert not re.search(r"\d", left)


def test_an_unknown_page_of_a_claim_is_a_clear_error():
    one = {"claim_id": "c01", "pages": ["nowhere.qmd"]}
    with pytest.raises(ReportError, match=r"no page 'nowhere.qmd' \(claims.yml, claim c01\)"):
        generated_claims._links(one, {"data.qmd": "Data"})


def test_without_results_the_page_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "processed", lambda: tmp_path)
    with pytest.raises(ReportError, match="run: asylum-report build"):
        generated_claims.texts()


def test_a_ledger_that_lacks_a_claim_of_the_table_is_a_clear_error(committed):
    from dataclasses import replace

    whole = claims.read()
    with pytest.raises(ReportError, match="claims and ledger differ: c31"):
        output.entries(committed, replace(whole, claims=whole.claims[:-1]))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([{"fiscal_year": "2022"}], "US fiscal year 2022"),
        ([{"earlier": "2022", "later": "2025"}], "2022 to 2025"),
        ([{"period": "2024"}, {"period": "2022"}], "2022 to 2024"),
        ([{"period_start": "2022-01-01", "period_end": "2022-12-31"}], "2022"),
        ([{"period_start": "2022-01-01", "period_end": "2022-12-31"},
          {"period_start": "2025-01-01", "period_end": "2025-12-31"}], "2022 to 2025"),
        ([{"period_start": "2023-07-20", "period_end": "2024-03-31"}],
         "20\u00a0July\u00a02023 to 31\u00a0March\u00a02024"),
        ([{"period_start": "2022-01-01", "period_end": ""}],
         "from 1\u00a0January\u00a02022, end not stated"),
        ([{"date": "2023-12-31"}], "31\u00a0December\u00a02023"),
        ([], ""),
    ],
)  # fmt: skip
def test_periods_are_written_as_the_source_means_them(rows, words):
    assert period(rows) == words


# ---------------------------------------------------------------- the command


@pytest.fixture(scope="module")
def committed():
    found = json.loads((paths.processed() / "numbers.json").read_text(encoding="utf-8"))
    return {name: SimpleNamespace(name=name, **entry) for name, entry in found.items()}


@pytest.fixture(scope="module")
def every(committed):
    return output.entries(committed)


@pytest.fixture
def run(monkeypatch, committed, every):
    monkeypatch.setattr(numbers, "compute", lambda: committed)
    monkeypatch.setattr(output, "entries", lambda *_: every)
    app = typer.Typer()
    app.command()(cli_claims.claims)
    return lambda *words: CliRunner().invoke(app, list(words))


def test_the_command_lists_claims_and_shows_one(run):
    lines = run().output.splitlines()
    assert [line[:3] for line in lines] == IDS
    assert "Confirmed " in lines[8]
    assert "7,663 first applications" in lines[8]
    one = run("c24").output
    assert "Confirmed with a caveat" in one
    assert "checked.eu_plus_without_de.y2022_2025.difference_ci" not in one
    assert "unclear" in one
    (entry,) = json.loads(run("c09", "--json").output)
    assert entry["figures"][1]["display"] == "7,663"
    assert isinstance(run("c99").exception, UnknownName)


def test_the_command_records_what_moved(run, tmp_path, monkeypatch):
    path = tmp_path / record.FILE
    path.write_bytes(record.file().read_bytes())
    monkeypatch.setattr(record, "file", lambda: path)
    assert "0 verdicts recorded" in run("--record").output
    path.write_text(path.read_text().replace("c09,0.4.0,confirmed", "c09,0.4.0,contradicted"))
    assert "recorded: c09, Confirmed" in run("--record").output
    assert record.moves(record.read()) == [("c09", "contradicted", "confirmed")]
