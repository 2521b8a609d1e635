"""Lighthouse on every page of the built site: mobile profile, simulated slow network and processor.

python benchmarks/bench_lighthouse.py [PAGE ...] [--site FOLDER] [--quarto]

Needs Node with npm and a Chromium. Lighthouse itself is installed by npm into ``.cache/lighthouse``
when it is not there. The site is served compressed on this machine; nothing is asked of another
host. A page below a target is measured twice more and counts with its medians, because a busy
machine disturbs the score of speed. Prints a table and PASS or FAIL; the reports stay in
``.cache/lighthouse/reports``. Exit code 1 if a page misses a target.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / ".cache" / "lighthouse"
VERSION = "12.8.2"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
TARGETS = {"builtin": (95, 100, 100, 100), "quarto": (85, 100, 100, 100)}
"""Least score of each category, by publisher."""

COMPRESSED = (".html", ".css", ".js", ".json", ".svg", ".xml", ".txt", ".csv")


class Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves files as a web host would: text compressed, connections kept."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> io.BytesIO | None:
        """Send the head of an answer and return its body."""
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return None
        body = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        if path.suffix in COMPRESSED:
            body = gzip.compress(body, 9, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=31536000")
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def serve(site: Path) -> str:
    """Serve a folder on this machine and return its address."""
    handler = functools.partial(Compressing, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/"


def pages_of(site: Path) -> list[str]:
    """Return the pages of the site: what a publisher has made."""
    return sorted(
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if b'<meta name="generator"' in path.read_bytes()[:2000]
    )


def install() -> Path:
    """Return Lighthouse's program, installed by npm if it is not there."""
    program = HOME / "node_modules" / "lighthouse" / "cli" / "index.js"
    about = HOME / "node_modules" / "lighthouse" / "package.json"
    if about.is_file() and json.loads(about.read_text("utf-8"))["version"] == VERSION:
        return program
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("bench_lighthouse: npm is not on the PATH")
    HOME.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(HOME), "--no-audit", "--no-fund",
               f"lighthouse@{VERSION}"]  # fmt: skip
    done = subprocess.run(command, env={**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}, check=False)
    if done.returncode:
        raise SystemExit("bench_lighthouse: npm could not install Lighthouse")
    return program


def measure(program: Path, browser: str, url: str, report: Path) -> dict[str, int]:
    """Return the scores of one page, 0 to 100 by category; the report is kept."""
    command = [
        shutil.which("node") or "node", str(program), url, "--quiet", "--output=json",
        f"--output-path={report}", f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={FLAGS}",
    ]  # fmt: skip
    subprocess.run(command, env={**os.environ, "CHROME_PATH": browser}, check=True)
    found = json.loads(report.read_text("utf-8"))["categories"]
    return {name: round(100 * (found[name]["score"] or 0)) for name in CATEGORIES}


def missed(report: Path) -> list[str]:
    """Return the audits of a report that cost points outside speed."""
    content = json.loads(report.read_text("utf-8"))
    names = [
        entry["id"]
        for category in CATEGORIES[1:]
        for entry in content["categories"][category]["auditRefs"]
        if entry["weight"]
    ]
    audits = content["audits"]
    return [name for name in names if audits[name]["score"] not in (None, 1)]


def main() -> int:
    """Measure the pages named, or all, and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pages", nargs="*")
    parser.add_argument("--site", type=Path, default=ROOT / "_site")
    parser.add_argument("--quarto", action="store_true", help="with the targets of Quarto's site")
    given = parser.parse_args()
    browser = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if browser is None:
        raise SystemExit("bench_lighthouse: no Chromium on this machine")
    program, address = install(), serve(given.site)
    targets = dict(zip(CATEGORIES, TARGETS["quarto" if given.quarto else "builtin"], strict=True))
    reports = HOME / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    failed = 0
    print(f"{'page':40}" + "".join(f"{name:>16}" for name in CATEGORIES))
    for page in given.pages or pages_of(given.site):
        report = reports / f"{page.replace('/', '-')}.json"
        runs = [measure(program, browser, address + page, report)]
        if any(runs[0][name] < least for name, least in targets.items()):
            runs += [measure(program, browser, address + page, report) for _ in range(2)]
        scores = {name: statistics.median(run[name] for run in runs) for name in CATEGORIES}
        good = all(scores[name] >= least for name, least in targets.items())
        failed += not good
        faults = f"  {', '.join(missed(report))}" if not good else ""
        row = "".join(f"{scores[name]:16.0f}" for name in CATEGORIES)
        print(f"{page:40}{row}  {'PASS' if good else 'FAIL'}{faults}", flush=True)
    print("PASS" if not failed else f"FAIL: {failed} pages")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
