"""Approvals that begin at once in a state: the record goes on when all are approved, and the first no ends them all."""

from __future__ import annotations

import threading

import pytest

from engine.decision.commands import Sign
from engine.kernel.problems import EngineError
from tests.support.approving import DEAL, ENDS, FLOW, ROLES, TRANSITIONS, approval, ask, asked, begin, step, told, where
from tests.support.apps import app, rule, transition

IN_AND_OUT = [
    transition("enter", ["draft"], "asking", by="system"),
    transition("leave", ["asking"], "bad", by="system"),
]


def both(**legal):
    """Return two approvals of one state: one judge, and the lawyer, then the boss."""
    return (
        approval(step("jury", {"role": "judge"}), key="price"),
        approval(step("law", {"role": "legal"}), step("top", {"manager_of": "owner"}), key="terms", **legal),
    )


def views(site, record):
    found = site.services.approvals.of_record(site.viewer("rep"), "crm", "deal", record.id)
    return {view.key: view for view in found}


def decide(site, name, record, key, act="approve", comment=None):
    id = views(site, record)[key].id
    return site.services.approvals.sign(site.viewer(name), Sign(id, act, comment))


def outcomes(site, record):
    return {key: view.outcome for key, view in views(site, record).items()}


def test_both_begin_at_once_and_the_record_goes_on_with_the_last(crm):
    site = crm(*both())
    record = ask(site)
    assert asked(site) == ["j1", "j2", "j3", "law"]
    assert decide(site, "j1", record, "price").outcome == "approved"
    assert (where(site, record), asked(site)) == ("asking", ["law"])
    decide(site, "law", record, "terms")
    assert (where(site, record), asked(site)) == ("asking", ["lead"])
    assert decide(site, "lead", record, "terms").outcome == "approved"
    assert (where(site, record), asked(site)) == ("good", [])
    assert outcomes(site, record) == {"price": "approved", "terms": "approved"}


def test_whoever_ends_last_takes_the_record_on_in_either_order(crm):
    site = crm(*both())
    record = ask(site)
    decide(site, "law", record, "terms")
    decide(site, "lead", record, "terms")
    assert where(site, record) == "asking"
    decide(site, "j3", record, "price")
    assert where(site, record) == "good"


@pytest.mark.parametrize(("act", "state", "outcome"), [("reject", "bad", "rejected"), ("return", "draft", "returned")])
def test_the_first_that_ends_otherwise_ends_the_others(crm, act, state, outcome):
    site = crm(*both())
    record = ask(site)
    decide(site, "law", record, "terms", act, "不行")
    assert (where(site, record), asked(site)) == (state, [])
    assert outcomes(site, record) == {"price": "overtaken", "terms": outcome}


def test_one_that_is_approved_already_does_not_save_the_record_from_a_no(crm):
    site = crm(*both())
    record = ask(site)
    decide(site, "j1", record, "price")
    decide(site, "law", record, "terms", "reject", "不行")
    assert where(site, record) == "bad"
    assert outcomes(site, record) == {"price": "approved", "terms": "rejected"}


def test_a_no_ends_the_others_also_where_its_record_knows_no_way_any_more(crm):
    site = crm(*both())
    record = ask(site)
    renamed = {**FLOW, "transitions": [turn for turn in TRANSITIONS if turn["key"] != "refuse"]}
    site.publish(app(DEAL, renamed, key="crm", roles=ROLES))
    decide(site, "law", record, "terms", "reject", "不行")
    assert (where(site, record), asked(site)) == ("asking", [])
    assert outcomes(site, record) == {"price": "overtaken", "terms": "rejected"}


@pytest.mark.parametrize("first", ["price", "terms"])
def test_what_needs_nobody_waits_for_what_does(crm, first):
    pair = {
        "price": approval(step("big", {"role": "judge"}, when="amount > 100"), key="price"),
        "terms": approval(step("law", {"role": "legal"}), key="terms"),
    }
    site = crm(pair.pop(first), *pair.values())
    record = ask(site, amount="1")
    assert (where(site, record), asked(site)) == ("asking", ["law"])
    assert outcomes(site, record) == {"price": "approved", "terms": None}
    decide(site, "law", record, "terms")
    assert where(site, record) == "good"


def test_where_nobody_is_needed_the_record_goes_on_at_once(crm):
    none = [approval(step("big", {"role": "judge"}, when="amount > 100"), key=key) for key in ("price", "terms")]
    site = crm(*none)
    record = ask(site, amount="1")
    assert where(site, record) == "good"
    assert outcomes(site, record) == {"price": "approved", "terms": "approved"}


def test_it_is_taken_back_before_anybody_has_decided_in_any_of_them(crm):
    site = crm(*both(withdraw="before_first"))
    record = ask(site)
    assert "withdraw" in views(site, record)["terms"].may.acts
    decide(site, "j1", record, "price")
    assert "withdraw" not in views(site, record)["terms"].may.acts
    with pytest.raises(EngineError) as refused:
        decide(site, "rep", record, "terms", "withdraw")
    assert [problem.code for problem in refused.value.problems] == ["FLOW-047"]


def test_what_one_of_them_forbids_to_take_back_is_not_taken_back_by_another(crm):
    site = crm(*both(withdraw="never"))
    record = ask(site)
    assert "withdraw" not in views(site, record)["price"].may.acts
    with pytest.raises(EngineError) as refused:
        decide(site, "rep", record, "price", "withdraw")
    assert [problem.code for problem in refused.value.problems] == ["FLOW-047"]


def test_a_run_that_takes_the_record_in_and_out_leaves_nothing_open(site):
    turns = [{"fire": {"transition": "enter"}}, {"fire": {"transition": "leave"}}]
    begin(site, *both(), rules=[rule("round", "deal", {"created": True}, turns)], more=IN_AND_OUT)
    record = site.services.records.create(site.viewer("rep"), "crm", "deal", {})
    site.jobs().run_until_quiet()
    assert (where(site, record), asked(site)) == ("bad", [])
    assert outcomes(site, record) == {"price": "overtaken", "terms": "overtaken"}


def test_who_applied_hears_of_each_and_of_what_it_waits_for(crm):
    site = crm(*both())
    record = ask(site)
    decide(site, "j1", record, "price")
    assert views(site, record)["price"].waits_for[0].en == "terms in English"
    assert any("已通过" in text for text in told(site, "rep"))
    decide(site, "law", record, "terms")
    decide(site, "lead", record, "terms")
    assert views(site, record)["price"].waits_for == ()


def test_they_lead_the_same_way(site):
    other = {**ENDS, "approved": "refuse"}
    with pytest.raises(EngineError) as refused:
        begin(
            site,
            approval(step("a", {"role": "judge"})),
            approval(step("b", {"role": "legal"}), key="terms", ends=other),
        )
    assert [problem.code for problem in refused.value.problems] == ["FLOW-062"]


def test_two_who_decide_the_last_two_at_once_take_the_record_on_together(crm):
    site = crm(approval(step("jury", {"role": "judge"})), approval(step("law", {"role": "legal"}), key="terms"))
    for _ in range(8):
        record = ask(site)
        start, failures = threading.Barrier(2), []

        def go(name, key, record=record, start=start, failures=failures):
            start.wait()
            try:
                decide(site, name, record, key)
            except EngineError as error:
                failures.append([problem.code for problem in error.problems])

        threads = [threading.Thread(target=go, args=one) for one in (("j1", "price"), ("law", "terms"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert where(site, record) == "good"
