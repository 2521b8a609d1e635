"""BAMF's monthly statistics of countries of origin (Herkunftsländerstatistik), Russia.

BAMF publishes the tables in German, one file a month; here they come as tabulated by others. BAMF
counts first applications (Erstanträge) and repeat ones (Folgeanträge) apart, and both again in
its totals. The yearly figures that BAMF publishes later are revised: never mix them with months.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from asylum_report.sources import checks
from asylum_report.sources.importable import Importable

ORIGINS = {"Russische Foederation": "RUS", "Russische Föderation": "RUS"}
STAGES = {"E": "first", "F": "repeat"}
OUTCOMES = {
    "asyl_16a": "asylum",
    "refugee_s3": "refugee",
    "subsidiary_s4": "subsidiary",
    "removal_ban_s60": "removal_ban",
    "rejected": "rejected",
}
"""The tabulation's columns, after E_ or F_, to ours; what is closed without an answer follows."""

RAW = {
    "origin": "Citizenship, ISO 3166 alpha-3",
    "month": "Calendar month",
    "stage": "first (Erstanträge) or repeat (Folgeanträge)",
    "applications": "Applications lodged",
    "pending": "Applications pending at the end of the month",
    "asylum": "Granted asylum under Article 16a of the Basic Law",
    "refugee": "Granted refugee status under section 3 of the Asylum Act",
    "subsidiary": "Granted subsidiary protection under section 4 of the Asylum Act",
    "removal_ban": "Removal ban under section 60 (5) or (7) of the Residence Act",
    "rejected": "Rejected on the merits",
    "closed": "Closed without an answer on the merits (sonstige Verfahrenserledigungen): transfers "
    "to another state, withdrawals; of repeat applications also those not followed up",
    "total": "All decisions of the stage",
}


def monthly(path: Path) -> pd.DataFrame:
    """Return applications, decisions and pending applications by month and stage.

    Raises
    ------
    InvalidTable
        If a column is missing, a count is no whole number, a month repeats, or a total is not the
        sum of its parts: in BAMF's months it always is.
    """
    frame = checks.read_text(path)
    parts = [f"{stage}_{outcome}" for stage in STAGES for outcome in OUTCOMES]
    closed = ["E_formal", "F_formal", "F_no_further_proc"]
    totals = {
        "apps_total": ["apps_first_Erst", "apps_repeat_Folge"],
        "dec_total": [*parts, *closed],
        "dec_other_closed_sonstige": closed,
        **{f"dec_{outcome}": [f"E_{outcome}", f"F_{outcome}"] for outcome in OUTCOMES},
    }
    numbers = sorted(
        {name for total, of in totals.items() for name in (total, *of)}
        | {"pending_first", "pending_repeat"}
    )
    checks.need(frame, ("month", "origin_label", *numbers), path)
    checks.known(frame, "origin_label", ORIGINS, path)
    checks.unique(frame, ("month", "origin_label"), path)
    month = frame["month"]
    checks.refuse(~month.str.fullmatch(r"\d{4}-(0[1-9]|1[0-2])"), "no month", month, path)
    counts = pd.DataFrame({name: checks.whole(frame, name, path) for name in numbers})
    for total, of in totals.items():
        checks.adds_up(counts, of, total, path)
    tables = []
    for stage, applied, pending, formal in (
        ("E", "apps_first_Erst", "pending_first", ["E_formal"]),
        ("F", "apps_repeat_Folge", "pending_repeat", ["F_formal", "F_no_further_proc"]),
    ):
        table = pd.DataFrame(
            {
                "origin": frame["origin_label"].map(ORIGINS),
                "month": frame["month"],
                "stage": STAGES[stage],
                "applications": counts[applied],
                "pending": counts[pending],
                **{ours: counts[f"{stage}_{theirs}"] for theirs, ours in OUTCOMES.items()},
                "closed": counts[formal].sum(axis=1).astype("Int64"),
            }
        )
        table["total"] = table[[*OUTCOMES.values(), "closed"]].sum(axis=1).astype("Int64")
        tables.append(table)
    both = pd.concat(tables, ignore_index=True)[list(RAW)]
    return both.sort_values(["origin", "month", "stage"], ignore_index=True)


FILES = (
    Importable(
        dataset="bamf-monthly",
        pattern=r"bamf/bamf_hkl_russland_monthly_[\d_-]+\.csv",
        read=monthly,
        columns=RAW,
        date="2022-01",
        meta={
            "publisher": "BAMF",
            "title": "Asylum applications, decisions and pending cases, Russian citizens, monthly",
            "licence": "official figures, reuse with acknowledgement of the source",
            "licence_url": "https://www.bamf.de/DE/Service/Impressum/impressum-node.html",
            "attribution": "Federal Office for Migration and Refugees (BAMF), statistics of "
            "countries of origin, as tabulated by Münchner Flüchtlingsrat",
            "retrieved": "as tabulated by Münchner Flüchtlingsrat from BAMF's monthly tables",
            "url": "https://www.bamf.de/DE/Themen/Statistik/Asylzahlen/asylzahlen-node.html",
            "definition": "2015-01 to 2021-11. Months as first published; BAMF's yearly figures "
            "are revised later and differ. First and repeat applications are different "
            "applications and may be added.",
        },
    ),
)
