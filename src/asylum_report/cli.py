"""The command ``asylum-report``: thin, and quick because everything is imported when needed."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer
import typer.exceptions

from asylum_report import __version__, cli_cite, cli_claims, cli_data
from asylum_report.errors import INTERRUPTED, ReportError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Protection of Russian asylum seekers by destination, from official statistics.",
)


def _years(text: str | None) -> tuple[int, int] | None:
    """Read "2023" or "2015-2025"."""
    if text is None:
        return None
    from asylum_report.errors import UnknownName
    from asylum_report.query import year_span

    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", text, re.ASCII)
    if found is None:
        raise UnknownName(f"'{text}' is no year", todo="write 2023 or 2015-2025")
    return year_span((int(found[1]), int(found[2] or found[1])))


@app.command()
def rate(
    destinations: Annotated[
        list[str] | None,
        typer.Argument(help="DE, DEU, Germany ...; none for all", show_default=False),
    ] = None,
    year: Annotated[str | None, typer.Option(help="A year or a range: 2023, 2015-2025.")] = None,
    origin: Annotated[str, typer.Option(help="Citizenship of the applicants.")] = "RUS",
    definition: Annotated[
        str, typer.Option(help="protection, refugee, eu or overall.")
    ] = "protection",
    stage: Annotated[
        str | None,
        typer.Option(
            help="first, repeat, first+repeat, appeal; default: first instance as the "
            "authority itself counts it."
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="UNHCR, Eurostat, BAMF ...")] = "UNHCR",
    as_of: Annotated[
        str | None,
        typer.Option(
            help="Answer from what was known on a day: 2024-06-30; a month or year means its last.",
            show_default=False,
        ),
    ] = None,
    format: Annotated[str, typer.Option(help="table, json or csv.")] = "table",
) -> None:
    """Print a recognition rate with its n, interval, bounds, counts, definition and vintage."""
    from asylum_report import asof, query, show

    format = show.check_format(format, ("table", "json", "csv"))
    span = _years(year)
    with asof.known_on(as_of):
        found = query.rate_records(
            origin, query.codes(destinations), span, definition, stage, source
        )
        if not found:
            raise query.nothing(origin, destinations, year, stage, source)
    show.rates(found, format)


@app.command()
def build(
    publisher: Annotated[str, typer.Option(help="auto, quarto or builtin.")] = "auto",
    output: Annotated[
        Path | None, typer.Option(help="Where the site goes; default _site.", show_default=False)
    ] = None,
) -> None:
    """Build data, charts, website and brief; the old site stays until the new one is whole."""
    from asylum_report import cli_build

    cli_build.build(publisher, output)


@app.command()
def figures() -> None:
    """Draw every chart into figures/ as SVG, PNG, CSV and Plotly JSON."""
    from asylum_report import cli_build

    cli_build.figures()


@app.command()
def tables() -> None:
    """Build the tidy tables in data/processed/ from the embedded vintages."""
    from asylum_report import process, show

    built = process.build(progress=show.step)
    show.step(f"{len(built)} files in {next(iter(built.values())).parent}")


@app.command()
def export(
    table: Annotated[str, typer.Argument(help="decisions, applications, events ...")],
    format: Annotated[str, typer.Option(help="csv, parquet or json.")] = "csv",
    output: Annotated[
        Path | None, typer.Option(help="A file; default: standard output.", show_default=False)
    ] = None,
    origin: Annotated[
        str | None, typer.Option(help="Only this citizenship; default all.", show_default=False)
    ] = None,
) -> None:
    """Write a tidy table as CSV, Parquet or JSON."""
    from asylum_report import show

    format = show.check_format(format, ("csv", "parquet", "json"))
    show.export(table, format, output, origin)


@app.command()
def explain(
    number: Annotated[str, typer.Argument(help="A name such as de.y2023.protection.")],
) -> None:
    """Follow a number used in prose back to definition, rows, vintage and file."""
    from asylum_report import numbers, show

    show.explanation(numbers.explain(number))


@app.command()
def models(
    only: Annotated[
        list[str] | None,
        typer.Argument(help="Analyses; default: those out of date.", show_default=False),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            help="From what was known on a day, into a folder of its own.", show_default=False
        ),
    ] = None,
) -> None:
    """Compute the models' results into data/processed/models/."""
    from asylum_report import asof, process, results, show

    results.check_names(only or ())
    if as_of is None:
        process.ensure(progress=show.step)
    with asof.known_on(as_of, progress=show.step):
        written = results.build(only or None, progress=show.step)
        where = f" in {results.folder()}" if as_of else ""
        left = bool(as_of and not only and results.stale())
    rest = "every other result" if left else "every result"
    show.step(f"{len(written)} tables written{where}" if written else f"{rest} is up to date")


@app.command()
def evaluate(
    study: Annotated[str, typer.Argument(help="appeal, lottery, trend or turning-points.")],
    replications: Annotated[
        int | None,
        typer.Option(
            min=1, help="Simulated data sets a cell; default: the study's own.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal tables.")] = 20260101,
    jobs: Annotated[int, typer.Option(help="Processes; -1 for one a core.")] = -1,
    output: Annotated[
        Path | None,
        typer.Option(help="A folder; default data/evaluation.", show_default=False),
    ] = None,
) -> None:
    """Test a model on simulated data of known truth; write the tables of coverage and errors."""
    from asylum_report import evaluation, show

    for path in evaluation.run(study, replications, seed, jobs, output, show.step):
        show.step(f"wrote {path}")


@app.command()
def fit(
    destinations: Annotated[
        list[str] | None,
        typer.Argument(help="DE, DEU, Germany ...; none for all", show_default=False),
    ] = None,
    origin: Annotated[str, typer.Option(help="Citizenship of the applicants, or all.")] = "RUS",
    effect: Annotated[float, typer.Option(help="Design effect within a year, at least 1.")] = 1.0,
    method: Annotated[str, typer.Option(help="auto, exact or fast.")] = "auto",
    least_years: Annotated[int, typer.Option(min=3, help="Years a corridor must have.")] = 5,
    least_decisions: Annotated[int, typer.Option(min=1, help="Decisions in each of these.")] = 20,
    jobs: Annotated[int, typer.Option(help="Processes; -1 for one a core.")] = -1,
    scheduler: Annotated[
        str, typer.Option(help="A Dask cluster: tcp://host:port.", show_default=False)
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option(help="A .csv or .parquet; default: standard output.", show_default=False),
    ] = None,
    cache: Annotated[bool, typer.Option(help="Keep and reuse fits.")] = True,
) -> None:
    """Fit the trend of every corridor: each year's own propensity with its intervals."""
    from asylum_report import cli_fit

    least = (least_years, least_decisions)
    cli_fit.fit(destinations, origin, effect, method, least, jobs, scheduler, output, cache)


@app.command()
def snapshot(
    folder: Annotated[Path, typer.Argument(help="Folder with the publishers' files.")],
    only: Annotated[
        list[str] | None, typer.Option(help="Only these datasets.", show_default=False)
    ] = None,
) -> None:
    """Import publishers' files into immutable vintages under data/raw/."""
    from asylum_report import show
    from asylum_report.sources import catalog

    vintages = catalog.import_snapshot(folder, only, progress=show.step)
    show.step(f"{len(vintages)} vintages in place")


cli_data.add(app)
cli_cite.add(app)
app.command()(cli_claims.claims)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"asylum-report {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Protection of Russian asylum seekers by destination, from official statistics."""


def main() -> None:
    """Run the command; bad input is one line and exit code 2, Ctrl-C is 130."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a minus sign must not end in a traceback
            stream.reconfigure(encoding="utf-8")
    try:
        # Typer turns Ctrl-C into a result.
        if app(standalone_mode=False) == INTERRUPTED:
            _stop("stopped", INTERRUPTED)
    except ReportError as error:
        _stop(str(error), error.exit_code)
    except typer.exceptions.TyperException as error:  # an unknown option, a missing argument
        getattr(error, "show", lambda: None)()
        sys.exit(getattr(error, "exit_code", 2))
    except (KeyboardInterrupt, typer.Abort):
        _stop("stopped", INTERRUPTED)
    except BrokenPipeError:
        # The reader has what it wanted (head); nothing more may be written to the pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _stop(f"{error.strerror or error}{where}", 2)


def _stop(line: str, code: int) -> None:
    typer.echo(f"asylum-report: {line}", err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
