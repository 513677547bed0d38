"""How long a record may stay in a state: reminders in time, escalation afterwards, and dates that are put off."""

from __future__ import annotations

import pytest

from engine.kernel.clocks import date_of, datetime_of
from engine.kernel.problems import EngineError
from tests.support.apps import access, app, field, form, role, state, transition, workflow

HOUR = 3_600_000
JOB = form("job", field("by", "date"), field("hours", "number"), workflow="job")
STAFF = role("staff", access("job"))


def flow(**due):
    states = [state("new"), state("doing", due=due), state("done", "won")]
    moves = [transition("take", ["new"], "doing"), transition("finish", ["doing"], "done")]
    return workflow("job", states, moves)


@pytest.fixture
def firm(site):
    def start(**due):
        site.publish(app(JOB, flow(**due), key="firm", roles=[STAFF]))
        for name, above in (("top", None), ("head", "top"), ("me", "head")):
            site.person(name, ("firm", "staff"), manager=above)
        return site

    return start


def take(site, **fields):
    return site.services.records.create(site.viewer("me"), "firm", "job", fields, "take")


def told(site, hours, name="me"):
    """Let some hours pass; return what somebody has been told by then, the latest first."""
    site.business.moment += int(hours * HOUR)
    site.jobs().run_until_quiet()
    return [item.text.zh for item in site.services.inbox.notifications(site.viewer(name))]


def test_the_owner_is_reminded_in_time(firm):
    site = firm(at="state_since + hours(10)")
    take(site)
    assert told(site, 4.9) == []
    assert told(site, 0.1) == ["“doing的中文”的时限已过50%"]
    assert len(told(site, 2.9)) == 1
    assert told(site, 0.1)[0] == "“doing的中文”的时限已过80%"
    assert told(site, 2)[0] == "“doing的中文”的时限已到"
    assert len(told(site, 100)) == 3


def test_superiors_hear_of_it_one_after_the_other(firm):
    escalate = [{"to": [{"manager_of": "owner"}]}, {"after": {"hours": 5}, "to": [{"manager_chain": "owner"}]}]
    site = firm(at="state_since + hours(10)", remind=[], escalate=escalate)
    take(site)
    assert told(site, 9.9, "head") == []
    assert told(site, 0.1, "head") == ["“doing的中文”已超时,请过问"]
    assert told(site, 4.9, "top") == []
    assert len(told(site, 0.1, "top")) == 1
    assert len(told(site, 0, "head")) == 2
    assert told(site, 0, "me") == []


def test_whoever_goes_on_in_time_hears_nothing(firm):
    site = firm(at="state_since + hours(10)")
    record = take(site)
    told(site, 6)
    site.services.records.transition(site.viewer("me"), "firm", "job", record.id, "finish", {})
    assert len(told(site, 20)) == 1


def test_a_date_that_is_put_off_puts_off_the_deadline(firm):
    site = firm(at="by", remind=[100])
    day = datetime_of(site.business.moment).date().toordinal()
    record = take(site, by=date_of(day - date_of(0).toordinal() + 1).isoformat())
    later = date_of(day - date_of(0).toordinal() + 3).isoformat()
    told(site, 1)
    site.services.records.update(site.viewer("me"), "firm", "job", record.id, {"by": later}, None)
    assert told(site, 24) == []
    assert len(told(site, 48)) == 1


def test_each_stay_has_a_time_of_its_own(firm):
    site = firm(at="state_since + hours(hours)", remind=[100])
    first, second = take(site, hours="1"), take(site, hours="3")
    assert len(told(site, 1)) == 1
    assert len(told(site, 2)) == 2
    assert first.id != second.id


def test_why_somebody_was_told_is_explained_as_of_any_rule(firm):
    site = firm(at="state_since + hours(1)", remind=[100])
    record = take(site)
    told(site, 1)
    runs = site.query("SELECT rule, fired FROM youju_rule_run WHERE record = :id", id=record.id)
    assert [tuple(row) for row in runs] == [("job.doing.due_100", True)]


@pytest.mark.parametrize(
    ("due", "code", "place"),
    [
        ({"at": "hours"}, "FLOW-039", "workflows/job.json#states.doing.due.at"),
        ({"at": "state_since +"}, "LANG-009", "workflows/job.json#states.doing.due.at"),
        ({"at": "by", "tell": [{"role": "nobody"}]}, "APP-017", "workflows/job.json#states.doing.due.tell[0].role"),
    ],
)
def test_what_is_wrong_with_a_deadline_is_told_once_and_where_it_stands(site, due, code, place):
    with pytest.raises(EngineError) as refused:
        site.publish(app(JOB, flow(**due), key="firm", roles=[STAFF]))
    [problem] = refused.value.problems
    assert (problem.code, problem.path) == (code, place)
