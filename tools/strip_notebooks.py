"""Take outputs out of notebooks, or with ``--check`` only say which ones hold some.

Needs nothing installed, so that it can run before a commit in any Python. Without names it takes
every notebook of the project.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from asylum_report.publish import strip  # noqa: E402

if __name__ == "__main__":
    names = sys.argv[1:]
    if not [name for name in names if not name.startswith("-")]:
        names += [str(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    raise SystemExit(strip.main(names))
