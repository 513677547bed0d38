"""Labels in texts of rules: those of other forms and of lines are found where these are written to."""

from __future__ import annotations

import pytest

from engine.catalog.rule_texts import names_in
from engine.kernel.problems import EngineError
from engine.rules.text.reading import read_rules
from tests.support.apps import app, compiled, field, form

RULE = 'rule "a" key a on created for thing then '


def _named(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


@pytest.fixture(scope="module")
def names():
    far = form("far", _named(field("depth", "number"), "金额", "Amount"))
    other = form(
        "other",
        _named(field("total", "number"), "金额", "Amount"),
        _named(field("up", "reference", form="far"), "上", "Up"),
    )
    parts = field(
        "parts",
        "lines",
        fields=[
            _named(field("qty", "number"), "数量", "Qty"),
            _named(field("whole", "reference", form="other"), "整体", "Whole"),
        ],
    )
    own = [
        _named(field("amount", "number"), "金额", "Amount"),
        _named(field("ref", "reference", form="other"), "关联", "Ref"),
    ]
    thing = form("thing", *own, _named(parts, "明细", "Parts"))
    return names_in(compiled(app(thing, _named(other, "别的", "Other"), far)).apps["shop"].definition)


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("create(form other, 金额 = 1)", {"create": {"form": "other", "fields": {"total": "1"}}}),
        ("create(金额 = 1, form 别的)", {"create": {"form": "other", "fields": {"total": "1"}}}),
        ("update(ref, 金额 = 1)", {"update": {"record": "ref", "fields": {"total": "1"}}}),
        ("update(关联.上, 金额 = 1)", {"update": {"record": "ref.up", "fields": {"depth": "1"}}}),
        ("set(金额 = 1)", {"set": {"amount": "1"}}),
        ("create(form other, 金额 = 1), set(金额 = 2)", {"create": {"form": "other", "fields": {"total": "1"}}}),
        (
            "for each 明细 do update(整体, 金额 = 1)",
            {"for_each": {"lines": "parts", "do": [{"update": {"record": "whole", "fields": {"total": "1"}}}]}},
        ),
        (
            "for each parts do create(far, 金额 = 1)",
            {"for_each": {"lines": "parts", "do": [{"create": {"form": "far", "fields": {"depth": "1"}}}]}},
        ),
        ("for each parts do set(数量 = 1)", {"for_each": {"lines": "parts", "do": [{"set": {"qty": "1"}}]}}),
    ],
)
def test_a_label_is_that_of_the_form_written_to_when_another_has_the_same(names, written, action):
    then = read_rules(RULE + written, names)[0].document["then"]
    assert then[0] == action
    assert then[1:] in ([], [{"set": {"amount": "2"}}])


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("create(form other, 数量 = 1)", "Amount"),
        ("for each parts do set(金额 = 1)", "Qty"),
        ("create(form away.other, 金额 = 1)", "another app"),
        ("update(nothing, 金额 = 1)", "another app"),
    ],
)
def test_what_there_is_is_told_when_a_form_has_no_such_label(names, written, hint):
    with pytest.raises(EngineError) as caught:
        read_rules(RULE + written, names)
    assert [one.code for one in caught.value.problems] == ["RULE-030"]
    assert hint in caught.value.problems[0].hint.en


def test_labels_are_said_to_need_an_app_when_none_is_named():
    with pytest.raises(EngineError) as caught:
        read_rules(RULE + "create(form other, 金额 = 1)")
    assert "where the app is named" in caught.value.problems[0].hint.en
