"""Conditions as sentences: what was found and how it lies to what was asked, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import Text
from engine.language.compiling import compile_expression
from engine.language.explaining import explain
from engine.language.plain import Plain
from engine.language.printing.reasons import Teller, sentences
from engine.language.printing.values import Shower
from tests.support.apps import app, compiled, field, form, options, parameter

NOW = 1_773_600_000_000
LABELS = {"least": Text("至少多少", "The least"), "strict": Text("从严", "Strict")}


def _labelled(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


@pytest.fixture(scope="module")
def scope():
    deal = form(
        "deal",
        _labelled(field("amount", "number"), "金额", "Amount"),
        _labelled(field("name"), "名称", "Name"),
        _labelled(field("kind", "choice", options=options("new", "old")), "类型", "Kind"),
        _labelled(field("seen_at", "datetime"), "最近更新", "Last update"),
        _labelled(field("due", "date"), "到期日", "Due"),
        _labelled(field("paid", "date"), "回款日", "Paid"),
        _labelled(field("papers", "attachment"), "附件", "Papers"),
    )
    parameters = [parameter("least", "number", default="15"), parameter("strict", "boolean", default=False)]
    return compiled(app(deal, parameters=parameters)).scope("shop", "deal")


def _told(scope, source, **fields):
    blank = dict.fromkeys(("amount", "name", "kind", "seen_at", "due", "paid", "papers", "held"))
    expression = compile_expression(source, scope)
    around = replace(Plain.at(NOW), parameters={"least": 15, "strict": False})
    whole = explain(expression, {**blank, "id": "d", "deleted_at": None, **fields}, around)
    shown = Shower("Asia/Shanghai").text
    return sentences(whole, Teller.of(expression, scope, LABELS, lambda part: shown(part.value, part.type)))


@pytest.mark.parametrize(
    ("source", "fields", "zh", "en"),
    [
        (
            "days_since(seen_at) >= param.least",
            {"seen_at": NOW - 14 * DAY_MS},
            "最近更新距今 14 天,不到 15 天(至少多少)",
            "Last update was 14 days ago, less than 15 days (The least)",
        ),
        ("count(papers) = 1", {}, "附件的个数是 0,不是 1", "the number of Papers is 0, not 1"),
        (
            "days_since(seen_at) >= 15",
            {"seen_at": NOW - 15 * DAY_MS},
            "最近更新距今 15 天,达到 15 天",
            "Last update was 15 days ago, at least 15 days",
        ),
        ("days_since(seen_at) > 15", {}, "最近更新为空", "Last update is empty"),
        ("amount > 3", {"amount": 3}, "金额是 3,没有超过 3", "Amount is 3, not more than 3"),
        ("amount > 3", {"amount": 1234567}, "金额是 1,234,567,超过 3", "Amount is 1,234,567, more than 3"),
        ('kind in ["new", "old"]', {"kind": "old"}, "类型是“new的中文”、“old的中文”之一(类型 = old的中文)", None),
        ("amount <= 3", {"amount": 4}, "金额是 4,超过 3", "Amount is 4, more than 3"),
        ("amount < param.least", {"amount": 4}, "金额是 4,不到 15(至少多少)", "Amount is 4, less than 15 (The least)"),
        ("paid < due", {"paid": 20001, "due": 20000}, "回款日是 2024-10-05,不早于 2024-10-04(到期日)", None),
        ("name is empty", {}, "名称为空", "Name is empty"),
        ("name is not empty", {"name": "a"}, "名称不为空(a)", "Name is not empty (a)"),
        ('name = "b"', {"name": "a"}, "名称是“a”,不是“b”", "Name is “a”, not “b”"),
        ('kind != "new"', {"kind": "new"}, "类型是“new的中文”", "Kind is “new in English”"),
        ('kind = "new"', {}, "类型是空,不是“new的中文”", "Kind is empty, not “new in English”"),
        ("not held", {"held": {"reason": {}}}, "已冻结", "it is on hold"),
        ("held", {}, "没有冻结", "it is not on hold"),
        ("paid < due", {"paid": 20001}, "到期日为空", "Due is empty"),
        ("not param.strict", {}, "从严 = 否", "Strict = no"),
        ("param.strict", {}, "从严 = 否", "Strict = no"),
        ("3 < amount", {"amount": 2}, "金额是 2,没有超过 3", "Amount is 2, not more than 3"),
        ('starts_with(name, "a")', {"name": "b"}, "名称不以“a”开头(名称 = b)", None),
    ],
)  # fmt: skip
def test_a_condition_is_told_as_a_sentence_when_it_decides(scope, source, fields, zh, en):
    (found,) = _told(scope, source, **fields)
    assert found.zh == zh
    assert en is None or found.en == en
