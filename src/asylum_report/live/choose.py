"""Which sources and datasets one run asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from asylum_report import store
from asylum_report.errors import UnknownName
from asylum_report.live.model import Source
from asylum_report.live.trust_tables import clean


def plan(
    sources: Mapping[str, Source],
    names: Collection[str] | None = None,
    datasets: Collection[str] | None = None,
) -> list[tuple[Source, tuple[str, ...]]]:
    """Return each source that is to be asked with its datasets, in order.

    Raises
    ------
    UnknownName
        If a source or a dataset is not known, or a dataset is not one of the sources asked.
    """
    for name in names or ():
        if name not in sources:
            todo = "use some of " + ", ".join(sources)
            raise UnknownName(f"unknown source '{clean(name, 40)}'", todo=todo)
    chosen = [sources[name] for name in sources if not names or name in names]
    known = [dataset for source in chosen for dataset in source.datasets]
    for dataset in datasets or ():
        if dataset not in known:
            raise _unknown(dataset, sources, known)
    found = [
        (source, tuple(each for each in source.datasets if not datasets or each in datasets))
        for source in chosen
    ]
    return [(source, each) for source, each in found if each]


def _unknown(dataset: str, sources: Mapping[str, Source], known: Sequence[str]) -> UnknownName:
    """Return why a dataset cannot be asked for."""
    shown = clean(dataset, 40)
    owner = next((one for one in sources.values() if dataset in one.datasets), None)
    if owner:
        what = f"dataset '{shown}' is {owner.publisher}'s"
        return UnknownName(what, todo=f"ask for it with --source {owner.name}")
    if any(one.dataset == dataset for one in store.vintages()):
        return UnknownName(f"dataset '{shown}' is not fetched", todo="import it (docs/data.md)")
    return UnknownName(f"unknown dataset '{shown}'", todo="use some of " + ", ".join(known))
