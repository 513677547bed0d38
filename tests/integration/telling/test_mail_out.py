"""Telling people by mail: after what they are told inside, once, again where it failed, and never in their way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from engine.jobs.delivering import DELIVERIES, Delivery
from engine.jobs.queues import MAIN
from engine.jobs.telling import keep_told
from engine.runtime.activating import set_active
from engine.runtime.execution import Execution
from engine.storage.outbox import Message, replay
from tests.integration.telling.conftest import PUBLIC, Shop, telling
from tests.support.letterbox import Letterbox, body_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

Opened = Callable[..., Shop]


def test_people_get_a_letter_when_they_were_told_inside(opened: Opened) -> None:
    here = opened(telling("mail"))
    id = here.customer()
    here.work()
    assert here.site.count("youju_notification") == 3
    assert sorted(to for _, (to,) in here.box.envelopes) == ["fang@example.com", "lei@example.com"]
    assert set(here.subjects()) == {"新客户 C1"}
    assert f"{PUBLIC}/a/shop/customer/{id}" in body_of(here.box.letters[0])
    assert len({one["Message-ID"] for one in here.box.letters}) == 2


def test_nobody_gets_a_letter_when_the_rule_tells_inside_alone(opened: Opened) -> None:
    here = opened(telling("in_app"), telling(key="other"))
    here.customer()
    here.work()
    assert here.site.count("youju_notification") == 6
    assert here.box.raw == []


def test_somebody_reads_their_own_language_when_a_letter_comes(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.site.services.directory.set_language(here.me, "en")
    here.customer()
    here.work()
    assert set(here.subjects()) == {"New customer C1", "新客户 C1"}


def test_it_is_seen_who_has_no_address_and_nothing_is_wrong(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.customer("C1")
    here.customer("C2")
    here.work()
    assert here.missed() == [("mute", "mail", 2)]
    assert (here.dead(), here.errors()) == ([], [])
    here.reach("mute", "mail", "mute@example.com")
    assert here.missed() == []


def test_it_is_seen_that_there_is_no_mail_server_and_nothing_is_wrong(opened: Opened) -> None:
    here = opened(telling("mail"), mail=False)
    here.customer()
    here.work()
    assert here.missed() == [("", "mail", 3)]
    assert (here.dead(), here.errors(), here.site.count("youju_notification")) == ([], [], 3)


def test_nothing_goes_out_and_nothing_is_wrong_in_a_trial(opened: Opened) -> None:
    here = opened(telling("mail", "wecom"), telling("mail", key="later", digest="hourly"), is_open=False)
    here.customer()
    here.work()
    here.later(3_600_000)
    assert (here.box.raw, here.robots.received, here.missed(), here.dead()) == ([], [], [], [])
    assert here.site.count("youju_gathered") == 0


def test_nobody_is_written_to_who_has_left(opened: Opened) -> None:
    here = opened(telling("mail", quiet_hours={"from": "12:00", "to": "13:00"}))
    here.customer()
    here.work()
    for name in here.site.people:
        set_active(here.site.services.execution, name, active=False)
    here.later(3_600_000)
    assert (here.box.raw, here.missed()) == ([], [])


def test_a_letter_has_the_same_id_when_it_is_sent_again(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.reach("lei", "mail", None)
    here.box.answers.extend(["", "451 later"])
    here.customer()
    here.work()
    here.later(2_000)
    here.later(5_000)
    first, second = here.box.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert (here.dead(), here.errors()) == ([], [])


def test_a_letter_has_the_same_id_when_a_process_died_before_it_was_noted(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.reach("lei", "mail", None)
    here.customer()
    here.site.jobs().run_once((MAIN,))
    here.site.jobs().run_once((MAIN,))

    def dies(execution: Execution, connection: Connection, message: Message) -> None:
        keep_told(execution, connection, message)
        if not message.payload["missed"]:
            raise SystemExit

    dying = here.site.jobs()
    dying.delivery = Delivery(here.site.services.execution, {**DELIVERIES, "tell": dies})
    with pytest.raises(SystemExit):
        dying.run_once()
    assert len(here.box.raw) == 1
    here.later(61_000)
    assert len({one["Message-ID"] for one in here.box.letters}) == 1
    assert len(here.box.raw) == 2, "once more, and then never again"
    here.later(3_600_000)
    assert len(here.box.raw) == 2


def test_a_letter_is_dead_at_once_when_the_server_refuses_it_and_goes_out_when_it_is_replayed(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.box.refused["lei@example.com"] = "550 no such user"
    here.customer()
    here.work()
    here.later(3_600_000)
    (error,) = here.dead()
    assert "TELL-006" in error
    assert "no such user" in error
    assert "邮件服务器不收这封信" in error
    here.box.refused.clear()
    ((id,),) = here.site.query("SELECT id FROM youju_outbox WHERE dead_at IS NOT NULL")
    with here.site.database.write() as connection:
        replay(connection, id)
    here.work()
    assert sorted(to for _, (to,) in here.box.envelopes) == ["fang@example.com", "lei@example.com"]


def test_a_letter_is_repeated_as_the_rule_says_when_it_says_so(opened: Opened) -> None:
    here = opened(telling("mail", retry={"attempts": 2, "wait": {"minutes": 5}}))
    here.reach("lei", "mail", None)
    here.box.answers.extend(["451 later"] * 9)
    here.customer()
    here.work()
    here.later(299_000)
    assert len(here.box.answers) == 8
    here.later(2_000)
    assert (len(here.box.answers), len(here.dead())) == (7, 1)


def test_the_server_is_left_alone_when_it_failed_too_often(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.interrupted(100)
    here.box.greeting = "421 closing"
    for number in range(8):
        here.customer(f"C{number}")
    here.work()
    ((failures, until),) = here.site.query(
        "SELECT failures, open_until FROM youju_connector WHERE app = '' AND connector = 'tell/mail'"
    )
    assert (failures, until) == (5, here.site.real() + 60_000)
    here.box.greeting = "220 here"
    for _ in range(8):
        here.later(61_000)
    assert (len(here.box.raw), here.dead()) == (16, [])


def test_people_are_told_inside_at_once_when_the_mail_server_is_slow(opened: Opened, box: Letterbox) -> None:
    here = opened(telling("mail"))
    box.wait = 2
    over = threading.Event()
    jobs = threading.Thread(target=here.site.jobs().run, args=(over.is_set,))
    jobs.start()
    try:
        here.customer("C1")
        begun = time.monotonic()
        while here.site.count("youju_notification") < 3:
            assert time.monotonic() - begun < 10
            time.sleep(0.02)
        here.customer("C2")
        begun = time.monotonic()
        while here.site.count("youju_notification") < 6:
            assert time.monotonic() - begun < 1.5
            time.sleep(0.02)
    finally:
        over.set()
        jobs.join()
