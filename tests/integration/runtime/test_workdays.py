"""Statutory workdays of mainland China, the same when saving, in a list and in what a list may be asked."""

from __future__ import annotations

import pytest

from engine.runtime.calendars.known import statutory
from tests.integration.runtime.conftest import refused
from tests.support.apps import access, app, field, form, role

HELD = {"uid": "t99999999991", "holds": "is_workday(day)", "message": {"zh": "须是工作日", "en": "must be a workday"}}


def _site_with_visits(site, **more):
    form_ = form("visit", field("name"), field("day", "date", validations=[HELD]))
    site.publish(app(form_, key="crm", roles=[role("rep", access("visit"))], **more))
    return site.person("ann", ("crm", "rep"))


@pytest.mark.parametrize(
    ("day", "allowed"),
    [("2026-10-05", False), ("2026-10-08", True), ("2026-10-10", True), ("2026-10-11", False), ("2026-02-28", True)],
)
def test_day_off_is_refused_and_a_make_up_day_taken_when_a_record_is_saved(site, day, allowed):
    ann = _site_with_visits(site)
    fields = {"name": "a", "day": day}
    if allowed:
        assert site.services.records.create(ann, "crm", "visit", fields).fields["day"] == day
    else:
        assert len(refused(site.services.records.create, ann, "crm", "visit", fields)) == 1


def test_week_is_a_plain_one_when_the_app_lies_elsewhere(site):
    ann = _site_with_visits(site, timezone="Europe/London")
    for day in ("2026-10-05", "2026-10-08"):
        site.services.records.create(ann, "crm", "visit", {"name": day, "day": day})
    assert len(refused(site.services.records.create, ann, "crm", "visit", {"name": "a", "day": "2026-10-10"})) == 1


def test_list_counts_the_same_workdays_when_it_is_filtered(site):
    ann = _site_with_visits(site)
    for day in ("2026-09-30", "2026-10-08", "2026-10-09", "2026-10-10"):
        site.services.records.create(ann, "crm", "visit", {"name": day, "day": day})
    for source, expected in {
        "workdays_between(2026-09-30, day) = 1": ["2026-10-08"],
        "workdays_between(day, 2026-10-12) >= 3": ["2026-09-30", "2026-10-08"],
        "add_workdays(day, 2) = 2026-10-10": ["2026-10-08"],
        "is_workday(add_days(day, 1))": ["2026-10-08", "2026-10-09"],
    }.items():
        page = site.services.records.list(ann, "crm", "visit", filter=source, sort="day")
        assert [item.fields["name"] for item in page.items] == expected, source


def test_statutory_days_are_those_announced_when_asked_for_2026():
    calendar = statutory()
    first, last = 20_454, 20_818
    worked = sum(calendar.is_workday(day) for day in range(first, last + 1))
    assert worked == calendar.between(first - 1, last) == 248
