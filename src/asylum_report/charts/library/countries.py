"""Charts on Germany, France and the United States."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from asylum_report.charts.library import moves, parts
from asylum_report.charts.library.recognition import (
    COURT_BREAKS,
    COURT_CODE,
    COURT_NOTE,
    lines,
    outcome_stack,
)
from asylum_report.charts.model import Chart

LATEST = 2025
FIRST_WAR_YEAR = 2022


def _at(rows: list[dict[str, Any]], year: int) -> str:
    return parts.percent(moves.rate_in(rows, year))


def germany_outcomes() -> Chart:
    """Draw BAMF's decisions by outcome."""
    rows = parts.rates("DEU", (2023, LATEST), authority="BAMF")
    closed = rows[0]["closed"] / (rows[0]["n"] + rows[0]["closed"])
    grew = "; in 2024 and 2025 rejections on the merits grew most" if _rejections_grew(rows) else ""
    return outcome_stack(
        "germany-outcomes", rejections_moved(rows[0]["rejected"], rows[-1]["rejected"]),
        "DEU", "BAMF", "BAMF, first and repeat applications, persons",
        f"Stacked bars, 2008 to 2025. In 2023 {parts.percent(closed)} of all decisions closed the "
        f"case without an answer on the merits{grew}.",
        "Closed otherwise: another state is responsible under the Dublin rules, withdrawals, other "
        "formal ends.",
    )  # fmt: skip


def rejections_moved(before: int, after: int, years: tuple[int, int] = (2023, LATEST)) -> str:
    """Return how BAMF's rejections on the merits moved between two years."""
    how, (first, last) = moves.of_count(before, after), years
    if how == "near":
        return f"Germany's rejections on the merits stayed near {before:,} from {first} to {last}"
    return f"Germany's rejections on the merits {how} from {before:,} in {first} to {after:,} in {last}"


def _rejections_grew(rows: Sequence[parts.Row]) -> bool:
    """Return whether in each year rejections grew, and by more than any other outcome."""
    others = ("refugee", "complementary", "closed")
    return all(
        row["rejected"] - before["rejected"]
        > max(0, *(row[name] - before[name] for name in others))
        for before, row in itertools.pairwise(rows)
    )


def germany_stages() -> Chart:
    """Draw first applications, repeat applications and courts."""
    first = parts.rates("DEU", (2008, LATEST), stage="first")
    repeat = parts.rates("DEU", (2008, LATEST), stage="repeat")
    courts = parts.rates("DEU", (2008, LATEST), stage="appeal", authority="administrative courts")
    return lines(
        "germany-stages",
        f"On first applications BAMF protected {_at(first, 2023)} in 2023 and {_at(first, LATEST)} in "
        f"{LATEST}",
        "Protection rate per decision on the merits at each stage, persons, Russian citizens, by year",
        [("First applications", "first", first), ("Repeat applications", "second", repeat),
         ("Courts", "third", courts)],
        f"Line chart, 2008 to {LATEST}. First applications {_at(first, 2022)} in 2022, "
        f"{_at(first, 2023)} in 2023, {_at(first, LATEST)} in {LATEST}; repeat applications "
        f"{_at(repeat, 2023)} in 2023 and {_at(repeat, LATEST)} in {LATEST}; courts "
        f"{_at(courts, 2023)} in 2023 and {_at(courts, LATEST)} in {LATEST}.",
        "Courts decide on some of the same people later and are never added to first instance.",
    )  # fmt: skip


def germany_definitions() -> Chart:
    """Draw BAMF's two published rates by year."""
    merits = parts.rates("DEU", (2008, LATEST), authority="BAMF", stage="first+repeat")
    everything = parts.rates(
        "DEU", (2008, LATEST), authority="BAMF", stage="first+repeat", definition="overall"
    )
    return lines(
        "germany-definitions",
        f"BAMF has two rates for one year: {_at(merits, 2023)} and {_at(everything, 2023)} in 2023",
        "Protection per decision on the merits and per decision of any kind, as BAMF defines them, first "
        "and repeat applications, persons, Russian citizens, by year",
        [("Per decision on the merits", "first", merits), ("Per decision of any kind", "second", everything)],
        f"Line chart, 2008 to {LATEST}. Per decision on the merits (bereinigte Schutzquote) "
        f"{_at(merits, 2023)} in 2023 and {_at(merits, LATEST)} in {LATEST}; per decision of any kind "
        f"(Gesamtschutzquote) {_at(everything, 2023)} and {_at(everything, LATEST)}.",
    )  # fmt: skip


def france_outcomes() -> Chart:
    """Draw OFPRA's decisions by outcome."""
    last = parts.rates("FRA", (LATEST, LATEST), authority="OFPRA")[0]
    answered = parts.percent(last["n"] / (last["n"] + last["closed"]))
    return outcome_stack(
        "france-outcomes", f"In {answered} of its decisions of {LATEST} OFPRA answered on the merits",
        "FRA", "OFPRA", "OFPRA, first instance, persons",
        "Stacked bars, 2008 to 2025" + parts.where(
            _as_usual(parts.rates("FRA", (2008, LATEST), authority="OFPRA")),
            ": rejections make up most decisions, refugee status most of the grants; closed cases are few",
        ) + ".",
        "In 2014 UNHCR counts about half as many persons as Eurostat, probably because accompanied minors "
        "are left out. Closed cases are printed as none until 2016 and from 2017 "
        "on as a few: they may not have been recorded before.",
    )  # fmt: skip


def _as_usual(rows: Sequence[parts.Row]) -> bool:
    """Return whether rejections are most decisions, refugee status most grants, closed cases few."""
    total = {
        name: sum(row[name] or 0 for row in rows)
        for name in ("refugee", "complementary", "rejected", "closed")
    }
    every = sum(total.values())
    return (
        total["rejected"] > every / 2
        and total["refugee"] > total["complementary"]
        and total["closed"] < every / 10
    )


def france_stages() -> Chart:
    """Draw OFPRA and the asylum court."""
    ofpra = parts.rates("FRA", (2008, LATEST), authority="OFPRA", stage="first")
    cnda = parts.rates("FRA", (2008, LATEST), authority="CNDA", stage="appeal")
    cnda.sort(key=lambda row: row["period_start"])  # cases and persons are one line here
    return lines(
        "france-stages",
        f"OFPRA protected {_at(ofpra, 2023)} in 2023 and {_at(ofpra, LATEST)} in {LATEST}; on appeal the "
        f"asylum court protected {_at(cnda, LATEST)}",
        "Protection rate per decision on the merits, first instance and appeals apart, persons, Russian "
        "citizens, by year",
        [("OFPRA, first instance", "france", ofpra), ("CNDA, appeals", "third", cnda)],
        f"Line chart, 2008 to {LATEST}. OFPRA {_at(ofpra, 2022)} in 2022, {_at(ofpra, 2023)} in 2023, "
        f"{_at(ofpra, 2024)} in 2024, {_at(ofpra, LATEST)} in {LATEST}. CNDA {_at(cnda, 2023)} in 2023 "
        f"and {_at(cnda, LATEST)} in {LATEST}.",
        "The court decides on people whom OFPRA has rejected: its decisions are never added to OFPRA's.",
        event_ids=("2022-02-24-invasion", "2023-07-20-cnda-ruling"),
    )  # fmt: skip


def us_authorities() -> Chart:
    """Draw the immigration courts and USCIS."""
    courts = parts.rates("USA", (2008, LATEST), authority="EOIR", stage="first")
    uscis = parts.rates("USA", (2017, LATEST), authority="USCIS", stage="first")
    return lines(
        "us-authorities",
        f"US immigration courts granted asylum in {_at(courts, 2023)} of decisions in 2023 and in "
        f"{_at(courts, LATEST)} in {LATEST}",
        "Protection rate per decision on the merits, first instance, by authority, persons (USCIS until "
        "2020: cases), Russian citizens, by year",
        [("Immigration courts (EOIR)", "usa", courts), ("USCIS", "second", uscis)],
        f"Line chart, 2008 to {LATEST}. Immigration courts {_at(courts, 2022)} in 2022, "
        f"{_at(courts, 2023)} in 2023 and {_at(courts, LATEST)} in {LATEST}; 2024 is part of a year. "
        f"USCIS {_at(uscis, 2022)} in 2022 and {_at(uscis, 2023)} in 2023.",
        f"{COURT_NOTE} USCIS: cases until 2020 and persons from 2021, hence the break; almost no "
        "rejections are recorded before 2017, so no rate is shown; no figure by nationality for 2025. "
        "USCIS refers many of those it does not grant to a court: the two are never added. 2024 covers "
        "about January to June.",
        event_ids=("2022-02-24-invasion",),
        breaks={"Immigration courts (EOIR)": COURT_BREAKS, "USCIS": ("2021",)},
    )  # fmt: skip


def us_outcomes() -> Chart:
    """Draw the immigration courts' decisions by outcome."""
    rows = parts.rates("USA", (FIRST_WAR_YEAR, LATEST), authority="EOIR")
    taken = {int(row["period"]): f"{row['n'] + row['closed']:,}" for row in rows
             if row["status"] != "partial"}  # fmt: skip
    return outcome_stack(
        "us-court-outcomes",
        f"US immigration courts took {taken[FIRST_WAR_YEAR]} decisions on Russian citizens in "
        f"{FIRST_WAR_YEAR} and {taken[LATEST]} in {LATEST}",
        "USA", "EOIR", "immigration courts (EOIR), persons",
        f"Stacked bars, 2008 to {LATEST}. The courts took {taken[FIRST_WAR_YEAR]} decisions in "
        f"{FIRST_WAR_YEAR} and {taken[LATEST]} in {LATEST}, of which {rows[-1]['rejected']:,} were "
        f"rejections and {rows[-1]['closed']:,} closed cases; 2024 is part of a year.",
        f"2024 covers about January to June and is hatched. {COURT_CODE}",
    )  # fmt: skip
