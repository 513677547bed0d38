"""Every rule that ships is told as a sentence, and what is opened and saved without a change is what it was."""

from __future__ import annotations

import itertools
from functools import cache

import pytest

from engine.catalog.editing.elements import Mint
from engine.kernel.problems import Text
from engine.packs.reading import market, read_pack
from engine.runtime.pinyin import in_letters
from engine.runtime.studio.rules.designed import RulesDesigned
from engine.runtime.studio.rules.edits import ReplaceRule, SetWord
from engine.runtime.studio.rules.parts import Word
from engine.runtime.studio.studio import Design, Seen
from tests.support.apps import compiled, library

MINT = Mint(lambda count: bytes(itertools.islice(itertools.count(1), count)), in_letters)


@cache
def shipped():
    """Return the documents of every app that ships, and of the library, and the catalog of all of them."""
    packs = {key: read_pack(folder) for key, folder in market().items()}
    documents = {pack.key: pack.documents for pack in packs.values()} | {"library": library()}
    return documents, compiled(*documents.values())


def told(app, language):
    documents, catalog = shipped()
    name = catalog.apps[app].definition.labels
    design = Design(app, name, Seen(1), documents[app], documents[app], "", "", 0, False, False, None)
    parameters = {one.field.key: one.field.labels for one in catalog.apps[app].definition.parameters}
    return RulesDesigned(catalog, design, language, parameters)


def every_rule():
    documents, _ = shipped()
    return [
        (app, path.removeprefix("rules/").removesuffix(".json"))
        for app, listed in documents.items()
        for path in listed
        if path.startswith("rules/")
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("app", "key"), every_rule())
def test_a_rule_that_is_opened_and_saved_as_it_is_changes_no_byte(app, key, language):
    rules = told(app, language)
    documents = rules.design.documents
    before = documents[f"rules/{key}.json"]
    page = rules.page(key)
    assert not page.sentence.problems
    saved = ReplaceRule(key, rules.written(key, page.text).document)(documents, MINT)
    assert saved[f"rules/{key}.json"] is before
    for clause in page.sentence.clauses:
        assert not clause.problems
        for word in (part for part in clause.parts if isinstance(part, Word) and part.kind != "words"):
            made = SetWord(key, word.at, word.values, rules.speaking)(documents, MINT)
            assert list(made[f"rules/{key}.json"].items()) == list(before.items()), word.at


def test_what_the_text_changes_is_all_that_changes():
    rules = told("sales_management", "zh")
    before = rules.design.documents["rules/breaker_fuse.json"]
    text = rules.page("breaker_fuse").text.replace("catch up latest", "catch up all").replace("补最近", "补全部")
    made = rules.written("breaker_fuse", text + "# 试行\n").document
    assert {key for key in made if made[key] != before.get(key)} <= {"on", "comments"}


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh", "每天18:00、20:00"), ("en", "Every day at 18:00 and 20:00")],
)
def test_hours_of_each_day_are_told_as_people_say_them(language, words):
    lines = [line for about in told("store_sales", language).listed() for line in about.rules]
    (line,) = [line for line in lines if line.key == "daily_remind"]
    assert words in line.words
    assert "* * *" not in line.words


def test_a_rule_is_told_in_one_sentence():
    (line,) = [
        line for about in told("library", "zh").listed() for line in about.rules if line.key == "request_to_librarian"
    ]
    assert line.words == "当借阅新建后,如果状态是已申请,就给馆员开待办:「[读者.姓名]想借《[图书.书名]》」[借出]"
    assert line.labels == Text("申请交给馆员", "A request goes to the librarian")
