"""The commands about data; what they need is imported when one is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add(app: typer.Typer) -> None:
    """Give the command these sub-commands."""
    app.command()(refresh)
    app.command()(gate)
    app.command()(vintages)
    app.command()(diff)
    app.command("import")(import_)


def refresh(
    source: Annotated[
        list[str] | None,
        typer.Option(help="eurostat, unhcr or cbp; default: all.", show_default=False),
    ] = None,
    dataset: Annotated[
        list[str] | None, typer.Option(help="Only these datasets.", show_default=False)
    ] = None,
    since: Annotated[
        int | None,
        typer.Option(
            help="Ask for periods from this year on only; earlier ones stay.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Say what would change; write nothing.")] = False,
    offline: Annotated[
        bool, typer.Option(help="Ask nobody: use the answers kept from the last run.")
    ] = False,
    bulk: Annotated[
        bool,
        typer.Option(help="Eurostat's whole datasets, every citizenship, into .cache/bulk/."),
    ] = False,
    address: Annotated[
        list[str] | None,
        typer.Option(
            help="SOURCE=URL where a service, or CBP's page or file, has moved.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[str, typer.Option(help="table, json or markdown.")] = "table",
) -> None:
    """Pull the publishers' current figures into new vintages, each checked before it is kept."""
    from asylum_report import cli_refresh

    cli_refresh.refresh(source, dataset, since, dry_run, offline, bulk, address, format)


def gate(
    accept: Annotated[
        list[str] | None,
        typer.Option(help="DATASET@VINTAGE: use a vintage that is held back.", show_default=False),
    ] = None,
    format: Annotated[str, typer.Option(help="table, json or markdown.")] = "table",
) -> None:
    """Say for each dataset whether its newest vintage may be built from, and why not."""
    from asylum_report import cli_refresh

    cli_refresh.gate(accept, format)


def vintages(
    dataset: Annotated[
        str | None, typer.Argument(help="Only this dataset.", show_default=False)
    ] = None,
    format: Annotated[str, typer.Option(help="table, json or csv.")] = "table",
) -> None:
    """List the dated copies of publishers' datasets: date, rows, periods, in use or held back."""
    from asylum_report import cli_vintages

    cli_vintages.vintages(dataset, format)


def diff(
    old: Annotated[
        str,
        typer.Argument(
            help="A day (2025-06-30), DATASET@VINTAGE, or published: of the last commit's tables."
        ),
    ],
    new: Annotated[str, typer.Argument(help="The same; default: what is there now.")] = "now",
    format: Annotated[str, typer.Option(help="table, json or markdown.")] = "table",
) -> None:
    """Show what changed between two days or vintages, and what it does to the headline numbers."""
    from asylum_report import cli_vintages

    cli_vintages.diff(old, new, format)


def import_(
    file: Annotated[
        Path | None, typer.Argument(help="A filled-in template (CSV).", show_default=False)
    ] = None,
    template: Annotated[
        str,
        typer.Option(help="Print an empty template: decisions, applications or figures."),
    ] = "",
    check: Annotated[bool, typer.Option(help="Only check the file; write nothing.")] = False,
) -> None:
    """Import a national table that was typed from a PDF or a workbook, with its provenance."""
    from asylum_report import cli_import

    cli_import.import_(file, template, check)
