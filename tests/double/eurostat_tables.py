"""Tables of the Eurostat double: embedded real figures of Russian citizens, the rest synthetic.

`SYNTHETIC` names what is made up: figures of all citizenships, and of Russian citizens for every
period that the embedded vintages do not hold. They are the same in every run, rounded to 5, and
close: kinds add up, men are part of both sexes, 27 members make EU27_2020.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from asylum_report import places, store
from asylum_report.live.eurostat_data import periods

SYNTHETIC = "synthetic figures of the Eurostat double"
UPDATED = "2026-11-18T11:00:00+0100"
MEMBERS = tuple(places.places()[code].eurostat for code in places.members("EU27"))
REPORTERS = (*MEMBERS, "IS", "LI", "NO", "CH")
SIZES = {"DE": 30, "FR": 16, "ES": 14, "PL": 10, "AT": 7, "IT": 7, "BE": 4, "FI": 3, "NL": 4}
KEYS = ("citizen", "kind", "reason", "sex", "age", "geo", "TIME_PERIOD")

APPLICANTS = {"TOTAL": ("FRST", "SSEQ"), "FRST": ("FRST",), "SSEQ": ("SSEQ",)}
PROTECTED = ("POS_RFG", "POS_SPROT", "POS_HUM")
DECISIONS = {
    "TOTAL": (*PROTECTED, "NEG"),
    "POS": PROTECTED,
    "NEG": ("NEG",),
    **{kind: (kind,) for kind in PROTECTED},
}
STATUSES = {"TOTAL": PROTECTED, **{kind: (kind,) for kind in PROTECTED}}
SHARES = {"FRST": 0.9, "SSEQ": 0.1, "POS_RFG": 0.2, "POS_SPROT": 0.06, "POS_HUM": 0.04, "NEG": 0.7}
OLD_CODES = {
    "applicant": {"TOTAL": "ASY_APP", "FRST": "NASY_APP"},
    "decision": {
        "POS": "TOTAL_POS",
        "POS_RFG": "GENCONV",
        "POS_SPROT": "SUB_PROT",
        "POS_HUM": "HUMSTAT",
        "NEG": "REJECTED",
    },
}
LABELS = {
    "freq": {"A": "Annual", "Q": "Quarterly", "M": "Monthly"},
    "unit": {"PER": "Person", "NR": "Number"},
    "sex": {"T": "Total", "F": "Females", "M": "Males", "UNK": "Unknown"},
    "age": {"TOTAL": "Total", "Y18-34": "From 18 to 34 years", "Y35-64": "From 35 to 64 years"},
    "applicant": {
        "TOTAL": "Asylum applicant",
        "FRST": "First time applicant",
        "SSEQ": "Subsequent applicant",
    },
    "decision": {
        "TOTAL": "Total",
        "POS": "Total positive decisions",
        "POS_RFG": "Geneva Convention status",
        "POS_SPROT": "Subsidiary protection status",
        "POS_HUM": "Humanitarian status",
        "NEG": "Rejected",
    },
    "reason": {"TOTAL": "Total", "WDN_RVOC": "Status revoked", "WDN_END": "Status ended"},
    "c_dest": {"TOTAL": "Total"},
    "citizen": {"RU": "Russia", "TOTAL": "Total"},
    "geo": {"EU27_2020": "European Union - 27 countries (from 2020)"},
}


@dataclass
class Table:
    """One dataset of the double; change it with its methods, which return the table itself.

    Parameters
    ----------
    code, title, frequency
        As the service has them.
    dimensions
        Names in the order of their positions.
    rows
        One row a figure, all texts: dimensions, TIME_PERIOD, OBS_VALUE, OBS_FLAG.
    updated
        Last update of the data.
    identity
        What data answers call themselves; the code unless another is set.
    """

    code: str
    title: str
    frequency: str
    dimensions: list[str]
    rows: pd.DataFrame
    updated: str = UPDATED
    identity: str = ""
    newest: str = ""
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def periods(self) -> list[str]:
        return sorted(set(self.rows["TIME_PERIOD"]))

    def where(self, **codes: str) -> pd.Series:
        """Return which rows have these codes; `period` stands for TIME_PERIOD."""
        chosen = pd.Series(True, index=self.rows.index)
        for name, code in codes.items():
            chosen &= self.rows["TIME_PERIOD" if name == "period" else name] == code
        return chosen

    def value(self, **codes: str) -> str:
        """Return the one figure with these codes."""
        found = self.rows.loc[self.where(**codes), "OBS_VALUE"]
        assert len(found) == 1, f"{len(found)} figures with {codes}"
        return str(found.iloc[0])

    def put(self, value: object, flag: str = "", **codes: str) -> Table:
        """Give every figure with these codes another value and flag."""
        chosen = self.where(**codes)
        assert chosen.any(), f"no figure with {codes}"
        self.rows.loc[chosen, ["OBS_VALUE", "OBS_FLAG"]] = [str(value), flag]
        return self

    def drop(self, **codes: str) -> Table:
        """Drop every figure with these codes: a country, a period, a citizenship."""
        self.rows = self.rows[~self.where(**codes)].reset_index(drop=True)
        return self

    def keep(self, first: str = "", last: str = "9999") -> Table:
        """Keep the periods from `first` to `last`: a shrunken history."""
        kept = self.rows["TIME_PERIOD"].between(first, last)
        self.rows = self.rows[kept].reset_index(drop=True)
        return self

    def partial(self, share: float, period: str = "") -> Table:
        """Let only a share of the countries, the first by code, report for the newest period."""
        period = period or self.periods()[-1]
        countries = sorted(set(self.rows.loc[self.where(period=period), "geo"]))
        silent = countries[round(share * len(countries)) :]
        gone = self.where(period=period) & self.rows["geo"].isin(silent)
        self.rows = self.rows[~gone].reset_index(drop=True)
        return self

    def revise(self, factor: float, **codes: str) -> Table:
        """Multiply every figure with these codes, rounded to 5."""
        chosen = self.where(**codes) & (self.rows["OBS_VALUE"] != "")
        values = self.rows.loc[chosen, "OBS_VALUE"].astype(float) * factor
        self.rows.loc[chosen, "OBS_VALUE"] = (5 * (values / 5).round()).astype(int).astype(str)
        return self

    def repeat(self, **codes: str) -> Table:
        """Give every figure with these codes twice."""
        twice = self.rows[self.where(**codes)]
        self.rows = pd.concat([self.rows, twice], ignore_index=True)
        return self

    def rename_dimension(self, old: str, new: str) -> Table:
        self.dimensions = [new if name == old else name for name in self.dimensions]
        self.rows = self.rows.rename(columns={old: new})
        self.labels[new] = self.labels.pop(old)
        return self

    def rename_code(self, dimension: str, old: str, new: str) -> Table:
        self.rows[dimension] = self.rows[dimension].replace(old, new)
        label = self.labels[dimension].pop(old, old)
        self.labels[dimension][new] = label
        return self

    def add_code(self, dimension: str, new: str, like: str) -> Table:
        """Have a further code with the figures of another."""
        more = self.rows[self.rows[dimension] == like].assign(**{dimension: new})
        self.rows = pd.concat([self.rows, more], ignore_index=True)
        self.labels[dimension][new] = f"synthetic {new}"
        return self

    def old_vocabulary(self) -> Table:
        """Speak as before 2023."""
        for dimension, codes in OLD_CODES.items():
            if dimension in self.dimensions:
                for new, old in codes.items():
                    self.rename_code(dimension, new, old)
        return self.rename_dimension("applicant", "asyl_app") if "applicant" in self.rows else self

    def touch(self, updated: str) -> Table:
        """Move the last update."""
        self.updated = updated
        return self

    def empty(self) -> Table:
        """Have a structure and no figures."""
        self.newest = self.newest or self.periods()[-1]
        self.rows = self.rows.iloc[:0]
        return self

    def copy(self) -> Table:
        return Table(
            self.code,
            self.title,
            self.frequency,
            list(self.dimensions),
            self.rows.copy(),
            self.updated,
            self.identity,
            self.newest,
            {name: dict(words) for name, words in self.labels.items()},
        )


def _people(
    rng: np.random.Generator, level: float, every: list[str]
) -> dict[tuple[str, str], np.ndarray]:
    """Return synthetic persons by sex and age: arrays of periods by reporters."""
    season = level * (1 + 0.3 * np.sin(np.arange(len(every)) / 5))
    sizes = np.array([SIZES.get(geo, 1) for geo in REPORTERS]) / 100
    both = rng.poisson(np.outer(season, sizes))
    men, young = rng.binomial(both, 0.6), rng.binomial(both, 0.45)
    return {
        ("T", "TOTAL"): both,
        ("M", "TOTAL"): men,
        ("T", "Y18-34"): young,
        ("M", "Y18-34"): np.minimum(rng.binomial(men, 0.45), young),
    }


def _frame(counts: np.ndarray, every: list[str], **codes: str) -> pd.DataFrame:
    """Return arrays of periods by reporters as rows, with the sum of the 27 members."""
    union = counts[:, : len(MEMBERS)].sum(axis=1, keepdims=True)
    counts = np.hstack([counts, union])
    geos = (*REPORTERS, "EU27_2020")
    frame = pd.DataFrame(
        {"geo": np.tile(geos, len(every)), "TIME_PERIOD": np.repeat(every, len(geos))}
    )
    return frame.assign(count=counts.ravel(), **codes)


def _synthetic(
    code: str, every: list[str], level: float, kinds: dict[str, tuple[str, ...]], split: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return synthetic figures of Russian citizens, rounded to 5, and of all other persons."""
    found = []
    for scale, times in ((1.0, 1), (4.0, 5)):
        rng = np.random.default_rng(zlib.crc32(f"{SYNTHETIC} {code} {scale}".encode()))
        basic = sorted({part for parts in kinds.values() for part in parts})
        drawn = {part: _people(rng, level * scale * SHARES.get(part, 1), every) for part in basic}
        frames = []
        for kind, parts in kinds.items():
            for sex, age in drawn[basic[0]]:
                if split or (sex, age) == ("T", "TOTAL"):
                    counts = times * sum(drawn[part][sex, age] for part in parts)
                    frames.append(_frame(counts, every, kind=kind, sex=sex, age=age))
        found.append(pd.concat(frames, ignore_index=True))
    russians, others = found
    return russians.assign(count=5 * ((russians["count"] + 2) // 5), flag=""), others


def _real(dataset: str, vintage: str, column: str) -> pd.DataFrame:
    """Return the embedded figures of a vintage in Eurostat's codes."""
    table = next(one for one in store.vintages("Eurostat", dataset) if one.date == vintage).read()
    theirs = {place.iso3: place.eurostat for place in places.places().values()}
    theirs |= {"EU27": "EU27_2020", "EU28": "EU28"}
    table["geo"] = table["destination"].map(theirs)
    table["TIME_PERIOD"] = table["period"]
    table["kind"] = table[column] if column else "TOTAL"
    for name, code in (("sex", "T"), ("age", "TOTAL")):
        if name not in table:
            table[name] = code
    wanted = table["sex"].isin(["T", "M", "F"]) & table["age"].isin(list(LABELS["age"]))
    return table.loc[wanted, ["geo", "TIME_PERIOD", "kind", "sex", "age", "count", "flag"]]


@dataclass(frozen=True)
class Plan:
    """How one table of the double is made."""

    title: str
    frequency: str
    first: str
    newest: str
    dimensions: tuple[str, ...]
    level: float
    kinds: dict[str, tuple[str, ...]]
    column: str = ""
    vintage: str = ""
    split: bool = True


_SEX_AGE = ("sex", "unit", "age")
_APPLYING = ("freq", "citizen", *_SEX_AGE, "applicant", "geo")
_DECIDING = ("freq", "unit", "citizen", "sex", "age", "decision", "geo")
_ALL = {"TOTAL": ("TOTAL",)}
_LEAVING = ("freq", "citizen", "age", "sex", "unit", "geo")
PLANS = {
    "MIGR_ASYAPPCTZM": Plan(
        "Asylum applicants by type, citizenship, age and sex - monthly data",
        *("M", "2013-01", "2026-09", _APPLYING, 1800, APPLICANTS, "applicant", "2016-01"),
    ),
    "MIGR_ASYAPPCTZA": Plan(
        "Asylum applicants by type, citizenship, age and sex - annual aggregated data",
        *("A", "2008", "2025", _APPLYING, 21000, APPLICANTS, "applicant", "2023-03"),
    ),
    "MIGR_ASYDCFSTQ": Plan(
        "First instance decisions on applications by type of decision, citizenship, age and sex "
        "- quarterly data",
        *("Q", "2008-Q1", "2026-Q3", _DECIDING, 4000, DECISIONS),
    ),
    "MIGR_ASYDCFSTA": Plan(
        "First instance decisions on applications by type of decision, citizenship, age and sex "
        "- annual aggregated data",
        *("A", "2008", "2025", _DECIDING, 16000, DECISIONS, "decision", "2015-07"),
    ),
    "MIGR_ASYDCFINA": Plan(
        "Final decisions in appeal or review on applications by type of decision, citizenship, "
        "age and sex - annual data",
        *("A", "2008", "2025", _DECIDING, 6000, DECISIONS, "decision", "2015-08"),
    ),
    "MIGR_ASYPENCTZM": Plan(
        "Persons subject of asylum applications pending at the end of the month by citizenship, "
        "age and sex - monthly data",
        *("M", "2013-01", "2026-09", ("freq", "unit", "citizen", "sex", "age", "geo"), 20000),
        _ALL,
    ),
    "MIGR_ASYWITFSTQ": Plan(
        "Decisions withdrawing status granted at first instance decision by type of status "
        "withdrawn, reason and citizenship - quarterly data",
        *("Q", "2008-Q1", "2026-Q3", ("freq", "unit", "citizen", "reason", "decision", "geo")),
        *(300, STATUSES),
        split=False,
    ),
    "MIGR_EIORD": Plan(
        "Third country nationals ordered to leave - annual data (rounded)",
        *("A", "2008", "2025", _LEAVING, 9000, _ALL, "", "2018-03"),
        split=False,
    ),
    "MIGR_EIRTN": Plan(
        "Third country nationals returned following an order to leave - annual data (rounded)",
        *("A", "2008", "2025", (*_LEAVING[:-1], "c_dest", "geo"), 6000, _ALL, "", "2018-03"),
        split=False,
    ),
}


@cache
def _made(code: str, since: str) -> Table:
    plan = PLANS[code]
    every = [one for one in periods(plan.first, plan.newest) if one >= since]
    russians, others = _synthetic(code, every, plan.level, plan.kinds, plan.split)
    if plan.vintage:
        real = _real(code.lower(), plan.vintage, plan.column)
        real = real[real["TIME_PERIOD"].isin(every)]
        made_up = russians[~russians["TIME_PERIOD"].isin(set(real["TIME_PERIOD"]))]
        russians = pd.concat([made_up, real], ignore_index=True)
    key = ["kind", "sex", "age", "geo", "TIME_PERIOD"]
    more = russians.merge(others, on=key, how="left", suffixes=("", "_others"))
    more["count"] = more["count"].fillna(0) + more["count_others"].fillna(0)
    rows = pd.concat(
        [russians.assign(citizen="RU"), more.assign(citizen="TOTAL", flag="")], ignore_index=True
    )
    rows = rows.assign(freq=plan.frequency, unit="PER", c_dest="TOTAL", reason="TOTAL")
    if "reason" in plan.dimensions:
        # Every withdrawal for one reason, none for the other, so that reasons add up too.
        none = rows["count"].where(rows["count"].isna(), 0)
        others_ = (rows.assign(reason="WDN_RVOC"), rows.assign(reason="WDN_END", count=none))
        rows = pd.concat([rows, *others_], ignore_index=True)
    kind = next((one for one in ("applicant", "decision") if one in plan.dimensions), "")
    rows = rows.rename(columns={"kind": kind}) if kind else rows
    rows["OBS_VALUE"] = rows["count"].astype("Int64").astype("string").fillna("").astype(str)
    rows["OBS_FLAG"] = rows["flag"]
    names = [*plan.dimensions, "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    rows = rows[names].sort_values(names[:-2], ignore_index=True).astype(str)
    words = {name: dict(LABELS[name]) for name in plan.dimensions}
    geos = {place.eurostat: place.name for place in places.places().values() if place.eurostat}
    words["geo"] |= {code: geos[code] for code in REPORTERS} | {"UK": "United Kingdom"}
    return Table(code, plan.title, plan.frequency, list(plan.dimensions), rows, labels=words)


def table(code: str, since: str = "") -> Table:
    """Return a fresh table of the double, to be changed at will."""
    return _made(code, since).copy()
