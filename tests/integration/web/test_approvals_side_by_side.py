"""Pages and API of approvals that are under way at once: both are shown, and what the record still waits for."""

from __future__ import annotations

import re
from html import unescape

import pytest

from engine.decision.commands import Sign
from tests.integration.web.conftest import PASSWORD
from tests.support.agreements import APP, Agreements, side_by_side


@pytest.fixture(scope="module")
def firm(instance):
    return Agreements.on(instance, PASSWORD, side_by_side())


def text_of(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def at(record):
    return f"/a/{APP}/agreement/{record.id}"


def all_agree(firm, record, key, names, score=None):
    """Let these people approve one of the two."""
    approvals = firm.instance.services.approvals
    views = {view.key: view for view in approvals.of_record(firm.viewer("ge"), APP, "agreement", record.id)}
    for name in names:
        approvals.sign(firm.viewer(name), Sign(views[key].id, "approve", score=score))


def test_both_are_shown_that_of_the_viewer_first(firm, signed_in):
    record = firm.apply()
    for name, order in (("ding", ["合同审批", "财务审批"]), ("sun", ["财务审批", "合同审批"])):
        page = text_of(signed_in(name).get(at(record)))
        first, second = (page.index(f"审批 · {label}") for label in order)
        assert first < second
        assert f"同时进行: {order[1]} (审批中)" in page


def test_one_that_is_approved_says_what_the_record_waits_for(firm, signed_in):
    record = firm.apply()
    all_agree(firm, record, "money", ("sun", "qian"), score=80)
    page = text_of(signed_in("ge").get(at(record)))
    assert "还要等:合同审批。" in page
    assert "同时进行: 财务审批 (已通过)" in page
    assert page.index("审批 · 合同审批") < page.index("审批 · 财务审批"), "what is under way comes first"


def test_the_api_tells_what_began_together(firm, signed_in):
    record = firm.apply()
    all_agree(firm, record, "money", ("sun", "qian"), score=80)
    items = signed_in("ge").get(f"/api/v1/{APP}/agreement/{record.id}/approvals").get_json()["items"]
    beside = {item["key"]: [(one["labels"]["en"], one["outcome"]) for one in item["beside"]] for item in items}
    assert beside == {"contract": [("Finance", "approved")], "money": [("Contract approval", None)]}


def test_a_no_is_shown_with_those_that_it_ended(firm, signed_in):
    record = firm.apply()
    approvals = firm.instance.services.approvals
    views = {view.key: view for view in approvals.of_record(firm.viewer("ge"), APP, "agreement", record.id)}
    approvals.sign(firm.viewer("ding"), Sign(views["contract"].id, "reject", "条款不清"))
    page = text_of(signed_in("ge").get(at(record)))
    assert page.index("审批 · 合同审批") < page.index("审批 · 财务审批")
    assert "earlier" not in signed_in("ge").get(at(record)).get_data(as_text=True)
