"""Charts of how the models of the outlook did on the past."""

from __future__ import annotations

from asylum_report import results
from asylum_report.charts.library import parts
from asylum_report.charts.library.outlook import number
from asylum_report.charts.model import Chart, Series, Table
from asylum_report.models.forecast_fitted import BASELINE
from asylum_report.models.forecast_rates import SMALLEST

MODELS = {
    "random-walk": "Random walk (baseline)",
    "recalibrated-walk": "Recalibrated walk",
    "weighted-walk": "Weighted walk",
    "seasonal-naive": "Same month last year",
    "damped-trend": "Damped trend",
    "structural": "Level and seasons",
    "sarimax": "SARIMAX",
    "median-ensemble": "Median of all",
}
"""Models of monthly counts in words."""

RATE_MODELS = {
    "last-rate": "Last rate (baseline)",
    "last-rate-scaled": "Last rate, learnt spread",
    "own-past": "Pulled to own past",
    "five-year-mean": "Mean of five years",
}
"""Models of yearly rates in words."""


def _relative(series: str, name: str, unbeaten: str, beaten: str, what: str) -> Chart:
    """Draw the scores of every model relative to the baseline, titled by which is shown."""
    rows = results.read("outlook_scores")
    rows = rows[(rows["series"] == series) & (rows["origins"] == "all")]
    log = rows[rows["scale"] == "log"]
    whole = log[log["horizons"] == "1-12"].set_index("model")
    off = [m for m in whole.index if m == "seasonal-naive"]
    order = [m for m in whole.sort_values("relative").index if m not in off]
    lanes = []
    for horizons, colour in (("1-3", "first"), ("4-12", "second")):
        part = log[log["horizons"] == horizons].set_index("model")
        fixed = [m == "random-walk" for m in order]
        lanes.append(
            Series(
                f"{horizons.replace('-', ' to ')} months ahead", colour,
                tuple(MODELS[m] for m in order), tuple(float(part["relative"][m]) for m in order),
                low=tuple(None if f else number(part["low"][m]) for m, f in zip(order, fixed, strict=True)),
                high=tuple(None if f else number(part["high"][m]) for m, f in zip(order, fixed, strict=True)),
            )
        )  # fmt: skip
    shown = str(whole[whole["shown"].astype(bool)].index[0])
    best, first = order[0], whole.iloc[0]
    columns = ("wis", "relative", "low", "high", "crps", "mase", "coverage_50", "coverage_95")
    return Chart(
        name=name,
        title=(unbeaten if shown == BASELINE else beaten).format(
            shown=MODELS[shown], covered=f"{100 * whole['coverage_95'][shown]:.0f}%",
            relative=f"{100 * whole['relative'][shown]:.0f}%",
        ),
        subtitle=f"{what}: weighted interval score of forecasts (log counts) as a share of the random walk's; lower is "
        "better",
        kind="dot",
        x_scale="category",
        y_format="percent",
        series=tuple(lanes),
        source=parts.source([dict(first)]) + "; own tests",
        note=f"{first['number_of_origins']} forecast origins, {first['first']} to {first['last']}. "
        "Intervals: 95%, from drawing blocks of twelve origins anew. Not drawn: same month last "
        f"year, {100 * whole['relative']['seasonal-naive']:.0f}%.",
        alt=f"Points by model. {MODELS[best]} has {100 * whole['relative'][best]:.1f}% of the random "
        f"walk's score over all twelve months; the model shown is {MODELS[shown].lower()}, whose "
        f"95% interval held {100 * whole['coverage_95'][shown]:.1f}% of the months.",
        table=Table(
            ("Model", "Months ahead", "Scale", "Score (WIS)", "Relative", "95% from", "95% to",
             "CRPS", "MASE", "50% held", "95% held", "Forecasts", "Not settled", "Failed"),
            tuple(
                (MODELS[row["model"]], row["horizons"], row["scale"],
                 *(f"{row[c]:.3f}" if c in ("wis", "crps", "mase") else number(row[c]) for c in columns),
                 int(row["forecasts"]), int(row["not_converged"]), int(row["failed"]))
                for _, row in rows.iterrows()
            ),
            ("text", "text", "text", "text", "percent", "percent", "percent", "text", "text",
             "percent", "percent", "count", "count", "count"),
        ),
        categories=tuple(MODELS[m] for m in order),
    )  # fmt: skip


def applications_scores() -> Chart:
    """Draw how the models did on applications."""
    return _relative(
        "eu-applications", "outlook-applications-scores",
        "The random walk is hard to beat: no model forecast applications reliably better",
        "{shown} has {relative} of the random walk's score, and its interval held {covered} of the "
        "months",
        "First-time applicants with Russian citizenship, EU+",
    )  # fmt: skip


def encounters_scores() -> Chart:
    """Draw how the models did on encounters."""
    return _relative(
        "us-encounters", "outlook-encounters-scores",
        "The random walk is hard to beat: no model forecast encounters reliably better",
        "{shown} has {relative} of the random walk's score, and its interval held {covered} of the "
        "months",
        "Encounters of Russian citizens, US south-west land border",
    )  # fmt: skip


def rates_scores() -> Chart:
    """Draw how the models of rates did over all corridors."""
    rows = results.read("outlook_rate_scores")
    whole = rows[rows["group"] == "all"]
    mean = whole.groupby("model")["relative"].mean().sort_values()
    order = list(mean.index)
    shown = str(whole[whole["shown"].astype(bool)].iloc[0]["model"])
    lanes = []
    for horizon, colour, label in (
        (1, "first", "One year ahead"),
        (2, "second", "Two years ahead"),
    ):
        part = whole[whole["horizon"] == horizon].set_index("model")
        fixed = [m == "last-rate" for m in order]
        lanes.append(
            Series(
                label, colour, tuple(RATE_MODELS[m] for m in order),
                tuple(float(part["relative"][m]) for m in order),
                low=tuple(None if f else number(part["low"][m]) for m, f in zip(order, fixed, strict=True)),
                high=tuple(None if f else number(part["high"][m]) for m, f in zip(order, fixed, strict=True)),
            )
        )  # fmt: skip
    one = whole[(whole["model"] == shown) & (whole["horizon"] == 1)].iloc[0]
    columns = ("relative", "low", "high", "mean_absolute_error", "coverage_50", "coverage_95")
    return Chart(
        name="outlook-rates-scores",
        title=f"A year ahead, the 95% interval of forecasts held {parts.percent(one['coverage_95'])} of "
        f"{int(one['forecasts']):,} rates in {int(one['corridors']):,} corridors",
        subtitle="Weighted interval score of forecasts of protection rates (per decision on the merits, first "
        "instance, persons) as a share of the baseline's, every origin, Russian citizens among them; "
        "lower is better",
        kind="dot",
        x_scale="category",
        y_format="percent",
        series=tuple(lanes),
        source=parts.source([dict(one)]) + "; own tests",
        note="Baseline: the last rate with one spread for all. Every origin and destination with at "
        f"least {SMALLEST} decisions in both years, forecast from "
        f"{int(one['first_year'])} to {int(one['last_year'])}. Intervals: 95%, from drawing "
        "destinations anew.",
        alt=f"Points by model. {RATE_MODELS[shown]} has {parts.percent(one['relative'])} of the "
        f"baseline's score one year ahead; its 95% interval held {parts.percent(one['coverage_95'])}.",
        table=Table(
            ("Group", "Years ahead", "Model", "Score (WIS)", "Relative", "95% from", "95% to",
             "Mean error", "50% held", "95% held", "Forecasts", "Corridors"),
            tuple(
                (row["group"], str(row["horizon"]), RATE_MODELS[row["model"]], f"{row['wis']:.4f}",
                 *(number(row[c]) for c in columns), int(row["forecasts"]), int(row["corridors"]))
                for _, row in rows.iterrows()
            ),
            ("text", "text", "text", "text", *("percent",) * 6, "count", "count"),
        ),
        categories=tuple(RATE_MODELS[m] for m in order),
    )  # fmt: skip
