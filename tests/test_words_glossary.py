"""The glossary: plain definitions that agree with the methods, as a page and as data."""

from __future__ import annotations

import json
import re

import pytest

from asylum_report import paths
from asylum_report.errors import InvalidTable
from asylum_report.publish import generated_glossary
from test_words import LONGEST, length, plain, source


def test_the_glossary_has_the_anchors_that_pages_rely_on():
    ids = {record["id"] for record in generated_glossary.records()}
    assert ids >= {
        "protection-rate", "overall-rate", "refugee-rate", "eu-rate", "merits-decisions", "closed",
        "first-instance", "repeat-application", "appeal", "stage", "vintage", "interval",
        "design-effect", "rounding", "partial-year", "break", "origin", "destination", "eu-plus",
        "subsidiary-protection", "humanitarian-protection", "complementary-protection",
        "refugee-status",
    }  # fmt: skip


def test_definitions_are_plain_and_agree_with_the_methods():
    terms = {record["id"]: record for record in generated_glossary.records()}
    for record in terms.values():
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z])", record["definition"]):
            assert length(sentence) <= LONGEST, sentence
        assert len(re.findall(r"[.!?](?:\s|$)", record["definition"])) <= 4, record["id"]
    eu = "Iceland, Liechtenstein, Norway and Switzerland, and through 2019 the United Kingdom"
    assert eu in terms["eu-plus"]["definition"]
    assert eu in plain(source("methods.qmd"))
    for name in ("closed", "methods.qmd"):
        text = terms[name]["definition"] if name in terms else plain(source(name))
        assert "Closed is not rejected" in text


def test_the_glossary_as_a_page_has_every_word_in_its_language():
    text = generated_glossary.markdown()
    assert "### Protection rate {#protection-rate}" in text
    assert "German: [bereinigte Schutzquote]{lang=de}" in text
    assert "[Protection rate](#protection-rate)" in text
    assert text.count("\n### ") == len(generated_glossary.records())


def test_the_glossary_as_data_names_its_sources(tmp_path):
    assert generated_glossary.write(tmp_path) == [], "a site without the page has no such file"
    (tmp_path / "glossary.html").touch()
    (path,) = generated_glossary.write(tmp_path)
    terms = json.loads(path.read_text(encoding="utf-8"))["terms"]
    (rate,) = [one for one in terms if one["id"] == "protection-rate"]
    assert rate["words"]["de"] == "bereinigte Schutzquote"
    assert rate["own_translation"] == ["ru"]
    assert rate["source"]["url"].startswith("https://www.bpb.de/")
    (origin,) = [one for one in terms if one["id"] == "stage"]
    assert origin["source"]["url"] == "methods.html"


def test_a_glossary_that_does_not_fit_together_is_refused(tmp_path):
    good = (paths.reference() / "glossary.yml").read_text(encoding="utf-8")
    for change in (
        ("source: bpb", "source: nowhere"),
        ("    de: bereinigte Schutzquote\n", ""),
        ("terms: [protection-rate, ", "terms: [protection-rate, stage, "),
        ("used: [methods.qmd, models.qmd", "used: [methods.qmd, model.qmd"),
    ):
        assert good.count(change[0]) >= 1, change[0]
        path = tmp_path / f"{len(change[1])}.yml"
        path.write_text(good.replace(*change, 1), encoding="utf-8")
        with pytest.raises(InvalidTable):
            generated_glossary.load(path)
