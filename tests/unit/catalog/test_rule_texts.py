"""Rules as text against an app: labels stand for keys, problems stand where they are, published rules are shown."""

from __future__ import annotations

import json

import pytest

from engine.catalog.rule_texts import names_in, problems_in, rule_as_text, rule_document
from engine.kernel.problems import EngineError
from engine.packs.reading import market
from engine.rules.text.printing import print_rule, print_rules
from engine.rules.text.reading import read_rules
from tests.support.apps import LIBRARY, compiled, library_catalog
from tests.support.apps import app as documents

FOLDERS = [LIBRARY, *market().values()]
DOCUMENTS = [
    json.loads(path.read_text(encoding="utf-8")) for folder in FOLDERS for path in sorted(folder.glob("rules/*.json"))
]
CHINESE = """规则 "损坏要说明" / "Say what is damaged"
触发于 之前 归还
针对 借阅
当 归还时品相 = "损坏" 且 损坏说明 为空
则
  拒绝("请说明损坏" / "Say what is damaged", 字段 损坏说明),
  设置(备注 = "x")
"""


@pytest.fixture
def app():
    return library_catalog().apps["library"]


def told(app, source):
    read = read_rules(source, names_in(app.definition))
    found = problems_in(library_catalog(), "library", read, source)
    return [(one.code, source[one.start : one.end], one.path) for one in found]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["key"])
def test_every_rule_that_ships_comes_back_unchanged_when_it_goes_through_its_text(document, language):
    text = print_rule(document, language)
    (found,) = read_rules(text)
    assert found.document == document
    assert print_rule(found.document, language) == text


def test_rules_of_a_whole_pack_come_back_when_they_stand_in_one_text():
    assert [found.document for found in read_rules(print_rules(DOCUMENTS, "zh"))] == DOCUMENTS


def test_labels_stand_for_keys_when_the_app_is_known(app):
    (found,) = read_rules(CHINESE, names_in(app.definition))
    assert (found.document["form"], found.document["on"]) == ("loan", [{"before": ["give_back"]}])
    assert found.document["then"][0]["refuse"]["field"] == "damage"
    assert list(found.document["then"][1]["set"]) == ["note"]
    assert told(app, CHINESE) == []


def test_a_label_is_refused_with_the_nearest_when_the_app_has_none_like_it(app):
    with pytest.raises(EngineError) as caught:
        read_rules(CHINESE.replace("设置(备注", "设置(备主"), names_in(app.definition))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("RULE-030", "7:6")
    assert "备注" in problem.message.zh


def test_a_label_is_refused_when_no_app_is_named():
    with pytest.raises(EngineError) as caught:
        read_rules(CHINESE)
    assert {problem.code for problem in caught.value.problems} == {"RULE-030"}


@pytest.mark.parametrize(
    ("was", "now", "problem"),
    [
        ('"损坏" 且', '"损坏" 且 zz = 1 且', ("zz", "4:18")),
        ("请说明损坏", "请说明\\n{{ yy }}", ("yy", "6:15")),
        ('备注 = "x"', "备注 = 1", ("1", "7:11")),
        ("归还\n", "fly_away\n", ("之前", "2:5")),
        ('设置(备注 = "x")', "快照", ("快照", "7:3")),
        ("字段 损坏说明", "字段 nothing", ("nothing", "6:42")),
    ],
)
def test_a_problem_stands_at_its_place_in_the_text_when_a_rule_does_not_hold(app, was, now, problem):
    assert was in CHINESE
    found = told(app, CHINESE.replace(was, now))
    assert {one[1:] for one in found} == {problem}


def test_a_rule_takes_the_place_of_the_one_with_its_key_when_it_is_checked(app):
    text = rule_as_text(app, "damage_noted", "en")
    assert told(app, text) == []
    assert [code for code, _, _ in told(app, text.replace("note = ", "nothing = "))] == ["RULE-001"]


HOLDS = 'rule "held" key held on created for loan then hold("x")\n'
LETS_GO = 'rule "free" key free on changed for loan when note is empty then release\n'


def test_rules_of_a_file_are_checked_together_when_one_needs_the_other(app):
    assert [code for code, _, _ in told(app, HOLDS)] == ["RULE-016"]
    assert told(app, HOLDS + LETS_GO) == []
    assert told(app, LETS_GO + HOLDS) == []


def test_each_problem_stands_in_its_rule_when_several_rules_of_a_file_are_wrong(app):
    found = told(app, HOLDS + LETS_GO.replace("note", "nowt") + LETS_GO.replace("free", "again").replace("note", "zz"))
    assert [(what, place) for _, what, place in found] == [("nowt", "2:47"), ("zz", "3:49")]


def test_a_key_is_refused_where_it_stands_again_when_two_rules_of_a_file_share_it(app):
    assert told(app, LETS_GO + LETS_GO) == [("RULE-048", "key free", "2:13")]
    nameless = LETS_GO.replace(" key free", "")
    assert [(code, place) for code, _, place in told(app, nameless + nameless)] == [("RULE-048", "2:1")]


def test_a_form_is_told_to_be_missing_when_the_app_has_none():
    catalog = compiled(documents(roles=[]))
    read = read_rules(LETS_GO)
    assert [one.code for one in problems_in(catalog, "shop", read, LETS_GO)] == ["APP-010"]


def test_a_published_rule_is_shown_by_keys_and_by_labels_when_asked(app):
    shown = rule_as_text(app, "damage_noted", "zh")
    assert read_rules(shown)[0].document == rule_document(app, "damage_noted")
    assert "condition =" in shown
    labelled = rule_as_text(app, "damage_noted", "zh", labels=True)
    assert "归还时品相 =" in labelled
    assert told(app, labelled) == []


def test_a_rule_that_is_not_there_is_refused_when_it_is_to_be_shown(app):
    with pytest.raises(EngineError) as caught:
        rule_as_text(app, "zz", "en")
    assert [problem.code for problem in caught.value.problems] == ["RULE-047"]
