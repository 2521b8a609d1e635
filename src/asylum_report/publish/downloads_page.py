"""The parts of the page on downloads that are made of the files themselves."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from asylum_report import cite, cite_forms, store
from asylum_report.charts.model import Chart
from asylum_report.charts.words import apostrophes
from asylum_report.dates import NBSP
from asylum_report.display import link, plain
from asylum_report.publish import api, downloads, downloads_tables, embed
from asylum_report.publish.downloads_package import WHOLE, sha256
from asylum_report.publish.markup_tables import pipe_table

UNKNOWN = "https://ADDRESS-OF-THIS-SITE/"
"""Stands in commands where nobody said where the site is."""

FORMS = {
    ".csv": "CSV", ".parquet": "Parquet", ".json": "JSON", ".json.gz": "JSON, compressed",
    ".csv-metadata.json": "columns",
}  # fmt: skip


def size(content: int) -> str:
    """Write a number of bytes: 1263486 is "1.3 MB"."""
    if content >= 1_000_000:
        return f"{content / 1e6:.1f}{NBSP}MB"
    return f"{max(1, round(content / 1e3))}{NBSP}kB"


def _link(name: str, words: str, folder: str = downloads.FOLDER) -> str:
    # As HTML: these files are not there yet when a publisher looks for what is linked.
    return f'<a href="{folder}/{html.escape(name)}">{html.escape(words)}</a>'


def _files(table: downloads_tables.Table, contents: Mapping[str, bytes]) -> str:
    shown = []
    for ending, words in FORMS.items():
        name = f"{table.name}{ending}"
        if name in contents:
            weight = "" if ending.endswith("metadata.json") else f" ({size(len(contents[name]))})"
            shown.append(_link(name, words) + weight)
    whole = f"{table.name}{WHOLE}.parquet"
    if whole in contents:
        weight = size(len(contents[whole]))
        shown.append(_link(whole, "Parquet of every citizenship") + f" ({weight})")
    return ", ".join(shown)


def tables(
    group: str, every: Sequence[downloads_tables.Table], contents: Mapping[str, bytes]
) -> str:
    """Return the tables of one group: what each holds, rows, files, publishers, hash."""
    rows = []
    for table in every:
        if table.group != group:
            continue
        publishers = dict.fromkeys(one["publisher"] for one in table.sources)
        row = [
            f"{plain(table.title)}<br>`{table.name}`",
            f"{table.rows:,}",
            _files(table, contents),
            f"`{sha256(table.csv)[:12]}`",
        ]
        if group == "figures":
            own = {"asylum-report": "single documents, each named in its row"}
            row.insert(3, ", ".join(own.get(name, name) for name in publishers))
        rows.append(row)
    heads = ["Table", "Rows", "Files", "SHA-256 of the CSV"]
    widths = [34, 8, 34, 14]
    if group == "figures":
        heads.insert(3, "Publishers")
        widths.insert(3, 20)
    return pipe_table(heads, rows, widths)


def licences(found: Sequence[store.Vintage]) -> str:
    """Return each publisher's licence and how it wants to be named."""
    named: dict[tuple[str, str], dict[str, None]] = {}
    for one in found:
        meta = one.meta
        own = one.publisher == "asylum-report"
        name = "Single documents, as compiled here" if own else plain(one.publisher)
        licence = link(meta["licence"], meta["licence_url"])
        words = str(meta.get("attribution", "")).removeprefix(f"{one.publisher}, ")
        named.setdefault((name, licence), {})[plain(words)] = None
    rows = [
        (name, licence, f"{name}, with the dataset: " * (len(all_) > 1) + ", ".join(all_))
        for (name, licence), all_ in named.items()
    ]
    work = [("What the report works out, its text, charts and code",
             link(*downloads_tables.OWN_LICENCE), "The asylum-report authors")]  # fmt: skip
    return pipe_table(
        ("Publisher", "Licence", "To be named as"), [*rows, *work], (24, 40, 36),
    )  # fmt: skip


def citation(work: cite.Work) -> str:
    """Return the citation in every form, each in a tab of its own."""
    tabs = {
        "BibTeX": cite_forms.bibtex(work),
        "RIS": cite_forms.ris(work),
        "CFF": cite_forms.cff(work),
    }
    parts = [f"## {name}\n\n```\n{text.strip()}\n```\n" for name, text in tabs.items()]
    files = ", ".join(_link(name, name) for name in cite.FILES)
    return (
        f"> {plain(cite_forms.text(work))}\n\n::: {{.panel-tabset}}\n\n"
        + "\n".join(parts)
        + f"\n:::\n\nThe same as files: {files}.\n"
    )


def lines(home: str) -> str:
    """Return commands that read a table in one line, with the site's address where it is known."""
    at = home or UNKNOWN
    told = "" if home else f"Put the address of this site in place of `{UNKNOWN}`.\n\n"
    return f"""{told}```python
# Python: pandas
import pandas as pd
decisions = pd.read_parquet("{at}{downloads.FOLDER}/decisions.parquet")
```

```r
# R: empty is missing, NA is a code of UNHCR
decisions <- read.csv("{at}{downloads.FOLDER}/decisions.csv", na.strings = "")
```

```bash
# A shell: Germany's rates, and whether a file is whole
curl -s {at}{api.FOLDER}/rates.json | jq '.rates[] | select(.destination == "DEU")'
curl -sO {at}{downloads.FOLDER}/decisions.csv
curl -s {at}{downloads.FOLDER}/SHA256SUMS | grep ' decisions.csv$' | sha256sum --check
```
"""


def embeds(charts: Mapping[str, Chart], home: str) -> str:
    """Return every chart with the lines that show it on another page."""
    told = (
        ""
        if home
        else "The site was built without its address, so the addresses below are relative: put "
        "that of the site before `embed/`.\n\n"
    )
    parts = []
    for name, chart in charts.items():
        others = ", ".join(
            _link(f"{name}.{kind}", kind.upper(), "figures") for kind in ("csv", "png", "svg")
        )
        alone = _link(f"{name}.html", "The chart alone", embed.FOLDER)
        parts.append(
            f"<details><summary>{html.escape(apostrophes(chart.title))}</summary>\n\n"
            f'::: {{#embed-{name}}}\n\n{alone}; {others}. Name: `{name}`\n\n'
            f"```html\n{embed.code(chart, home)}\n```\n\n:::\n\n</details>\n"
        )  # fmt: skip
    return told + "\n".join(parts)


def binder(root: Path) -> str:
    """Return where the notebooks can be run in a browser, if the repository's address is known.

    Binder builds from a public repository; ``CITATION.cff`` names it as ``repository-code``.
    """
    repository = str(cite.about(root).get("repository-code") or "").rstrip("/")
    services = {"https://github.com/": "gh", "https://gitlab.com/": "gl"}
    for begin, service in services.items():
        if repository.startswith(begin):
            path = repository.removeprefix(begin).removesuffix(".git")
            path = path.replace("/", "%2F") if service == "gl" else path
            address = f"https://mybinder.org/v2/{service}/{path}/HEAD?urlpath=lab/tree/notebooks"
            return (
                f"[Run the notebooks on Binder]({address}): a public service outside this site, "
                "which builds the project from its repository. The first start takes several "
                "minutes.\n"
            )
    return (
        "The repository has a folder `binder/` for [Binder](https://mybinder.org), a public "
        "service that builds a project from its repository and runs its notebooks in the browser. "
        "This copy of the report does not say where its repository is (`repository-code` in "
        "`CITATION.cff`), so there is no link here: give Binder the address of the repository you "
        "have.\n"
    )


def parts(root: Path, charts: Mapping[str, Chart] | None = None) -> dict[str, str]:
    """Return every generated part of the page by the name of its file.

    Parameters
    ----------
    root
        The project, with its tables and numbers built.
    charts
        Charts by name; by default every chart of the report.
    """
    from asylum_report.charts import library

    every = downloads_tables.every(root)
    folder = downloads.kept(root)
    contents = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    total = sum(len(content) for content in contents.values())
    shown = library.all_charts() if charts is None else charts
    home = cite.home(root)
    return {
        "downloads-figures.md": tables("figures", every, contents),
        "downloads-results.md": tables("results", every, contents),
        "downloads-studies.md": tables("studies", every, contents),
        "downloads-vintages.md": tables("vintages", every, contents),
        "downloads-size.md": f"{len(contents)} files, {size(total)} in all: "
        + ", ".join(
            _link(name, name)
            for name in ("datapackage.json", "SHA256SUMS", "README.md", "numbers.json")
        )
        + ".\n",
        "downloads-licences.md": licences(store.vintages(folder=root / "data" / "raw")),
        "downloads-cite.md": citation(cite.report(root)),
        "downloads-lines.md": lines(home),
        "downloads-embeds.md": embeds(shown, home),
        "downloads-binder.md": binder(root),
    }
