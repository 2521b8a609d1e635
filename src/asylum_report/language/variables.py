"""Numbers in other languages as variables of pages: ``{{< var in_de.de.y2023.protection >}}``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from asylum_report.language.display import display
from asylum_report.language.locales import LANGUAGES

NAME = re.compile(rf"^in_({'|'.join(LANGUAGES)})\.(.+)$")


def spoken_names(used: Iterable[str]) -> set[str]:
    """Return those names of variables that ask for a number in another language."""
    return {name for name in used if NAME.match(name)}


def spoken(numbers: Mapping[str, Any], used: Iterable[str]) -> dict[str, str]:
    """Return the variables in other languages that pages use, by their names.

    Only those: all of them would quadruple a file that both publishers read. A name that is no
    number is left out, so that the check of prose finds it and says where it stands.

    Parameters
    ----------
    numbers
        The report's numbers by name.
    used
        Names of variables as they stand in pages.
    """
    found = {}
    for name in used:
        if (match := NAME.match(name)) and match[2] in numbers:
            found[name] = display(numbers[match[2]], match[1])
    return dict(sorted(found.items()))
