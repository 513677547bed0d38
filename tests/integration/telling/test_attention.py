"""Nobody is interrupted more often a day than the installation says: what is more comes in the morning, once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.decision.telling import TELL
from engine.jobs.delivering import LOOKS
from engine.kernel.problems import EngineError
from engine.storage import outbox
from tests.integration.telling.conftest import NOON, Shop, telling
from tests.support.apps import rule, state, transition, workflow
from tests.support.letterbox import body_of

Opened = Callable[..., Shop]
HOUR = 3_600_000
DAY = 24 * HOUR
TO_MORNING = 20 * HOUR
"""From noon in China to eight in the morning."""
QUIET = {"from": "22:00", "to": "09:00"}


def alone(opened: Opened, *rules: Any) -> Shop:
    """Open the shop where one person alone is reached by mail."""
    here = opened(*rules)
    here.reach("lei", "mail", None)
    return here


def several(here: Shop, many: int, first: int = 1) -> None:
    for number in range(first, first + many):
        here.customer(f"C{number}", number * 100)
        here.later(1_000)


def inside(here: Shop, name: str) -> list[str]:
    """Return the messages of mornings that somebody has inside."""
    found = here.site.services.inbox.notifications(here.site.viewer(name), 200)
    return [one.text.zh for one in reversed(found) if one.text.zh.startswith("留到今早")]


def test_what_is_beyond_the_limit_comes_in_the_morning_by_mail_and_inside_the_greatest_first(opened: Opened) -> None:
    here = alone(opened, telling("mail", amount="worth"))
    here.interrupted(2)
    several(here, 5)
    assert here.subjects() == ["新客户 C1", "新客户 C2"]
    assert here.site.count("youju_notification") == 15
    here.later(TO_MORNING - 10_000)
    assert len(here.subjects()) == 2
    here.later(10_000)
    assert here.subjects()[2:] == ["3 条汇总:新客户 C5"]
    body = body_of(here.box.letters[2])
    assert body.index("C5") < body.index("C4") < body.index("C3")
    assert inside(here, "fang") == ["留到今早的 3 条:新客户 C5;新客户 C4;新客户 C3"]
    assert inside(here, "lei") == []
    here.later(2 * DAY)
    assert (len(here.subjects()), len(inside(here, "fang"))) == (3, 1)


def test_what_has_no_amount_comes_after_what_has_one_and_of_two_the_older_one_first(opened: Opened) -> None:
    here = alone(opened, telling("mail", amount="worth"))
    here.interrupted(0)
    for code, worth in (("C1", None), ("C2", 7), ("C3", None), ("C4", 7), ("C5", 70)):
        here.customer(code, worth)
        here.later(1_000)
    here.later(DAY)
    body = body_of(here.box.letters[0])
    assert sorted(("C1", "C2", "C3", "C4", "C5"), key=body.index) == ["C5", "C2", "C4", "C1", "C3"]


def test_the_next_day_counts_anew(opened: Opened) -> None:
    here = alone(opened, telling("mail"))
    here.interrupted(1)
    several(here, 2)
    here.later(13 * HOUR)
    several(here, 2, first=3)
    assert here.subjects() == ["新客户 C1", "新客户 C3"]


def test_what_is_urgent_goes_out_and_takes_nobodys_place(opened: Opened) -> None:
    here = alone(opened, telling("mail"), telling("mail", key="red", urgent=True, text={"zh": "红", "en": "red"}))
    here.interrupted(1)
    several(here, 3)
    assert sorted(here.subjects()) == ["新客户 C1", "红", "红", "红"]
    seen = here.site.services.attention.of(here.me)
    assert (seen.limit, seen.counted, seen.urgent) == (1, 1, 3)
    assert [one.text.zh for one in seen.waiting] == ["新客户 C2", "新客户 C3"]


def test_a_rule_that_is_critical_or_holds_a_record_always_interrupts(opened: Opened) -> None:
    free = {key: value for key, value in transition("free", ["new"], "", releases=True).items() if key != "to"}
    flow = workflow("customer", [state("new", "won")], [free])
    critical = {**telling("mail", key="critical"), "severity": "critical"}
    told = {"to": [{"role": "staff"}], "text": {"zh": "已冻结", "en": "held"}, "channels": ["mail"]}
    hold = {"hold": {"reason": {"zh": "等", "en": "wait"}}}
    held = rule("held", "customer", {"created": True}, [hold, {"notify": told}])
    here = alone(opened, flow, telling("mail"), critical, held)
    here.interrupted(0)
    here.customer()
    here.work()
    assert sorted(here.subjects()) == ["【严重】新客户 C1", "已冻结"]


def test_mail_and_a_robot_for_one_thing_are_one_interruption(opened: Opened) -> None:
    here = alone(opened, telling("mail", "wecom"))
    here.interrupted(2)
    several(here, 3)
    assert (len(here.subjects()), len(here.robots.received)) == (2, 2)
    here.later(DAY)
    assert (len(here.subjects()), len(here.robots.received)) == (3, 3)


def test_a_robot_leaves_out_whoever_was_interrupted_often_enough_and_says_nothing_twice(opened: Opened) -> None:
    robot = {**telling("wecom", key="robot"), "on": [{"changed": ["worth"]}]}
    here = alone(opened, telling("mail"), robot)
    here.interrupted(1)
    made = here.customer()
    here.work()
    here.site.services.records.update(here.me, "shop", "customer", made, {"worth": 7}, 1)
    here.work()
    (spoken,) = [one.body.decode() for one in here.robots.received]
    assert "lei、mute" in spoken
    assert "fang" not in spoken
    here.later(DAY)
    assert inside(here, "fang") == ["留到今早的 1 条:新客户 C1"]
    assert (len(here.robots.received), here.subjects()) == (1, ["新客户 C1"])


def test_a_robot_speaks_in_the_morning_where_nobody_could_be_told(opened: Opened) -> None:
    here = alone(opened, telling("wecom"))
    here.interrupted(0)
    several(here, 2)
    assert here.robots.received == []
    here.later(DAY)
    (spoken,) = [one.body.decode() for one in here.robots.received]
    assert "致 fang、lei、mute:2 条汇总" in spoken


def test_a_digest_of_every_hour_is_an_interruption_and_waits_for_the_morning_as_others_do(opened: Opened) -> None:
    here = alone(opened, telling("mail", digest="hourly"))
    here.interrupted(2)
    for number in range(1, 5):
        here.customer(f"C{number}")
        here.work()
        here.later(HOUR)
    assert here.subjects() == ["新客户 C1", "新客户 C2"]
    here.later(DAY)
    assert here.subjects()[2:] == ["2 条汇总:新客户 C3"]
    assert inside(here, "fang") == ["留到今早的 2 条:新客户 C3;新客户 C4"]


def test_a_digest_of_every_day_is_none_and_shares_the_letter_of_the_morning(opened: Opened) -> None:
    here = alone(opened, telling("mail", digest="daily"), telling("mail", key="other"))
    here.interrupted(0)
    here.customer()
    here.work()
    here.later(DAY)
    assert here.subjects() == ["2 条汇总:新客户 C1"]
    assert len(inside(here, "fang")) == 1


def test_whoever_has_no_address_is_not_counted_and_told_inside_alone(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.interrupted(1)
    several(here, 3)
    assert here.missed() == [("mute", "mail", 3)]
    mute = here.site.services.attention.of(here.site.viewer("mute"))
    assert (mute.counted, mute.waiting) == (0, ())


def test_what_is_tried_again_keeps_the_quiet_hours(opened: Opened) -> None:
    here = alone(opened, telling("mail", quiet_hours=QUIET))
    here.site.business.moment = NOON + 10 * HOUR - 60_000
    here.box.answers.append("451 later")
    here.customer()
    here.work()
    assert len(here.errors()) == 1
    here.later(60_000)
    here.later(5 * HOUR)
    here.later(6 * HOUR - 1_000)
    assert (here.box.raw, len(here.box.answers)) == ([], 0)
    here.later(1_000)
    assert (len(here.box.raw), here.dead()) == (1, [])


def test_a_digest_that_is_tried_again_keeps_the_quiet_hours(opened: Opened) -> None:
    here = alone(opened, telling("mail", digest="hourly", quiet_hours={"from": "13:01", "to": "18:00"}))
    here.box.answers.append("451 later")
    here.customer()
    here.work()
    here.later(HOUR)
    assert len(here.errors()) == 1
    here.later(2 * HOUR)
    assert here.box.raw == []
    here.later(3 * HOUR)
    assert len(here.box.raw) == 1


def test_what_fails_until_the_next_day_is_counted_on_that_day(opened: Opened) -> None:
    slow = {"attempts": 9, "wait": {"hours": 13}}
    here = alone(opened, telling("mail", retry=slow), telling("mail", key="b", text={"zh": "乙 {{code}}", "en": "b"}))
    here.interrupted(2)
    here.box.answers.append("451 later")
    here.customer("C1")
    here.work()
    assert (len(here.box.raw), here.site.services.attention.of(here.me).counted) == (1, 2)
    here.interrupted(1)
    here.later(12 * HOUR + 60_000)
    here.customer("C2")
    here.work()
    here.later(HOUR)
    seen = here.site.services.attention.of(here.me)
    assert (len(here.box.raw), seen.counted, len(seen.waiting)) == (2, 1, 2)
    here.later(DAY)
    assert len(here.box.raw) == 3


def test_a_worker_that_dies_between_the_count_and_the_letter_counts_once(opened: Opened) -> None:
    here = alone(opened, telling("mail"))
    here.interrupted(1)
    here.customer("C1")
    here.customer("C2")
    here.site.jobs().run_once(("main",))
    here.site.jobs().run_once(("main",))
    execution = here.site.services.execution
    for _ in range(3):  # whoever holds them tells, and dies before it is noted
        with here.site.database.write() as connection:
            clocks = {"business_now": here.site.business(), "real_now": here.site.real()}
            held = outbox.claim(connection, **clocks, lease=1_000, lane=outbox.Lane(frozenset({TELL}), beside=False))
        for message in held:
            LOOKS[TELL](execution, message)
        here.site.real.moment += 2_000
    here.work()
    assert len({one["Message-ID"] for one in here.box.letters}) == 1
    assert here.site.services.attention.of(here.me).counted == 1
    here.later(DAY)
    here.later(DAY)
    assert len({one["Message-ID"] for one in here.box.letters}) == 2
    assert len(inside(here, "fang")) == 1
    assert "1 条" in inside(here, "fang")[0]


def test_what_waits_for_the_morning_does_so_for_good_when_its_worker_died_until_the_next_day(opened: Opened) -> None:
    here = alone(opened, telling("mail"))
    here.interrupted(0)
    here.customer("C1")
    here.site.jobs().run_once(("main",))
    here.site.jobs().run_once(("main",))
    lane = outbox.Lane(frozenset({TELL}), beside=False)
    with here.site.database.write() as connection:
        clocks = {"business_now": here.site.business(), "real_now": here.site.real()}
        held = outbox.claim(connection, **clocks, lease=DAY, limit=9, lane=lane)
    for message in held:
        LOOKS[TELL](here.site.services.execution, message)
    here.interrupted(9)
    here.later(TO_MORNING)
    assert (here.subjects(), len(inside(here, "fang"))) == ([], 1)
    here.later(DAY - TO_MORNING)
    assert here.subjects() == []
    here.later(DAY)
    assert (here.subjects(), len(inside(here, "fang"))) == (["新客户 C1"], 1)


def test_workers_side_by_side_let_no_more_through(opened: Opened) -> None:
    here = alone(opened, telling("mail"))
    here.interrupted(3)
    for number in range(12):
        here.customer(f"C{number}")
    threads = [threading.Thread(target=here.site.jobs().run_until_quiet) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    here.work()
    assert len(here.subjects()) == 3
    here.later(DAY)
    here.later(DAY)
    codes = [body_of(one) for one in here.box.letters]
    assert all(sum(f"C{number}\n" in f"{body}\n" for body in codes) == 1 for number in range(12))
    assert len(inside(here, "fang")) == 1


def test_the_limit_is_a_number_that_an_administrator_sets_and_the_journal_keeps(opened: Opened) -> None:
    here = opened(telling("mail"))
    attention = here.site.services.attention
    assert attention.limit() == 5
    for wrong in (-1, 101):
        with pytest.raises(EngineError, match="TELL-019"):
            attention.keep_limit(wrong)
    with pytest.raises(EngineError, match="DECIDE-001"):
        attention.set_limit(here.me, 3)
    attention.keep_limit(3)
    attention.keep_limit(3)
    assert attention.limit() == 3
    assert here.site.query("SELECT count(*) FROM youju_journal WHERE subject = 'attention'")[0][0] == 1
