"""Stored by identity: every expression of a document is found at its place and names everything by its key."""

from __future__ import annotations

import copy

import pytest

from engine.catalog.restating import missed, restated
from engine.packs.installing import needed_packs
from engine.packs.reading import find_pack, read_pack
from tests.support import apps
from tests.support.apps import compiled, field, form, options, rule


def _in_chinese(text):
    return {"zh": text, "en": "fixed"}


def _said(condition):
    return {"uid": apps.uid(), "holds": condition, "message": apps.labels("no")}


@pytest.fixture
def shop():
    """An app whose documents say everything by Chinese labels, each kind of place once."""
    lines = field("lines", "lines", fields=[field("part", "number", labels=_in_chinese("数量"))])
    deal = form(
        "deal",
        field("amount", "number", labels=_in_chinese("金额"), default="1+1", required_when='阶段="新建"'),
        field("stage", "choice", labels=_in_chinese("阶段"), options=options("new"), default='"新建"'),
        field("total", "number", labels=_in_chinese("总数"), computed="合计(明细.数量 其中 数量>1)"),
        field("note", visible_when="金额>1", validations=[_said("金额 不为空")]),
        lines | {"labels": _in_chinese("明细")},
        title="{{ 金额 }}元{% 如果(金额>1) %}多{%end%}",
        sections=[apps.element("main", fields=["amount"], visible_when="(金额)>(2)")],
    )
    deal["fields"][1]["options"][0]["labels"] = _in_chinese("新建")
    states = [apps.state("open"), apps.state("shut", "won", labels=_in_chinese("完成"))]
    flow = apps.workflow("deal", states, [apps.transition("close", ["open"], "shut", guard="状态!='完成'")])
    does = [
        {"set": {"amount": "金额+1"}},
        {"notify": {"to": [{"owner": True}], "text": {"zh": "{{金额}}", "en": "{{ 金额 }}"}}},
    ]
    when = rule("more", "deal", {"created": True}, does, when="金额>=2 且 负责人=本人")
    return apps.app(deal, flow, when, roles=[apps.role("staff", {"form": "deal", "read": True, "rows": "负责人=我"})])


def _restated(documents):
    app = compiled(documents).apps["shop"]
    return restated(app.definition.documents, app.placed)


def test_documents_are_by_keys_when_they_were_by_labels(shop):
    found = _restated(shop)
    amount, stage, total, note, _ = found["forms/deal.json"]["fields"]
    assert (amount["default"], amount["required_when"]) == ("1 + 1", 'stage = "new"')
    assert (stage["default"], total["computed"]) == ('"new"', "sum(lines.part where part > 1)")
    assert (note["visible_when"], note["validations"][0]["holds"]) == ("amount > 1", "amount is not empty")
    assert found["forms/deal.json"]["title"] == "{{ amount }}元{% 如果 amount > 1 %}多{%end%}"
    assert found["forms/deal.json"]["sections"][0]["visible_when"] == "amount > 2"
    assert found["workflows/deal.json"]["transitions"][0]["guard"] == 'state != "shut"'
    stated = found["rules/more.json"]
    assert (stated["when"], stated["then"][0]["set"]["amount"]) == ("amount >= 2 and owner = me", "amount + 1")
    assert stated["then"][1]["notify"]["text"] == {"zh": "{{amount}}", "en": "{{ amount }}"}
    assert found["roles.json"]["roles"][0]["access"][0]["rows"] == "owner = me"


def test_documents_are_the_very_same_when_they_are_by_keys(shop):
    given = copy.deepcopy(shop)
    found = _restated(shop)
    assert shop == given
    assert _restated(found) is found


def test_documents_by_keys_compile_when_everything_is_called_otherwise(shop):
    found = copy.deepcopy(dict(_restated(shop)))
    for outer in found["forms/deal.json"]["fields"]:
        for named in (outer, *outer.get("options", ()), *outer.get("fields", ())):
            named["labels"] = {"zh": "空", "en": "or"}
    assert _restated(found) == found


def test_every_place_is_found_when_a_library_and_a_pack_are_compiled():
    pack = read_pack(find_pack("sales_management"))
    documents = [dict(item.documents) for item in (*needed_packs(pack), pack)]
    for app in compiled(apps.library(), *documents).apps.values():
        assert list(missed(app.definition.documents, app.placed)) == []
        assert app.placed


def test_a_place_is_missed_when_something_else_stands_there(shop):
    app = compiled(shop).apps["shop"]
    other = copy.deepcopy(shop)
    other["rules/more.json"]["when"] = "true"
    del other["workflows/deal.json"]["transitions"][0]
    wanted = {"workflows/deal.json#transitions.close.guard", "rules/more.json#when"}
    assert set(missed(other, app.placed)) == wanted
    with pytest.raises(LookupError):
        restated(other, app.placed)
