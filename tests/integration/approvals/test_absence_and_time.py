"""Who acts for those who are away, and steps that do not wait for ever."""

from __future__ import annotations

import pytest

from engine.kernel.problems import EngineError
from engine.runtime.activating import set_active
from tests.integration.jobs.shops import moment
from tests.support.approving import (
    approval,
    ask,
    asked,
    refusal,
    sign,
    standing,
    step,
    told,
    where,
)

DAY = 86_400_000


def test_a_deputy_acts_for_who_is_away(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    now, absences = site.business.moment, site.services.absences
    absences.add(site.viewer("law"), now - 1, now + DAY, site.people["j1"], "年假")
    record = ask(site)
    assert any(text.startswith("请审批") for text in told(site, "j1"))
    assert refusal(site, "j2", record, "approve") == ["FLOW-040"]
    [task] = site.services.inbox.open_tasks(site.viewer("j1"))
    assert task.record["id"] == record.id
    site.services.inbox.act(site.viewer("j1"), task.id, "approve", {})
    act = standing(site, record).acts[-1]
    assert (act.by, act.instead_of, where(site, record)) == ("j1", "law", "good")


def test_after_the_absence_nobody_acts_instead(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    now = site.business.moment
    site.services.absences.add(site.viewer("law"), now, now + DAY, site.people["j1"])
    record = ask(site)
    site.business.moment += DAY
    assert refusal(site, "j1", record, "approve") == ["FLOW-040"]
    assert sign(site, "law", record, "approve").outcome == "approved"


def test_deputies_who_are_away_or_for_whom_it_is_their_own_are_gone_past(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    now, absences = site.business.moment, site.services.absences
    absences.add(site.viewer("law"), now, now + DAY, site.people["rep"])
    record = ask(site)
    assert refusal(site, "rep", record, "approve") == ["FLOW-042"]
    waiting = site.services.approvals.waiting
    assert [len(waiting(site.viewer(name))) for name in ("lead", "rep", "head", "j1")] == [1, 0, 0, 0]
    assert sign(site, "lead", record, "approve").outcome == "approved", "the superior of the deputy"
    absences.add(site.viewer("j1"), now, now + DAY, site.people["j2"])
    absences.add(site.viewer("rep"), now, now + DAY, site.people["j1"])
    other = ask(site, "head")
    assert sign(site, "j2", other, "approve").outcome == "approved", "the deputy of a deputy of a deputy"


def test_absences_that_cannot_be(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    now, absences, law = site.business.moment, site.services.absences, site.viewer("law")
    for begins, ends, deputy, code in (
        (now, now, None, "RUN-070"),
        (now - 5, now, None, "RUN-070"),
        (now, now + 400 * DAY, None, "RUN-070"),
        (now, now + 1, law.id, "RUN-071"),
        (now, now + 1, "nobody", "RUN-071"),
    ):
        with pytest.raises(EngineError) as refused:
            absences.add(law, begins, ends, deputy)
        assert [problem.code for problem in refused.value.problems] == [code]
    with pytest.raises(EngineError):
        absences.add(site.viewer("rep"), now, now + 1, None, user=law.id)
    id = absences.add(law, now, now + 1, None)
    assert [one.id for one in absences.of(law)] == [id]
    absences.remove(law, id)
    assert absences.of(law) == ()


HOUR = 3_600_000


@pytest.mark.parametrize(
    ("late", "after", "outcome"),
    [("remind", ["law"], None), ("superior", ["boss"], None), ("approve", [], "approved"), ("reject", [], "rejected")],
)
def test_a_step_reminds_in_time_and_does_not_wait_for_ever(crm, late, after, outcome):
    site = crm(approval(step("first", {"role": "legal"}, due={"hours": 10, "late": late})))
    record = ask(site)
    for hours, times in ((4, 1), (1, 2), (2, 2), (1, 3)):
        site.business.moment += hours * HOUR
        assert len(told(site, "law")) == times
    assert asked(site) == ["law"]
    site.business.moment += 2 * HOUR
    assert told(site, "rep")
    assert (asked(site), standing(site, record).outcome) == (after, outcome)


def test_reminders_of_a_time_in_working_hours_come_within_them(crm):
    site = crm(approval(step("first", {"role": "legal"}, due={"work_hours": 8, "late": "reject"})))
    site.business.moment = moment("2026-03-06T17:00")
    record = ask(site)
    for at, times in (
        ("2026-03-06T21:00", 1),
        ("2026-03-08T12:00", 1),
        ("2026-03-09T11:59", 1),
        ("2026-03-09T12:00", 2),
        ("2026-03-09T15:23", 2),
        ("2026-03-09T15:24", 3),
        ("2026-03-09T16:59", 3),
    ):
        site.business.moment = moment(at)
        assert len(told(site, "law")) == times, at
    assert asked(site) == ["law"]
    site.business.moment = moment("2026-03-09T17:00")
    told(site, "rep")
    assert standing(site, record).outcome == "rejected"


def test_a_step_that_has_gone_on_is_not_late(crm):
    site = crm(
        approval(
            step("first", {"role": "legal"}, due={"hours": 1, "late": "reject"}), step("second", {"role": "judge"})
        )
    )
    record = ask(site)
    sign(site, "law", record, "approve")
    site.business.moment += 2 * HOUR
    told(site, "law")
    assert (standing(site, record).outcome, asked(site)) == (None, ["j1", "j2", "j3"])


def test_every_decision_is_in_the_journal(crm):
    site = crm(approval(step("first", {"role": "judge"}, "all")))
    record = ask(site)
    sign(site, "j1", record, "approve", "可以")
    sign(site, "j2", record, "reject", "不行")
    noted = site.query("SELECT action, actor, payload FROM youju_journal WHERE subject = 'approval' ORDER BY id")
    assert sorted((row[0], row[1]) for row in noted) == sorted(
        [("start", site.people["rep"]), ("approve", site.people["j1"]), ("reject", site.people["j2"])]
    )
    assert any("不行" in row[2] for row in noted)


def test_who_has_left_is_acted_for_by_their_superior(crm):
    site = crm(approval(step("first", {"role": "legal"})))
    record = ask(site)
    set_active(site.services.execution, "law", active=False)
    assert [task.record["id"] for task in site.services.inbox.open_tasks(site.viewer("boss"))] == [record.id]
    assert sign(site, "boss", record, "approve").outcome == "approved"
