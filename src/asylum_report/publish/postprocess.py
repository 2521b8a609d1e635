"""What neither publisher does: light pages, strict policy, icons without a font, safe addresses.

Pure functions from a page's HTML to its HTML, and one function that applies them to a folder. The
same for both publishers where it can be; see ``docs/publishing.md``.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from asylum_report.errors import BuildError
from asylum_report.publish import access, head, icons, lighten, markup, policy, sitemap, swap
from asylum_report.publish.render import Publisher

ADDRESSES = ("href", "src", "data-src", "data-href", "poster")
"""Attributes that hold an address."""

DEFERRED = re.compile(r"/(bootstrap|fuse)[\w.-]*\.js$")
ICON_FONT = re.compile(r"/bootstrap-icons[\w.-]*\.css$")
TOGGLE = re.compile(
    r"<(a|button)\b(?P<tag>[^<>]*\bquarto-color-scheme-toggle\b[^<>]*)>\s*<i\b[^<>]*></i>\s*</\1>"
)
ICON = re.compile(r'<i class="(?P<classes>bi[^"]*)"[^<>]*></i>')
DATE = re.compile(r"<td(?: class=\"([^\"]*)\")?>(\d{4}-\d{2}(?:-\d{2})?)</td>")
SCHEME = r'<link rel="stylesheet" href="(?P<{0}>[^"]*)" data-mode="{0}" class="quarto-color-[^<>]*>'
THEME = re.compile(SCHEME.format("light") + r"\s*" + SCHEME.format("dark"))
BOOTSTRAP = re.compile(r"/bootstrap[\w.-]*\.js$")
FUSE = re.compile(r"/fuse[\w.-]*\.js$")
MENUS = "assets/menus.js"
NAMED_ICONS = {"bi-search": "search", "bi": "copy"}
ALIGNED = {
    "text-align:left": "ar-left",
    "text-align:center": "ar-center",
    "text-align:right": "ar-right",
}
"""What Markdown tables say in ``style=``, as classes of ``site.css``."""
SKIP = '<a class="ar-skip" href="#quarto-document-content">Skip to content</a>'


@dataclass
class Site:
    """What a page has to know of the site around it.

    Parameters
    ----------
    publisher
        Who rendered it.
    description
        Of the site, for pages without their own.
    url
        Where the site will stand, with a slash at its end, or empty if nobody said.
    has
        Paths of the files of the site.
    styles
        Declarations taken out of ``style=`` by the class that stands for them; filled by `page`.
    """

    publisher: Publisher
    description: str = ""
    url: str = ""
    has: frozenset[str] = frozenset()
    styles: dict[str, str] = field(default_factory=dict)


def read_settings(folder: Path) -> tuple[str, str]:
    """Return description and address of the site from ``_quarto.yml`` and the environment.

    ``ASYLUM_REPORT_SITE_URL`` wins over ``website.site-url``.

    Raises
    ------
    BuildError
        Naming the line that is no YAML, or the address that is none.
    """
    try:
        config: dict[str, Any] = yaml.safe_load((folder / "_quarto.yml").read_text("utf-8")) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"_quarto.yml, line {mark.line + 1}" if mark else "_quarto.yml"
        problem = str(getattr(error, "problem", None) or error)
        raise BuildError("the site's description is no YAML", where=where, todo=problem) from error
    website = config.get("website") or {}
    url = os.environ.get("ASYLUM_REPORT_SITE_URL") or str(website.get("site-url") or "")
    if url and not urlsplit(url).netloc:
        raise BuildError(
            f"'{url}' is no address", where="ASYLUM_REPORT_SITE_URL or website.site-url"
        )
    return str(website.get("description") or ""), url.rstrip("/") + "/" if url else ""


def folder(site: Path, publisher: Publisher, description: str = "", url: str = "") -> list[str]:
    """Post-process a rendered site in place and return the paths of its pages.

    Doing it twice is the same as doing it once.
    """
    drop_icon_font(site)
    names = [
        path.relative_to(site).as_posix() for path in sorted(site.rglob("*")) if path.is_file()
    ]
    about = Site(publisher, description, url, frozenset(names))
    pages = [name for name in names if name.endswith(".html") and is_page(site / name)]
    for name in pages:
        path = site / name
        path.write_text(page(path.read_text("utf-8"), name, about), "utf-8", newline="\n")
    if about.styles:
        rules = [f".{name}{{{text}}}" for name, text in sorted(about.styles.items())]
        (site / head.STYLES).write_text("\n".join(rules) + "\n", "utf-8", newline="\n")
    if publisher == "builtin":
        if MENUS in about.has:
            swap.remove(site / "site_libs" / "bootstrap")
        lighten.styles(site)
    sitemap.write(site, pages, url)
    (site / ".nojekyll").touch()
    return pages


def is_page(path: Path) -> bool:
    """Tell whether an HTML file is a page of the site, made by a publisher and not by us."""
    return b'<meta name="generator"' in path.read_bytes()[:2000]


def page(text: str, name: str, site: Site) -> str:
    """Return one page post-processed.

    Parameters
    ----------
    text
        The page as the publisher wrote it.
    name
        Its path in the site, such as ``notebooks/germany.html``.
    site
        What is around it; takes up inline styles.
    """
    if "ar-skip" in text:
        return text
    offset = head.offset(name, site.url)
    text = THEME.sub(_one_theme, toggle(text))
    text = access.row_heads(ICON.sub(_icon, text))
    styles: dict[str, str] = {}
    text = markup.rewrite(text, lambda tag: _tag(tag, offset, name, site, styles))
    site.styles.update(styles)
    text = DATE.sub(_date, text)
    text = re.sub(r"(<body\b[^>]*>)", lambda m: m[1] + SKIP, text, count=1)
    text = access.mend(text, name)
    text = head.head(text, name, site, bool(styles))
    rules = policy.policy(text, name, inline_styles=site.publisher == "quarto")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
    return re.sub(r'(<meta charset="utf-8"\s*/?>)', lambda m: m[1] + meta, text, count=1)


def toggle(text: str) -> str:
    """Make the switch between light and dark a button with a name, bound in ``site.js``."""
    button = (
        '<button type="button" class="quarto-color-scheme-toggle nav-link ar-toggle"'
        f' aria-label="Switch between light and dark">{icons.icon("contrast")}</button>'
    )
    return TOGGLE.sub(button, text)


def _one_theme(found: re.Match[str]) -> str:
    """Link the theme once where both schemes are one file.

    smalldocs links it for light and for dark and lets its script choose. The colours are ours and
    hang on a class, so one link serves; marks stand in for the two that the script looks for.
    """
    if found["light"] != found["dark"]:
        return found[0]
    marks = "".join(
        f'<link rel="ar-scheme" href="{found[mode]}" class="quarto-color-scheme{css}"'
        f' data-mode="{mode}">'
        for mode, css in (("light", ""), ("dark", " quarto-color-alternate"))
    )
    return f'<link rel="stylesheet" href="{found["light"]}">{marks}'


def _icon(found: re.Match[str]) -> str:
    classes = found["classes"].split()
    for name in reversed(classes):
        if name in NAMED_ICONS and (name != "bi" or len(classes) == 1):
            return icons.icon(NAMED_ICONS[name], *(c for c in classes if c != "bi"))
    return ""


def _tag(tag: markup.Tag, offset: str, name: str, site: Site, styles: dict[str, str]) -> str | bool:
    changed = False
    for key in [key for key in tag.attributes if key.startswith("on")]:
        del tag.attributes[key]
        changed = True
    for key in ADDRESSES:
        target = tag.get(key)
        if target.startswith("/") and not target.startswith("//"):
            tag.attributes[key] = f"{offset}{target[1:]}" or "./"
            changed = True
        elif name == "404.html" and offset.startswith("/") and _is_relative(target):
            tag.attributes[key] = offset + target.removeprefix("./")
            changed = True
    if tag.name == "link" and ICON_FONT.search("/" + tag.get("href")):
        return ""
    if tag.name == "script" and site.publisher == "builtin" and MENUS in site.has:
        if BOOTSTRAP.search(tag.get("src")):
            fuse = next((path for path in sorted(site.has) if FUSE.search(path)), "")
            search = f' data-search="{offset}{fuse}"' if fuse else ""
            return f'<script src="{offset}{MENUS}"{search} defer></script>'
        if FUSE.search(tag.get("src")):
            return ""
    if tag.name == "script" and DEFERRED.search(tag.get("src")) and "defer" not in tag.attributes:
        tag.attributes["defer"] = None
        changed = True
    if tag.get("data-bs-toggle") == "dropdown" and tag.get("role") == "link":
        tag.attributes["role"] = "button"
        changed = True
    if tag.name == "meta" and tag.get("name").endswith(":offset") and offset.startswith("/"):
        tag.attributes["content"] = offset
        changed = True
    if tag.name == "th" and "scope" not in tag.attributes:
        # Heads of Markdown tables; chart tables say theirs themselves.
        tag.attributes["scope"] = "col"
        changed = True
    if "style" in tag.attributes and site.publisher == "builtin":
        tag.add_class(_class_for(tag.attributes.pop("style") or "", styles))
        changed = True
    return changed


def _date(found: re.Match[str]) -> str:
    """Keep a date in a table on one line."""
    return f'<td class="{" ".join(filter(None, [found[1], "ar-nowrap"]))}">{found[2]}</td>'


def _is_relative(target: str) -> bool:
    return bool(target) and not re.match(r"[a-zA-Z][\w+.-]*:|[/#?]", target)


def _class_for(declarations: str, styles: dict[str, str]) -> str:
    parts = [part.strip() for part in declarations.split(";") if part.strip()]
    text = ";".join(re.sub(r"\s*:\s*", ":", part, count=1) for part in parts)
    if text in ALIGNED:
        return ALIGNED[text]
    name = f"ar-s{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    styles[name] = text
    return name


def drop_icon_font(site: Path) -> None:
    """Delete the icon font, which nothing uses any more, and copies of it in older formats."""
    shutil.rmtree(site / "site_libs" / "bootstrap-icons", ignore_errors=True)
    for pattern in ("bootstrap-icons*.css", "bootstrap-icons*.woff*"):
        for path in sorted((site / "site_libs").rglob(pattern)):
            path.unlink()
