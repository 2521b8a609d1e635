"""Parts of the home pages that are made from data: the small lines in the tiles."""

from __future__ import annotations

from asylum_report.charts import library
from asylum_report.charts.spark import spark

CHART = "recognition-three-countries"
"""The chart whose series the tiles show: the same values, gaps and breaks."""

BASE_YEAR = "2023"
"""The year that the tiles compare with."""


def sparks() -> dict[str, str]:
    """Return the line of each of the three countries, by the name of the file to include."""
    return {
        f"spark-{series.colour}.md": "```{=html}\n" + spark(series, (BASE_YEAR,)) + "\n```\n"
        for series in library.chart(CHART).series
    }
