"""The command: what it prints, how it refuses, that it imports lazily."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from asylum_report import show


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "asylum_report.cli", *arguments],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_germany_2023_with_everything_that_must_stand_beside_a_rate():
    done = run("rate", "DEU", "--year", "2023")
    assert done.returncode == 0, done.stderr
    for words in (
        "Russia in Germany, 2023",
        "protection rate  28.95%",
        "1,658 decisions on the merits",
        "95% interval     26.8 to 31.2%",
        "rounding alone   29.0 to 29.0%",
        "refugee 368, complementary 112, rejected 1,178, closed 3,588, total 5,246",
        "first+repeat (publisher's level FI+RA), BAMF",
        "UNHCR, unhcr-asylum-decisions, vintage 2026-06-25",
    ):
        assert words in done.stdout


@pytest.mark.parametrize("name", ["DE", "deu", "Germany", "Deutschland"])
def test_a_country_by_any_usual_name(name):
    done = run("rate", name, "--year", "2023", "--definition", "overall", "--format", "json")
    (row,) = json.loads(done.stdout)
    assert (row["destination"], row["n"]) == ("DEU", 5246)
    assert row["rate"] == pytest.approx(0.0915, abs=5e-5)


def test_a_range_and_several_destinations_give_a_table():
    done = run("rate", "DEU", "FRA", "USA", "--year", "2023-2025", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    found = {(r["authority"], r["period_end"][:4]): round(100 * float(r["rate"]), 2) for r in rows}
    assert found == {
        ("BAMF", "2023"): 28.95, ("BAMF", "2024"): 10.20, ("BAMF", "2025"): 6.91,
        ("OFPRA", "2023"): 26.94, ("OFPRA", "2024"): 24.56, ("OFPRA", "2025"): 28.39,
        ("EOIR", "2023"): 89.20, ("EOIR", "2024"): 86.51, ("EOIR", "2025"): 64.95,
        ("USCIS", "2023"): 45.24, ("USCIS", "2024"): 50.17,
    }  # fmt: skip
    status = {(r["authority"], r["period_end"][:4]): r["status"] for r in rows}
    assert status["EOIR", "2024"] == status["USCIS", "2024"] == "partial"
    table = run("rate", "DEU", "FRA", "--year", "2023-2024").stdout
    assert "first+repeat" in table
    assert "95% Jeffreys" in table


def test_another_origin_is_read_from_the_table_of_all_origins():
    done = run("rate", "DEU", "--origin", "Syria", "--year", "2023", "--format", "json")
    (row,) = json.loads(done.stdout)
    assert row["origin"] == "SYR"
    assert row["rate"] > 0.9


def test_courts_are_asked_for_by_stage():
    (row,) = json.loads(run("rate", "DEU", "--year", "2023", "--stage", "appeal",
                            "--format", "json").stdout)  # fmt: skip
    assert (row["stage"], row["levels"], row["rejected"]) == ("appeal", "JR", 1438)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rate", "Germny"), "unknown country 'Germny': did you mean Germany (DEU)?"),
        (("rate", "DEU", "--year", "1950"),
         "no decisions on Russia in Germany in 1950: UNHCR has 2000 to 2025"),
        (("rate", "DEU", "--year", "soon"), "'soon' is no year: write 2023 or 2015-2025"),
        (("rate", "DEU", "--year", "2025-2023"), "write the earlier year first"),
        (("rate", "DEU", "--year", "2023-"), "'2023-' is no year"),
        (("rate", "DEU", "--year", "²⁰²³"), "'²⁰²³' is no year"),
        (("rate", "EU27"), "'EU27' is an aggregate and rates are by country"),
        (("rate", "DEU", "--origin", "EU27"), "'EU27' is an aggregate"),
        (("rate", "DEU", "--source", "Eurostat", "--year", "2010"), "Eurostat has 2008-2013, 2014"),
        (("export", "events", "--origin", "SYR"), "table events has no origin"),
        (("export", "events", "--output", "/tmp"), "no file to write to (/tmp)"),
        (("rate", "DEU", "--definition", "best"),
         "unknown definition 'best': use one of protection, refugee, eu, overall"),
        (("rate", "DEU", "--stage", "third"), "unknown stage 'third': use one of first, repeat"),
        (("rate", "DEU", "--source", "IMF"), "unknown source 'IMF': use one of UNHCR"),
        (("rate", "DEU", "--format", "pdf"), "unknown format 'pdf': use one of table, json, csv"),
        (("explain", "de.y2023.protektion"), "unknown number 'de.y2023.protektion': did you mean"),
        (("export", "decision"), "unknown table 'decision': use one of decisions"),
        (("export", "decisions", "--format", "parquet"), "name a file with --output"),
        (("snapshot", "no/such/folder"), "no/such/folder"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line_and_exit_code_2(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert words in line
    assert line.startswith("asylum-report: ")


def test_explain_follows_a_number_back_to_file_and_rows():
    done = run("explain", "de.y2023.protection")
    assert done.returncode == 0, done.stderr
    assert "de.y2023.protection = 29.0%" in done.stdout
    assert "BAMF, Germany, first+repeat, Russian citizens, 2023" in done.stdout
    assert "vintage     UNHCR, unhcr-asylum-decisions, 2026-06-25" in done.stdout
    assert "data/raw/unhcr/unhcr-asylum-decisions" in done.stdout
    for count in ("314", "994", "54", "184"):
        assert f" {count} " in done.stdout


def test_export_writes_a_whole_file_or_none(tmp_path):
    target = tmp_path / "events.json"
    assert run("export", "events", "--format", "json", "--output", str(target)).returncode == 0
    assert len(json.loads(target.read_text())) >= 30
    missing = tmp_path / "no" / "events.csv"
    done = run("export", "events", "--output", str(missing))
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("origin", ["RUS", "SYR"])
def test_rate_does_not_import_what_is_slow(origin):
    code = (
        "import sys; sys.argv = ['asylum-report', 'rate', 'DEU', '--year', '2023', '--origin', "
        f"'{origin}'];"
        "from asylum_report.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "slow = {'pandas', 'pandera', 'matplotlib', 'scipy.stats', 'statsmodels', 'plotly'}\n"
        "print('imported', sorted(slow & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "imported []"


def test_names_are_accepted_in_any_case():
    done = run("rate", "deu", "--year", "2023", "--definition", "Overall", "--stage",
               "FIRST+REPEAT", "--source", "unhcr", "--format", "CSV")  # fmt: skip
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["definition"], row["period"], row["n"]) == ("overall", "2023", "5246")


def test_levels_of_appeal_stand_in_rows_of_their_own():
    done = run("rate", "ZAF", "--origin", "BGD", "--year", "2022", "--stage", "appeal",
               "--format", "csv")  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["levels"] for row in rows] == ["AR", "JR"]


def test_a_terminal_that_knows_no_minus_sign_still_gets_one():
    done = subprocess.run(
        [sys.executable, "-m", "asylum_report.cli", "explain", "de.trend_2023_2025.points"],
        capture_output=True, timeout=60, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "\u221222.0" in done.stdout.decode("utf-8")


def test_a_device_is_written_to_and_never_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["head", "-c", "8", pipe], stdout=subprocess.PIPE) as reader:
        run("export", "events", "--output", str(pipe))
        assert reader.communicate(timeout=30)[0] == b"event_id"
    assert pipe.is_fifo()


def test_remarks_stand_under_a_table_of_rates_once_each() -> None:
    rows = [
        {"destination": "USA", "period": period, "note": note}
        for period, note in (
            ("2023", ""),
            ("2024", "half a year; no USCIS"),
            ("2024", "half a year"),
            ("2025", "no USCIS"),
            ("2025-Q1", ""),
        )
    ]
    assert show.notes(rows) == [
        "",
        "Note, United States 2024: half a year.",
        "Note, United States 2024 to 2025: no USCIS.",
        "Note: years and shorter periods are both listed; they hold the same decisions.",
    ]
    assert show.notes(rows[:1]) == []
