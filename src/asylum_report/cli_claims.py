"""The command ``claims``: the checked claims on the screen or as JSON, and their record."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer


def claims(
    claim: Annotated[
        str | None, typer.Argument(help="c01, c02 ...; none for all.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Record verdicts that are new or have moved.")
    ] = False,
) -> None:
    """Statements from the press, each with the verdict that the rules of the ledger give."""
    from asylum_report import __version__, numbers
    from asylum_report.claims import ledger, output
    from asylum_report.claims import record as recorded
    from asylum_report.errors import UnknownName

    words = ledger.read()
    entries = output.entries(numbers.compute(), words)
    if claim is not None:
        known = [one["claim_id"] for one in entries]
        if claim not in known:
            raise UnknownName(f"no claim '{claim}'", todo=f"use {known[0]} to {known[-1]}")
        entries = [one for one in entries if one["claim_id"] == claim]
    if record:
        before = recorded.read()
        after = recorded.extended(
            before, {one["claim_id"]: one["verdict"] for one in entries}, __version__
        )
        if after != before:
            recorded.write(after)
        for fresh in after[len(before) :]:
            typer.echo(f"recorded: {fresh.claim_id}, {words.word(fresh.verdict)}")
        typer.echo(f"{len(after) - len(before)} verdicts recorded in {recorded.file().name}")
    elif as_json:
        typer.echo(json.dumps(entries, ensure_ascii=False, indent=1))
    else:
        for one in entries:
            typer.echo(_line(one) if claim is None else _whole(one))


def _line(one: dict[str, Any]) -> str:
    return f"{one['claim_id']}  {one['verdict_words']:<24} {one['statement']}"


def _whole(one: dict[str, Any]) -> str:
    """Return one claim with its reading, tests and figures."""
    from asylum_report.claims.output import in_words

    lines = [one["statement"], f"{one['article']}, {one['published']}", one["verdict_words"], ""]
    lines += [*filter(None, (one["finding"], one["reading"])), ""]
    for test in one["tests"]:
        lines.append(f"- {test['part']}: {test['outcome']}. {test['rule']}. {test['note']}".strip())
    lines.append("")
    for figure in one["figures"]:
        source = ", ".join((figure["period"], *figure["publishers"], *figure["vintages"]))
        lines.append(f"  {in_words(figure)}  {figure['definition']} [{source}; {figure['number']}]")
    return "\n".join(lines)
