"""The rules of the ledger, its errors, and the record of verdicts: pure parts."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from asylum_report import claims
from asylum_report.claims import ledger, record, rules
from asylum_report.claims.difference import difference, grouped_interval
from asylum_report.claims.record import Recorded
from asylum_report.errors import ReportError
from asylum_report.numbers import claims_held
from asylum_report.recognition import Count

counts = st.integers(min_value=0, max_value=10**6)
shares = st.floats(min_value=-1, max_value=1, allow_nan=False)


def number(value, unit="persons", display="shown"):
    return SimpleNamespace(
        name="x", value=value, display=display, unit=unit, definition="a figure", rows=()
    )


def found(rule, **values):
    return rules.evaluate(rule, {name: number(value) for name, value in values.items()}).found


@given(counts, counts)
def test_comparisons_agree_with_each_other(value, other):
    def held(how, **more):
        rule = {"compare": {"number": "a", "is": how, "value": other, **more}}
        return found(rule, a=value) == "holds"

    assert held("above") == (not held("at most"))
    assert held("below") == (not held("at least"))
    assert held("equal to") == (held("at most") and held("at least"))
    if held("equal to"):
        assert held("about", within=0.01, why="round")


@given(counts, st.sampled_from([0.01, 0.05, 0.2]))
def test_about_holds_just_within_its_tolerance(other, within):
    rule = {"compare": {"number": "a", "is": "about", "value": other, "within": within, "why": "x"}}
    assert found(rule, a=other + within * other * 0.999) == "holds"
    assert found(rule, a=other + within * other * 1.001 + 1e-6) == "fails"


@given(shares, shares)
def test_an_interval_tells_a_direction_or_nothing(one, other):
    low, high = sorted((one, other))
    up = found({"moved": {"interval": "a", "is": "up"}}, a=(low, high))
    down = found({"moved": {"interval": "a", "is": "down"}}, a=(low, high))
    assert (up == "unclear") == (low <= 0 <= high) == (down == "unclear")
    if up != "unclear":
        assert {up, down} == {"holds", "fails"}
    mirrored = found({"moved": {"interval": "a", "is": "up"}}, a=(-high, -low))
    assert mirrored == down


@given(shares, shares, shares)
def test_clear_is_moved_with_another_limit(one, other, limit):
    low, high = sorted((one, other))
    rule = {"clear": {"interval": "a", "is": "above", "value": limit}}
    expected = "unclear" if low <= limit <= high else ("holds" if low > limit else "fails")
    assert found(rule, a=(low, high)) == expected
    than = {"clear": {"interval": "a", "is": "above", "than": "b"}}
    assert found(than, a=(low, high), b=limit) == expected


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((-0.1, 0.1), "holds"), ((-0.05, 0.11), "unclear"), ((0.11, 0.2), "fails"),
     ((-0.3, -0.11), "fails"), ((-0.3, 0.3), "unclear")],
)  # fmt: skip
def test_inside_is_alike_apart_or_open(ends, expected):
    assert found({"inside": {"interval": "a", "within": 0.1, "why": "x"}}, a=ends) == expected


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(2, 9))
def test_a_ratio_does_not_depend_on_the_scale(of, to, times):
    rule = {"ratio": {"of": "a", "to": "b", "is": "above", "value": 1.5}}
    assert found(rule, a=of, b=to) == found(rule, a=of * times, b=to * times)


def test_a_ratio_to_nothing_is_not_told():
    rule = {"ratio": {"of": "a", "to": "b", "is": "above", "value": 1.5}}
    assert found(rule, a=5, b=0) == "unclear"


def test_any_takes_the_best_of_its_rules():
    def one(name):
        return {"moved": {"interval": name, "is": "up"}}

    up, open_, down = (0.1, 0.2), (-0.1, 0.1), (-0.2, -0.1)
    rule = {"any": [one("a"), one("b")]}
    assert found(rule, a=down, b=up) == "holds"
    assert found(rule, a=down, b=open_) == "unclear"
    assert found(rule, a=down, b=down) == "fails"


def test_a_rule_in_words_names_figure_and_threshold():
    rule = {"compare": {"number": "a", "is": "about", "value": 0.25, "within": 0.1, "why": "round"}}
    words = rules.evaluate(rule, {"a": number(0.2, "percent", "20.0%")}).words
    assert words == "a figure: 20.0%; it has to be about 25% (within 10%: round)"


@pytest.mark.parametrize("value", ["text", (0.1, 0.2), None])
def test_a_number_of_another_sort_is_a_clear_error(value):
    with pytest.raises(ReportError, match=r"'a' is no single number \(data/reference/claims.yml\)"):
        found({"compare": {"number": "a", "is": "above", "value": 1}}, a=value)


def test_an_interval_that_is_none_is_a_clear_error():
    with pytest.raises(ReportError, match="'a' is no interval"):
        found({"moved": {"interval": "a", "is": "up"}}, a=3)


# ---------------------------------------------------------------- the ledger


def small():
    """Return a ledger with one claim, as it is written."""
    whole = yaml.safe_load(ledger.file().read_text(encoding="utf-8"))
    claim = {
        "id": "c01", "says": "Ten people.", "reads": "As {a.b} says.",
        "tests": [{"part": "ten", "measures": "same",
                   "rule": {"compare": {"number": "a.b", "is": "equal to", "value": 10}}}],
    }  # fmt: skip
    return {**whole, "claims": [claim], "bounds": whole["bounds"][:1]}


def put(tmp_path: Path, content) -> Path:
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def change(**at):
    """Return what sets entries of the one claim's one test."""
    return lambda whole: whole["claims"][0]["tests"][0].update(at)


def rule(**body):
    return change(rule={"compare": {"number": "a.b", "is": "above", "value": 1} | body})


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda w: w.pop("claims"), "no mapping of verdicts, measures, claims, bounds"),
        (lambda w: w["claims"][0].pop("says"), r"lacks says \(claims.yml, claim c01\)"),
        (lambda w: w["claims"][0].update(says=7), r"says is no text \(claims.yml, claim c01\)"),
        (lambda w: w["claims"][0].update(verdict="confirmed"), r"unknown key 'verdict' .*c01"),
        (lambda w: w["claims"].append(w["claims"][0]), "id comes twice .*claim c01"),
        (lambda w: w["claims"][0].update(tests=[]), "tests is no list .*claim c01"),
        (lambda w: w["claims"][0].update(pages="index.qmd"), "pages is no list of texts"),
        (lambda w: w["claims"][0].update(figures=[{"numbr": "x"}]), "claim c01, figure 1"),
        (lambda w: w["measures"]["same"].update(holds="proved"), "'proved' is no verdict"),
        (lambda w: w["measures"]["same"].pop("fails"), r"lacks fails \(claims.yml, measures same"),
        (lambda w: w["bounds"][0].pop("reservation"), r"lacks reservation \(claims.yml, bound 1"),
        (change(measures="all"), "measures 'all' .*claim c01, test 1.*: use one of bound"),
        (change(rule={"eval": "1 + 1"}), "rule is of unknown kind 'eval' .*c01, test 1"),
        (change(rule={"compare": 3}), "'compare' is no mapping"),
        (change(rule={"moved": {"interval": "a"}}), "'moved' lacks is"),
        (change(rule={"moved": {"interval": "a", "is": "sideways"}}), "none of up, down"),
        (change(rule={"any": [{"moved": {}}]}), "no list of at least two rules"),
        (rule(than="c.d"), "needs either value or than"),
        (rule(value="many"), "'compare' value is no number"),
        (rule(within=0.1, why="x"), "is 'above', which has no tolerance"),
        (rule(**{"is": "about"}), "does not say within what"),
        (rule(**{"is": "about", "within": 0.1}), "has a tolerance and no why"),
        (rule(**{"is": "about", "within": -1, "why": "x"}), "within is not above zero"),
        (rule(number=5), "number is no name of a number"),
        (change(notes={"maybe": "x"}), "notes are no mapping of holds, unclear, fails"),
    ],
)  # fmt: skip
def test_a_fault_of_the_ledger_is_one_clear_line(tmp_path, spoil, line):
    content = small()
    spoil(content)
    with pytest.raises(ReportError, match=line) as error:
        claims.read(put(tmp_path, content))
    assert "\n" not in str(error.value)


def test_a_ledger_that_is_no_yaml_or_not_there(tmp_path):
    path = tmp_path / "claims.yml"
    with pytest.raises(ReportError, match="cannot be read"):
        claims.read(path)
    path.write_text("a: [", encoding="utf-8")
    with pytest.raises(ReportError, match="cannot be read"):
        claims.read(path)


def test_an_unknown_number_names_the_claim_and_near_names(tmp_path):
    whole = claims.read(put(tmp_path, small()))
    with pytest.raises(ReportError, match=r"unknown number 'a.b' \(claims.yml, claim c01, test 1\)"
                       r": did you mean a.bc\?"):  # fmt: skip
        claims.check(whole, {"a.bc": number(1)})
    (one,) = claims.check(whole, {"a.b": number(10, display="ten")})
    assert (one.verdict, one.reads) == ("confirmed", "As ten says.")
    (one,) = claims.check(whole, {"a.b": number(11)})
    assert one.verdict == "contradicted"


def test_what_is_found_may_say_how_many_times_one_number_is_another(tmp_path):
    content = small()
    content["claims"][0]["finds"] = "It is {a.b / a.c} times as many as {a.c}."
    whole = claims.read(put(tmp_path, content))
    (one,) = claims.check(whole, {"a.b": number(10), "a.c": number(4, display="four")})
    assert one.finds == "It is 2.50 times as many as four."
    (one,) = claims.check(whole, {"a.b": number(10), "a.c": number(0, display="none")})
    assert one.finds == "It is \u2013 times as many as none."
    with pytest.raises(ReportError, match=r"unknown number 'a.c' \(claims.yml, claim c01\)"):
        claims.check(whole, {"a.b": number(10)})
    content["claims"][0]["finds"] = " "
    with pytest.raises(ReportError, match=r"finds is no text \(claims.yml, claim c01\)"):
        claims.read(put(tmp_path, content))


# ---------------------------------------------------------------- the record

BEFORE = (Recorded("c01", "0.4.0", "caveat"), Recorded("c02", "0.4.0", "confirmed"))


def test_a_verdict_that_moved_has_to_be_recorded_and_told():
    words = claims.read()
    now = {"c01": "confirmed", "c02": "confirmed"}
    assert record.faults(BEFORE, {"c01": "caveat", "c02": "confirmed"}, "", words) == []
    (line,) = record.faults(BEFORE, now, "", words)
    assert line.startswith("c01: recorded as 'caveat', but the rules give 'confirmed'")
    after = record.extended(BEFORE, now, "0.5.0")
    assert after == (*BEFORE, Recorded("c01", "0.5.0", "confirmed"))
    (line,) = record.faults(after, now, "- c02 is fine.", words)
    assert "moved from 'Confirmed with a caveat' to 'Confirmed'" in line
    told = "## 0.5.0\n\n- Claim c01 moved from\n  confirmed with a caveat to confirmed: new data.\n"
    assert record.faults(after, now, told, words) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- c01 moved from confirmed with a caveat to confirmed.", True),
        ("- c01 moved from confirmed to confirmed with a caveat.", False),
        ("- c01 moved.\n- c02 moved from confirmed with a caveat to confirmed.", False),
        ("- c011 moved from confirmed with a caveat to confirmed.", False),
        ("", False),
    ],
)
def test_only_a_line_with_claim_old_and_new_tells_a_move(text, told):
    assert record.told(text, "c01", "Confirmed with a caveat", "Confirmed") is told


def test_a_claim_that_left_the_ledger_is_noticed():
    (line,) = record.faults(BEFORE, {"c01": "caveat"}, "", claims.read())
    assert line == "c02: recorded, but not in the ledger"


def test_the_record_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "claims_verdicts.csv"
    record.write(BEFORE, path)
    assert record.read(path) == BEFORE
    path.write_text("claim_id,version\nc01,1\n", encoding="utf-8")
    with pytest.raises(ReportError, match="columns are not"):
        record.read(path)
    path.write_text("claim_id,version,verdict\nc01,1\n", encoding="utf-8")
    with pytest.raises(ReportError, match=r"row is not whole .*row 2"):
        record.read(path)
    with pytest.raises(ReportError, match="cannot be read"):
        record.read(tmp_path / "none.csv")


# ---------------------------------------------------------------- figures of their own


def test_the_interval_of_a_difference_is_that_of_the_literature():
    """Newcombe (1998), method 10, his example (a): 56/70 against 48/80, by Wilson's intervals."""

    def wilson(x, n, z=1.959964):
        p = x / n
        half = z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
        middle = p + z * z / (2 * n)
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)

    low, high = difference(56 / 70, wilson(56, 70), 48 / 80, wilson(48, 80))
    assert (round(low, 4), round(high, 4)) == (0.0524, 0.3339)


@given(shares, shares, st.floats(0.01, 0.2), st.floats(0.01, 0.2))
def test_a_difference_turns_its_sign_with_its_order(one, other, wide, wider):
    first, second = (one - wide, one + wider), (other - wider, other + wide)
    low, high = difference(one, first, other, second)
    turned = difference(other, second, one, first)
    assert turned == pytest.approx((-high, -low))
    assert low <= one - other <= high


def test_a_design_effect_widens_an_interval_and_one_leaves_it():
    from asylum_report.recognition import jeffreys

    positive, other = Count(300, 300, 300), Count(700, 700, 700)
    assert grouped_interval(positive, other, 1) == jeffreys((300, 700), (300, 700))
    narrow, wide = (grouped_interval(positive, other, effect) for effect in (1, 4))
    assert wide[0] < narrow[0] < 0.3 < narrow[1] < wide[1]
    assert (wide[1] - wide[0]) / (narrow[1] - narrow[0]) == pytest.approx(2, rel=0.02)


def test_a_search_finds_words_in_its_tables_and_place_only():
    entries = [
        ("figures", "FRA", "deserters"), ("figures", "FIN", "deserters"),
        ("applications", "DEU", "y18-34"), ("grants", "USA", "asylum-defensive"),
    ]  # fmt: skip
    anywhere = claims_held.Search("x", claims_held.SERVICE, "service")
    assert claims_held.matches(entries, anywhere) == 1  # one text, in two places
    assert claims_held.matches(entries, claims_held.Search("x", ("desert",), "", "DEU")) == 0
    series = claims_held.Search("x", ("desert",), "", tables=claims_held.SERIES)
    assert claims_held.matches(entries, series) == 0
    assert claims_held.matches([("stocks", "DEU", "deserters")], series) == 1
