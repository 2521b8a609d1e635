"""Parts of pages about the models: their tables of results, and what the studies found."""

from __future__ import annotations

from asylum_report import evaluation, results
from asylum_report.publish.markup_tables import pipe_table


def downloads() -> str:
    """Return every table of model results as a table: what it holds, rows, file."""
    rows = []
    for name in sorted(results.ABOUT):
        table = results.read(name)
        rows.append(
            (results.ABOUT[name], f"{len(table):,}",
             f"[{name}.csv](data/processed/models/{name}.csv)")
        )  # fmt: skip
    return pipe_table(("What it holds", "Rows", "CSV"), rows, (60, 10, 30))


def studies() -> str:
    """Return every simulation study as a table: question, size, command, files."""
    rows = []
    for name, study in evaluation.STUDIES.items():
        note = evaluation.meta(name)
        files = ", ".join(f"[{table}.csv](data/evaluation/{table}.csv)" for table in study.tables)
        rows.append((study.about, f"{note['replications']:,}", f"`{note['command']}`", files))
    return pipe_table(("Question", "Series a cell", "Command", "CSV"), rows, (30, 10, 30, 30))


SETTINGS = {
    ("beta-binomial", 1, 1): "independent decisions",
    ("beta-binomial", 4, 4): "groups of four, known",
    ("beta-binomial", 4, 1): "groups of four, ignored",
    ("beta-binomial", 1, 4): "independent, taken for groups of four",
    ("families", 4, 4): "whole families of four, known",
}


def trend_study() -> str:
    """Return the study of the trend by setting and number of decisions."""
    table = evaluation.read("trend_coverage")
    rows = []
    for (making, effect, given), words in SETTINGS.items():
        chosen = table[
            (table["making"] == making) & (table["effect"] == effect) & (table["given"] == given)
        ]
        for decisions, part in chosen.groupby("decisions"):
            beside = part["cover_95_beside"].min()
            rows.append(
                (words, f"{decisions:,}", *(f"{100 * part[name].mean():.1f}%"
                                            for name in ("cover_50", "cover_95")),
                 f"{100 * part['cover_95_away'].min():.1f}%", f"{100 * beside:.1f}%",
                 f"{100 * part['wilson_95'].mean():.1f}%")
            )  # fmt: skip
    heads = ("Decisions are", "A period", "50% held", "95% held", "Worst", "Beside a jump, worst",
             "Wilson held")  # fmt: skip
    return (
        pipe_table(heads, rows, (28, 10, 12, 12, 12, 14, 12))
        + "\nShares of intervals that held the truth, pooled over rates, rounding, courses and "
        "lengths. Worst: the worst combination, periods beside a jump apart.\n"
    )


def trend_few() -> str:
    """Return the study's combinations with twenty decisions and rounded counts, one a row."""
    table = evaluation.read("trend_coverage")
    table = table[
        (table["decisions"] == 20) & (table["rounding"] != "none")
        & (table["making"] == "beta-binomial") & (table["effect"] == table["given"])
    ]  # fmt: skip
    rows = [
        (ROUNDINGS[str(row["rounding"])], f"{100 * row['rate']:.0f}%", str(row["effect"]),
         str(row["course"]), str(row["periods"]),
         *(f"{100 * row[name]:.1f}%" for name in ("cover_50", "cover_95", "wilson_95")))
        for _, row in table.iterrows()
    ]  # fmt: skip
    heads = ("Rounded", "Rate", "Design effect", "Course", "Periods", "50% held", "95% held",
             "Wilson held")  # fmt: skip
    return pipe_table(heads, rows, (16, 8, 12, 14, 10, 12, 12, 14))


ROUNDINGS = {"unhcr": "as UNHCR does", "5": "to 5", "10": "to 10"}
