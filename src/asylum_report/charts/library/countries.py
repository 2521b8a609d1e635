"""Charts on Germany, France, the United States and every other destination."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from asylum_report import corridors, places
from asylum_report.charts.library import moves, parts
from asylum_report.charts.library.parts import EFFECT
from asylum_report.charts.library.recognition import (
    COURT_BREAKS,
    COURT_CODE,
    COURT_NOTE,
    lines,
    outcome_stack,
)
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.recognition import MARKED_BELOW

LATEST = 2025
FIRST_WAR_YEAR = 2022


def _at(rows: list[dict[str, Any]], year: int) -> str:
    found = [row["rate"] for row in rows if str(row["period_start"])[:4] == str(year)]
    return parts.percent(found[0] if found else None)


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
        return f"Rejections on the merits stayed near {before:,} from {first} to {last}"
    return f"Rejections on the merits {how} from {before:,} in {first} to {after:,} in {last}"


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


def across_latest() -> Chart:
    """Draw every destination with enough decisions in the latest year."""
    found = [
        row for row in parts.rates(None, (LATEST, LATEST))
        if row["rate"] is not None and row["n"] >= MARKED_BELOW and row["status"] != "partial"
    ]  # fmt: skip
    found.sort(key=lambda row: (-row["rate"], row["n"]))
    colours = {"DEU": "germany", "FRA": "france", "USA": "usa"}
    names = [parts.destination_name(row) for row in found]
    groups = [
        ("Other destinations", "muted", [r for r in found if r["destination"] not in colours])
    ]
    groups += [
        (places.name(code), colour, [r for r in found if r["destination"] == code])
        for code, colour in colours.items()
    ]
    order = dict(zip((id(row) for row in found), names, strict=True))
    top, bottom = found[0], found[-1]
    none = sum(row["rate"] == 0 for row in found)
    lowest = (
        f"{none} destinations granted protection to nobody"
        if none > 1
        else f"{parts.destination_name(bottom)} granted protection in {parts.percent(bottom['rate'])}"
    )
    at = {row["destination"]: parts.percent(row["rate"]) for row in found}
    return Chart(
        name="across-latest",
        title=f"In {LATEST}, {lowest}, and {parts.destination_name(top)} in "
        f"{parts.percent(top['rate'])} of decisions",
        subtitle="Protection rate: any protection per decision on the merits, first instance, "
        f"persons, Russian citizens, {LATEST}; destinations with at least {MARKED_BELOW} decisions",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        tall=True,
        categories=tuple(names),
        series=tuple(
            Series(
                label=label,
                colour=colour,
                x=tuple(order[id(row)] for row in rows),
                y=tuple(row["rate"] for row in rows),
                low=tuple(row["low"] for row in rows),
                high=tuple(row["high"] for row in rows),
                n=tuple(row["n"] for row in rows),
            )
            for label, colour, rows in groups if rows
        ),
        source=parts.source(found),
        note="Destinations differ in who reaches them and why, and in what they count. "
        f"{parts.UNDIVIDED} {parts.INTERVAL}",
        alt=f"Points with intervals for {len(found)} authorities in {LATEST}, from "
        f"{parts.percent(top['rate'])} in {parts.destination_name(top)} to "
        f"{parts.percent(bottom['rate'])} in {parts.destination_name(bottom)}. US immigration courts "
        f"{at['USA']}, France {at['FRA']}, Germany {at['DEU']}.",
        table=parts.rate_table((parts.destination_name(row), row) for row in found),
    )  # fmt: skip


def across_change() -> Chart:
    """Draw each destination's first two full war years against the two latest."""
    early, late = (FIRST_WAR_YEAR, FIRST_WAR_YEAR + 1), (LATEST - 1, LATEST)
    pooled: dict[str, dict[tuple[int, int], dict[str, Any]]] = {}
    for span in (early, late):
        rows = [
            row for row in parts.records.rows("decisions", origin="RUS", source="UNHCR")
            if span[0] <= int(row["period_start"][:4]) <= span[1] and row["status"] != "partial"
        ]  # fmt: skip
        chosen = corridors.default_rows(rows)
        merged = [{**r, "period_start": f"{span[0]}-01-01", "period_end": f"{span[1]}-12-31"}
                  for r in chosen if r["unit"] == "persons"]  # fmt: skip
        for row in corridors.rate_rows(merged, effect=EFFECT):
            if row["rate"] is not None and row["n"] >= MARKED_BELOW:
                pooled.setdefault(parts.destination_name(row), {})[span] = row
    both = {name: spans for name, spans in pooled.items() if len(spans) == 2}
    order = sorted(both, key=lambda name: both[name][late]["rate"], reverse=True)
    fell = sum(both[n][late]["high"] < both[n][early]["low"] for n in order)
    rose = sum(both[n][late]["low"] > both[n][early]["high"] for n in order)
    return Chart(
        name="across-change",
        title=f"Of {len(order)} authorities with enough decisions, {fell} protect a clearly smaller "
        f"share than in {early[0]}-{early[1]}, {rose or 'none'} a clearly larger one",
        subtitle="Protection rate per decision on the merits, first instance, persons, Russian "
        f"citizens, {early[0]}-{early[1]} and {late[0]}-{late[1]}",
        kind="dot",
        x_scale="category",
        y_format="percent",
        y_max=1.0,
        tall=True,
        series=tuple(
            Series(
                label=f"{span[0]}-{span[1]}",
                colour=colour,
                x=tuple(order),
                y=tuple(both[name][span]["rate"] for name in order),
                low=tuple(both[name][span]["low"] for name in order),
                high=tuple(both[name][span]["high"] for name in order),
                n=tuple(both[name][span]["n"] for name in order),
            )
            for span, colour in ((early, "muted"), (late, "accent"))
        ),
        source=parts.source(row for spans in both.values() for row in spans.values()),
        note="Clearly: the two 95% intervals do not meet. Partial years are left out, so the United "
        "States' later point is 2025 alone, which is counted in another way than the years before. "
        f"{parts.UNDIVIDED} {parts.WIDE_INTERVAL}",
        alt=f"Two points for each of {len(order)} authorities, {early[0]}-{early[1]} and "
        f"{late[0]}-{late[1]}: the share protected is clearly smaller in {fell} and clearly larger "
        f"in {rose or 'none'} of them.",
        table=Table(
            ("", *(f"{label} {s[0]}-{s[1]}" for s in (early, late) for label in ("Rate", "95% from", "95% to", "n"))),
            tuple(
                (name, *(both[name][s][key] for s in (early, late) for key in ("rate", "low", "high", "n")))
                for name in order
            ),
            ("text", *("percent", "percent", "percent", "count") * 2),
        ),
    )  # fmt: skip
