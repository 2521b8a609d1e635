"""The rules of the ledger: small, structured and evaluated here. Nothing in them is run as code.

A rule is a mapping with one key, its kind:

===========  =======================================================================================
``compare``  ``{number, is, value | than, within, why}``: a number against a value or a number
``ratio``    ``{of, to, is, value, within, why}``: how many times as large
``moved``    ``{interval, is: up | down}``: the whole interval of a change on one side of zero
``clear``    ``{interval, is: above | below, value | than, why}``: the whole interval on one side
``inside``   ``{interval, within, why}``: the whole interval of a difference close to zero
``dated``    ``{number, from, to}``: a day within a period
``any``      a list of rules of which one has to hold
===========  =======================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from asylum_report.claims.model import Figure, Outcome
from asylum_report.dates import day
from asylum_report.errors import ReportError

Numbers = Mapping[str, Figure]

COMPARISONS: dict[str, Callable[[float, float, float], bool]] = {
    "equal to": lambda value, other, within: value == other,
    "about": lambda value, other, within: abs(value - other) <= within * abs(other),
    "above": lambda value, other, within: value > other,
    "below": lambda value, other, within: value < other,
    "at least": lambda value, other, within: value >= other * (1 - within),
    "at most": lambda value, other, within: value <= other * (1 + within),
}
"""How two values are compared; ``within`` is a tolerance, as a share of the second."""

KEYS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "compare": (frozenset({"number", "is"}), frozenset({"value", "than", "within", "why"})),
    "ratio": (frozenset({"of", "to", "is", "value"}), frozenset({"within", "why"})),
    "moved": (frozenset({"interval", "is"}), frozenset()),
    "clear": (frozenset({"interval", "is"}), frozenset({"value", "than", "why"})),
    "inside": (frozenset({"interval", "within", "why"}), frozenset()),
    "dated": (frozenset({"number", "from", "to"}), frozenset()),
}
"""Kind of rule to the keys it must have and those it may have."""

SIDES = {"moved": ("up", "down"), "clear": ("above", "below")}
NAMES = ("number", "interval", "of", "to", "than")
"""Keys whose values are names of numbers."""

TOLERANT = ("about", "at least", "at most")


def faults(rule: Any) -> str:
    """Return what is wrong with a rule as written, in words; empty where nothing is."""
    if not isinstance(rule, dict) or len(rule) != 1:
        return "is no mapping with one key"
    ((kind, body),) = rule.items()
    if kind == "any":
        if not isinstance(body, list) or len(body) < 2:
            return "'any' is no list of at least two rules"
        return next((found for found in map(faults, body) if found), "")
    if kind not in KEYS:
        return f"is of unknown kind '{kind}'"
    needed, optional = KEYS[kind]
    if not isinstance(body, dict):
        return f"'{kind}' is no mapping"
    if lacking := needed - set(body):
        return f"'{kind}' lacks {', '.join(sorted(lacking))}"
    if extra := set(body) - needed - optional:
        return f"'{kind}' has an unknown key '{min(map(str, extra))}'"
    return _bad_values(kind, body)


def _bad_values(kind: str, body: Mapping[str, Any]) -> str:
    known = SIDES.get(kind, tuple(COMPARISONS))
    if "is" in body and body["is"] not in known:
        return f"'{kind}' is '{body['is']}', which is none of {', '.join(known)}"
    for key in NAMES:
        # A ratio compares with a number, a date ends with a day: both keys are called "to".
        if key in body and not isinstance(body[key], str):
            return f"'{kind}' {key} is no name of a number"
    if kind in ("compare", "clear") and ("value" in body) == ("than" in body):
        return f"'{kind}' needs either value or than"
    for key in ("value", "within"):
        if key in body and (isinstance(body[key], bool) or not isinstance(body[key], int | float)):
            return f"'{kind}' {key} is no number"
    if "within" in body:
        if body["within"] <= 0:
            return f"'{kind}' within is not above zero"
        if not str(body.get("why", "")).strip():
            return f"'{kind}' has a tolerance and no why"
    if kind in ("compare", "ratio"):
        if "within" in body and body["is"] not in TOLERANT:
            return f"'{kind}' is '{body['is']}', which has no tolerance"
        if body["is"] == "about" and "within" not in body:
            return f"'{kind}' is 'about' and does not say within what"
    if kind == "dated" and not all(isinstance(body[key], str) for key in ("from", "to")):
        return "'dated' from and to are no days in quotation marks"
    return ""


def named(rule: Mapping[str, Any]) -> list[str]:
    """Return the names of the numbers that a rule looks at, in order."""
    ((kind, body),) = rule.items()
    if kind == "any":
        return list(dict.fromkeys(name for one in body for name in named(one)))
    keys = ("number",) if kind == "dated" else NAMES
    return [body[key] for key in keys if key in body]


def evaluate(rule: Mapping[str, Any], numbers: Numbers) -> Outcome:
    """Return what a rule finds.

    Parameters
    ----------
    rule
        A rule without faults.
    numbers
        Every number by name.

    Raises
    ------
    ReportError
        If a number is not known, or is not of the sort that the rule needs.
    """
    ((kind, body),) = rule.items()
    if kind == "any":
        outcomes = [evaluate(one, numbers) for one in body]
        found = {one.found for one in outcomes}
        best = next(name for name in ("holds", "unclear", "fails") if name in found)
        return Outcome(best, "one of these has to hold: " + "; or ".join(o.words for o in outcomes))
    return _EVALUATORS[kind](body, numbers)


def _number(name: str, numbers: Numbers) -> Figure:
    if name not in numbers:
        raise ReportError(
            f"unknown number '{name}' in a rule",
            where="data/reference/claims.yml",
            todo="mend the name or add the number to asylum_report.numbers",
        )
    return numbers[name]


def _scalar(name: str, numbers: Numbers) -> float:
    value = _number(name, numbers).value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ReportError(f"'{name}' is no single number", where="data/reference/claims.yml")
    return float(value)


def _ends(name: str, numbers: Numbers) -> tuple[float, float]:
    value = _number(name, numbers).value
    if isinstance(value, str) or not isinstance(value, Sequence) or len(value) != 2:
        raise ReportError(f"'{name}' is no interval", where="data/reference/claims.yml")
    return float(value[0]), float(value[1])


def written(value: float, unit: str) -> str:
    """Write a value of a rule as a number of that unit is written: 0.5 percent is "50%"."""
    if unit == "percent":
        return f"{100 * value:.1f}%".replace(".0%", "%")
    if unit == "points":
        return f"{100 * value:g} points"
    return f"{value:,.0f}" if value == round(value) else f"{value:,g}"


def _against(body: Mapping[str, Any], unit: str, numbers: Numbers) -> tuple[float, str]:
    if "than" in body:
        other = _number(body["than"], numbers)
        return _scalar(body["than"], numbers), f"the {other.definition} ({other.display})"
    return float(body["value"]), written(float(body["value"]), unit)


def _reason(body: Mapping[str, Any]) -> str:
    tolerance = f"within {100 * body['within']:g}%: " if "within" in body else ""
    return f" ({tolerance}{body['why']})" if "why" in body else ""


def _compare(body: Mapping[str, Any], numbers: Numbers) -> Outcome:
    number = _number(body["number"], numbers)
    value = _scalar(body["number"], numbers)
    other, words = _against(body, number.unit, numbers)
    held = COMPARISONS[body["is"]](value, other, float(body.get("within", 0)))
    return Outcome(
        "holds" if held else "fails",
        f"{number.definition}: {number.display}; it has to be {body['is']} {words}{_reason(body)}",
    )


def _ratio(body: Mapping[str, Any], numbers: Numbers) -> Outcome:
    of, to = _number(body["of"], numbers), _number(body["to"], numbers)
    asked = f"it has to be {body['is']} {body['value']:g}{_reason(body)}"
    both = f"{of.definition}: {of.display}, over {to.definition}: {to.display}"
    ratio = times(body["of"], body["to"], numbers)
    if ratio is None:
        return Outcome("unclear", f"{both}, which has no ratio; {asked}")
    held = COMPARISONS[body["is"]](ratio, float(body["value"]), float(body.get("within", 0)))
    return Outcome(
        "holds" if held else "fails",
        f"{both}, a ratio of {ratio:.2f}; {asked}",
    )


def times(of: str, to: str, numbers: Numbers) -> float | None:
    """Return how many times one number is another; None where the other is zero.

    Parameters
    ----------
    of, to
        Names of single numbers.
    numbers
        Every number by name.

    Raises
    ------
    ReportError
        If one of them is no single number.
    """
    below = _scalar(to, numbers)
    return _scalar(of, numbers) / below if below else None


def _sided(low: float, high: float, limit: float, upper: bool) -> str:
    """Return whether an interval lies on the wanted side of a limit, on the other, or on both."""
    if low <= limit <= high:
        return "unclear"
    return "holds" if (low > limit) == upper else "fails"


def _moved(body: Mapping[str, Any], numbers: Numbers) -> Outcome:
    number = _number(body["interval"], numbers)
    low, high = _ends(body["interval"], numbers)
    side = "above" if body["is"] == "up" else "below"
    return Outcome(
        _sided(low, high, 0.0, body["is"] == "up"),
        f"{number.definition}: {number.display} points; all of it has to lie {side} zero",
    )


def _clear(body: Mapping[str, Any], numbers: Numbers) -> Outcome:
    number = _number(body["interval"], numbers)
    low, high = _ends(body["interval"], numbers)
    limit, words = _against(body, number.unit, numbers)
    return Outcome(
        _sided(low, high, limit, body["is"] == "above"),
        f"{number.definition}: {number.display}; all of it has to lie {body['is']} {words}"
        f"{_reason(body)}",
    )


def _inside(body: Mapping[str, Any], numbers: Numbers) -> Outcome:
    number = _number(body["interval"], numbers)
    low, high = _ends(body["interval"], numbers)
    width = float(body["within"])
    found = "unclear"
    if -width <= low and high <= width:
        found = "holds"
    elif low > width or high < -width:
        found = "fails"
    return Outcome(
        found,
        f"{number.definition}: {number.display} points; all of it has to lie within "
        f"{100 * width:g} points of zero ({body['why']})",
    )


def _dated(body: Mapping[str, Any], numbers: Numbers) -> Outcome:
    number = _number(body["number"], numbers)
    held = body["from"] <= str(number.value) <= body["to"]
    return Outcome(
        "holds" if held else "fails",
        f"{number.definition}: {number.display}; it has to lie between {day(body['from'])} and "
        f"{day(body['to'])}",
    )


_EVALUATORS: dict[str, Callable[[Mapping[str, Any], Numbers], Outcome]] = {
    "compare": _compare,
    "ratio": _ratio,
    "moved": _moved,
    "clear": _clear,
    "inside": _inside,
    "dated": _dated,
}
