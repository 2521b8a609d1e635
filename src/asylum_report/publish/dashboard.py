"""The dashboard's page: the form, and the default view as it stands without JavaScript.

``assets/dashboard.js`` fills the same elements with other views. The default view's words and table
are those that the script would write (``tests/test_dashboard_browser.py`` compares them).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from asylum_report import places, query
from asylum_report.charts import files
from asylum_report.charts.library import parts
from asylum_report.charts.model import Chart, Table
from asylum_report.charts.words import NBSP, value
from asylum_report.publish import dashboard_data as data
from asylum_report.publish import dashboard_words as words
from asylum_report.recognition import DEFINITIONS, FEW

Row = dict[str, Any]

TABLE_HEADS = (
    "Destination", "Year", f"{words.DEFINITIONS['protection']}, %", "95% from, %", "95% to, %",
    "Decisions (n)", *words.OUTCOMES.values(), "Stage", "Authority", "Unit", "Remark",
)  # fmt: skip
NUMBERS = range(2, 10)
"""Columns of numbers."""


def default_rows() -> dict[str, list[Row]]:
    """Return the rows of the default view by destination's key, oldest first."""
    codes = sorted({key.partition("-")[0] for key in words.DEFAULT_KEYS})
    rows = query.rate_records("RUS", codes, words.DEFAULT_YEARS, "protection", None, "UNHCR")
    return {
        key: [r for r in rows if data.series_key(r["destination"], r["authority"]) == key]
        for key in words.DEFAULT_KEYS
    }


def chart(found: Mapping[str, Sequence[Row]]) -> Chart:
    """Return the default view as a chart of the report, for the page without JavaScript."""
    everything = [row for rows in found.values() for row in rows]
    return Chart(
        name="dashboard",
        title=heading(),
        subtitle=subtitle(),
        kind="line",
        x_scale="year",
        y_format="percent",
        y_max=1.0,
        series=tuple(
            parts.rate_series(
                rows, data.series_name(key), words.OWN_COLOURS[key],
                range(words.DEFAULT_YEARS[0], words.DEFAULT_YEARS[1] + 1),
                tuple(str(rows[place]["period"]) for place in sorted(data.breaks(rows)) if place),
            )
            for key, rows in found.items()
        ),
        source=parts.source(everything),
        alt=f"{heading()}. {sentence(found)}",
        # The remarks stand below the picture, in words.
        note="Hollow marks and short strokes",
        table=Table(TABLE_HEADS, tuple(cells(found))),
    )  # fmt: skip


def heading() -> str:
    """Return the default view's heading."""
    return f"{words.DEFINITIONS['protection']}, {_years()}"


def subtitle() -> str:
    """Return what the default view measures: definition, stage, unit."""
    measure = DEFINITIONS["protection"].words
    return (
        f"{measure[0].upper()}{measure[1:]}. Citizens of {places.name('RUS')}; "
        f"{words.STAGES[0].words}; persons; by year."
    )


def _years() -> str:
    return "–".join(map(str, words.DEFAULT_YEARS))


def sentence(found: Mapping[str, Sequence[Row]]) -> str:
    """Return the default view in a sentence: first and last rate of each destination."""
    told = []
    for key, rows in found.items():
        said = [row for row in rows if row["rate"] is not None and row["status"] != "partial"]
        first, last = said[0], said[-1]
        broken = any(
            first["period"] < rows[place]["period"] <= last["period"] for place in data.breaks(rows)
        )
        told.append(
            f"{data.series_name(key)} {value(first['rate'], 'percent')} in {first['period']} and "
            f"{value(last['rate'], 'percent')} in {last['period']} "
            f"(n{NBSP}={NBSP}{last['n']:,}"
            f"{', few' if last['marked'] else ''})"
            f"{', counted in another way in between' if broken else ''}"
        )
    what = words.DEFINITIONS["protection"]
    return f"{what}, citizens of {places.name('RUS')}: {'; '.join(told)}."


def cells(found: Mapping[str, Sequence[Row]]) -> list[tuple[str, ...]]:
    """Return the default view's table as it is shown."""
    return [
        (
            data.series_name(key), str(row["period"]),
            *("–" if row[k] is None else f"{100 * row[k]:.1f}" for k in ("rate", "low", "high")),
            *("–" if row[k] is None else f"{row[k]:,}" for k in ("n", *data.OUTCOMES)),
            row["stage"], row["authority"], row["unit"], remark(row),
        )
        for key, rows in found.items()
        for row in rows
    ]  # fmt: skip


def remark(row: Row) -> str:
    """Return what has to be said of a row."""
    status = {"partial": "part of the year", "break": "counted in another way"}
    return "; ".join(filter(None, (
        row["reason"],
        status.get(row["status"], ""),
        FEW if row["marked"] and row["rate"] is not None else "",
        data.noted(row),
    )))  # fmt: skip


def notes(found: Mapping[str, Sequence[Row]]) -> list[str]:
    """Return the remarks below the default view's chart."""
    rows = [row for of in found.values() for row in of]
    texts = [
        f"Hollow: part of a year, or {FEW}.",
        "A gap with a short stroke: counted in another way from there on.",
        *(note.words for key, note in words.NOTES.items() if key in found),
    ]
    for key, of in found.items():
        for row in of:
            if data.noted(row):
                texts.append(f"{data.series_name(key)}: {data.noted(row)} ({row['period']}).")
    known = data.bases()
    most = max(margin for row in rows for margin in data.margin(row, known))
    if most:
        texts.append(f"The publisher rounds: a count shown here may be off by up to {most}.")
    return [*texts, parts.INTERVAL]


def page(content: Mapping[str, Any]) -> str:
    """Return the page's generated part as raw HTML in Markdown.

    Parameters
    ----------
    content
        What `asylum_report.publish.dashboard_data.content` returns.
    """
    found = default_rows()
    wide, narrow = files.pictures(chart(found))
    about = content["about"]
    text = "\n".join((
        '<link rel="stylesheet" href="/assets/dashboard.css">',
        '<div class="ar-dash" id="dashboard">',
        '<div class="ar-dash-choices">',
        '<p class="ar-dash-still">This is the default view. Choosing another needs JavaScript '
        "and a web server.</p>",
        form(content),
        "</div>",
        '<div class="ar-dash-result">',
        '<div role="status"><ul class="ar-dash-messages"></ul></div>',
        f'<p class="ar-dash-sentence" aria-live="polite">{escape(sentence(found))}</p>',
        '<figure class="ar-chart ar-dash-chart" aria-labelledby="dashboard-head">',
        f'<div class="ar-head"><h2 class="ar-title" id="dashboard-head">{escape(heading())}</h2>'
        f'<div class="ar-subtitle">{escape(subtitle())}</div></div>',
        f'<div class="ar-picture">{wide}{narrow}</div>',
        '<figcaption class="ar-caption"><ul class="ar-note">',
        *(f"<li>{escape(note)}</li>" for note in notes(found)),
        '</ul><div class="ar-source"><span class="ar-source-word">Source:</span> '
        f"<span>{escape(about['publisher'])}, {escape(about['title'])}, vintage "
        f"{escape(about['vintage'])}</span></div></figcaption>",
        '<div class="ar-dash-steps" hidden></div>',
        table(cells(found)),
        "</figure>",
        tools(),
        "</div>",
        "</div>",
        '<script type="module" src="/assets/dashboard.js"></script>',
    ))  # fmt: skip
    return f"```{{=html}}\n{text}\n```\n"


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return the table of the default view in its scrolling box."""
    number = ' class="ar-number"'
    head = "".join(
        f'<th scope="col"{number if k in NUMBERS else ""}>{escape(name)}</th>'
        for k, name in enumerate(TABLE_HEADS)
    )
    body = "\n".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(
            f"<td{number if k in NUMBERS else ''}>{escape(cell)}</td>"
            for k, cell in enumerate(row[1:], start=1)
        )
        + "</tr>"
        for row in rows
    )
    return (
        '<h3 class="ar-dash-head">The figures as a table</h3>\n'
        '<div class="ar-scroll ar-dash-table" tabindex="0" role="region" '
        'aria-label="Table of the figures shown">\n'
        '<table class="ar-table" data-quarto-disable-processing="true">'
        f'<caption class="ar-hidden">{escape(heading())}. {escape(subtitle())}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def tools() -> str:
    """Return the buttons that take the view away; they need the script."""
    return (
        '<div class="ar-dash-tools" hidden><h3 class="ar-dash-head">Take it away</h3>'
        '<p><span id="dashboard-take">Download what is shown</span> '
        + " ".join(
            f'<button type="button" data-take="{kind}" aria-describedby="dashboard-take">'
            f"{kind.upper()}</button>"
            for kind in ("csv", "png", "svg")
        )
        + "</p>"
        '<p><span class="ar-dash-word">Cite as</span> <span class="ar-dash-citation"></span></p>'
        '<p><button type="button" data-copy="citation">Copy the citation</button> '
        '<button type="button" data-copy="address">Copy the address of this view</button> '
        '<span class="ar-dash-done" role="status"></span></p></div>'
    )


def form(content: Mapping[str, Any]) -> str:
    """Return the choices; hidden until the script has the figures."""
    span = range(content["years"][0], content["years"][1] + 1)
    shows = _radios("show", words.SHOWS.items(), "rates")
    # Stand-ins, so that nothing moves when the script writes its own.
    chosen = "".join(
        f'<li><button type="button">{escape(data.series_name(key))}</button></li>'
        for key in words.DEFAULT_KEYS
    )
    listed = _places(content["destinations"])
    stages = _options((s.name, s.label) for s in words.STAGES)
    years = _options((str(year), str(year)) for year in span)
    had = {one["name"]: one["missing"] for one in content["definitions"]}
    rates = [(k, label) for k, label in words.DEFINITIONS.items() if had[k] == ""]
    return "\n".join((
        '<form class="ar-dash-form" hidden aria-label="What is shown">',
        f'<fieldset class="ar-dash-show"><legend>Show</legend>{shows}</fieldset>',
        '<fieldset class="ar-dash-places"><legend>Destinations, at most '
        f"{words.AT_MOST}</legend>",
        f'<ul class="ar-dash-chosen">{chosen}</ul>',
        '<details><summary>Add or remove</summary>'
        '<label for="dashboard-find">Find a destination</label>'
        '<input type="search" id="dashboard-find" autocomplete="off" spellcheck="false" '
        'aria-describedby="dashboard-keys"><p class="ar-dash-means" id="dashboard-keys">Arrow keys '
        "go through the list, Escape closes it.</p>"
        '<p class="ar-dash-found" role="status"></p>'
        f'<ul class="ar-dash-list">{listed}</ul></details></fieldset>',
        '<details class="ar-dash-more"><summary>Definition, stage, years</summary>',
        '<fieldset data-for="rates definitions"><legend>Definition</legend>'
        f"{_definitions(had)}</fieldset>",
        '<p data-for="definitions"><label for="dashboard-against">Beside it</label>'
        f'<select id="dashboard-against" name="against">{_options(rates)}'
        '<option value="all">All definitions</option></select></p>',
        '<p data-for="definitions"><label for="dashboard-one">Destination</label>'
        '<select id="dashboard-one" name="one"></select></p>',
        '<p data-for="definitions"><label for="dashboard-at">Year of the sentence</label>'
        f'<select id="dashboard-at" name="at"><option value="">last with figures</option>{years}'
        "</select></p>",
        '<p data-for="counts"><label for="dashboard-count">Count of</label>'
        f'<select id="dashboard-count" name="count">{_options(words.COUNTS.items())}</select></p>',
        '<p><label for="dashboard-stage">Stage</label>'
        '<select id="dashboard-stage" name="stage" aria-describedby="dashboard-stage-means">'
        f'{stages}</select><span class="ar-dash-means" id="dashboard-stage-means">'
        f"{escape(words.STAGE_MEANS)}</span></p>",
        '<fieldset class="ar-dash-years"><legend>Years</legend>'
        f'<label for="dashboard-from">From</label><select id="dashboard-from" name="from">{years}'
        f'</select><label for="dashboard-to">to</label><select id="dashboard-to" name="to">{years}'
        "</select></fieldset></details>",
        '<p><button type="button" class="ar-dash-reset">Back to the default view</button></p>',
        "</form>",
    ))  # fmt: skip


def _options(named: Any) -> str:
    return "".join(f'<option value="{escape(k)}">{escape(label)}</option>' for k, label in named)


def _radios(name: str, named: Any, checked: str) -> str:
    return "".join(
        f'<label><input type="radio" name="{name}" value="{k}"'
        f"{' checked' if k == checked else ''}> {escape(label)}</label>"
        for k, label in named
    )


def _definitions(had: Mapping[str, str]) -> str:
    """Return the definitions to choose from; one that is not to be had says why."""
    found = []
    for name, label in words.DEFINITIONS.items():
        described = f'aria-describedby="dashboard-def-{name}"'
        state = " checked" if name == "protection" else " disabled" if had[name] else ""
        said = had[name] or DEFINITIONS[name].words
        found.append(
            f'<div><label><input type="radio" name="def" value="{name}" {described}{state}> '
            f'{escape(label)}</label><span class="ar-dash-means" id="dashboard-def-{name}">'
            f"{escape(said[0].upper() + said[1:])}.</span></div>"
        )
    return "".join(found)


def _places(destinations: Sequence[Mapping[str, Any]]) -> str:
    return "".join(
        f'<li><label><input type="checkbox" name="d" value="{escape(one["key"])}"> '
        f'<span class="ar-dash-name">{escape(one["name"])}</span> '
        '<span class="ar-dash-has"></span></label></li>'
        for one in destinations
    )
