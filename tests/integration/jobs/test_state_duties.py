"""What has to be recorded in every period in which a record stays in a state: reminders, and who hears of it late."""

from __future__ import annotations

import pytest

from engine.kernel.clocks import DAY_MS, date_of, day_of, moment_text, start_of_day
from engine.kernel.problems import EngineError
from tests.support.apps import access, app, element, field, form, role, state, transition, workflow

HOUR = 3_600_000
ZONE = "Asia/Shanghai"
NOTES = element("notes", form="note", reference="job")
JOB = form("job", field("name"), workflow="job", relations=[NOTES], title="{{name}}")
NOTE = form("note", field("job", "reference", form="job"), field("good", "boolean"), field("day", "date"))
STAFF = role("staff", access("job"), access("note"))
WEEKLY = {"records": "notes", "each": "week", "remind": "0 16 * * 5"}
LATE = {"late": [{"manager_of": "owner"}]}


def flow(*duties):
    states = [state("new"), state("doing", duties=[*duties]), state("done", "won")]
    moves = [transition("take", ["new"], "doing"), transition("finish", ["doing"], "done")]
    return workflow("job", states, moves)


@pytest.fixture
def firm(site):
    def start(**duty):
        site.business.moment = monday(site)
        site.publish(app(JOB, NOTE, flow(element("note", **duty)), key="firm", roles=[STAFF]))
        for name, above in (("head", None), ("me", "head")):
            site.person(name, ("firm", "staff"), manager=above)
        return site

    return start


def monday(site):
    """Return the midnight with which the next Monday begins."""
    day = day_of(site.business.moment, ZONE)
    return start_of_day(day + 7 - date_of(day).weekday(), ZONE)


def take(site, name="a"):
    return site.services.records.create(site.viewer("me"), "firm", "job", {"name": name}, "take")


def note(site, job, **fields):
    return site.services.records.create(site.viewer("me"), "firm", "note", {"job": job.id, **fields})


def told(site, days=0, hours=0, name="me"):
    """Let time go by, a quarter of a day at a time; return what somebody has been told by then, the latest first."""
    end = site.business.moment + days * DAY_MS + hours * HOUR
    while site.business.moment < end:
        site.business.moment = min(end, site.business.moment + 6 * HOUR)
        site.jobs().run_until_quiet()
    return [item.text.zh for item in site.services.inbox.notifications(site.viewer(name))]


def test_the_owner_is_reminded_while_nothing_is_recorded(firm):
    site = firm(**WEEKLY)
    take(site)
    assert told(site, days=4, hours=15) == []
    assert told(site, hours=1) == ["本周要有1条“note的中文”,还没有够"]
    assert len(told(site, days=6, hours=23)) == 1
    assert len(told(site, hours=1)) == 2


def test_nobody_is_reminded_where_it_is_recorded_in_this_week(firm):
    site = firm(**WEEKLY)
    job = take(site)
    note(site, job)
    assert told(site, days=4, hours=16) == []
    assert len(told(site, days=7)) == 1
    note(site, job)
    assert len(told(site, days=2)) == 1


def test_as_many_are_wanted_as_the_duty_says_and_only_those_that_meet_its_condition(firm):
    site = firm(**WEEKLY, count=2, where="good")
    job = take(site)
    note(site, job, good=True)
    note(site, job, good=False)
    other = take(site, "b")
    note(site, other, good=True)
    note(site, other, good=True)
    assert told(site, days=4, hours=16) == ["本周要有2条“note的中文”,还没有够"]


def test_the_day_is_that_of_the_field_that_the_duty_names(firm):
    site = firm(**WEEKLY, dated="day")
    job = take(site)
    note(site, job, day="2020-01-01")
    assert len(told(site, days=4, hours=16)) == 1


def test_the_superior_hears_of_a_whole_week_with_nothing(firm):
    site = firm(**WEEKLY, **LATE)
    take(site)
    assert told(site, days=7, hours=7, name="head") == []
    assert told(site, hours=1, name="head") == ["上周没有做够“note的中文”(1条),请过问"]


def test_a_week_that_was_not_whole_is_not_held_against_anybody(firm):
    site = firm(**WEEKLY, **LATE)
    told(site, days=1)
    take(site)
    assert told(site, days=6, hours=8, name="head") == []
    assert len(told(site, days=7, name="head")) == 1


def test_nobody_hears_of_a_record_that_has_left_the_state(firm):
    site = firm(**WEEKLY, **LATE)
    job = take(site)
    told(site, days=1)
    site.services.records.transition(site.viewer("me"), "firm", "job", job.id, "finish", {})
    assert told(site, days=14) == []
    assert told(site, name="head") == []


@pytest.mark.parametrize(
    ("each", "remind", "first", "next_"), [("day", "0 16 * * *", 0, 1), ("month", "0 16 28 * *", 28, 28)]
)
def test_days_and_months_are_periods_as_well(firm, each, remind, first, next_):
    site = firm(records="notes", each=each, remind=remind, **LATE)
    job = take(site)
    note(site, job)
    assert told(site, days=first, hours=23) == []
    assert len(told(site, days=next_ + 4)) >= 1
    assert len(told(site, days=31, name="head")) >= 1


def test_the_page_says_how_many_are_there_and_by_when(firm):
    site = firm(**WEEKLY, count=2)
    job = take(site)
    note(site, job)
    (duty,) = site.services.pages.record(site.viewer("me"), "firm", "job", job.id).duties
    assert (duty.labels.zh, duty.done, duty.count, duty.each, duty.through) == ("note的中文", 1, 2, "week", "job")
    assert duty.until == moment_text(start_of_day(day_of(site.business.moment, ZONE) + 6, ZONE))
    site.services.records.transition(site.viewer("me"), "firm", "job", job.id, "finish", {})
    assert site.services.pages.record(site.viewer("me"), "firm", "job", job.id).duties == ()


def test_its_condition_is_kept_by_keys(firm):
    site = firm(**WEEKLY, where="good的中文")
    with site.database.read() as connection:
        stored = site.services.execution.catalogs.current(connection).catalog.apps["firm"].definition.documents
    duties = next(one["duties"] for one in stored["workflows/job.json"]["states"] if "duties" in one)
    assert duties[0]["where"] == "good"


@pytest.mark.parametrize(
    ("duty", "code"),
    [
        ({"records": "nothing", "each": "week"}, "FLOW-060"),
        ({"records": "notes", "each": "week", "dated": "good"}, "FLOW-061"),
        ({"records": "notes", "each": "week", "dated": "nothing"}, "FLOW-061"),
        ({"records": "notes", "each": "week", "where": "good = 1"}, "LANG-031"),
        ({"records": "notes", "each": "week", "remind": "now and then"}, "RULE-007"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(firm, duty, code):
    with pytest.raises(EngineError) as refused:
        firm(**duty)
    assert [problem.code for problem in refused.value.problems] == [code]
    assert "duties.note" in refused.value.problems[0].path
