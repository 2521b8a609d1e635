"""Matplotlib's SVG made fit for a page: no styles, own ids, colours that follow the theme."""

from __future__ import annotations

import re
from functools import partial
from xml.etree import ElementTree as ET

from asylum_report import identity
from asylum_report.charts.model import Chart
from asylum_report.charts.variants import Variant

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_HREF = f"{{{_XLINK}}}href"
_TOKENS = {colour.light: name for name, colour in identity.COLOURS.items()}
_NUMBER = re.compile(r"-?\d+\.\d+")
_KEPT_NAMES = re.compile(r"(line|breaks|points|hollow|band|whiskers|bars|leader)-\d+$")


def inlined(raw: str, chart: Chart, variant: Variant) -> str:
    """Return an SVG element to put into a page.

    Without XML header, style or document-wide names: every id begins with the chart's name and
    the variant's; each colour of `asylum_report.identity` has a class (``f-france``, ``s-line``)
    beside its attribute, so that style sheets can change it.

    Parameters
    ----------
    raw
        What Matplotlib wrote.
    chart
        Gives name, title and alternative text.
    variant
        Gives the second part of ids.
    """
    root = _cleaned(raw, chart, variant)
    width, height = root.get("viewBox", "0 0 1 1").split()[2:]
    root.set("class", f"ar-svg ar-{variant.name}")
    root.set("width", width)
    root.set("height", height)
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    # In a page the namespaces are known, and plain href serves.
    text = text.replace(f' xmlns="{_SVG}"', "").replace(f' xmlns:xlink="{_XLINK}"', "")
    return text.replace("xlink:href=", "href=")


def standalone(raw: str, chart: Chart, variant: Variant) -> str:
    """Return an SVG document: the same cleaning, with XML header, namespaces and size."""
    root = _cleaned(raw, chart, variant)
    width, height = root.get("viewBox", "0 0 1 1").split()[2:]
    unit = "pt" if variant.name == "print" else ""
    root.set("width", width + unit)
    root.set("height", height + unit)
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _cleaned(raw: str, chart: Chart, variant: Variant) -> ET.Element:
    """Return Matplotlib's drawing with attributes for styles, own ids, title and description."""
    ET.register_namespace("", _SVG)
    ET.register_namespace("xlink", _XLINK)
    root = ET.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", raw))
    prefix = f"{chart.name}-{variant.name}-"
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"):
                parent.remove(child)
    for element in root.iter():
        _restyle(element)
    _rename(root, prefix)
    _inherit(root)
    _flatten(root)
    root.set("role", "img")
    root.set("aria-labelledby", f"{prefix}title {prefix}desc")
    for tag, words in (("desc", chart.alt), ("title", chart.title)):
        child = ET.Element(f"{{{_SVG}}}{tag}", {"id": prefix + tag})
        child.text = words
        root.insert(0, child)
    return root


def _restyle(element: ET.Element) -> None:
    """Turn one element's style into attributes and classes, and shorten its numbers."""
    attributes = element.attrib
    for declaration in attributes.pop("style", "").split(";"):
        name, _, value = declaration.partition(":")
        if name.strip():
            attributes[name.strip()] = value.strip()
    if element.tag == f"{{{_SVG}}}text":
        # The family is the page's; the attribute serves where no style sheet is.
        attributes["font-family"] = identity.SANS_STACK.replace('"', "'")
        if re.match(r"rotate\(-?0 ", attributes.get("transform", "")):
            del attributes["transform"]
    if attributes.get("stroke-dashoffset") == "0":
        del attributes["stroke-dashoffset"]
    classes = []
    for name, letter in (("fill", "f"), ("stroke", "s")):
        token = _TOKENS.get(attributes.get(name, ""))
        if token:
            classes.append(f"{letter}-{token}")
    if classes:
        attributes["class"] = " ".join(classes)
    for name in ("d", "x", "y", "transform", "viewBox", "stroke-width", "stroke-dasharray",
                 "font-size", "width", "height"):  # fmt: skip
        if name in attributes:
            value = " ".join(attributes[name].split()).removesuffix("px")
            # A scale is multiplied by the size of a letter: two decimals would move letters.
            shorter = partial(_shorter, digits=5 if "scale" in value else 2)
            attributes[name] = _NUMBER.sub(shorter, value)
    if "d" in attributes:
        attributes["d"] = re.sub(r" ?([A-Za-z]) ?", r"\1", attributes["d"])
    element.text = element.text if element.tag == f"{{{_SVG}}}text" else None
    element.tail = None


def _shorter(found: re.Match[str], digits: int) -> str:
    text = f"{float(found[0]):.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _rename(root: ET.Element, prefix: str) -> None:
    """Prefix the ids that are used or that name marks, and drop the others."""
    used = set()
    for element in root.iter():
        for name, value in element.attrib.items():
            found = re.match(r"^#(.+)$" if name == _HREF else r"^url\(#(.+)\)$", value)
            if found:
                old = found[1]
                used.add(old)
                element.set(name, value.replace(f"#{old}", f"#{prefix}{old}"))
    for element in root.iter():
        identifier = element.get("id")
        if identifier is None:
            continue
        if identifier in used or _KEPT_NAMES.match(identifier):
            element.set("id", prefix + identifier)
        else:
            del element.attrib["id"]


def _inherit(root: ET.Element) -> None:
    """Let marks take the colour of their uses alone.

    A mark's own colour would win over that of its use, and no style sheet of the page reaches it
    there, so hollow marks would keep the colours of light paper in the dark.
    """
    uses: dict[str, list[ET.Element]] = {}
    for element in root.iter(f"{{{_SVG}}}use"):
        uses.setdefault(element.get(_HREF, "").removeprefix("#"), []).append(element)
    for element in root.iter():
        for name in ("stroke", "fill"):
            named = uses.get(element.get("id", ""), [])
            if name in element.attrib and named and all(name in use.attrib for use in named):
                del element.attrib[name]
                element.attrib.pop("class", None)


def _flatten(parent: ET.Element) -> None:
    """Lift the children of groups that say nothing themselves."""
    children: list[ET.Element] = []
    for child in list(parent):
        _flatten(child)
        bare = child.tag in (f"{{{_SVG}}}g", f"{{{_SVG}}}defs") and not child.attrib
        if child.tag == f"{{{_SVG}}}defs":
            bare = False if len(child) else bare
        children += list(child) if bare else [child]
    for child in list(parent):
        parent.remove(child)
    parent.extend(children)
