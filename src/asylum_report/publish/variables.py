"""Numbers in prose: ``{{< var de.y2023.protection >}}`` checked and filled in.

Both publishers leave an unknown variable standing or warn, so the build checks every page and
notebook itself before anything is rendered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from asylum_report.errors import BuildError

VARIABLE = re.compile(r"\{\{<\s*var\s+([^\s>]+)\s*>\}\}")


def nest(flat: Mapping[str, str]) -> dict[str, object]:
    """Turn ``{"de.y2023.n": "5"}`` into ``{"de": {"y2023": {"n": "5"}}}``.

    Raises
    ------
    BuildError
        If one name is the beginning of another, so that a value would hide a group.
    """
    tree: dict[str, object] = {}
    for name, value in flat.items():
        *groups, leaf = name.split(".")
        node = tree
        for group in groups:
            child = node.setdefault(group, {})
            if not isinstance(child, dict):
                raise BuildError("one number's name begins another's", where=name)
            node = child
        if isinstance(node.get(leaf), dict):
            raise BuildError("one number's name begins another's", where=name)
        node[leaf] = value
    return tree


def dump(flat: Mapping[str, str]) -> str:
    """Return the text of ``_variables.yml`` for flat names and their display texts."""
    return yaml.safe_dump(nest(flat), allow_unicode=True, sort_keys=True)


def resolve(text: str, values: Mapping[str, str], where: str) -> str:
    """Replace every variable in `text`; `where` names the file in the error.

    Raises
    ------
    BuildError
        Naming file and line of the first unknown variable.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        for name in VARIABLE.findall(line):
            if name not in values:
                raise BuildError(
                    f"unknown number '{name}' in prose",
                    where=f"{where}, line {number}",
                    todo="add it to asylum_report.numbers or mend the name",
                )
    return VARIABLE.sub(lambda match: values[match.group(1)], text)


def texts(path: Path, name: str) -> list[tuple[str, str]]:
    """Return the prose of a page or notebook, each piece with its place."""
    if path.suffix != ".ipynb":
        return [(name, path.read_text(encoding="utf-8"))]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [
        (f"{name}, cell {number}", "".join(cell["source"]))
        for number, cell in enumerate(cells, start=1)
        if cell["cell_type"] != "code"
    ]


def named(files: Iterable[Path], root: Path) -> set[str]:
    """Return the names of all variables in pages and notebooks, known or not."""
    return {
        name
        for path in files
        for _, text in texts(path, path.relative_to(root).as_posix())
        for name in VARIABLE.findall(text)
    }


def check(files: Iterable[Path], values: Mapping[str, str], root: Path) -> set[str]:
    """Check every variable in pages and notebooks and return the names that are used.

    For a notebook the place is the cell and the line within it.

    Raises
    ------
    BuildError
        Naming file and line of the first unknown variable.
    """
    used: set[str] = set()
    for path in files:
        for where, text in texts(path, path.relative_to(root).as_posix()):
            resolve(text, values, where)
            used.update(VARIABLE.findall(text))
    return used
