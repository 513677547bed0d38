"""When something that is told goes out: digests and quiet hours, by the clock of the app's zone."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from engine.decision.telling import after_quiet, delivery_json, going_out, hundredths, next_digest
from engine.kernel.clocks import datetime_of, moment_number
from engine.language.compiling import compile_expression
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.types import NumberType
from engine.rules.announced import DeliveryDef, LengthDef, RetryDef

CHINA = "Asia/Shanghai"


def at(written: str, zone: str = CHINA) -> int:
    return moment_number(datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)))


def shown(moment: int, zone: str = CHINA) -> str:
    return datetime_of(moment).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("digest", "now", "due"),
    [
        ("hourly", "2026-03-02T10:20:30", "2026-03-02 11:00"),
        ("hourly", "2026-03-02T10:00:00", "2026-03-02 11:00"),
        ("hourly", "2026-03-02T23:59:59", "2026-03-03 00:00"),
        ("daily", "2026-03-02T07:59:59", "2026-03-02 08:00"),
        ("daily", "2026-03-02T08:00:00", "2026-03-03 08:00"),
        ("daily", "2026-12-31T12:00:00", "2027-01-01 08:00"),
        ("weekly", "2026-03-02T07:00:00", "2026-03-02 08:00"),  # a Monday
        ("weekly", "2026-03-02T08:00:00", "2026-03-09 08:00"),
        ("weekly", "2026-03-08T23:00:00", "2026-03-09 08:00"),
    ],
)
def test_a_digest_goes_out_at_the_next_full_hour_or_morning(digest, now, due):
    assert shown(next_digest(digest, at(now), CHINA)) == due


def test_a_digest_of_an_hour_goes_by_the_clock_of_the_zone_where_that_is_half_an_hour_off():
    now = at("2026-03-02T10:20:00", "Asia/Kolkata")
    assert shown(next_digest("hourly", now, "Asia/Kolkata"), "Asia/Kolkata") == "2026-03-02 11:00"


@pytest.mark.parametrize(
    ("now", "begin", "end", "out"),
    [
        ("2026-03-02T21:59:59", "22:00", "08:00", "2026-03-02 21:59"),
        ("2026-03-02T22:00:00", "22:00", "08:00", "2026-03-03 08:00"),
        ("2026-03-03T03:00:00", "22:00", "08:00", "2026-03-03 08:00"),
        ("2026-03-03T08:00:00", "22:00", "08:00", "2026-03-03 08:00"),
        ("2026-03-03T12:30:00", "12:00", "13:30", "2026-03-03 13:30"),
        ("2026-03-03T13:30:00", "12:00", "13:30", "2026-03-03 13:30"),
        ("2026-03-03T11:59:59", "12:00", "13:30", "2026-03-03 11:59"),
    ],
)
def test_nothing_goes_out_in_quiet_hours(now, begin, end, out):
    assert shown(after_quiet(at(now), time.fromisoformat(begin), time.fromisoformat(end), CHINA)) == out


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
def test_quiet_hours_end_by_the_clock_on_the_wall_when_that_is_turned(month, day):
    now = at(f"2026-{month:02}-{day - 1:02}T23:30:00", "Europe/Berlin")
    out = after_quiet(now, time(22), time(8), "Europe/Berlin")
    assert shown(out, "Europe/Berlin") == f"2026-{month:02}-{day:02} 08:00"


def test_a_digest_waits_for_the_end_of_the_quiet_hours_in_which_it_would_come():
    delivery = DeliveryDef(("mail",), ("22:00", "09:30"), "daily")
    said = delivery_json(delivery, CHINA)
    assert shown(going_out(said, at("2026-03-02T12:00:00"))) == "2026-03-03 09:30"


def test_a_message_carries_the_ways_outside_alone():
    retry = RetryDef(3, LengthDef(2, "minutes"), 2)
    assert delivery_json(DeliveryDef(("in_app",)), CHINA) is None
    assert delivery_json(None, CHINA) is None
    assert delivery_json(DeliveryDef(("in_app", "feishu", "mail"), retry=retry), CHINA) == {
        "channels": ["feishu", "mail"],
        "quiet": None,
        "digest": None,
        "retry": {"most": 3, "first": 120_000, "factor": 2},
        "zone": CHINA,
        "urgent": False,
        "amount": None,
    }


@pytest.mark.parametrize(
    ("scale", "value", "kept"),
    [
        (0, 7, 700),
        (2, 1250, 1250),
        (4, 12_345_678, 123_456),
        (0, None, None),
        (0, 10**20, 10**17),
        (0, -(10**20), -(10**17)),
    ],
)
def test_what_is_at_stake_is_kept_in_hundredths(scale, value, kept):
    form = FormScope("shop", "order", {"worth": FieldScope("worth", "u", NumberType(scale, 18))})
    assert hundredths(compile_expression("worth", Scope(form)), value) == kept
