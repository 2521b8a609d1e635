"""Figures, events and claims: parsed values, our own words, and nothing without wording."""

from __future__ import annotations

from pathlib import Path

import pytest

from asylum_report.errors import InvalidTable, ReportError, UnknownName
from asylum_report.sources import catalog, compiled, figures

HEAD = (
    "country,indicator,population,period_start,period_end,value,unit,source_title,publisher,"
    "source_date,url,tier,note\n"
)
ROW = (
    "DE,positive,Russian men 18-45,2022-02-24,{end},{value},persons,T,dpa-AFX/RND,{date},"
    "https://a.b/c (v2),B,x\n"
)


def one(tmp_path: Path, **changed: str) -> dict[str, object]:
    path = tmp_path / "figures.csv"
    values = {"end": "2023-04-30", "value": "55", "date": "2023-05"} | changed
    path.write_text(HEAD + ROW.format(**values))
    return dict(figures.figures(path).iloc[0])


@pytest.mark.parametrize(
    ("text", "value", "qualifier"),
    [
        ("55", 55, "exact"),
        ("24.4", 24.4, "exact"),
        ("16%", 16, "exact"),
        ("~3500", 3500, "about"),
        (">+50%", 50, "more-than"),
        ("<300", 300, "less-than"),
        ("16-21", None, "range"),
    ],
)
def test_values_keep_how_exact_they_are(text: str, value: float | None, qualifier: str) -> None:
    assert figures.parse_value(text) == (value, qualifier)


def test_a_figure_in_our_words(tmp_path: Path) -> None:
    row = one(tmp_path)
    assert row["figure_id"] == "deu-men-aged-18-to-45-protection-granted-2022-02-24-2023-04-30"
    assert row["indicator"] == "protection granted"
    assert row["population"] == "Russian men aged 18 to 45"
    assert row["url"] == "https://a.b/c"
    assert "cannot be chained" in str(row["note"])


def test_an_end_that_is_not_stated_stays_open(tmp_path: Path) -> None:
    row = one(tmp_path, end="not stated (publ. 2023-09)", value="~90", date="undated (2025)")
    assert row["period_end"] == ""
    assert row["value"] == 90
    assert row["value_text"] == "~90"
    assert row["source_date"] == "2025"
    assert "end of the period not stated" in str(row["note"])
    assert one(tmp_path, date="2008-2022")["source_date"] == ""
    assert one(tmp_path, end="2024-02")["period_end"] == "2024-02-29"


def test_what_cannot_be_understood_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidTable, match=r"not understood: many .*line 2"):
        one(tmp_path, value="many")
    path = tmp_path / "figures.csv"
    path.write_text(HEAD + ROW.format(end="", value="1", date="").replace("positive", "new one"))
    with pytest.raises(InvalidTable, match="no wording for 'new one'"):
        figures.figures(path)


def test_events_have_day_or_month_and_our_words(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    url = "https://www.kjzz.org/fronteras-desk/2025-01-21/confusion-among-asylum-seekers-aid-workers-as-cbp-one-asylum-process-abruptly-ends"
    path.write_text(f"date,jurisdiction,event,source,url,date_quality\n2023-01,US,x,y,{url},z\n")
    row = compiled.events(path).iloc[0]
    assert row["event_id"] == "2023-01-cbp-one-starts"
    assert (row["date"], row["date_precision"]) == ("2023-01-01", "month")
    assert row["jurisdiction"] == "USA"
    path.write_text("date,jurisdiction,event,source,url,date_quality\n2023-01,US,x,y,http://n,z\n")
    with pytest.raises(InvalidTable, match="no wording for 'http://n'"):
        compiled.events(path)


def test_every_wording_of_an_event_fits_a_chart() -> None:
    for words in compiled.wording("events").values():
        assert len(words["label"]) <= compiled.MAX_LABEL
        assert words["event"]
        assert words["source"]


def test_importing_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="no such folder"):
        catalog.import_snapshot(tmp_path / "none")
    with pytest.raises(ReportError, match="no known file"):
        catalog.import_snapshot(tmp_path)
    with pytest.raises(UnknownName, match="unknown dataset 'x'"):
        catalog.import_snapshot(tmp_path, only=["x"])
    with pytest.raises(ReportError, match="no file of dataset 'prm-admissions'"):
        catalog.import_snapshot(tmp_path, only=["prm-admissions"])


def test_importing_names_the_vintage(tmp_path: Path) -> None:
    place = tmp_path / "in" / "eurostat"
    place.mkdir(parents=True)
    name = "migr_asyappctzm_RU_FRST_all_reporters_2026-09.csv"
    (place / name).write_text("month,first_time_applicants_sum_of_reporters\n2026-08,55\n")
    lines: list[str] = []
    (found,) = catalog.import_snapshot(tmp_path / "in", out=tmp_path / "raw", progress=lines.append)
    assert (found.dataset, found.date) == ("migr_asyappctzm", "2026-09")
    assert lines == ["migr_asyappctzm 2026-09: 1 rows"]
    (tmp_path / "in" / "vintages.yml").write_text(f"eurostat/{name}: '2026-10-02'\n")
    (named,) = catalog.import_snapshot(tmp_path / "in", out=tmp_path / "raw")
    assert named.date == "2026-10-02"


def test_every_importable_has_a_complete_sidecar() -> None:
    for one_kind in catalog.importables():
        assert one_kind.date or "(?P<date>" in one_kind.pattern
        for key in ("publisher", "title", "licence", "attribution", "retrieved", "definition"):
            assert one_kind.meta[key], one_kind.dataset
