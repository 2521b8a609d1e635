"""Pictures of every page of the built site, for the eye to judge.

python tools/screenshots.py                          everything, about five minutes
python tools/screenshots.py --page index.html        one page (may be repeated)
python tools/screenshots.py --width 390 --scheme dark --no-print

Each page at 390, 768 and 1280 px, light and dark, and printed, as PNG and as PDF of A4, into
``.cache/screenshots/`` with one ``index.html`` to look through. A page that is wider than its
window is named, and the exit code is 1: nothing may scroll sideways. Needs a Chromium on this
machine; no other host is asked for anything.
"""

from __future__ import annotations

import argparse
import functools
import html
import http.server
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_site"
OUTPUT = ROOT / ".cache" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WIDTHS = (390, 768, 1280)
HEIGHTS = {390: 844, 768: 1024, 1280: 900}
SCHEMES = ("light", "dark")
PAPER = 680
"""Width of A4 between the margins of ``@page`` in ``site.css``, in CSS pixels."""

TALLEST = 16000
"""Pixels beyond which Chromium draws no picture; a longer page is cut there."""


class Stop(Exception):
    """What went wrong and what to do, in one line."""


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, in which view, and by how much the page is too wide."""

    page: str
    view: str
    file: str
    over: int


def pages(site: Path) -> list[str]:
    """Return the pages of the site, those made by a publisher, the home page first.

    Raises
    ------
    Stop
        If there is no site.
    """
    found = [
        path.relative_to(site).as_posix()
        for path in site.rglob("*.html")
        if b'<meta name="generator"' in path.read_bytes()[:2000]
    ]
    if not found:
        raise Stop(f"no pages in {site.name}: build the site first (make site)")
    return sorted(found, key=lambda name: (name != "index.html", name))


def chosen(known: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Return the pages that were asked for, or all.

    Raises
    ------
    Stop
        Naming a page that there is not.
    """
    for name in wanted:
        if name not in known:
            raise Stop(f"there is no page {name}: use one of {', '.join(known)}")
    return list(wanted or known)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine and give its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chromium() -> Iterator[Any]:
    """Give this machine's Chromium.

    Raises
    ------
    Stop
        If there is none, or Playwright is not installed.
    """
    program = next((found for found in map(shutil.which, BROWSERS) if found), None)
    if program is None:
        raise Stop(f"no browser: install one of {', '.join(BROWSERS)}")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise Stop("Playwright is not installed: run make setup dev") from None
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def take(
    browser: Any,
    address: str,
    names: Sequence[str],
    output: Path,
    *,
    widths: Sequence[int] = WIDTHS,
    schemes: Sequence[str] = SCHEMES,
    printed: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> list[Shot]:
    """Make the pictures, a window a view, and return what was made.

    Parameters
    ----------
    browser
        Of Playwright.
    address
        Where the site is served, with a slash at its end.
    names
        Pages, by their path in the site.
    output
        Folder of the pictures; made when absent.
    widths, schemes, printed
        The views.
    say
        Told the name of each view.
    """
    output.mkdir(parents=True, exist_ok=True)
    views = [(f"{width}-{scheme}", width, scheme) for width in widths for scheme in schemes]
    if printed:
        views.append(("print", PAPER, "light"))
    made = []
    for view, width, scheme in views:
        say(view)
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)},
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        try:
            window = context.new_page()
            for name in names:
                made.append(_shoot(window, address, name, view, output))
        finally:
            context.close()
    return made


def _shoot(window: Any, address: str, name: str, view: str, output: Path) -> Shot:
    if view == "print":
        window.emulate_media(media="print")
    window.goto(address + name, wait_until="load")
    window.evaluate("document.fonts.ready")
    # A browser leaves out what is far from the screen until somebody scrolls there.
    window.evaluate(
        "document.querySelectorAll('.ar-picture').forEach((e) => "
        "e.style.setProperty('content-visibility', 'visible'))"
    )
    wide, tall = window.evaluate(
        "[document.documentElement.scrollWidth - innerWidth, document.documentElement.scrollHeight]"
    )
    stem = name.removesuffix(".html").replace("/", "_")
    file = f"{stem}-{view}.png"
    size = window.viewport_size
    if tall > TALLEST:
        clip = {"x": 0, "y": 0, "width": size["width"], "height": TALLEST}
        window.screenshot(path=output / file, full_page=True, clip=clip)
    else:
        window.screenshot(path=output / file, full_page=True)
    if view == "print":
        window.pdf(path=output / f"{stem}.pdf", format="A4", prefer_css_page_size=True)
    return Shot(name, view, file, max(0, int(wide)))


def sheet(shots: Sequence[Shot]) -> str:
    """Return the page on which all pictures stand, a row a page."""
    rows = []
    for name in dict.fromkeys(shot.page for shot in shots):
        cells = [_cell(shot) for shot in shots if shot.page == name]
        rows.append(f"<h2>{html.escape(name)}</h2><div>{''.join(cells)}</div>")
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title><style>'
        "body{font:15px/1.4 system-ui,sans-serif;margin:2rem}"
        "div{display:flex;gap:1rem;overflow-x:auto}figure{flex:none;margin:0;width:15rem}"
        "img{border:1px solid #ccc;display:block;height:26rem;object-fit:cover;"
        "object-position:top;width:100%}strong{color:#b00}</style>"
        f"<h1>Screenshots</h1>{''.join(rows)}</html>\n"
    )


def _cell(shot: Shot) -> str:
    """Return one picture with its words."""
    file, words = html.escape(shot.file), html.escape(f"{shot.page}, {shot.view}")
    note = f" <strong>{shot.over} px too wide</strong>" if shot.over else ""
    paper = file.replace("-print.png", ".pdf")
    more = f' <a href="{paper}">PDF</a>' if shot.view == "print" else ""
    return (
        f'<figure><a href="{file}"><img loading="lazy" alt="{words}" src="{file}"></a>'
        f"<figcaption>{shot.view}{note}{more}</figcaption></figure>"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all is well, 1 when a page is too wide, 2 when it could not run."""
    parser = argparse.ArgumentParser(description="Pictures of every page of the built site.")
    parser.add_argument("--site", type=Path, default=SITE)
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--page", action="append", default=[], help="a page, such as index.html")
    parser.add_argument("--width", action="append", type=int, default=[])
    parser.add_argument("--scheme", action="append", choices=SCHEMES, default=[])
    parser.add_argument("--no-print", action="store_true")
    given = parser.parse_args(arguments)
    try:
        names = chosen(pages(given.site), given.page)
        with chromium() as browser, served(given.site) as address:
            shots = take(
                browser,
                address,
                names,
                given.output,
                widths=given.width or WIDTHS,
                schemes=given.scheme or SCHEMES,
                printed=not given.no_print,
                say=lambda view: print(f"{view}: {len(names)} pages", flush=True),
            )
        (given.output / "index.html").write_text(sheet(shots), encoding="utf-8", newline="\n")
    except (Stop, OSError) as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 2
    print(f"{len(shots)} pictures; look at {given.output / 'index.html'}")
    wide = [shot for shot in shots if shot.over]
    for shot in wide:
        print(f"{shot.page} at {shot.view} is {shot.over} px too wide", file=sys.stderr)
    return 1 if wide else 0


if __name__ == "__main__":
    sys.exit(main())
