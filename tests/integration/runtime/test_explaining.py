"""Why a rule does, or does not, do something about one record: in words, with values, and no more than one may see."""

from __future__ import annotations

import pytest

from engine.kernel.clocks import DAY_MS, moment_text
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, parameter, role, rule

STAFF, GUEST = ("shop", "staff"), ("shop", "guest")
WHEN = (
    "(days_since(seen_at) >= param.idle.days and budget is empty) "
    "or (not vip and exists(customer.debts where amount > 0) and days_since(customer.paid) >= 30)"
)


def _labelled(item, zh, en):
    return {**item, "labels": {"zh": zh, "en": en}}


DEBTS = {
    "uid": "t99999999996",
    "key": "debts",
    "labels": {"zh": "欠款", "en": "debts"},
    "form": "debt",
    "reference": "customer",
}
ENOUGH = {"uid": "t99999999995", "holds": 'budget != "无"', "message": {"zh": "超出", "en": "over"}}
FLAG = {"set": {"flag": "true"}}


def _forms():
    amount = _labelled(field("amount", "money"), "金额", "Amount")
    return [
        form("customer", _labelled(field("paid", "date"), "最近回款", "Last paid"), relations=[DEBTS]),
        form("debt", amount, field("customer", "reference", form="customer")),
        form(
            "deal",
            _labelled(field("seen_at", "datetime"), "最近更新", "Last update"),
            _labelled(field("budget", validations=[ENOUGH]), "预算", "Budget"),
            field("bad", "boolean"),
            _labelled(field("vip", "boolean"), "重点", "VIP"),
            _labelled(field("customer", "reference", form="customer"), "客户", "Customer"),
            field("flag", "boolean"),
        ),
    ]


@pytest.fixture
def shop(site):
    rules = [
        rule("stop", "deal", [{"schedule": {"cron": "0 * * * *"}}, {"changed": ["vip"]}], FLAG, when=WHEN),
        rule("off", "deal", {"created": True}, FLAG, enabled=False),
        rule("spoil", "deal", {"changed": ["bad"]}, {"set": {"budget": '"无"'}}, when="bad"),
    ]
    roles = [
        role("staff", access("customer"), access("deal"), access("debt")),
        role("own", access("customer", "read", rows="owner = me")),
        role("guest", access("deal", "read", hidden_fields=["budget"])),
    ]
    days = _labelled(parameter("idle.days", "number", default="15"), "未更新天数", "Idle days")
    site.publish(app(*_forms(), *rules, roles=roles, parameters=[days]))
    site.person("anna", STAFF)
    site.person("gast", GUEST)
    return site


def _deal(shop, days: int, **more: object) -> str:
    """Return a deal that was last seen that many days ago."""
    records, anna = shop.services.records, shop.viewer("anna")
    seen = shop.services.execution.clocks.business() - days * DAY_MS
    customer = records.create(anna, "shop", "customer", {"paid": "2026-01-01"})
    return records.create(anna, "shop", "deal", {"seen_at": moment_text(seen), "customer": customer.id, **more}).id


def _explained(shop, id, who="anna", rule="stop"):
    return shop.services.explaining.explain(shop.viewer(who), "shop", "deal", id, rule)


def test_it_is_said_what_keeps_a_rule_from_firing(shop):
    found = _explained(shop, _deal(shop, 14))
    assert not found.rule.holds
    assert [text.zh for text in found.because] == [
        "最近更新距今 14 天,不到 15 天(未更新天数)",
        "没有客户金额超过 0 的欠款",
    ]
    assert found.because[0].en == "Last update was 14 days ago, less than 15 days (Idle days)"
    assert found.condition.joins == "any"
    assert [part.joins for part in found.condition.parts] == ["all", "all"]
    assert [part.holds for part in found.condition.parts[0].parts] == [False, True]


def test_it_is_said_what_makes_a_rule_fire(shop):
    id = _deal(shop, 15)
    found = _explained(shop, id)
    assert found.rule.holds
    assert [text.zh for text in found.because] == [
        "最近更新距今 15 天,达到 15 天(未更新天数)",
        "预算为空",
    ]


def test_the_looks_of_a_rule_are_shown_newest_first(shop):
    id, anna = _deal(shop, 15), shop.viewer("anna")
    assert _explained(shop, id).runs == ()
    shop.services.records.update(anna, "shop", "deal", id, {"vip": True}, None)
    shop.jobs().run_until_quiet()
    (run,) = _explained(shop, id).runs
    assert (run.fired, run.actions, run.error) == (True, ("set",), None)


def test_the_next_look_by_the_clock_is_told(shop):
    found = _explained(shop, _deal(shop, 1))
    assert found.next_at is not None
    assert found.next_at > found.at
    assert found.next_at.endswith(":00:00Z")


def test_rules_of_a_form_are_listed_with_how_they_stand(shop):
    views = shop.services.explaining.rules(shop.viewer("anna"), "shop", "deal", _deal(shop, 15))
    assert [(view.key, view.enabled, view.holds) for view in views] == [
        ("off", False, True),
        ("spoil", True, False),
        ("stop", True, True),
    ]


def test_nothing_is_told_of_what_a_viewer_may_not_see(shop):
    found = _explained(shop, _deal(shop, 15), "gast")
    assert found.rule.holds is None, "its truth would tell of what is closed"
    told = repr(found)
    assert "预算" not in told
    assert "金额" not in told
    assert "最近回款" not in told
    assert "最近更新" in told
    assert [part.holds for part in found.condition.parts] == [None, None]
    assert found.because[-1].zh == "(您无权查看的条件)"
    (view,) = [
        view
        for view in shop.services.explaining.rules(shop.viewer("gast"), "shop", "deal", _deal(shop, 15))
        if view.key == "stop"
    ]
    assert view.holds is None


def test_the_verdict_is_told_when_what_is_open_settles_it(shop):
    found = _explained(shop, _deal(shop, 14, vip=True), "gast")
    assert found.rule.holds is False
    assert [text.zh for text in found.because] == ["最近更新距今 14 天,不到 15 天(未更新天数)", "重点 = 是"]
    assert [part.holds for part in found.condition.parts] == [False, False]
    assert "预算" not in repr(found)
    assert "金额" not in repr(found)


def test_the_verdict_is_not_told_when_one_way_to_it_is_closed(shop):
    found = _explained(shop, _deal(shop, 14), "gast")
    assert found.rule.holds is None
    assert [part.holds for part in found.condition.parts] == [False, None]


def test_a_record_at_the_end_of_a_reference_is_closed_when_the_viewer_may_not_see_it(shop):
    """The row filter of the customer's form counts, not only the fields that are hidden there."""
    shop.services.directory.grant("gast", "shop", "own")
    found = _explained(shop, _deal(shop, 15), "gast")
    assert "最近回款" not in repr(found)


def test_errors_name_no_field_that_the_viewer_may_not_see(shop):
    id, anna = _deal(shop, 15, budget="有"), shop.viewer("anna")
    shop.services.records.update(anna, "shop", "deal", id, {"bad": True}, None)
    shop.jobs().run_until_quiet()
    (run,) = _explained(shop, id, rule="spoil").runs
    assert "超出" in run.error.zh
    (run,) = _explained(shop, id, "gast", "spoil").runs
    assert run.error.zh == "(您无权查看的条件)"


def test_there_is_no_explanation_when_record_or_rule_is_not_there(shop):
    absent = [("DECIDE-001", "")]
    assert refused(_explained, shop, _deal(shop, 1), "anna", "other") == absent
    assert refused(_explained, shop, "x") == absent
