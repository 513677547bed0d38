"""Going back, handing on, asking others along, taking back, urging, scores; and records that go another way."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from engine.decision.commands import Sign
from engine.kernel.problems import EngineError
from engine.storage.write_guard import writing
from tests.support.approving import (
    DEAL,
    FLOW,
    ROLES,
    app,
    approval,
    ask,
    asked,
    flow,
    refusal,
    sign,
    standing,
    step,
    told,
    where,
)
from tests.support.apps import rule, transition


def test_back_to_an_earlier_step_and_through_all_that_follow_again(crm):
    site = crm(
        approval(step("first", {"role": "judge"}), step("second", {"role": "legal"}), step("third", {"role": "judge"}))
    )
    record = ask(site)
    sign(site, "j1", record, "approve")
    assert refusal(site, "law", record, "return") == ["FLOW-043"]
    assert refusal(site, "law", record, "return", "why", to="third") == ["FLOW-045"]
    sign(site, "law", record, "return", "请再看价格", to="first")
    assert asked(site) == ["j1", "j2", "j3"]
    for name in ("j2", "law", "j1"):
        sign(site, name, record, "approve")
    assert where(site, record) == "good"
    assert [act.act for act in standing(site, record).acts] == [
        "start",
        "approve",
        "return",
        "approve",
        "approve",
        "approve",
    ]


def test_back_to_whoever_applied_and_asked_anew(crm):
    site = crm(approval(step("first", {"role": "judge"})))
    record = ask(site)
    assert sign(site, "j1", record, "return", "缺附件").outcome == "returned"
    assert (where(site, record), asked(site)) == ("draft", [])
    site.business.moment += 1
    site.services.records.transition(site.viewer("rep"), "crm", "deal", record.id, "ask", {})
    assert sign(site, "j2", record, "approve").outcome == "approved"
    listed = site.services.approvals.of_record(site.viewer("rep"), "crm", "deal", record.id)
    assert [view.outcome for view in listed] == ["approved", "returned"]


def test_handing_on(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    record = ask(site)
    for to in ("law", "rep", "nobody there"):
        assert refusal(site, "law", record, "transfer", to=to) == ["FLOW-046"]
    sign(site, "law", record, "transfer", to="j1")
    assert asked(site) == ["j1"]
    assert refusal(site, "law", record, "approve") == ["FLOW-040"]
    assert sign(site, "j1", record, "approve").outcome == "approved"


@pytest.mark.parametrize(("act", "order"), [("add_before", ["j1", "law"]), ("add_after", ["law", "j1"])])
def test_asking_another_one_along(crm, act, order):
    site = crm(approval(step("first", {"role": "legal"})))
    record = ask(site)
    sign(site, "law", record, act, to="j1")
    first, second = order
    assert asked(site) == [first]
    assert refusal(site, second, record, "approve") == ["FLOW-040"]
    assert sign(site, first, record, "approve").outcome is None
    assert asked(site) == [second]
    assert sign(site, second, record, "approve").outcome == "approved"


@pytest.mark.parametrize(
    ("withdraw", "decided", "refused"),
    [("always", True, False), ("before_first", False, False), ("before_first", True, True), ("never", False, True)],
)
def test_withdrawing(crm, withdraw, decided, refused):
    site = crm(approval(step("first", {"role": "judge"}, "all"), withdraw=withdraw))
    record = ask(site)
    assert refusal(site, "j1", record, "withdraw") == ["FLOW-047"], "only who applied"
    if decided:
        sign(site, "j1", record, "approve")
    if refused:
        assert refusal(site, "rep", record, "withdraw") == ["FLOW-047"]
        assert "withdraw" not in standing(site, record).may.acts
    else:
        assert sign(site, "rep", record, "withdraw").outcome == "withdrawn"
        assert (where(site, record), asked(site)) == ("draft", [])


def test_urging_at_most_once_an_hour(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    record = ask(site)
    assert refusal(site, "law", record, "urge") == ["DECIDE-006"]
    site.business.moment += 1
    sign(site, "rep", record, "urge", "客户在等")
    site.business.moment += 3_600_000 - 1
    assert refusal(site, "rep", record, "urge") == ["FLOW-048"]
    site.business.moment += 1
    sign(site, "rep", record, "urge")
    assert [text[:4] for text in told(site, "law")] == ["催办 ·", "催办 ·", "请审批:"]
    assert told(site, "law")[1].endswith(":客户在等")


def test_what_is_said_reaches_the_others_also_afterwards(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    record = ask(site)
    sign(site, "boss", record, "comment", "价格已谈过")
    assert any("价格已谈过" in text for text in told(site, "law"))
    sign(site, "law", record, "approve")
    sign(site, "law", record, "comment", "下次附合同")
    assert any("下次附合同" in text for text in told(site, "rep"))
    assert [act.comment for act in standing(site, record).acts if act.act == "comment"] == ["价格已谈过", "下次附合同"]


def test_whoever_agrees_fills_what_the_step_asks_for(crm):
    site = crm(approval(step("first", {"role": "legal"}, fields=["opinion"])))
    record = ask(site)
    assert refusal(site, "law", record, "approve") == ["FORM-002"]
    assert refusal(site, "law", record, "approve", fields={"amount": "1"}) == ["FLOW-050"]
    assert refusal(site, "law", record, "reject", "不", fields={"opinion": "x"}) == ["FLOW-050"]
    assert sign(site, "law", record, "approve", fields={"opinion": "同意"}).outcome == "approved"
    assert site.services.records.read(site.viewer("boss"), "crm", "deal", record.id).fields["opinion"] == "同意"


SCORE = {"least": 0, "most": 100, "tolerance": 20, "beside": "mark", "into": "mark"}


@pytest.mark.parametrize(
    ("own", "given", "outcome", "mark"),
    [("80", 60, "approved", "70"), ("80", 59, "apart", "80"), ("81", 62, "approved", "72"), (None, 3, "approved", "3")],
)
def test_two_scores_may_be_so_far_apart(crm, own, given, outcome, mark):
    site = crm(approval(step("first", {"role": "legal"}, score=SCORE)))
    record = ask(site, mark=own)
    for wrong in (None, -1, 101):
        assert refusal(site, "law", record, "approve", score=wrong) == ["FLOW-044"]
    assert sign(site, "law", record, "approve", score=given).outcome == outcome
    assert where(site, record) == ("good" if outcome == "approved" else "review")
    assert site.services.records.read(site.viewer("boss"), "crm", "deal", record.id).fields["mark"] == mark


def test_a_record_that_goes_another_way_ends_its_approval(crm):
    site = crm(approval(step("first", {"role": "judge"})))
    dropped, deleted = ask(site), ask(site)
    site.services.records.transition(site.viewer("rep"), "crm", "deal", dropped.id, "drop", {})
    assert (standing(site, dropped).outcome, standing(site, dropped).acts[-1].act) == ("overtaken", "overtaken")
    assert len(site.services.inbox.open_tasks(site.viewer("j1"))) == 1
    site.services.records.delete(site.viewer("rep"), "crm", "deal", deleted.id, deleted.version)
    assert asked(site) == []
    assert {row[0] for row in site.query("SELECT outcome FROM youju_approval")} == {"overtaken"}


def test_it_goes_by_what_it_began_with(crm):
    site = crm(approval(step("first", {"role": "judge"}), step("second", {"role": "legal"})))
    record = ask(site)
    site.publish(app(DEAL, flow(approval(step("only", {"role": "legal"}))), key="crm", roles=ROLES))
    later = ask(site)
    assert [view.key for view in standing(site, later).steps] == ["only"]
    sign(site, "j1", record, "approve")
    assert sign(site, "law", record, "approve").outcome == "approved"
    assert where(site, record) == "good"


def test_from_the_inbox(crm):
    site = crm(approval(step("first", {"role": "judge"})))
    one, other = ask(site), ask(site)
    tasks = {task.record["id"]: task for task in site.services.inbox.open_tasks(site.viewer("j1"))}
    assert [action.key for action in tasks[one.id].actions] == ["approve", "reject"]
    site.services.inbox.act(site.viewer("j1"), tasks[one.id].id, "approve", {})
    with pytest.raises(EngineError) as refused:
        site.services.inbox.act(site.viewer("j1"), tasks[other.id].id, "reject", {})
    assert [problem.code for problem in refused.value.problems] == ["FLOW-043"]
    site.services.inbox.act(site.viewer("j1"), tasks[other.id].id, "reject", {}, comment="贵")
    assert (where(site, one), where(site, other)) == ("good", "bad")
    with pytest.raises(EngineError):
        site.services.inbox.act(site.viewer("j1"), tasks[one.id].id, "approve", {})


def test_what_was_applied_for_and_what_was_decided(crm):
    site = crm(approval(step("first", {"role": "judge"}), step("second", {"role": "legal"})))
    one, other = ask(site), ask(site)
    sign(site, "j1", one, "approve")
    site.business.moment += 1
    sign(site, "j1", other, "reject", "不")
    applied = site.services.approvals.started(site.viewer("rep"))
    assert {view.record: view.outcome for view in applied.items} == {one.id: None, other.id: "rejected"}
    assert [view.record for view in site.services.approvals.decided(site.viewer("j1")).items] == [other.id, one.id]
    assert site.services.approvals.decided(site.viewer("law")).items == ()


NEXT = approval(
    step("next", {"role": "judge"}), key="next", state="review", ends={"approved": "keep", "rejected": "turn_down"}
)


def chained(site, first):
    """Publish two approvals one after the other: who agrees in the first one takes the record to the second."""
    moves = [
        *(one for one in FLOW["transitions"] if one["key"] != "accept"),
        transition("accept", ["asking"], "review", by="system"),
        transition("keep", ["review"], "good", by="system"),
        transition("turn_down", ["review"], "bad", by="system"),
    ]
    site.publish(app(DEAL, {**FLOW, "transitions": moves, "approvals": [first, NEXT]}, key="crm", roles=ROLES))


def test_what_follows_from_an_approval_is_applied_for_by_who_applied_first(crm):
    site, first = crm(), approval(step("first", {"role": "judge"}))
    chained(site, first)
    record = site.services.records.create(site.viewer("j3"), "crm", "deal", {"owner": site.people["rep"]}, "ask")
    sign(site, "j1", record, "approve")
    site.business.moment += 1
    views = site.services.approvals.of_record(site.viewer("rep"), "crm", "deal", record.id)
    second = next(view for view in views if view.key == "next")
    assert second.starter == "j3"
    body = Sign(second.id, "approve")
    with pytest.raises(EngineError) as refused:
        site.services.approvals.sign(site.viewer("j3"), body)
    assert [problem.code for problem in refused.value.problems] == ["FLOW-042"]
    assert site.services.approvals.sign(site.viewer("j1"), body).outcome == "approved", "who agreed first may again"


def test_an_approval_beside_the_states_ends_wherever_its_record_is(crm):
    beside = approval(step("first", {"role": "legal"}), key="look", state=None) | {"ends": {"approved": "accept"}}
    begins = rule("begin", "deal", {"entered": "asking"}, {"start_approval": {"approval": "look"}})
    site = crm(beside, rules=[begins])
    record = ask(site)
    site.jobs().run_until_quiet()
    site.services.records.transition(site.viewer("rep"), "crm", "deal", record.id, "drop", {})
    assert sign(site, "law", record, "approve").outcome == "approved"
    assert where(site, record) == "bad"


def test_an_approval_is_overtaken_also_when_the_design_has_none_any_more(crm):
    site = crm(approval(step("first", {"role": "judge"})))
    record = ask(site)
    site.publish(app(DEAL, FLOW, key="crm", roles=ROLES))
    site.services.records.transition(site.viewer("rep"), "crm", "deal", record.id, "drop", {})
    assert (standing(site, record).outcome, asked(site)) == ("overtaken", [])


def test_what_is_said_afterwards_changes_no_end(crm):
    site = crm(approval(step("first", {"role": "judge"})))
    record = ask(site)
    sign(site, "j1", record, "approve")
    ended = standing(site, record).ended_at
    site.business.moment += 5_000_000
    sign(site, "rep", record, "comment", "谢谢")
    assert standing(site, record).ended_at == ended


@pytest.mark.parametrize(
    ("act", "more", "code"),
    [
        ("approve", {"score": 3_000_000_000}, "FLOW-054"),
        ("comment", {"comment": "a\ud800"}, "FLOW-055"),
        ("comment", {"comment": "a\0"}, "FLOW-055"),
        ("transfer", {"to": "\ud800"}, "FLOW-046"),
        ("return", {"comment": "x", "to": "nowhere"}, "FLOW-045"),
    ],
)
def test_what_no_database_could_keep_is_refused(crm, act, more, code):
    site = crm(approval(step("first", {"role": "judge"})))
    record = ask(site)
    said = {"comment": None, **more}
    assert refusal(site, "j1", record, act, **said) == [code]


def test_who_is_asked_again_at_the_next_step_has_a_task_of_that_step(crm):
    both = [{"role": "judge"}, {"role": "legal"}]
    site = crm(approval(step("first", both), step("second", {"role": "legal"}, fields=["opinion"])))
    record = ask(site)
    sign(site, "j1", record, "approve")
    [task] = site.services.inbox.open_tasks(site.viewer("law"))
    assert task.key == "price.second"
    assert len(told(site, "law")) == 2
    assert sign(site, "law", record, "approve", fields={"opinion": "好"}).outcome == "approved"


def test_one_approval_of_a_record_is_under_way_at_a_time(crm):
    site = crm(approval(step("first", {"role": "judge"})))
    ask(site)
    columns = "id, app, form, record, approval, version, design, course, started_at"
    again = f"INSERT INTO youju_approval ({columns}) SELECT 'x', app, form, record, approval, 1, '{{}}', '{{}}', 1"

    def begin_again():
        with site.database.write() as connection, writing(connection):
            connection.execute(text(f"{again} FROM youju_approval"))

    with pytest.raises(IntegrityError):
        begin_again()


def test_approvals_that_lead_to_each_other_and_ask_nobody_are_refused(crm):
    never = {"when": "amount > 100"}
    site = crm()
    there = approval(step("one", {"role": "judge"}, **never), ends={"approved": "again", "rejected": "refuse"})
    back = approval(
        step("two", {"role": "judge"}, **never), key="next", state="review",
        ends={"approved": "round", "rejected": "turn_down"},
    )  # fmt: skip
    moves = [
        *FLOW["transitions"],
        transition("round", ["review"], "asking", by="system"),
        transition("turn_down", ["review"], "bad", by="system"),
    ]
    site.publish(app(DEAL, {**FLOW, "transitions": moves, "approvals": [there, back]}, key="crm", roles=ROLES))
    with pytest.raises(EngineError) as refused:
        ask(site, amount="1")
    assert [problem.code for problem in refused.value.problems] == ["FLOW-053"]
