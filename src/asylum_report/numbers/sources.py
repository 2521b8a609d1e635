"""Numbers that set two publishers of the same decisions side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from asylum_report import corridors, records
from asylum_report.numbers.model import Number, count
from asylum_report.numbers.recognition import pooled

Row = Mapping[str, Any]


def compared(rows: Sequence[Row]) -> list[Number]:
    """Return Germany 2008-2013 and France 2014 as Eurostat and UNHCR print them.

    Parameters
    ----------
    rows
        Rows of ``decisions`` on Russian citizens, every source.
    """
    # The years 2008 to 2013 in one sum, as they were tabulated, not added up again by year.
    spans = {("2008-01-01", "2013-12-31"), ("2014-01-01", "2014-12-31")}
    eurostat = records.newest(
        row for row in rows if row["dataset"] == "migr_asydcfsta"
        and (row["period_start"], row["period_end"]) in spans
    )  # fmt: skip
    unhcr = [row for row in rows if row["source"] == "UNHCR"]
    long = ("2008-01-01", "2013-12-31")
    german = _sums(eurostat, "DEU", *long)
    merits = _sums(unhcr, "DEU", *long)
    words = "Germany, 2008 to 2013, Russian citizens, first and repeat applications"
    at = {"table": "decisions", "origin": "RUS", "destination": "DEU"}
    theirs = ({**at, "dataset": "migr_asydcfsta", "period_start": long[0]},)
    ours = tuple(
        {**at, "source": "UNHCR", "stage": ["first", "repeat"], "period_start": f"{year}-01-01"}
        for year in range(2008, 2014)
    )
    france = {"table": "decisions", "origin": "RUS", "destination": "FRA",
              "period_start": "2014-01-01", "stage": ["first", "first+repeat"]}  # fmt: skip
    whole = ("2014-01-01", "2014-12-31")
    return [
        _number("de_two_sources.eurostat_positive", german["positive"],
                f"positive decisions, {words}, Eurostat", theirs),
        _number("de_two_sources.eurostat_rejected", german["total"] - german["positive"],
                f"decisions less positive ones, {words}, Eurostat", theirs),
        _number("de_two_sources.unhcr_positive", merits["refugee"] + merits["complementary"],
                f"positive decisions, {words}, UNHCR", ours),
        _number("de_two_sources.unhcr_rejected", merits["rejected"],
                f"rejections on the merits, {words}, UNHCR", ours),
        _number("fr_two_sources.eurostat_2014", _sums(eurostat, "FRA", *whole)["total"],
                "first-instance decisions, France, 2014, Russian citizens, Eurostat",
                ({**france, "dataset": "migr_asydcfsta"},)),
        _number("fr_two_sources.unhcr_2014", _sums(unhcr, "FRA", *whole)["total"],
                "first-instance decisions, France, 2014, Russian citizens, UNHCR",
                ({**france, "source": "UNHCR"},)),
    ]  # fmt: skip


def _number(name: str, value: int, words: str, rows: tuple[Mapping[str, Any], ...]) -> Number:
    return Number(name, value, count(value), "persons", words, rows)


def _sums(rows: Sequence[Row], destination: str, first: str, last: str) -> dict[str, int]:
    """Return first-instance decisions by outcome, added over the periods between two days."""
    chosen = corridors.default_rows(
        [
            row for row in rows
            if row["destination"] == destination
            and first <= row["period_start"] and row["period_end"] <= last
        ]
    )  # fmt: skip
    added = pooled(corridors.groups(chosen))
    return {outcome: counted.value for outcome, counted in added.items()}
