"""How long each step of a build takes."""

from __future__ import annotations

import time

from asylum_report.publish.prepare import Step


class Watch:
    """Pass progress on and measure what each step takes."""

    def __init__(self, progress: Step | None) -> None:
        self.progress = progress
        self.began: list[tuple[str, float]] = []

    def __call__(self, name: str, done: int, total: int) -> None:
        """Take note of a step and tell of it."""
        if not self.began or self.began[-1][0] != name:
            self.began.append((name, time.perf_counter()))
        if self.progress:
            self.progress(name, done, total)

    def seconds(self) -> dict[str, float]:
        """Return the seconds of each step, in order; the last one ends now."""
        ends = [when for _, when in self.began[1:]] + [time.perf_counter()]
        return {
            name: round(end - when, 2) for (name, when), end in zip(self.began, ends, strict=True)
        }
