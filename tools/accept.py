"""Accept what the publication is now: texts of pages, small pictures of charts, hosts, own words.

python tools/accept.py                                everything
python tools/accept.py pages                          every page
python tools/accept.py pages notebooks/germany de     one page, and all in a folder
python tools/accept.py charts germany-outcomes        one chart, wide and narrow
python tools/accept.py hosts                          the hosts that pages lead to
python tools/accept.py words                          say which words no dictionary knows, and
                                                      forget own words that no text uses
python tools/accept.py words en Eurostat pandoc       take words into a list of own words

Builds the site first, if anything changed since it was built. Says what changed; look at it with
``git diff`` before you commit it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

from _own_python import ROOT, ensure

KINDS = ("pages", "charts", "hosts")


def main(arguments: Sequence[str]) -> int:
    """Accept pages, charts, hosts or all of them; return the exit code."""
    if arguments and arguments[0] not in (*KINDS, "words"):
        return _wrong(f"{arguments[0]}: accept {', '.join(KINDS)} or words")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
    if arguments[:1] == ["words"]:
        return words(arguments[1:])
    # Where the site will stand is no part of what was accepted.
    os.environ.pop("ASYLUM_REPORT_SITE_URL", None)
    os.environ["ASYLUM_REPORT_ROOT"] = str(ROOT)
    import site_links
    from asylum_report.errors import ReportError
    from asylum_report.publish import site
    from golden import keep

    kinds, names = arguments[:1] or KINDS, arguments[1:]
    # Pages are compared as the built-in publisher makes them; Quarto's own site is left alone.
    output = ROOT / ".cache" / "accepting" if shutil.which("quarto") else ROOT / "_site"
    try:
        built = site.build("builtin", output, root=ROOT).output
    except ReportError as error:
        return _wrong(str(error))
    said = []
    try:
        if "pages" in kinds:
            said += [f"pages {line}" for line in keep.accept_pages(keep.pages(built), names)]
        if "charts" in kinds:
            now = keep.charts(ROOT / "figures")
            said += [f"charts {line}" for line in keep.accept_charts(now, names)]
        if "hosts" in kinds:
            found = site_links.read(built).foreign()
            path = ROOT / site_links.HOSTS
            said += [f"hosts {line}" for line in site_links.accept_hosts(found, path)]
    except KeyError as error:
        return _wrong(f"there is no page or chart of the name {error.args[0]}")
    print("\n".join(said) if said else "Everything is as accepted.")
    return 0


def words(arguments: Sequence[str]) -> int:
    """Take words into a list, or say what no list knows and forget what no text uses."""
    import prose
    import spelling

    if arguments:
        language, *new = arguments
        if language not in prose.LANGUAGES or not new:
            return _wrong(f"words: a language ({', '.join(prose.LANGUAGES)}) and words")
        path = ROOT / spelling.FOLDER / f"{language}.txt"
        spelling.write(path, [*spelling.read(path), *new])
        return 0
    found = spelling.collect(prose.everything(ROOT))
    for language in prose.LANGUAGES:
        path = ROOT / spelling.FOLDER / f"{language}.txt"
        own = spelling.read(path)
        for word in (gone := spelling.unused(found.get(language, {}), own)):
            print(f"{language}: {word} is used no more")
        if gone:
            spelling.write(path, set(own) - set(gone))
        if spelling.dictionary(language) is None:
            print(f"{language}: no hunspell with a dictionary of it on this machine")
            continue
        for word, places in spelling.misspelt(found.get(language, {}), language, own).items():
            print(f"{language}: {word} ({places})")
    return 0


def _wrong(line: str) -> int:
    print(line, file=sys.stderr)
    return 2


if __name__ == "__main__":
    ensure()
    raise SystemExit(main(sys.argv[1:]))
