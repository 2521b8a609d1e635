"""The live services by the names that ``--source`` has for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import cast

from asylum_report.live.model import Source

_MODULES = {
    "eurostat": "asylum_report.live.eurostat",
    "unhcr": "asylum_report.live.unhcr",
    "cbp": "asylum_report.live.cbp",
}


class _Lazy(Mapping[str, Source]):
    """Each service, imported when it is asked for: they bring pandas and more with them."""

    def __getitem__(self, name: str) -> Source:
        return cast(Source, import_module(_MODULES[name]).SOURCE)

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


SOURCES: Mapping[str, Source] = _Lazy()
"""Every live service, by name."""
