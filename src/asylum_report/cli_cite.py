"""The command that says how to cite; what it needs is imported when it is asked for."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Give the command this sub-command."""
    app.command()(cite)


def cite(
    number: Annotated[
        str | None,
        typer.Option(help="A number of the pages: de.y2023.protection.", show_default=False),
    ] = None,
    chart: Annotated[
        str | None, typer.Option(help="A chart: germany-outcomes.", show_default=False)
    ] = None,
    table: Annotated[
        str | None, typer.Option(help="A table: decisions.", show_default=False)
    ] = None,
    format: Annotated[str, typer.Option(help="text, bibtex, ris, cff or csl-json.")] = "text",
) -> None:
    """Say how to cite the report, a number, a chart or a table, with the vintage of the data."""
    from asylum_report import cite as forms
    from asylum_report import process, show
    from asylum_report.errors import UnknownName

    format = show.check_format(format, tuple(forms.FORMATS))
    asked = [one for one in (number, chart, table) if one is not None]
    if len(asked) > 1:
        raise UnknownName("more than one thing to cite", todo="give --number, --chart or --table")
    if chart is not None:
        process.ensure()
        work = forms.chart(chart)
    elif number is not None:
        work = forms.number(number)
    else:
        work = forms.table(table) if table is not None else forms.report()
    sys.stdout.write(forms.FORMATS[format](work))
