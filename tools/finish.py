"""After ``quarto render`` typed by hand: the same post-processing and brief as the build's.

The build finishes the site itself and sets ASYLUM_REPORT_STAGED, so that this does nothing there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from _own_python import ROOT, ensure


def main() -> int:
    """Finish the rendered site and return the exit code."""
    if os.environ.get("ASYLUM_REPORT_STAGED"):
        return 0
    ensure()
    os.environ["ASYLUM_REPORT_ROOT"] = str(ROOT)
    from asylum_report.errors import ReportError
    from asylum_report.publish import brief, postprocess, swap
    from asylum_report.publish.complete import complete
    from asylum_report.publish.render import Publisher

    output = Path(ROOT / os.environ.get("QUARTO_PROJECT_OUTPUT_DIR", "_site"))
    publisher: Publisher = "builtin" if os.environ.get("SMALLDOCS") else "quarto"
    if publisher == "quarto" and not os.environ.get("QUARTO_PROJECT_RENDER_ALL"):
        return 0  # `quarto preview` renders page by page
    try:
        description, url = postprocess.read_settings(ROOT)
        complete(output, ROOT, publisher, description, url)
        for lang in brief.LANGUAGES:
            brief.build_brief(ROOT, output / brief.name(lang), publisher, lang)
        swap.remove(output / "report")
    except ReportError as error:
        print(f"finish: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
