"""Before ``quarto render`` typed by hand: data, numbers, charts, fonts and what the brief reads.

The build prepares all this itself and sets ASYLUM_REPORT_STAGED, so that this does nothing there.
"""

from __future__ import annotations

import os
import sys

from _own_python import ROOT, ensure


def main() -> int:
    """Prepare the project and return the exit code."""
    if os.environ.get("ASYLUM_REPORT_STAGED"):
        return 0
    ensure()
    os.environ["ASYLUM_REPORT_ROOT"] = str(ROOT)
    try:
        from asylum_report.errors import ReportError
    except ImportError:
        print(
            "prepare: the project is not set up: run `python tools/make.py setup`", file=sys.stderr
        )
        return 2
    from asylum_report.publish import brief, site

    def say(name: str, done: int, total: int) -> None:
        if done == 0:
            print(f"prepare: {name}", flush=True)

    try:
        site.figures(say, root=ROOT)
        brief.prepare_brief(ROOT)
    except ReportError as error:
        print(f"prepare: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
