"""A state is taken out of a workflow: its records are counted, moved by a mapping, and moved back."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from tests.support.approving import DEAL, FLOW, ROLES, STATES, TRANSITIONS, approval, begin, step, where
from tests.support.apps import app, rule, transition
from tests.support.sites import Site

TOLD = {"notify": {"to": [{"role": "judge"}], "text": {"zh": "来了", "en": "Here"}}}
HERE = rule("here", "deal", {"entered": "review"}, TOLD)
REVIEW = approval(step("first", {"role": "legal"}), key="second", state="review")
KEEP = transition("keep", ["review"], "good", by="system")
DROP = transition("turn_down", ["review"], "bad", by="system")
STRAIGHT = transition("straight", ["draft"], "review")
REVIEWED = {**REVIEW, "ends": {"approved": "keep", "rejected": "turn_down"}}
FIRST = approval(step("first", {"role": "judge"}))


def design(*states, approvals=(FIRST, REVIEWED)):
    """Return the firm's app with these states; nothing leads to what is retired, and nothing leaves what is gone."""
    retired = {one["key"] for one in states if one.get("retired")}
    known = {one["key"] for one in states}
    kept = [
        {**one, "from": [key for key in one["from"] if key in known]} for one in (*TRANSITIONS, KEEP, DROP, STRAIGHT)
    ]
    moves = [one for one in kept if one["from"] and one["to"] not in retired and one["to"] in known]
    bound = [one for one in approvals if one["state"] in known]
    flow = {**FLOW, "states": list(states), "transitions": moves, "approvals": bound}
    return app(DEAL, flow, HERE, key="crm", roles=ROLES)


def without(key):
    return [one for one in STATES if one["key"] != key]


RETIRED = [{**one, "retired": True} if one["key"] == "asking" else one for one in STATES]


@pytest.fixture
def crm(database):
    site = begin(Site(database))
    site.publish(design(*STATES))
    site.services.directory.grant("boss", "youju", "admin")
    return site


def made(site, transition="ask", count=3):
    return [
        site.services.records.create(site.viewer("rep"), "crm", "deal", {"amount": str(n)}, transition)
        for n in range(count)
    ]


def counted(site):
    found = site.services.relocations.states(site.viewer("boss"), "crm")["deal"]
    return {one.key: one.records for one in found if one.records}


def move(site, moves, reason="改流程"):
    return site.services.relocations.move(site.viewer("boss"), "crm", "deal", moves, reason)


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_a_state_goes_once_its_records_are_elsewhere(crm):
    records = made(crm)
    with pytest.raises(EngineError) as refused:
        crm.publish(design(*without("asking")))
    assert codes(refused) == ["RUN-018"]
    crm.publish(design(*RETIRED))
    with pytest.raises(EngineError) as refused:
        made(crm)
    assert codes(refused) == ["FLOW-010"], "nothing leads there any more"
    assert counted(crm) == {"asking": 3}
    assert move(crm, {"asking": "review"}).moved == 3
    assert counted(crm) == {"review": 3}
    crm.publish(design(*without("asking")))
    assert where(crm, records[0]) == "review"


def test_a_move_is_in_the_history_and_the_log_and_tells_nobody(crm):
    [record] = made(crm, count=1)
    crm.publish(design(*RETIRED))
    crm.business.moment += 1000
    moved = move(crm, {"asking": "review"})
    crm.jobs().run_until_quiet()
    assert "来了" not in {item.text.zh for item in crm.services.inbox.notifications(crm.viewer("j1"))}
    latest = crm.services.records.history(crm.viewer("boss"), "crm", "deal", record.id)[0]
    assert (latest.action, latest.by_shown, latest.labels.zh) == ("relocate", "boss", "随流程调整迁移状态")
    log = "SELECT origin, target, dwell, batch FROM youju_state_log ORDER BY at DESC"
    assert tuple(crm.query(log)[0]) == ("asking", "review", 1000, moved.id)
    noted = crm.query("SELECT payload FROM youju_journal WHERE subject = 'relocation'")
    assert "改流程" in noted[0][0]


def test_approvals_of_the_state_that_is_left_are_over_and_those_of_the_other_begin(crm):
    [record] = made(crm, count=1)
    move(crm, {"asking": "review"})
    outcomes = crm.query("SELECT approval, outcome FROM youju_approval ORDER BY approval")
    assert [tuple(row) for row in outcomes] == [("price", "overtaken"), ("second", None)]
    assert [task.record["id"] for task in crm.services.inbox.open_tasks(crm.viewer("law"))] == [record.id]
    assert crm.services.inbox.open_tasks(crm.viewer("j1")) == ()


def test_what_was_moved_goes_back_but_for_what_has_gone_on(crm):
    stays, goes = made(crm, count=2)
    moved = move(crm, {"asking": "review"})
    crm.business.moment += 1
    [task] = [one for one in crm.services.inbox.open_tasks(crm.viewer("law")) if one.record["id"] == goes.id]
    crm.services.inbox.act(crm.viewer("law"), task.id, "approve", {})
    crm.business.moment += 1
    back = crm.services.relocations.back(crm.viewer("boss"), "crm", moved.id, "弄错了")
    assert (back.moved, back.passed, [(one.id, one.problems) for one in back.first_passed]) == (1, 1, [(goes.id, ())])
    assert (where(crm, stays), where(crm, goes)) == ("asking", "good")
    crm.business.moment += 1
    assert crm.services.relocations.back(crm.viewer("boss"), "crm", moved.id, "再来").moved == 0
    listed = crm.services.relocations.listed(crm.viewer("boss"), "crm")
    assert [(one.moved, one.is_back) for one in listed][-2:] == [(1, True), (2, False)]


def test_moving_back_is_bounded_and_goes_on_with_what_is_left(crm):
    records = made(crm, count=5)
    crm.business.moment += 1
    moved = move(crm, {"asking": "review"})
    crm.business.moment += 1
    [task] = [one for one in crm.services.inbox.open_tasks(crm.viewer("law")) if one.record["id"] == records[0].id]
    crm.services.inbox.act(crm.viewer("law"), task.id, "approve", {})
    found = []
    for _ in range(3):
        crm.business.moment += 1
        back = crm.services.relocations.back(crm.viewer("boss"), "crm", moved.id, "弄错了", 2)
        found.append((back.moved, back.left, back.passed, [one.id for one in back.first_passed]))
    gone = [records[0].id]
    assert found == [(2, 2, 1, gone), (2, 0, 1, gone), (0, 0, 1, gone)]
    assert sorted(where(crm, one) for one in records) == ["asking"] * 4 + ["good"]


def test_what_was_moved_goes_back_into_a_retired_state_as_long_as_there_is_one(crm):
    [record] = made(crm, count=1)
    crm.publish(design(*RETIRED))
    moved = move(crm, {"asking": "review"})
    crm.business.moment += 1
    assert crm.services.relocations.back(crm.viewer("boss"), "crm", moved.id, "弄错了").moved == 1
    crm.business.moment += 1
    move(crm, {"asking": "review"})
    crm.publish(design(*without("asking")))
    with pytest.raises(EngineError) as refused:
        crm.services.relocations.back(crm.viewer("boss"), "crm", moved.id, "弄错了")
    assert codes(refused) == ["FLOW-001"]
    assert where(crm, record) == "review"


@pytest.mark.parametrize(
    ("moves", "reason", "code"),
    [
        ({"asking": "review"}, " ", "RUN-073"),
        ({"asking": "nowhere"}, "x", "FLOW-001"),
        ({"nowhere": "review"}, "x", "FLOW-001"),
        ({"review": "asking"}, "x", "FLOW-038"),
        ({"review": "review"}, "x", "FLOW-038"),
        ({"asking": "review", "draft": "asking"}, "x", "FLOW-038"),
    ],
)
def test_moves_that_cannot_be(crm, moves, reason, code):
    made(crm)
    crm.publish(design(*RETIRED))
    before = counted(crm)
    with pytest.raises(EngineError) as refused:
        move(crm, moves, reason)
    assert set(codes(refused)) == {code}
    assert counted(crm) == before


def test_moving_is_for_administrators_alone(crm):
    for call in (
        lambda viewer: crm.services.relocations.states(viewer, "crm"),
        lambda viewer: crm.services.relocations.listed(viewer, "crm"),
        lambda viewer: crm.services.relocations.move(viewer, "crm", "deal", {"asking": "review"}, "x"),
    ):
        with pytest.raises(EngineError) as refused:
            call(crm.viewer("rep"))
        assert codes(refused) == ["DECIDE-001"]


def test_many_records_are_moved_some_at_a_time(crm):
    made(crm, transition=None, count=230)
    done = []
    moved = crm.services.relocations.move(crm.viewer("boss"), "crm", "deal", {"draft": "bad"}, "x", done.append)
    assert (moved.moved, done) == (230, [100, 200, 230])
