"""Steps of approvals and duties of states in plain words, in both languages."""

from __future__ import annotations

import pytest

from engine.runtime.studio.approvals_said import step_said
from engine.runtime.studio.duties import duty_said
from engine.runtime.studio.persons import persons_offered
from tests.support.apps import app, element, field, form, role


def _called(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


DOCUMENTS = app(
    form(
        "deal",
        _called(field("opinion"), "意见", "Opinion"),
        _called(field("boss", "person"), "老板", "Boss"),
        _called(field("customer", "reference", form="firm"), "客户", "Customer"),
        relations=[_called(element("notes", form="firm", reference="x"), "走访", "Visits")],
    ),
    form("firm", _called(field("buyer", "person"), "买手", "Buyer")),
    roles=[_called(role("legal"), "法务", "Legal")],
)
OWN = {"manager_of": "owner"}
CHAIN = {"manager_chain": "boss"}
LEGAL = {"role": "legal"}
ABOVE = ("owner", "created_by", "boss", "customer.owner", "customer.buyer")


@pytest.mark.parametrize(
    ("step", "when", "zh", "en"),
    [
        ({"who": [OWN]}, None, "负责人的上级", "The superior of the owner"),
        ({"who": [{"manager_of": "created_by"}]}, None, "创建人的上级", "The superior of the creator"),
        (
            {"who": [OWN], "need": "all", "due": {"hours": 1}},
            None,
            "负责人的上级,1 小时内;超时只提醒",
            "The superior of the owner, within 1 hour; when late, they are only reminded",
        ),
        (
            {"who": [LEGAL], "need": "all", "due": {"workdays": 2, "late": "approve"}},
            None,
            "法务,全部同意,2 个工作日内;超时自动同意",
            "Legal, all have to agree, within 2 workdays; when late, it is approved by itself",
        ),
        (
            {"who": [{"person": "customer.buyer"}, {"creator": True}]},
            "`x` > 1",
            "仅当 `x` > 1:客户的买手、创建人,任一人同意即可",
            "Only where `x` > 1: Buyer of Customer, the creator, any one of them is enough",
        ),
        (
            {"who": [CHAIN], "need": "sequence", "levels": 1, "up_to": "gone"},
            None,
            "老板的逐级上级(最多 1 级,到“gone”为止),依次同意",
            "The superiors of Boss, one above the other (1 level at most, up to “gone”), "
            "all have to agree, one after the other",
        ),
        (
            {"who": [LEGAL], "need": {"percent": 60}, "fields": ["opinion", "gone"], "score": {"least": 1, "most": 5}},
            None,
            "法务,60% 同意即通过,要填写“意见”、“gone”,打 1–5 分",
            "Legal, 60 % have to agree, filling in “Opinion”, “gone”, giving 1–5 points",
        ),
    ],
)
def test_a_step_is_one_sentence_in_both_languages(step, when, zh, en):
    said = step_said(DOCUMENTS, "deal", step, when)
    assert (said.zh, said.en) == (zh, en)


@pytest.mark.parametrize(
    ("more", "zh", "en"),
    [
        ({}, "每周至少 1 条“走访”", "Every week 1 of “Visits” at least"),
        (
            {"remind": "30 9 15 * *", "tell": [OWN, LEGAL], "count": 4, "each": "month"},
            "每月至少 4 条“走访”;还不够时每月 15 日 09:30 提醒负责人的上级、法务",
            "Every month 4 of “Visits” at least; while there are too few, the superior of the owner, Legal are told "
            "on day 15 of the month at 09:30",
        ),
        (
            {"remind": "*/5 * * * *", "late": [LEGAL], "records": "gone"},
            "每周至少 1 条“gone”;还不够时按 */5 * * * * 提醒负责人;整期没做够,第二天告诉法务",
            "Every week 1 of “gone” at least; while there are too few, the owner is told at */5 * * * *; "
            "after a period with too few, Legal is told",
        ),
    ],
)
def test_a_duty_is_one_sentence_in_both_languages(more, zh, en):
    said = duty_said(DOCUMENTS, "deal", {"records": "notes", "each": "week", **more}, None)
    assert (said.zh, said.en) == (zh, en)


def test_persons_are_offered_by_kind_also_behind_references():
    offered = {group.labels.en: [one.value for one in group.choices] for group in persons_offered(DOCUMENTS, "deal")}
    assert offered == {
        "People of the record": ['{"owner":true}', '{"creator":true}'],
        "Roles": ['{"role":"legal"}'],
        "People in fields": ['{"person":"boss"}', '{"person":"customer.owner"}', '{"person":"customer.buyer"}'],
        "Superiors": [f'{{"manager_of":"{path}"}}' for path in ABOVE],
        "Superiors, one above the other": [f'{{"manager_chain":"{path}"}}' for path in ABOVE],
    }
