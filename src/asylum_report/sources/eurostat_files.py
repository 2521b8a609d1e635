"""Which of Eurostat's files can be imported, and what their sidecars say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from asylum_report.sources import eurostat
from asylum_report.sources import eurostat_extracts as extracts
from asylum_report.sources.importable import Importable

_BROWSER = "https://ec.europa.eu/eurostat/databrowser/view/{}/default/table"
_ROUNDED = "Rounded to 5 by Eurostat, so parts do not add up to totals. "
_NOTES = {
    "migr_asyappctza": "Asylum applicants by citizenship, type, age and sex, annual",
    "migr_asyappctzm": "Asylum applicants by citizenship and type, monthly",
    "migr_asyctz": "Asylum applications by citizenship, annual, until 2007",
    "migr_asydcfsta": "First-instance decisions on asylum applications by citizenship and outcome",
    "migr_asydcfina": "Final decisions on asylum applications by citizenship and outcome",
    "migr_eiord": "Third-country nationals ordered to leave, by citizenship, annual",
    "migr_eirtn": "Third-country nationals returned following an order to leave, annual",
    "migr_eipre": "Third-country nationals found to be illegally present, annual",
}


def _meta(dataset: str, retrieved: str, definition: str, rounded: bool = True) -> Mapping[str, Any]:
    return eurostat.PUBLISHER | {
        "title": f"{_NOTES[dataset]}: Russian citizens",
        "attribution": f"Eurostat, {dataset}",
        "url": _BROWSER.format(dataset),
        "retrieved": retrieved,
        "definition": (_ROUNDED if rounded else "") + definition,
    }


_REVISED = (
    "Eurostat revises: compare vintages before comparing years. EU27 is the Union of 27 since "
    "2020, in every year."
)
_LEFT_OUT = "The former EU27 (of 2007) and the sum over all reporters are left out."

FILES = (
    Importable(
        dataset="migr_asyappctza",
        pattern=r"eurostat/migr_asyappctza_(?P<date>\d{4}-\d{2}(-\d{2})?)\.tsv(\.gz)?",
        read=eurostat.bulk_applicants,
        columns=eurostat.RAW_APPLICANTS,
        meta=_meta(
            "migr_asyappctza",
            "Eurostat bulk download (TSV), the rows with citizenship RU",
            "2008 to 2022, all reporting countries. Codes in the vocabulary of 2023 and later. A "
            "cell shown as ':' without a flag has no row. " + _REVISED,
        ),
    ),
    Importable(
        dataset="migr_asyappctza",
        pattern=r"eurostat/migr_asyappctza_RU_age_sex_[\d-]+\.csv(\.gz)?",
        read=extracts.applicants_by_age,
        columns=eurostat.RAW_APPLICANTS,
        date="2024-01-18",
        meta=_meta(
            "migr_asyappctza",
            "extract of Eurostat's table of 2024-01-18, without flags",
            "2008 to 2022, all reporting countries. " + _REVISED,
        ),
    ),
    Importable(
        dataset="migr_asyappctza",
        pattern=r"eurostat/migr_asyappctza_RU_(?P<date>\d{4}-\d{2})_by_sex\.csv",
        read=extracts.applicants_by_sex,
        columns=eurostat.RAW_APPLICANTS,
        meta=_meta(
            "migr_asyappctza",
            "as tabulated by IOM from Eurostat's table",
            "2011 to 2024, all applicants (first-time and subsequent), by sex. An absent row is 0 "
            "or missing. There is no total of both sexes; a sum of the rounded sexes is not one. "
            + _REVISED,
        ),
    ),
    Importable(
        dataset="migr_asyappctza",
        pattern=r"eurostat/migr_asyappctza_RU_FRST_[\d-]+_(?P<date>\d{4}-\d{2})\.csv",
        read=extracts.web_applicants,
        columns=eurostat.RAW_APPLICANTS,
        meta=_meta(
            "migr_asyappctza",
            "export of Eurostat's web table",
            "First-time applicants by country. Empty counts were shown as ':'. "
            + _REVISED
            + " "
            + _LEFT_OUT,
        ),
    ),
    Importable(
        dataset="migr_asyappctza",
        pattern=r"eurostat/migr_asyappctza_sdmx_(?P<date>[\d-]+)\.csv(\.gz)?",
        read=eurostat.sdmx,
        columns=eurostat.RAW_APPLICANTS,
        meta=_meta("migr_asyappctza", "Eurostat SDMX-CSV export, citizenship RU", _REVISED),
    ),
    Importable(
        dataset="migr_asyappctzm",
        pattern=r"eurostat/migr_asyappctzm_RU_2015_(?P<date>\d{4}-\d{2})\.csv",
        read=extracts.monthly_by_country,
        columns=eurostat.RAW_APPLICANTS,
        meta=_meta(
            "migr_asyappctzm",
            "extract of Eurostat's table",
            "January to December 2015 by country, all applicants (first-time and subsequent). An "
            "empty count had not been reported yet.",
        ),
    ),
    Importable(
        dataset="migr_asyappctzm",
        pattern=r"eurostat/migr_asyappctzm_RU_FRST_all_reporters_(?P<date>\d{4}-\d{2})\.csv",
        read=extracts.monthly_all_reporters,
        columns=eurostat.RAW_APPLICANTS,
        meta=_meta(
            "migr_asyappctzm",
            "transcribed from a published chart of Eurostat's table",
            "January 2013 to August 2026, first-time applicants, sum over all reporting countries "
            "(here called EU+) of figures each rounded to 5. July and August 2026 are partial: "
            "most countries had not reported.",
        ),
    ),
    Importable(
        dataset="migr_asyctz",
        pattern=r"eurostat/migr_asyctz_RU_[\d-]+_(?P<date>\d{4}-\d{2})\.csv",
        read=extracts.before_2008,
        columns=eurostat.RAW_APPLICANTS,
        meta=_meta(
            "migr_asyctz",
            "extract of Eurostat's table",
            "1990 to 2007 by country. Collected without a regulation, by definitions that differ "
            "between countries: not one series with the years from 2008 on. " + _LEFT_OUT,
        ),
    ),
    Importable(
        dataset="migr_asydcfsta",
        pattern=r"eurostat/migr_asydcfsta_RU_2008-2013_sums_(?P<date>\d{4}-\d{2})\.csv",
        read=extracts.decision_sums,
        columns=eurostat.RAW_DECISIONS,
        meta=_meta(
            "migr_asydcfsta",
            "as tabulated by EURef from Eurostat's table: total of six years and share positive",
            "2008 to 2013 summed, 32 destinations. The positive sum is the share times the total, "
            "to the next multiple of 5, and flagged e.",
            rounded=False,
        ),
    ),
    Importable(
        dataset="migr_asydcfsta",
        pattern=r"eurostat/migr_asydcfsta_RU_2014_(?P<date>\d{4}-\d{2})\.csv",
        read=extracts.decisions,
        columns=eurostat.RAW_DECISIONS,
        meta=_meta(
            "migr_asydcfsta",
            "extract of Eurostat's table",
            "2014 by country and outcome. First and repeat applications are not divided. An empty "
            "count was not reported; Austria reported nothing.",
        ),
    ),
    Importable(
        dataset="migr_asydcfsta",
        pattern=r"eurostat/migr_asydcfsta_sdmx_(?P<date>[\d-]+)\.csv(\.gz)?",
        read=eurostat.sdmx,
        columns=eurostat.RAW_DECISIONS,
        meta=_meta("migr_asydcfsta", "Eurostat SDMX-CSV export, citizenship RU", _REVISED),
    ),
    Importable(
        dataset="migr_asydcfina",
        pattern=r"eurostat/migr_asydcfina_RU_2014_(?P<date>\d{4}-\d{2})\.csv",
        read=extracts.decisions,
        columns=eurostat.RAW_DECISIONS,
        meta=_meta(
            "migr_asydcfina",
            "extract of Eurostat's table",
            "2014 by country and outcome, decisions on appeal or review that cannot be appealed "
            "further. An empty count was not reported; Austria reported nothing.",
        ),
    ),
    *(
        Importable(
            dataset=dataset,
            pattern=rf"eurostat/{dataset}_RU_2012-2016_(?P<date>\d{{4}}-\d{{2}})\.csv",
            read=extracts.web_enforcement,
            columns=eurostat.RAW_ENFORCEMENT,
            meta=_meta(
                dataset,
                "export of Eurostat's web table",
                "2012 to 2016 by country. Empty counts were shown as ':'. " + _LEFT_OUT,
            ),
        )
        for dataset in ("migr_eiord", "migr_eirtn", "migr_eipre")
    ),
    Importable(
        dataset="migr_eipre",
        pattern=r"eurostat/migr_eipre_RU_2013-2024_(?P<date>\d{4})\.csv",
        read=extracts.found_present,
        columns=eurostat.RAW_ENFORCEMENT,
        meta=_meta(
            "migr_eipre",
            "extract of Eurostat's table",
            "2013 to 2024 by country. An absent row is 0 or missing.",
        ),
    ),
)
