"""UNHCR's service as it answers, filled from the embedded release; see `asylum_report.live.unhcr`.

Figures of applications, decisions, refugees and asylum-seekers are those of the newest vintages in
``data/raw``. Numbers of countries (``coo_id``) and the other stocks (``idps`` ...) are not held
here and are synthetic: running numbers, and zeros or dashes.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from asylum_report import places, store
from double.server import Double, Reply, Seen

Item = dict[str, Any]
DATASETS = {
    "asylum-decisions": "unhcr-asylum-decisions",
    "asylum-applications": "unhcr-asylum-applications",
    "population": "unhcr-population",
}
COUNTS = {
    "asylum-decisions": {
        "dec_recognized": "recognised",
        "dec_other": "other",
        "dec_rejected": "rejected",
        "dec_closed": "closed",
        "dec_total": "total",
    },
    "asylum-applications": {"applied": "applied"},
    "population": {"refugees": "refugees", "asylum_seekers": "asylum_seekers"},
}
CODES = {
    "asylum-decisions": {"procedure_type": "procedure", "dec_level": "level", "dec_pc": "unit"},
    "asylum-applications": {
        "procedure_type": "procedure",
        "app_type": "kind",
        "dec_level": "level",
        "app_pc": "unit",
    },
    "population": {},
}
SYNTHETIC_STOCKS: Item = {
    "returned_refugees": "0",
    "idps": "0",
    "returned_idps": "0",
    "stateless": "0",
    "ooc": "0",
    "oip": "-",
    "hst": "0",
}
NOT_FOUND = b"<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>"


def cell(count: Any) -> int | str:
    """Return a count as the service writes it: zero is a text, a missing one a dash."""
    if count != count or count is None:  # not a number
        return "-"
    return int(count) or "0"


@functools.cache
def _country(side: str, iso3: str) -> Item:
    place = places.places()[iso3]
    number = sorted(places.places()).index(iso3) + 1
    return {
        f"{side}_id": number,
        f"{side}_name": place.name + (" " if iso3 == "UNK" else ""),
        side: place.unhcr or iso3,
        f"{side}_iso": iso3,
    }


@functools.cache
def embedded(endpoint: str) -> tuple[Item, ...]:
    """Return an endpoint's items with the newest vintage's figures, by year; never alter them."""
    table = store.latest(DATASETS[endpoint]).read().sort_values("year", kind="stable")
    table = table.assign(**{ours: table[ours].astype(object) for ours in COUNTS[endpoint].values()})
    units = {"persons": "P", "cases": "C"}
    items = []
    for row in table.to_dict("records"):
        item: Item = {"year": int(row["year"])}
        item |= _country("coo", row["origin"]) | _country("coa", row["destination"])
        item |= {key: units.get(row[ours], row[ours]) for key, ours in CODES[endpoint].items()}
        item |= {key: cell(_plain(row[ours])) for key, ours in COUNTS[endpoint].items()}
        items.append(item | (SYNTHETIC_STOCKS if endpoint == "population" else {}))
    return tuple(items)


def _plain(value: Any) -> Any:
    return None if str(value) == "<NA>" else value


class UnhcrDouble:
    """The service, and what can go wrong with it.

    Parameters
    ----------
    origins
        Answer with these origins only, to be quick; all unless given.
    most
        Rows on a page at most, whatever is asked for; no ceiling unless given, as in the service.
    """

    def __init__(self, origins: Collection[str] | None = None, most: int | None = None) -> None:
        self.origins, self.most = origins, most
        self.prefix = "/unhcr"
        self.content_type = "application/json"
        self.etags = False
        self.ignored: set[str] = set()
        """Parameters that the service takes no notice of, as it does of unknown ones."""
        self._items: dict[str, list[Item]] = {}
        self._answered: dict[tuple[str, ...], list[Item]] = {}
        self._pages: list[Callable[[str, int, dict[str, Any]], None]] = []
        self._names: dict[str, tuple[str, str]] = {}

    def install(self, double: Double, prefix: str = "/unhcr") -> str:
        """Answer under a prefix; return the address to give as ``--address unhcr=``."""
        self.prefix = prefix
        double.route(prefix, self.respond)
        return double.url + prefix

    # What is answered

    def items(self, endpoint: str) -> list[Item]:
        """Return the items of an endpoint, to be altered by putting new ones in the list."""
        if endpoint not in self._items:
            wanted = self.origins
            self._items[endpoint] = [
                item for item in embedded(endpoint) if not wanted or item["coo_iso"] in wanted
            ]
        return self._items[endpoint]

    def respond(self, seen: Seen) -> Reply:
        """Return the answer to a request."""
        endpoint = seen.path.removeprefix(self.prefix).strip("/")
        if endpoint not in DATASETS:
            return Reply(404, NOT_FOUND, {"Content-Type": "text/html"})
        asked = {name: seen.first(name) for name in seen.query if name not in self.ignored}
        found = self._filtered(endpoint, asked)
        limit = min(int(asked.get("limit", 100)), self.most or 10**9)
        number = int(asked.get("page", 1))
        page: dict[str, Any] = {
            "page": number,
            "short-url": "SYNTH0",
            "maxPages": -(-len(found) // limit),
            "total": self._total(endpoint, found),
            "items": found[(number - 1) * limit : number * limit],
        }
        for alter in self._pages:
            alter(endpoint, number, page)
        if endpoint in self._names:
            old, new = self._names[endpoint]
            page["items"] = [
                {new if key == old else key: value for key, value in item.items()}
                for item in page["items"]
            ]
        body = json.dumps(page, ensure_ascii=False).encode()
        headers = {"Content-Type": self.content_type}
        if self.etags:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if headers["ETag"] == seen.headers.get("if-none-match"):
                return Reply(304, b"", headers)
        return Reply(200, body, headers)

    def _filtered(self, endpoint: str, asked: Mapping[str, str]) -> list[Item]:
        """Return the rows asked for, as the service understands parameters."""
        names = ("coo", "coo_all", "coa", "coa_all", "yearFrom", "yearTo", "cf_type")
        key = (endpoint, *(asked.get(name, "") for name in names))
        if key in self._answered:
            return self._answered[key]
        found = self.items(endpoint)
        for side in ("coo", "coa"):
            if asked.get(f"{side}_all") == "true" or side in self.ignored:
                continue  # overrules a list of codes
            if side not in asked:
                raise NotImplementedError("sums over all countries are not in this double")
            column = f"{side}_iso" if asked.get("cf_type") == "ISO" else side
            codes = set(asked[side].split(","))
            found = [item for item in found if item[column] in codes]
        if "yearFrom" in asked and "yearTo" in asked:  # one alone is ignored
            first, last = int(asked["yearFrom"]), int(asked["yearTo"])
            found = [item for item in found if first <= _whole(item["year"], first) <= last]
        self._answered[key] = found
        return found

    @staticmethod
    def _total(endpoint: str, found: list[Item]) -> Any:
        if endpoint == "population":
            return []
        keys = COUNTS[endpoint]
        return {key: sum(_whole(item.get(key)) for item in found) for key in keys}

    # What can be altered, in data

    def change(self, endpoint: str, match: Mapping[str, Any], **cells: Any) -> int:
        """Set cells of the items that match (``{"coa_iso": "DEU", "year": 2023}``); how many."""
        changed = 0
        items = self.items(endpoint)
        for place, item in enumerate(items):
            if _matches(item, match):
                items[place] = item | cells
                changed += 1
        assert changed, f"no item is like {match}"
        self._answered.clear()
        return changed

    def remove(self, endpoint: str, **match: Any) -> int:
        """Leave out the items that match (``coa_iso="DEU"``, ``year=2025``); return how many."""
        items = self.items(endpoint)
        left = [item for item in items if not _matches(item, match)]
        gone = len(items) - len(left)
        assert gone, f"no item is like {match}"
        items[:] = left
        self._answered.clear()
        return gone

    def drop_destination(self, iso3: str) -> None:
        """Leave a destination out of everything."""
        for endpoint in DATASETS:
            if any(item["coa_iso"] == iso3 for item in self.items(endpoint)):
                self.remove(endpoint, coa_iso=iso3)

    def add(self, endpoint: str, like: Mapping[str, Any], **cells: Any) -> None:
        """Add a synthetic item: the first that is like `like`, with these cells."""
        item = next(item for item in self.items(endpoint) if _matches(item, like))
        self.items(endpoint).append(item | cells)
        self.items(endpoint).sort(key=lambda one: int(one["year"]))
        self._answered.clear()

    def add_year(self, year: int, like: int | None = None) -> None:
        """Add a synthetic year with the figures of another, the newest unless given."""
        for endpoint in DATASETS:
            items = self.items(endpoint)
            source = like or max(int(item["year"]) for item in items)
            items += [item | {"year": year} for item in items if item["year"] == source]
        self._answered.clear()

    def rename_key(self, endpoint: str, old: str, new: str) -> None:
        """Call a key of the items by another name."""
        self._names[endpoint] = (old, new)

    def label(self, html: str) -> None:
        """Put something into the names of all countries, say a tag."""
        for endpoint in DATASETS:
            items = self.items(endpoint)
            items[:] = [
                item | {"coo_name": html + item["coo_name"], "coa_name": html + item["coa_name"]}
                for item in items
            ]
        self._answered.clear()

    # What can be altered, in pages

    def alter_page(self, alter: Callable[[str, int, dict[str, Any]], None]) -> None:
        """Let a function change pages: it is given endpoint, number and the page as a dict."""
        self._pages.append(alter)

    def repeat_page(self, number: int, instead: int) -> None:
        """Answer a page with the items of an earlier one."""
        kept: dict[str, list[Item]] = {}

        def alter(endpoint: str, asked: int, page: dict[str, Any]) -> None:
            if asked == instead:
                kept[endpoint] = page["items"]
            if asked == number:
                page["items"] = kept[endpoint]

        self.alter_page(alter)

    def grow_pages(self, at: int = 2, by: int = 1, times: int | None = None) -> None:
        """Count more pages (or fewer) from page `at` on, for some requests or for all."""
        left = [times]

        def alter(_: str, asked: int, page: dict[str, Any]) -> None:
            if asked >= at and left[0] != 0:
                page["maxPages"] += by
                left[0] = left[0] and left[0] - 1

        self.alter_page(alter)

    def ignore_page(self) -> None:
        """Answer every page with the first."""

        def alter(endpoint: str, asked: int, page: dict[str, Any]) -> None:
            if asked > 1:
                page["page"] = 1

        self.alter_page(alter)

    def set_page(self, **entries: Any) -> None:
        """Set entries of every page: ``maxPages="many"``, ``total=...``."""
        self.alter_page(lambda _endpoint, _number, page: page.update(entries))

    def drop_from_page(self, entry: str) -> None:
        """Leave an entry out of every page: ``maxPages``, ``items``."""
        self.alter_page(lambda _endpoint, _number, page: page.pop(entry, None) and None)


def _matches(item: Item, match: Mapping[str, Any]) -> bool:
    return all(item.get(key) == value for key, value in match.items())


def _whole(value: Any, otherwise: int = 0) -> int:
    return int(value) if str(value).lstrip("-").isdigit() else otherwise
