"""What waits before it goes out: quiet hours and digests, by the business clock, once whoever looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

import pytest

from engine.jobs import telling as telling_jobs
from engine.jobs.queues import MAIN
from engine.jobs.travelling import Travel
from tests.integration.telling.conftest import NOON, Shop, telling
from tests.support.letterbox import body_of

Opened = Callable[..., Shop]
HOUR = 3_600_000
NIGHT = 10 * HOUR
"""From noon in China to ten in the evening."""
QUIET = {"from": "22:00", "to": "08:00"}


def test_letters_wait_for_the_end_of_the_quiet_hours_and_people_are_told_inside_at_once(opened: Opened) -> None:
    here = opened(telling("mail", "wecom", quiet_hours=QUIET))
    here.site.business.moment = NOON + NIGHT
    here.customer()
    here.work()
    assert (here.site.count("youju_notification"), here.box.raw, here.robots.received) == (3, [], [])
    here.later(10 * HOUR - 1_000)
    assert (here.box.raw, here.robots.received) == ([], [])
    here.later(1_000)
    assert (len(here.box.raw), len(here.robots.received)) == (2, 1)


def test_letters_go_out_at_once_outside_of_the_quiet_hours(opened: Opened) -> None:
    here = opened(telling("mail", quiet_hours=QUIET))
    here.customer()
    here.work()
    assert len(here.box.raw) == 2


@pytest.mark.parametrize(("digest", "wait"), [("hourly", HOUR), ("daily", 20 * HOUR)])
def test_what_somebody_is_told_comes_as_one_letter_with_the_digest(opened: Opened, digest: str, wait: int) -> None:
    here = opened(telling("mail", digest=digest), telling("mail", key="other", digest=digest))
    for number in range(3):
        here.customer(f"C{number}")
        here.later(1_000)
    assert (here.site.count("youju_notification"), here.box.raw) == (18, [])
    here.later(wait)
    assert sorted(to for _, (to,) in here.box.envelopes) == ["fang@example.com", "lei@example.com"]
    assert set(here.subjects()) == {"6 条汇总:新客户 C0"}
    body = body_of(here.box.letters[0])
    assert all(f"C{number}" in body for number in range(3))
    assert (here.missed(), here.site.count("youju_gathered")) == ([("mute", "mail", 1)], 0)
    here.later(30 * HOUR)
    assert len(here.box.raw) == 2


def test_a_group_gets_one_digest_that_names_all_whom_it_concerns(opened: Opened) -> None:
    here = opened(telling("wecom", digest="hourly"))
    for number in range(3):
        here.customer(f"C{number}")
        here.later(1_000)
    here.later(HOUR)
    (one,) = here.robots.received
    assert "致 fang、lei、mute:3 条汇总\\n· 新客户 C0" in one.body.decode()


def test_what_is_told_after_a_digest_comes_with_the_next_one(opened: Opened) -> None:
    here = opened(telling("mail", digest="hourly"))
    here.reach("lei", "mail", None)
    here.customer("C1")
    here.work()
    here.later(HOUR)
    here.customer("C2")
    here.work()
    assert here.subjects() == ["新客户 C1"]
    here.later(HOUR)
    assert here.subjects() == ["新客户 C1", "新客户 C2"]


def test_what_comes_while_a_digest_goes_out_is_sent_after_it(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    here = opened(telling("mail", digest="hourly"))
    here.reach("lei", "mail", None)
    here.customer("C1")
    here.work()
    send = telling_jobs.sending.send_letter

    def slowly(*given: Any) -> None:
        """Send it, while a machine whose clock is behind gathers one more."""
        send(*given)
        if len(here.box.raw) == 1:
            here.site.business.moment -= 60_000
            here.customer("C2")
            here.site.jobs().run_once((MAIN,))
            here.site.jobs().run_once((MAIN,))
            here.site.business.moment += 60_000

    monkeypatch.setattr(telling_jobs.sending, "send_letter", slowly)
    here.later(HOUR)
    assert here.subjects() == ["新客户 C1", "新客户 C2"]
    assert here.site.count("youju_gathered") == 0


class Wheel:
    """The business clock of a shop, to be moved by whoever travels."""

    def __init__(self, here: Shop) -> None:
        self.here = here

    def __call__(self) -> int:
        return self.here.site.business.moment

    def move(self, _connection: object, _seen: int, moment: int) -> bool:
        self.here.site.business.moment = moment
        self.stops.append(moment)
        return True

    @cached_property
    def stops(self) -> list[int]:
        return []


def test_digests_and_what_waits_for_the_morning_are_played_when_the_clock_is_moved(opened: Opened) -> None:
    here = opened(
        telling("mail", digest="daily"), telling("wecom", key="other", quiet_hours={"from": "11:00", "to": "14:00"})
    )
    here.customer()
    wheel = Wheel(here)
    journey = Travel(here.site.services.execution, wheel).to(NOON + 48 * HOUR)
    assert wheel.stops == [NOON + 2 * HOUR, NOON + 20 * HOUR, NOON + 48 * HOUR]
    assert (journey.arrived_whole, len(here.box.raw), len(here.robots.received)) == (True, 2, 1)


def test_a_digest_is_sent_once_when_several_processes_look(opened: Opened) -> None:
    here = opened(telling("mail", digest="hourly"))
    for number in range(4):
        here.customer(f"C{number}")
    here.work()
    here.site.business.moment += HOUR
    threads = [threading.Thread(target=here.site.jobs().run_until_quiet) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here.work()
    assert sorted(to for _, (to,) in here.box.envelopes) == ["fang@example.com", "lei@example.com"]


def test_a_digest_is_whole_and_the_same_letter_when_it_is_sent_again(opened: Opened) -> None:
    here = opened(telling("mail", digest="hourly"))
    here.reach("lei", "mail", None)
    here.customer("C1")
    here.customer("C2")
    here.work()
    here.box.answers.append("")
    here.later(HOUR)
    here.later(2_000)
    first, second = here.box.letters
    assert (first["Message-ID"], first["Subject"]) == (second["Message-ID"], second["Subject"])


def test_a_digest_is_as_patient_as_the_most_patient_of_its_rules(opened: Opened) -> None:
    twice = {"attempts": 2, "wait": {"minutes": 1}}
    thrice = {"attempts": 3, "wait": {"minutes": 1}}
    here = opened(
        telling("mail", digest="hourly", retry=twice), telling("mail", key="other", digest="hourly", retry=thrice)
    )
    here.reach("lei", "mail", None)
    here.box.answers.extend(["451 later"] * 9)
    here.customer()
    here.work()
    here.later(HOUR)
    here.later(61_000)
    assert here.dead() == []
    here.later(61_000)
    assert (len(here.dead()), len(here.box.answers)) == (1, 6)
