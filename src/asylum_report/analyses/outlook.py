"""The outlook: applications and encounters a year ahead, rates one and two years ahead.

The models are tested on the past of the same series each time (rolling origin), and what is shown
is chosen by one rule for every series, so that a forecast is that of a model that was tested.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from asylum_report import authorities, corridors, tables
from asylum_report.columns import NO_RATE
from asylum_report.models import backtest, forecast, forecast_rates, scoring, status
from asylum_report.models.forecast_fitted import BASELINE, every

PAST = 36
"""Months of the past that stand before a forecast in its table."""

RATES_FROM = 2015
"""First year from which rates are forecast for the scores; constants were set on years before."""

REPLICATIONS = 2000
SEED = 20260101
DECIMALS = 4
"""Digits of scores behind the point: fits agree that far from one machine to another."""

SHOWN_RATES = (("DEU", "BAMF"), ("FRA", "OFPRA"), ("USA", "EOIR"), ("USA", "USCIS"))


@dataclass(frozen=True)
class Monthly:
    """A monthly series: counts from `first` (ISO month) on, months without a figure as NaN."""

    name: str
    first: str
    counts: NDArray[np.float64]
    source: str
    dataset: str
    vintage: str
    scored_from: str
    unit: str

    @property
    def first_month(self) -> int:
        """Calendar month of the first value."""
        return int(self.first[5:7])

    def month(self, place: int) -> str:
        """Return the ISO month at a place, which may lie ahead."""
        return str(pd.Period(self.first, freq="M") + place)

    def place(self, month: str) -> int:
        """Return the place of an ISO month."""
        return int((pd.Period(month, freq="M") - pd.Period(self.first, freq="M")).n)


def series() -> dict[str, Monthly]:
    """Return the monthly series that are forecast, from the newest vintage, complete months only.

    Origins of the EU+ series are scored from the end of 2017; what lies before was open to look at
    when the candidates were thought out. The other series is too short for that: every origin is
    scored that 24 changes come before.
    """
    applicants = tables.read("applications", origin="RUS")
    applicants = applicants[
        (applicants["dataset"] == "migr_asyappctzm")
        & (applicants["destination"] == "EU+")
        & (applicants["kind"] == "first")
        & (applicants["sex"] == "T")
        & (applicants["age"] == "TOTAL")
        & (applicants["status"] == "complete")
    ]
    met = tables.read("encounters", origin="RUS")
    met = met[(met["region"] == "southwest") & (met["status"] == "complete")]
    return {
        one.name: one
        for one in (
            _monthly("eu-applications", applicants, "2017-12", "persons"),
            _monthly("us-encounters", met, "", "encounters"),
        )
    }


def _monthly(name: str, rows: pd.DataFrame, scored_from: str, unit: str) -> Monthly:
    rows = rows[rows["vintage"] == rows["vintage"].max()]
    by_month = rows.groupby(rows["period_start"].str[:7])["count"].sum(min_count=1)
    span = [str(m) for m in pd.period_range(by_month.index.min(), by_month.index.max(), freq="M")]
    counts = np.array([float(x) if pd.notna(x) else np.nan for x in by_month.reindex(span)])
    one = rows.iloc[0]
    return Monthly(
        name, span[0], counts, str(one["source"]), str(one["dataset"]), str(one["vintage"]),
        scored_from or span[0], unit,
    )  # fmt: skip


def yearly_rates() -> pd.DataFrame:
    """Return first-instance rates of every corridor by year, from UNHCR's newest vintage.

    First instance as each authority counts it; whole years; governments' own decisions. Left out:
    what publishes first instance and appeal undivided, and what gives no rate.

    Returns
    -------
    DataFrame
        origin, destination, authority, ``line`` (changes where counting begins anew), year,
        positive, n, and source, dataset, vintage.
    """
    rows = tables.read("decisions")
    rows = rows[(rows["source"] == "UNHCR") & (rows["status"] != "partial")]
    rows = rows[(rows["authority"] != "UNHCR") & ~rows["note"].str.startswith(NO_RATE)]
    stages = {each: authorities.default_stages(each) for each in rows["destination"].unique()}
    pairs = pd.MultiIndex.from_tuples(
        [(place, stage) for place, known in stages.items() for stage in (*known, "first+repeat")]
    )
    rows = rows[pd.MultiIndex.from_frame(rows[["destination", "stage"]]).isin(pairs)]
    rows = rows[rows["period_start"].str[5:].eq("01-01") & rows["period_end"].str[5:].eq("12-31")]
    rows = rows[rows["period_start"].str[:4] == rows["period_end"].str[:4]]
    keys = ["origin", "destination", "authority", "unit", "period_start"]
    wide = rows.pivot_table(
        index=keys, columns="outcome", values="count", aggfunc=lambda c: c.sum(skipna=False),
    ).reset_index()  # fmt: skip
    wide = wide.dropna(subset=["refugee", "complementary", "rejected"])
    wide["positive"] = (wide["refugee"] + wide["complementary"]).astype(float)
    wide["n"] = wide["positive"] + wide["rejected"].astype(float)
    wide["year"] = wide["period_start"].str[:4].astype(int)
    court = wide["authority"] == "EOIR"
    wide["line"] = 0
    for year in corridors.RESETS["USA", "EOIR"]:
        wide["line"] += (court & (wide["year"] >= year)).astype(int)
    for name in ("source", "dataset", "vintage"):
        wide[name] = str(rows[name].iloc[0])
    # One unit a corridor and year: the one with more decisions.
    wide = wide.sort_values("n").drop_duplicates(
        ["origin", "destination", "authority", "year"], keep="last"
    )
    return wide.sort_values(["origin", "destination", "authority", "year"]).reset_index(drop=True)


def _forecasts(one: Monthly, model: str, word: str, why: str) -> list[dict[str, object]]:
    """Return the last months of a series and the forecast of the model that is shown."""
    held = {
        "series": one.name, "unit": one.unit, "source": one.source, "dataset": one.dataset,
        "vintage": one.vintage, "origin": one.month(len(one.counts) - 1),
    }  # fmt: skip
    rows: list[dict[str, object]] = []
    for place in range(max(0, len(one.counts) - PAST), len(one.counts)):
        value = one.counts[place]
        rows.append({
            **held, "month": one.month(place), "horizon": 0, "kind": "published", "value": value,
            "status": status.OK if np.isfinite(value) else "missing",
        })  # fmt: skip
    checked = forecast.check(one.counts)
    made = every(forecast.to_log(one.counts), one.first_month) if checked == status.OK else {}
    quantiles = made[model].quantiles if made else None
    word = checked if checked != status.OK else word
    for h in range(1, forecast.HORIZON + 1):
        row: dict[str, object] = {
            **held, "month": one.month(len(one.counts) - 1 + h), "horizon": h, "kind": "forecast",
            "model": model, "status": word, "reason": why,
        }  # fmt: skip
        if quantiles is not None and word == status.OK:
            on_count = forecast.to_count(quantiles[h - 1])
            row["value"] = on_count[scoring.MEDIAN]
            row |= _ends(on_count)
        rows.append(row)
    return rows


def _ends(quantiles: NDArray[np.float64]) -> dict[str, object]:
    """Return the ends of the 95, 80 and 50 % intervals under the names of their columns."""
    return {
        f"{end}{'' if name == '95' else '_' + name}": quantiles[place]
        for name, places in scoring.INTERVALS.items()
        for end, place in zip(("low", "high"), places, strict=True)
    }


def _rates(prepared: pd.DataFrame, model: str, held: bool) -> list[dict[str, object]]:
    """Return forecasts of Russians' rates where the newest year has 50 decisions, and why not."""
    ours = prepared[prepared["origin"] == "RUS"]
    newest = int(prepared["year"].max())
    last = ours.sort_values("year").groupby(["destination", "authority"]).tail(1)
    rows: list[dict[str, object]] = []
    for place, start in last.iterrows():
        named = (start["destination"], start["authority"]) in SHOWN_RATES
        if not named and (start["year"] < newest or start["status"] != status.OK):
            continue
        line = (ours["corridor"] == start["corridor"]).sum()
        word = str(start["status"])
        if word == status.OK:
            word = (
                status.NO_LAST if start["year"] < newest
                else status.NOT_CALIBRATED if not held
                else status.BREAK if start["line"] > 0 and line < 3
                else status.OK
            )  # fmt: skip
        for horizon in forecast_rates.HORIZONS:
            row: dict[str, object] = {
                "destination": start["destination"], "authority": start["authority"],
                "definition": "protection", "stage": "first", "last_year": start["year"],
                "last_rate": start["rate"], "n": start["n"], "year": start["year"] + horizon,
                "horizon": horizon, "model": model, "status": word, "source": start["source"],
                "dataset": start["dataset"], "vintage": start["vintage"],
            }  # fmt: skip
            if word in (status.OK, status.BREAK):
                made = forecast_rates.at_origin(prepared, newest, horizon, last.loc[[place]])
                if made is not None:
                    row["value"] = made[model][0, scoring.MEDIAN]
                    row |= _ends(made[model][0])
            rows.append(row)
    return rows


def compute() -> dict[str, pd.DataFrame]:
    """Test every model on the past, choose what is shown, and forecast.

    Returns
    -------
    dict
        ``outlook_forecast`` (last months and twelve ahead), ``outlook_scores`` (every model),
        ``outlook_rates`` (Russians' rates one and two years ahead), ``outlook_rate_scores``.
    """
    forecasts: list[dict[str, object]] = []
    tested = []
    for one in series().values():
        word = forecast.check(one.counts)
        chosen = backtest.origins(one.counts, one.place(one.scored_from))
        if word != status.OK or not chosen:  # nothing is shown, and the rows say why
            word = status.TOO_FEW if word == status.OK else word
            forecasts += _forecasts(one, BASELINE, word, status.WORDS[word])
            continue
        scored = backtest.run(one.counts, one.first_month, chosen)
        table = backtest.scores(scored, len(one.counts), REPLICATIONS, SEED)
        model, word, why = backtest.choose(table)
        for column in ("first", "last"):
            table[column] = table[column].map(one.month)
        table.insert(0, "series", one.name)
        table["shown"] = table["model"] == model
        table[["source", "dataset", "vintage"]] = [one.source, one.dataset, one.vintage]
        tested.append(table)
        forecasts += _forecasts(one, model, word, why)
    prepared = forecast_rates.prepare(yearly_rates())
    scored = forecast_rates.backtest(prepared, range(RATES_FROM, int(prepared["year"].max())))
    rate_scores = forecast_rates.scores(scored, REPLICATIONS, SEED)
    model, held = forecast_rates.choose(rate_scores)
    rate_scores["shown"] = rate_scores["model"] == model
    first = prepared.iloc[0]
    rate_scores[["source", "dataset", "vintage"]] = [first[c] for c in
                                                     ("source", "dataset", "vintage")]  # fmt: skip
    return {
        "outlook_forecast": pd.DataFrame(forecasts),
        "outlook_scores": (
            pd.concat(tested, ignore_index=True).round(DECIMALS) if tested else pd.DataFrame()
        ),
        "outlook_rates": pd.DataFrame(_rates(prepared, model, held)).sort_values(
            ["destination", "authority", "horizon"], ignore_index=True
        ),
        "outlook_rate_scores": rate_scores.round(DECIMALS),
    }
