"""What becomes of one answer: judged, then kept, held back, refused or found to be nothing new."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from asylum_report import paths, store
from asylum_report.errors import DamagedVintage, ReportError
from asylum_report.live import state as states
from asylum_report.live.model import Candidate, Finding, Outcome, Source, Unchanged
from asylum_report.live.trust_tables import clean

if TYPE_CHECKING:
    import pandas as pd

    from asylum_report.store import Vintage

LIVE = "live"
"""What the sidecar of a vintage from a live service says under ``route``."""
EXTRACTS = ("Eurostat",)
"""Publishers whose embedded vintages are extracts, to be compared in what stands in both only."""
UNRECORDED = "not recorded as the publisher's failure"
EVERYTHING = "everything was asked for: no live copy to take earlier years from"
SHOWN = 3
"""Findings that one line names."""


class Desk:
    """One run's view of the vintages on the disk and of what is remembered of them.

    Parameters
    ----------
    today
        ISO date.
    since
        Candidates hold periods from this year on only.
    dry_run
        Write nothing.
    offline
        Nobody was asked, so that a failure says nothing about a publisher.
    """

    def __init__(self, today: str, since: int | None, dry_run: bool, offline: bool) -> None:
        self.today, self.since, self.dry_run, self.offline = today, since, dry_run, offline
        self.vintages: dict[str, list[Vintage]] = {}
        for vintage in store.vintages():
            self.vintages.setdefault(vintage.dataset, []).append(vintage)
        there = {(one.dataset, one.date) for some in self.vintages.values() for one in some}
        self.state = states.read().only(there)
        self.away: list[Outcome] = []

    def usable(self, dataset: str) -> list[Vintage]:
        """Return the vintages of a dataset that are not held back, oldest first."""
        held = self.state.held
        return [one for one in self.vintages.get(dataset, []) if (dataset, one.date) not in held]

    def known(self, dataset: str) -> Vintage | None:
        """Return the vintage that a source is told of, to ask only for what has changed since.

        Where earlier periods are to be taken over it is one that is used.
        """
        return _newest(self.usable(dataset) if self.since else self.vintages.get(dataset, []))

    def failed(self, source: Source, dataset: str, line: str, away: bool = False) -> Outcome:
        """Return and remember that a dataset did not come.

        Parameters
        ----------
        away
            Not even a connection came about. Whose fault that is shows at the end of the run:
            `remember_away`.
        """
        outcome = Outcome(source.name, dataset, "failed", line)
        if not away:
            return self._remember(outcome)
        outcome.line = clean(line, 600)
        self.away.append(outcome)
        return outcome

    def remember_away(self, reached: bool, given: Collection[str]) -> None:
        """Remember the failures without a connection that are the publishers', and say of the rest.

        Parameters
        ----------
        reached
            Whether some service of the run was reached where it usually is, so that this machine
            has a connection.
        given
            Sources that were asked at another address: a wrong one is no publisher's failure.
        """
        for outcome in self.away:
            if reached and outcome.source not in given:
                self._remember(outcome)
            elif not self.dry_run and not self.offline:
                outcome.line = clean(f"{outcome.line}; {UNRECORDED}", 600)
        self.away = []

    def settle(self, source: Source, dataset: str, answer: Candidate | Unchanged) -> Outcome:
        """Return and remember what became of an answer; keep it as a vintage if it may be.

        Raises
        ------
        ReportError
            If nothing can be written.
        """
        try:
            outcome = self._settled(source, dataset, answer)
        except ReportError as error:
            if isinstance(error.__cause__, OSError) and not isinstance(error, DamagedVintage):
                raise
            return self.failed(source, dataset, clean(error, 300))
        except Exception as error:
            # A table of a shape that no check foresaw must not stop the other datasets.
            what = f"{type(error).__name__}: {error}"
            line = f"{source.publisher}'s answer could not be checked: {clean(what, 200)}"
            return self.failed(source, dataset, line)
        return self._remember(outcome)

    def _settled(self, source: Source, dataset: str, answer: Candidate | Unchanged) -> Outcome:
        outcome = Outcome(source.name, dataset, "unchanged", "")
        if answer.dataset != dataset:
            line = f"{source.publisher} answered with dataset '{clean(answer.dataset, 40)}'"
            return replace(outcome, state="refused", line=line)
        there = self.vintages.get(dataset, [])
        if isinstance(answer, Unchanged):
            return self._unchanged(outcome, answer.vintage)
        base = self._base(dataset)
        if self.since and base and _whole(base):
            answer = replace(answer, table=_taken_over(answer.table, base.read(), self.since))
        newest = _newest(there)
        if newest and store.same_content(newest, answer.table):
            return self._unchanged(outcome, newest.date)
        return self._arrived(outcome, answer, base)

    def _unchanged(self, outcome: Outcome, vintage: str) -> Outcome:
        """Return that nothing is new; what is held back stays so."""
        if vintage not in [one.date for one in self.vintages.get(outcome.dataset, [])]:
            line = f"nothing is said to have changed since {clean(vintage, 20)}, which is not here"
            return replace(outcome, state="failed", line=line)
        held = self.state.held.get((outcome.dataset, vintage))
        if held:
            line = f"nothing new; held back since {held.since}: {_several(held.reasons)}"
            return replace(outcome, state="held", vintage=vintage, line=line)
        return replace(outcome, vintage=vintage, line="nothing new")

    def _base(self, dataset: str) -> Vintage | None:
        """Return what a candidate is judged against: the vintage in use, best a live one."""
        return _newest(self.usable(dataset))

    def _arrived(self, outcome: Outcome, answer: Candidate, base: Vintage | None) -> Outcome:
        from asylum_report.live import trial, trust

        last = base.read() if base else None
        found = trust.judge(answer, last, self.today, whole=base is None or _whole(base))
        found = [*_turned_back(answer, base), *found]
        refused = [one for one in found if one.level == "refuse"]
        outcome.findings = found
        if refused:
            line = _several([one.text for one in refused])
            return replace(outcome, state="refused", line=line)
        meta = {**answer.meta, "dataset": answer.dataset, "vintage": answer.vintage, "route": LIVE}
        arrived = trial.Arrived(
            str(meta["publisher"]), answer.dataset, answer.vintage, paths.raw(), meta, answer.table
        )
        others = [one for name in self.vintages for one in self.usable(name)]
        reason = trial.why_not(arrived, others)
        if reason:
            outcome.findings.append(Finding("build", "hold", reason))
        reasons = [one.text for one in outcome.findings if one.level == "hold"]
        remarks = [one.text for one in outcome.findings if one.level == "mark"]
        line = f"{len(answer.table):,} rows; {_news(answer.table, last, base)}"
        line += f"; noted: {_several(remarks)}" if remarks else ""
        outcome.state = "would-change" if self.dry_run else "new"
        if reasons:
            outcome.state = "held"
            line = f"{'would be ' if self.dry_run else ''}held back: {_several(reasons)}"
        if self.since and (base is None or not _whole(base)):
            line += f"; {EVERYTHING}"
        outcome.line, outcome.vintage = line, answer.vintage
        return outcome if self.dry_run else self._kept(outcome, arrived, reasons)

    def _kept(self, outcome: Outcome, arrived: Vintage, reasons: list[str]) -> Outcome:
        """Write a vintage, after what has to be known about it."""
        periods = {one.period for one in outcome.findings if one.check == "reporting"}

        def announce(date: str) -> None:
            before = self.state
            self.state = before.arriving(outcome.dataset, date, self.today, reasons, periods)
            if states.effect(self.state) != states.effect(before):
                states.write(self.state)

        vintage = store.write_new(arrived.read(), arrived.meta, before=announce)
        there = self.vintages.setdefault(outcome.dataset, [])
        there.append(vintage)
        there.sort(key=lambda one: one.date)
        return replace(outcome, vintage=vintage.date)

    def _remember(self, outcome: Outcome) -> Outcome:
        outcome.line = clean(outcome.line, 600)
        # What could not be read without asking anybody is no publisher's failure.
        if not self.dry_run and not (self.offline and outcome.state == "failed"):
            attempt = states.Attempt(
                outcome.dataset, self.today, outcome.state, outcome.line, outcome.vintage
            )
            self.state = self.state.tried(attempt)
            states.write(self.state)
        return outcome


def _newest(vintages: list[Vintage]) -> Vintage | None:
    """Return the newest vintage from the live service, or the newest of all if there is none.

    The date of an embedded one may be a month, in which a live one lies.
    """
    live = [one for one in vintages if one.meta.get("route") == LIVE]
    found = live or vintages
    return found[-1] if found else None


def _whole(vintage: Vintage) -> bool:
    """Return whether a vintage holds the whole dataset."""
    return vintage.meta.get("route") == LIVE or vintage.publisher not in EXTRACTS


def _news(table: pd.DataFrame, last: pd.DataFrame | None, base: Vintage | None) -> str:
    """Return in words what a table has that the copy in use has not."""
    from asylum_report.live import trust_history, trust_tables

    if last is None or base is None:
        return "the first copy"
    if _whole(base):
        return str(trust_tables.change(last, table))
    words, extract = "the first copy from the live service", f"the extract of {base.date}"
    old, new = trust_tables.side_by_side(last, table)
    both = old.notna() & new.notna()
    if both.any():
        changed = int((both & (old != new)).sum())
        return f"{words}; {changed:,} of {int(both.sum()):,} figures differ from {extract}"
    apart = trust_history.sums_apart(table, last)
    if apart is None:
        return f"{words}; none of its figures stands in {extract} too, so nothing was compared"
    return (
        f"{words}; none of its figures stands in {extract}, which holds sums over all reporters"
        f" only: its own sums differ from them by {apart:.0%} in the median month"
    )


def _turned_back(answer: Candidate, base: Vintage | None) -> list[Finding]:
    """Return whether the publisher's last update lies before the copy in use, which it replaced."""
    if base is None or base.meta.get("route") != LIVE or answer.vintage >= base.date[:10]:
        return []
    text = f"the last update, {clean(answer.vintage, 20)}, lies before the copy of {base.date}"
    return [Finding("identity", "refuse", text)]


def _taken_over(table: pd.DataFrame, last: pd.DataFrame, since: int) -> pd.DataFrame:
    """Return a table with the rows before a year taken over from the copy in use."""
    import pandas as pd

    from asylum_report.live import trust_tables

    if set(table.columns) != set(last.columns):
        return table  # the checks say which column is missing
    first = str(since)
    earlier = last[trust_tables.text_periods(last) < first][list(table.columns)]
    # A source may have taken them over already; what it gives comes first.
    whole = pd.concat([table, earlier], ignore_index=True)
    whole = whole.drop_duplicates(trust_tables.keys(whole))
    return whole.sort_values(trust_tables.keys(whole), ignore_index=True)


def _several(texts: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
    return "; ".join(texts[:SHOWN]) + more
