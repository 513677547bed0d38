"""Boards that an app sends: to everybody of a role, as each may see it, once a slot, and not to who wants none."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.kernel.problems import EngineError
from engine.runtime.activating import set_active
from tests.integration.telling.conftest import PUBLIC, Shop
from tests.integration.telling.test_boards_by_mail import enclosed, published, with_board
from tests.support.apps import access, role
from tests.support.letterbox import body_of

Opened = Callable[..., Shop]
HOUR = 3_600_000
DAY = 24 * HOUR
EIGHT = {"cron": "0 8 * * *"}


def sending(here: Shop, **send: Any) -> None:
    """Publish the shop with a board that is sent."""
    documents = with_board(published(here))
    documents["boards/daily.json"]["send"] = {"schedule": EIGHT, "roles": ["staff"], **send}
    here.site.publish(documents)


@pytest.fixture
def shop(opened: Opened) -> Shop:
    """A shop whose board is sent to the staff every morning at eight."""
    here = opened()
    sending(here)
    here.customer()
    here.work()
    return here


def readers(here: Shop) -> list[str]:
    return sorted(to for _, (to,) in here.box.envelopes)


def test_board_comes_to_everybody_of_the_role_once_a_slot(shop: Shop) -> None:
    shop.later(20 * HOUR)
    shop.later(HOUR)
    assert readers(shop) == ["fang@example.com", "lei@example.com"]
    assert set(shop.subjects()) == {"看板“daily的中文”,2026-03-03的数字"}
    assert f"{PUBLIC}/a/shop/boards/daily" in body_of(shop.box.letters[0])
    assert enclosed(shop.box.letters[0])[0] == "daily的中文 2026-03-03.pdf"
    assert shop.missed() == [("mute", "mail", 1)]
    shop.later(23 * HOUR)
    assert len(readers(shop)) == 4


def test_one_board_comes_when_nothing_ran_for_days_and_none_where_it_does_not_catch_up(shop: Shop) -> None:
    shop.later(4 * DAY)
    assert len(readers(shop)) == 2
    sending(shop, schedule={**EIGHT, "catch_up": "none"})
    shop.work()
    shop.later(4 * DAY + HOUR)
    assert len(readers(shop)) == 2


def test_board_comes_on_workdays_alone_when_it_says_so(opened: Opened) -> None:
    here = opened()
    sending(here, schedule={**EIGHT, "workdays": True})
    for _ in range(7):  # a Monday noon to the next one
        here.later(DAY)
    assert len(readers(here)) == 2 * 5


def test_whoever_switched_it_off_or_ordered_it_gets_it_not_from_the_app(shop: Shop) -> None:
    sent = shop.site.services.boards_sent
    lei = shop.site.viewer("lei")
    assert [(one.board, one.is_wanted) for one in sent.to(lei)] == [("daily", True)]
    sent.switch(lei, "shop", "daily", on=False)
    sent.switch(lei, "shop", "daily", on=False)
    assert [one.is_wanted for one in sent.to(lei)] == [False]
    shop.site.services.board_subscriptions.want(shop.me, "shop", "daily", "daily", 9)
    shop.later(20 * HOUR)
    assert readers(shop) == []
    shop.later(HOUR)
    assert readers(shop) == ["fang@example.com"]
    sent.switch(lei, "shop", "daily", on=True)
    shop.later(23 * HOUR)
    assert readers(shop) == ["fang@example.com", "lei@example.com"]
    with pytest.raises(EngineError, match="DECIDE-001"):
        sent.switch(lei, "shop", "weekly", on=False)


def test_whoever_left_is_named_and_gets_nothing(shop: Shop) -> None:
    set_active(shop.site.services.execution, "lei", active=False)
    shop.later(20 * HOUR)
    assert readers(shop) == ["fang@example.com"]
    assert shop.missed() == [("lei", "mail", 1), ("mute", "mail", 1)]


def test_a_robot_says_it_once_with_a_link_to_the_board(opened: Opened) -> None:
    here = opened()
    sending(here, channels=["wecom"])
    here.later(20 * HOUR)
    (one,) = here.robots.received
    said = one.body.decode()
    assert "看板“daily的中文”,2026-03-03的数字" in said
    assert f"{PUBLIC}/a/shop/boards/daily" in said
    assert "fang、lei、mute" in said


def test_a_board_that_an_app_sends_is_an_interruption_and_waits_where_there_was_too_much(shop: Shop) -> None:
    shop.interrupted(0)
    shop.later(20 * HOUR)
    assert readers(shop) == []
    shop.later(DAY)
    assert set(shop.subjects()) == {"看板“daily的中文”,2026-03-03的数字"}
    assert all(f"{PUBLIC}/a/shop/boards/daily" in body_of(one) for one in shop.box.letters)
    assert all("打开看板" in body_of(one, "html") for one in shop.box.letters)
    told = shop.site.services.inbox.notifications(shop.me, 9)[0]
    assert (told.text.zh, dict(told.record)["id"]) == ("留到今早的 1 条:看板“daily的中文”,2026-03-03的数字", "")


def test_the_slot_is_played_once_when_several_processes_look(shop: Shop) -> None:
    shop.site.business.moment += 20 * HOUR
    shop.site.real.moment += 20 * HOUR
    threads = [threading.Thread(target=shop.site.jobs().run_until_quiet) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shop.work()
    assert readers(shop) == ["fang@example.com", "lei@example.com"]


def test_a_board_that_is_sent_otherwise_or_no_more_leaves_no_letter(shop: Shop) -> None:
    shop.site.publish(with_board(published(shop)))
    shop.later(2 * DAY)
    assert readers(shop) == []
    assert shop.site.services.boards_sent.to(shop.me) == ()


def test_a_schedule_that_never_comes_and_a_role_that_is_none_are_refused(opened: Opened) -> None:
    here = opened()
    documents = with_board(published(here))
    send = {"schedule": {"cron": "0 8 31 2 *", "timezone": "Mars"}, "roles": ["chief"]}
    documents["boards/daily.json"]["send"] = send
    with pytest.raises(EngineError) as refused:
        here.site.publish(documents)
    places = sorted(problem.path.partition("#")[2] for problem in refused.value.problems)
    assert places == ["/send/roles/0", "send.schedule.cron", "send.schedule.timezone"]


def test_everybody_gets_what_they_may_see_and_who_may_see_nothing_gets_nothing(opened: Opened) -> None:
    here = opened()
    own = {**access("customer"), "rows": "owner = me"}
    documents = with_board(published(here))
    documents["roles.json"]["roles"] += [role("seller", own), role("guest")]
    documents["boards/daily.json"]["send"] = {"schedule": EIGHT, "roles": ["seller", "guest"]}
    here.site.publish(documents)
    for name, held in (("ming", "seller"), ("hua", "seller"), ("guest", "guest")):
        here.site.person(name, ("shop", held))
        here.reach(name, "mail", f"{name}@example.com")
    ming = here.site.viewer("ming")
    for code in ("M1", "M2"):
        here.site.services.records.create(ming, "shop", "customer", {"code": code})
    here.work()
    here.later(20 * HOUR)
    seen = {str(one["To"]).partition("@")[0].rpartition("<")[2]: enclosed(one)[1] for one in here.box.letters}
    assert sorted(seen) == ["hua", "ming"]
    assert re.search(r"(?m)^ 2$", seen["ming"])
    assert re.search(r"(?m)^ 0$", seen["hua"])
