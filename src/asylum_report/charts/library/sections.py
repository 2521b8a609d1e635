"""Sections of pages that are there only when their figures are: heading, words, chart, words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from asylum_report.charts.library import quarterly
from asylum_report.charts.model import Chart
from asylum_report.recognition import MARKED_BELOW


@dataclass(frozen=True)
class Section:
    """A part of a page that comes with its data.

    In a notebook it shows its pieces one after the other. A cell that ends with a section needs the
    option ``output: asis``: publishers then take what it shows as part of the page, and a cell
    that shows nothing leaves no trace.

    Parameters
    ----------
    name
        Id of the heading.
    heading
        Its words.
    before, after
        Markdown above and below the chart.
    chart
        The chart.
    """

    name: str
    heading: str
    before: str
    chart: Chart
    after: str

    def pieces(self) -> list[str | Chart]:
        """Return Markdown and the chart, in order."""
        return [f"## {self.heading} {{#{self.name}}}\n\n{self.before}", self.chart, self.after]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for piece in self.pieces():
            if isinstance(piece, str):
                display({"text/markdown": piece, "text/plain": piece}, raw=True)
            else:
                display(piece)


@dataclass(frozen=True)
class Plan:
    """A section as it would be: its chart's maker and its words."""

    chart: Callable[[], Chart | None]
    heading: str
    before: str
    after: str


PLANS: Mapping[str, Plan] = {
    "quarterly": Plan(
        quarterly.recognition_quarterly,
        "Between the years: Eurostat's quarters",
        "UNHCR's figures, on which the rest of this page stands, come by year. Eurostat publishes "
        "first-instance decisions by quarter, months earlier, but counts them in its own way.",
        "Read this as a sign of direction, not as a second measure of the rates above.\n\n"
        "- **Germany is not BAMF here.** Eurostat's rejections hold part of the cases that BAMF "
        "closes without an answer on the merits, and the part changes from year to year: "
        "[methods](../methods.qmd#why-our-number-differs).\n"
        "- **First and repeat applications are undivided**, also for France, where the rest of this "
        "page counts first applications only.\n"
        "- **A quarter has few decisions**, so it swings more than a year. Hollow points rest on "
        f"fewer than {MARKED_BELOW}, or on a quarter that many countries have not reported yet: an end that "
        "falls or rises there is no finding.\n"
        "- **All EU+ together changes its make-up.** A large country that decides more, or starts to "
        "report, moves the rate of all.",
    ),
    "germany-quarterly": Plan(
        quarterly.germany_quarterly,
        "By quarter, as Eurostat counts",
        "The same authority by quarter, months before the yearly figures, but not the same rate.",
        "Eurostat's rejections hold part of the cases that BAMF closes without an answer on the "
        "merits, and the part changes, so the level is not BAMF's: "
        "[methods](../methods.qmd#why-our-number-differs).",
    ),
    "france-quarterly": Plan(
        quarterly.france_quarterly,
        "By quarter, as Eurostat counts",
        "The same authority by quarter, months before the yearly figures.",
        "Eurostat counts repeat applications too, and probably accompanied minors, so the level is "
        "not UNHCR's.",
    ),
    "pending": Plan(
        quarterly.applications_pending,
        "How many wait",
        "Everybody who has asked and has no final answer yet, at the end of each month.",
        "A stock falls when cases are decided, and also when they are closed or withdrawn.",
    ),
}
"""Every section by its name, which is also the id of its heading."""


def made(name: str) -> Section | None:
    """Return a section whose figures are held, else None.

    Raises
    ------
    KeyError
        If there is no such section.
    """
    plan = PLANS[name]
    chart = plan.chart()
    if chart is None:
        return None
    return Section(name, plan.heading, plan.before, chart, plan.after)
