"""What both publishers leave to us: pages mended, and everything beside them written.

Called on the finished pages of either, by the build and by ``tools/finish.py``.
"""

from __future__ import annotations

from pathlib import Path

from asylum_report.publish import dashboard_data, extras, generated_glossary, postprocess
from asylum_report.publish.render import Publisher


def complete(site: Path, root: Path, publisher: Publisher, description: str, url: str) -> list[str]:
    """Mend the pages of a rendered site and put everything else into it.

    Parameters
    ----------
    site
        The folder that a publisher rendered to.
    root
        The project, with everything prepared.
    publisher
        ``quarto`` or ``builtin``.
    description, url
        The site's, as `postprocess.read_settings` gives them.

    Returns
    -------
    list of str
        Paths of the pages.

    Raises
    ------
    ReportError
        With one clear line.
    """
    pages = postprocess.folder(site, publisher, description, url)
    _add_live_charts(site)
    extras.write(site, pages, root, url)
    dashboard_data.write(site, root / "_generated" / "dashboard.json")
    generated_glossary.write(site)
    _take_away(site, root)
    return pages


def _add_live_charts(site: Path) -> None:
    """Put Plotly into the site, if it has a page that shows live charts."""
    if (site / "assets" / "explore.html").is_file():
        from asylum_report.charts import files

        files.copy_plotly(site / "assets")


def _take_away(site: Path, root: Path) -> None:
    """Put into the site what readers take away: tables, rates for programs, charts for frames."""
    from asylum_report.publish import api, downloads, embed

    if (site / "downloads.html").is_file():
        downloads.write(site, root)
        api.write(site, root)
        embed.write(site, root)
