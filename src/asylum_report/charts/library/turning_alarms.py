"""Chart of how often ways of looking for turning points find one where nothing happened."""

from __future__ import annotations

from asylum_report import evaluation
from asylum_report.charts.model import Chart, Series, Table

METHODS = {
    "level": "Level with a step (shown)",
    "walk": "Walk from before (beside it)",
    "least squares, Newey-West": "Least squares, Newey-West",
}


def alarms() -> Chart:
    """Draw how often each way of looking finds something where nothing happened."""
    table = evaluation.read("turning_alarms")
    table = table[
        (table["grid"] == "eu-applications") & (table["scope"] == "one date") & ~table["stress"]
    ]
    nulls = tuple(dict.fromkeys(name.capitalize() for name in table["null"]))
    lanes, worst = [], {}
    for (method, label), colour in zip(METHODS.items(), ("accent", "second", "muted"), strict=True):
        part = table[table["method"] == method]
        worst[method] = (part["rate"].min(), part["rate"].max())
        error = 1.96 * part["mc_error"]
        lanes.append(
            Series(
                label, colour, tuple(name.capitalize() for name in part["null"]),
                tuple(float(v) for v in part["rate"]),
                low=tuple(float(v) for v in (part["rate"] - error).clip(lower=0)),
                high=tuple(float(v) for v in part["upper"]),
                n=tuple(int(v) for v in part["series"]),
            )
        )  # fmt: skip
    level, control = worst["level"], worst["least squares, Newey-West"]
    return Chart(
        name="turning-alarms",
        title=f"Where nothing happened, the usual regression finds something in {control[0]:.0%} to "
        f"{control[1]:.0%} of series, the way used here in {level[1]:.0%}",
        subtitle="Share of synthetic series without any event in which an effect is found at the 5% level",
        kind="dot",
        x_scale="category",
        y_format="percent",
        series=tuple(lanes),
        categories=nulls,
        source="Asylum Report, simulation study of turning points, synthetic data; no figure on asylum",
        note="Series as long as that of claims in the EU+, each tested at one of its dates. "
        "Intervals: 95%, from the number of series simulated.",
        alt=f"Points by kind of series. Least squares with Newey-West errors: {control[0]:.1%} to "
        f"{control[1]:.1%}. Level with a step: at most {level[1]:.1%}.",
        table=Table(
            ("Series", "Way", "Found", "up to (95%)", "Series simulated"),
            tuple(
                (row["null"], METHODS.get(row["method"], row["method"]), float(row["rate"]),
                 float(row["upper"]), int(row["series"]))
                for _, row in table.iterrows()
            ),
            ("text", "text", "percent", "percent", "count"),
        ),
    )  # fmt: skip
