"""Claims checked: the verdict of each, what moves it, and that no move goes untold."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from asylum_report import claims, corridors, paths, records
from asylum_report.claims import output, record, rules, verdicts
from asylum_report.claims.ledger import SLOT

VERDICTS = [
    ("c01", "not-testable", "de_men.applications", "6,374"),
    ("c02", "not-testable", "checked.held.service_de", "0"),
    ("c03", "caveat", "de.trend_2022_2025.ci", "\u221221.3\u00a0to\u00a0\u221212.0"),
    ("c04", "not-testable", "checked.held.reasons_de", "0"),
    ("c05", "caveat", "checked.us.fy2022.asylum_grants", "1,140"),
    ("c06", "confirmed", "us.fy2023.encounters", "57,163"),
    ("c07", "confirmed", "us.fy2021.encounters", "13,240"),
    ("c08", "not-reproduced", "checked.fr.y2023.applications", "3,423"),
    ("c09", "confirmed", "de.y2023.first_applications", "7,663"),
    ("c10", "caveat", "checked.held.service_figures", "3"),
    ("c11", "caveat", "us.y2023.protection", "89.2%"),
    ("c12", "not-testable", "checked.held.courts", "0"),
    ("c13", "not-testable", "checked.held.courts", "0"),
    ("c14", "not-testable", "checked.held.help", "0"),
    ("c15", "confirmed", "checked.events.cnda_ruling", "20\u00a0July\u00a02023"),
    ("c16", "caveat", "checked.kz.y2023.pending", "18"),
    ("c17", "not-testable", "checked.held.courts", "0"),
    ("c18", "not-testable", "checked.held.courts", "0"),
    ("c19", "not-testable", "checked.held.courts", "0"),
    ("c20", "caveat", "checked.events.estonia_barred_count", "261"),
    ("c21", "not-reproduced", "checked.eu.y2025.middle", "33.5%"),
    ("c22", "not-testable", "checked.eu_plus.y2022_2025.grants", "10,344"),
    ("c23", "confirmed", "de.y2025.overall_ci", "4.4\u00a0to\u00a05.2%"),
    ("c24", "caveat", "checked.eu_plus_without_de.y2022_2025.difference_ci",
     "\u22127.0\u00a0to\u00a0+2.2"),
    ("c25", "not-reproduced", "checked.baltic.y2022_2025.protection", "43.9%"),
    ("c26", "not-reproduced", "checked.fi.y2025.chance_ci", "20.9\u00a0to\u00a036.0%"),
    ("c27", "not-reproduced", "checked.gb_fr.y2025.difference_ci", "+6.2\u00a0to\u00a0+31.0"),
    ("c28", "not-testable", "checked.am.y2022_2025.first_applications", "152"),
    ("c29", "not-testable", "checked.held.reasons_fr", "0"),
    ("c30", "confirmed", "checked.gb.y2022.first_applications", "545"),
    ("c31", "not-testable", "checked.held.courts", "0"),
]  # fmt: skip

FIGURES = [
    # UNHCR, Home Office, OFPRA (2,617 is also what OFPRA's report for 2022 gives).
    ("checked.gb.y2021.first_applications", "251"),
    ("checked.fr.y2022.applications", "2,617"),
    ("fr.y2022.first_applications", "1,804"),
    ("fr.y2023.first_applications", "2,613"),
    ("checked.fr.y2022.applicants_eurostat", "3,350"),
    ("checked.fr.y2023.applicants_eurostat", "4,905"),
    ("checked.kz.y2022.pending", "23"),
    ("checked.kz.y2022.first_applications", "23"),
    ("checked.am.y2025.pending", "57"),
    ("checked.world.y2022.first_applications", "36,318"),
    ("us.fy2022.refugee_admissions_prm", "19"),
    ("us.fy2022.refugee_arrivals_ohss", "40"),
    ("us.fy2023.refugee_admissions_prm", "297"),
    ("de_men.positive", "349"),
    ("checked.de_men_newest.positive", "416"),
    ("fr_cnda_refusers.positive", "68"),
    ("eu27.y2022.men_young", "3,835"),
    ("eu_plus.y2022.protection", "33.6%"),
    ("eu_plus.y2025.protection", "19.6%"),
    ("eu_plus_without_de.y2022.protection", "36.4%"),
    ("eu_plus_without_de.y2025.protection", "34.1%"),
    ("checked.baltic.y2022_2025.protection_n", "690"),
    ("checked.held.service", "0"),
    ("claims.total", "31"),
    ("claims.articles", "5"),
]


@pytest.fixture(scope="module")
def numbers():
    """Give the committed numbers, which another test holds against the tables."""
    found = json.loads((paths.processed() / "numbers.json").read_text(encoding="utf-8"))
    return {name: SimpleNamespace(name=name, **entry) for name, entry in found.items()}


@pytest.fixture(scope="module")
def checked(numbers):
    return {one.claim.id: one for one in claims.check(claims.read(), numbers)}


def verdict(numbers, claim, **changed):
    """Return a claim's verdict with some numbers changed."""
    moved = {
        name.replace("__", "."): SimpleNamespace(
            **{**vars(numbers[name.replace("__", ".")]), "value": value}
        )
        for name, value in changed.items()
    }
    (found,) = [c for c in claims.check(claims.read(), numbers | moved) if c.claim.id == claim]
    return found.verdict


@pytest.mark.parametrize(("claim", "expected", "figure", "display"), VERDICTS)
def test_the_verdict_and_the_figure_it_rests_on(checked, numbers, claim, expected, figure, display):
    assert checked[claim].verdict == expected
    assert numbers[figure].display == display
    in_rules = [name for test in checked[claim].claim.tests
                for name in claims.verdicts.rules.named(test.rule)]  # fmt: skip
    assert figure in [*in_rules, *(shown.number for shown in checked[claim].figures)]


@pytest.mark.parametrize(("name", "display"), FIGURES)
def test_figures_set_beside_claims(numbers, name, display):
    assert numbers[name].display == display


@pytest.mark.parametrize("name", ["world.y2022_2023", "eu_plus.y2022_2025"])
def test_grants_are_those_of_the_rows_that_they_name(numbers, name):
    number = numbers[f"checked.{name}.grants"]
    granted = 0
    for query in number.rows:
        rows = records.rows(query["table"], **{k: v for k, v in query.items() if k != "table"})
        for group in corridors.groups(rows):
            found = corridors.group_parts(group)
            if group["unit"] == "persons" and not isinstance(found, str):
                granted += found[0].value
    assert granted == number.value


def test_every_claim_of_the_table_is_in_the_ledger_once(checked):
    assert sorted(checked) == [one for one, *_ in VERDICTS] == sorted(output.articles())


@pytest.mark.parametrize(
    ("claim", "changed", "expected"),
    [
        ("c01", {"de_men__applications": 999}, "contradicted"),
        ("c01", {"de_men__applications": 1000}, "not-testable"),
        ("c02", {"checked__held__service_de": 1}, "not-reproduced"),
        ("c03", {"de__trend_2022_2025__ci": (-0.2, 0.01)}, "not-reproduced"),
        ("c05", {"checked__us__fy2022__asylum_grants": 290}, "confirmed"),
        ("c05", {"us__fy2022__refugee_admissions_prm": 300}, "contradicted"),
        ("c06", {"us__fy2023__encounters": 57000}, "contradicted"),
        ("c07", {"us__fy2021__encounters": 13650}, "confirmed"),
        ("c07", {"us__fy2021__encounters": 13651}, "contradicted"),
        ("c08", {"checked__fr__y2023__applicants_eurostat": 5026}, "confirmed"),
        ("c08", {"checked__fr__y2023__applicants_eurostat": 5025}, "not-reproduced"),
        ("c08", {"checked__fr__y2023__applications": 3500}, "not-reproduced"),
        ("c09", {"de__y2023__first_applications": 7664}, "contradicted"),
        ("c10", {"checked__held__service": 1}, "contradicted"),
        ("c10", {"checked__held__service_figures": 0}, "confirmed"),
        ("c11", {"us__y2023__protection": 0.49}, "confirmed"),
        ("c11", {"checked__world__y2022_2023__grants_per_application": 0.25}, "contradicted"),
        ("c15", {"checked__events__cnda_ruling": "2023-09-01"}, "contradicted"),
        ("c16", {"checked__kz__y2023__pending": 21}, "confirmed"),
        ("c16", {"checked__kz__y2022__pending": 20}, "contradicted"),
        ("c20", {"checked__events__estonia_barred_count": 262}, "not-reproduced"),
        ("c22", {"de_men__positive": 99}, "contradicted"),
        ("c23", {"de__trend_2022_2025__ci": (0.01, 0.2)}, "contradicted"),
        ("c23", {"de__y2025__overall_ci": (0.1, 0.12)}, "caveat"),
        ("c24", {"checked__eu_plus_without_de__y2022_2025__difference_ci": (-0.1, -0.01)},
         "confirmed"),
        ("c24", {"checked__eu_plus__y2022_2025__difference_ci": (-0.1, 0.01)}, "not-reproduced"),
        ("c25", {"checked__baltic__y2022_2025__protection_ci4": (0.01, 0.09)}, "caveat"),
        ("c26", {"checked__fi__y2025__chance_ci": (0.4, 0.5)}, "caveat"),
        ("c27", {"checked__gb_fr__y2022__difference_ci": (-0.05, 0.1),
                 "checked__gb_fr__y2025__difference_ci": (-0.1, 0.0)}, "caveat"),
        ("c30", {"checked__gb__y2022__first_applications": 553}, "contradicted"),
    ],
)  # fmt: skip
def test_a_number_that_crosses_the_line_moves_the_verdict(numbers, claim, changed, expected):
    assert verdict(numbers, claim, **changed) == expected


def test_what_the_notes_say_beyond_their_rules_holds(numbers):
    def value(name):
        return numbers[name].value

    # c08: a marked rise in all three series, least in the one that has the level.
    growth = {
        name: value(f"{name[0]}2023.{name[1]}") / value(f"{name[0]}2022.{name[1]}")
        for name in (("checked.fr.y", "applications"), ("fr.y", "first_applications"),
                     ("checked.fr.y", "applicants_eurostat"))
    }  # fmt: skip
    assert all(ratio > 1.25 for ratio in growth.values())
    assert min(growth, key=growth.get) == ("checked.fr.y", "applications")
    # c11: US courts had decided few of the claims made there.
    assert value("us.y2023.merits") < value("us.y2023.first_applications") / 10
    # c21: Germany near the lowest, France below the middle, and no other state named above it.
    assert value("de.y2025.protection") < value("fr.y2025.protection") / 3
    assert {"Spain"} == {"France", "Germany", "Spain"} & set(
        value("checked.eu.y2025.above_middle").split(", ")
    )
    # c25: in each of the three states too.
    assert all(value(f"checked.{state}.y2025.chance_ci")[0] > 0.1 for state in ("ee", "lv", "lt"))
    # c26: more generous in 2022 and 2023.
    later = value("checked.fi.y2025.chance")
    assert min(value("checked.fi.y2022.chance"), value("checked.fi.y2023.chance")) > later + 0.1
    # c27: a larger share in every year, and a gap that becomes smaller.
    gaps = [value(f"checked.gb_fr.y{year}.difference") for year in range(2022, 2026)]
    assert gaps == sorted(gaps, reverse=True)
    assert all(value(f"checked.gb_fr.y{year}.difference_ci")[0] > 0 for year in range(2022, 2026))


def test_a_claim_on_deserters_is_never_confirmed_or_contradicted_by_figures_on_everyone(checked):
    """A figure that counts everyone can neither prove nor refute what is said of some."""
    about = {claim for claim, row in output.articles().items() if "desert" in row["population"]}
    about |= {"c21", "c25", "c26"}  # their article speaks of deserters
    assert len(about) > 8
    ledger = claims.read()
    for claim in about:
        reachable = {ledger.kinds[test.measures].follows[outcome]
                     for test in checked[claim].claim.tests
                     for outcome in ("holds", "unclear", "fails")}  # fmt: skip
        assert "confirmed" not in reachable, claim
        if "contradicted" in reachable:
            assert all(test.measures == "bound" for test in checked[claim].claim.tests), claim


def test_record_verdicts_and_changelog_agree(checked):
    computed = {claim: one.verdict for claim, one in checked.items()}
    changelog = (paths.root() / "CHANGELOG.md").read_text(encoding="utf-8")
    assert record.faults(record.read(), computed, changelog, claims.read()) == []


def test_the_first_record_is_not_rewritten():
    first = {}
    for one in record.read():
        first.setdefault(one.claim_id, one.verdict)
    assert first == {claim: expected for claim, expected, *_ in VERDICTS}


def test_committed_results_are_those_of_the_ledger(numbers):
    ledger = claims.read()
    found = output.entries(numbers, ledger)
    bounds = output.bounds(numbers, ledger)
    folder = paths.processed()
    assert (folder / output.CSV).read_text(encoding="utf-8") == output.as_csv(found)
    assert (folder / output.JSON).read_text(encoding="utf-8") == output.as_json(
        found, bounds, ledger
    )


def test_every_figure_has_publisher_period_and_vintage_or_is_an_event(numbers):
    for entry in output.entries(numbers):
        for figure in entry["figures"]:
            where = f"{entry['claim_id']}, {figure['number']}"
            assert figure["definition"], where
            if figure["number"].startswith("checked.held."):
                continue
            assert figure["publishers"], where
            assert figure["period"], where
            if figure["data"] == ["data/processed/events.csv"]:
                assert figure["addresses"], where
            else:
                assert figure["vintages"], where
            assert all((paths.root() / path).is_file() for path in figure["data"]), where


def test_every_rate_is_shown_with_its_interval_and_n(checked):
    seen = 0
    for one in checked.values():
        for shown in one.figures:
            if shown.number.endswith((".protection", ".chance", ".overall", ".trend")):
                seen += 1
                assert shown.interval, (one.claim.id, shown.number)
                assert shown.n, (one.claim.id, shown.number)
    assert seen > 30


def literals(rule):
    ((_, body),) = rule.items()
    if isinstance(body, list):
        return [pair for one in body for pair in literals(one)]
    return [(body["value"], body.get("why", ""))] if "value" in body else []


def test_a_value_of_a_rule_stands_in_the_statement_or_says_why(checked):
    seen = 0
    for claim, one in checked.items():
        for test in one.claim.tests:
            for value, why in literals(test.rule):
                seen += 1
                assert why or f"{value:,}" in one.claim.says, (claim, value)
    assert seen > 25


ALLOWED = re.compile(
    r"\b20\d\d\b|\baged? 18 to (34|45)\b|\baged 35 to 64\b|\bdesign effect 4\b|\b18 to 45\b"
    r"|\b95% interval\b"
)


def test_no_figure_is_typed_into_the_ledgers_texts(checked):
    ledger = claims.read()
    texts = [text for one in ledger.claims for text in (
        one.reads, one.finds,
        *(note for test in one.tests for note in test.notes.values()))]  # fmt: skip
    texts += [text for one in ledger.bounds for text in (one.says, one.reservation)]
    texts += [one.means for one in (*ledger.verdicts, *ledger.kinds.values())]
    for text in texts:
        left = ALLOWED.sub("", SLOT.sub("", text))
        assert not re.search(r"\d", left), text


def test_what_is_found_is_one_sentence_with_the_deciding_figures(checked):
    """It stands beside whatever verdict newer data lead to, so that it says no outcome."""
    outcome = re.compile(r"\b(rose|fell|grew|more|fewer|higher|lower|only|most|still|alike)\b")
    for one in checked.values():
        text = one.claim.finds
        if not text:
            assert one.verdict == "not-testable", one.claim.id
            continue
        assert re.fullmatch(r"[^.]+(?:\.\S[^.]*)*\.", SLOT.sub("x", text)), text
        assert not outcome.search(SLOT.sub("", text)), text
        said = {name for slot in SLOT.findall(text) for name in slot.split(verdicts.OVER)}
        deciding = [tested.test for tested in one.tests if tested.verdict == one.verdict
                    and tested.test.measures != verdicts.SEARCHED]  # fmt: skip
        assert not deciding or any(said >= set(rules.named(test.rule)) for test in deciding), (
            one.claim.id
        )
    # A deciding rule on an interval so brings the interval; a ratio is worked out.
    assert "(95% interval \u221221.3\u00a0to\u00a0\u221212.0, design" in checked["c23"].finds
    assert "1.31 times those of 2022" in checked["c08"].finds


def test_words_are_sober(checked):
    loaded = re.compile(
        r"\b(dodg\w*|flee\w*|traitor\w*|coward\w*|illegal\w*|flood\w*|wave)\b", re.I
    )
    for one in checked.values():
        for text in (one.claim.says, one.reads, one.finds, *(tested.note for tested in one.tests)):
            assert not loaded.search(text), text


def test_counts_of_verdicts_are_numbers(checked, numbers):
    many = verdicts.counts(claims.read(), list(checked.values()))
    assert many == {name: numbers[f"claims.{name.replace('-', '_')}"].value for name in many}
    assert sum(many.values()) == numbers["claims.total"].value == 31
