"""Rules that start approvals, and rules that look when one has ended."""

from __future__ import annotations

from tests.support.approving import approval, ask, asked, sign, standing, step, told, where
from tests.support.apps import rule

START = rule("begin", "deal", {"entered": "asking"}, {"start_approval": {"approval": "look"}}, when="amount > 10")
TEXT = {"zh": "看完了", "en": "Looked at"}


def ended(outcome=None):
    event = {"approval": "look"} | ({} if outcome is None else {"outcome": outcome})
    return rule("after", "deal", {"approval_done": event}, {"notify": {"to": [{"role": "judge"}], "text": TEXT}})


def test_an_approval_beside_the_states_is_started_by_a_rule_and_holds_nobody_up(crm):
    site = crm(approval(step("first", {"role": "legal"}), key="look", state=None), rules=[START])
    small, large = ask(site, amount="10"), ask(site, amount="11")
    site.jobs().run_until_quiet()
    assert site.services.approvals.of_record(site.viewer("rep"), "crm", "deal", small.id) == ()
    assert asked(site) == ["law"]
    site.services.records.transition(site.viewer("rep"), "crm", "deal", large.id, "drop", {})
    assert (standing(site, large).outcome, asked(site)) == (None, ["law"]), "its state is not the approval's"
    assert sign(site, "law", large, "approve").outcome == "approved"
    assert where(site, large) == "bad"


def test_one_that_is_under_way_is_not_started_again(crm):
    again = rule("again", "deal", {"changed": ["amount"]}, {"start_approval": {"approval": "look"}})
    site = crm(approval(step("first", {"role": "legal"}), key="look", state=None), rules=[again])
    record = ask(site, amount="1")
    for amount in ("2", "3"):
        site.services.records.update(site.viewer("rep"), "crm", "deal", record.id, {"amount": amount}, None)
        site.jobs().run_until_quiet()
    assert site.count("youju_approval") == 1
    sign(site, "law", record, "reject", "不")
    site.services.records.update(site.viewer("rep"), "crm", "deal", record.id, {"amount": "4"}, None)
    site.jobs().run_until_quiet()
    assert site.count("youju_approval") == 2


def test_rules_look_when_an_approval_has_ended(crm):
    site = crm(approval(step("first", {"role": "legal"}), key="look"), rules=[ended("rejected")])
    good, bad = ask(site), ask(site)
    sign(site, "law", good, "approve")
    assert "看完了" not in told(site, "j1")
    sign(site, "law", bad, "reject", "不")
    assert told(site, "j1").count("看完了") == 1


def test_rules_look_whatever_it_has_come_to(crm):
    site = crm(approval(step("first", {"role": "legal"}), key="look"), rules=[ended()])
    record = ask(site)
    sign(site, "rep", record, "withdraw")
    assert told(site, "j1").count("看完了") == 1
