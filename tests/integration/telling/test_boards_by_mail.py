"""Boards by mail: once a period, on workdays, with the rights of who gets them then, and no more when that is over."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from engine.decision.sending import BOARD_DUE, next_slot
from engine.jobs.delivering import DELIVERIES
from engine.kernel.clocks import date_of, moment_read, moment_text
from engine.kernel.problems import EngineError
from engine.runtime.directory import ADMIN_ROLE
from engine.storage.outbox import Message
from tests.integration.telling.conftest import NOON, PUBLIC, Shop
from tests.support.apps import element
from tests.support.letterbox import body_of

Opened = Callable[..., Shop]
HOUR = 3_600_000
DAY = 24 * HOUR


def published(here: Shop) -> dict[str, Any]:
    """Return the documents of the shop as they are in use."""
    with here.site.database.read() as connection:
        found = here.site.services.execution.catalogs.current(connection).catalog.apps["shop"]
    return deepcopy(dict(found.definition.documents))


def with_board(documents: dict[str, Any]) -> dict[str, Any]:
    """Return the shop with a board that counts customers."""
    metric = element("n", form="customer", measures=[element("count", function="count")])
    documents["metrics/n.json"] = {"format": 1, "kind": "metric", **metric}
    widget = element("n", kind="number", metric="n")
    documents["boards/daily.json"] = {"format": 1, "kind": "board", **element("daily"), "widgets": [widget]}
    return documents


@pytest.fixture
def shop(opened: Opened) -> Shop:
    """A shop whose board nobody has wanted yet."""
    here = opened()
    here.site.publish(with_board(published(here)))
    here.customer()
    here.work()
    return here


def want(here: Shop, period: str = "daily", hour: int = 8, viewer: Any = None) -> None:
    here.site.services.board_subscriptions.want(viewer or here.me, "shop", "daily", period, hour)


def enclosed(letter: Any) -> tuple[str, str]:
    """Return the name of the file that came with a letter, and its words."""
    (part,) = letter.iter_attachments()
    pages = PdfReader(io.BytesIO(part.get_content())).pages
    return part.get_filename(), "\n".join(page.extract_text() for page in pages)


def test_board_comes_once_on_each_workday_when_it_is_wanted(shop: Shop) -> None:
    want(shop)
    shop.later(19 * HOUR)
    assert shop.subjects() == []
    shop.later(2 * HOUR)
    shop.later(HOUR)
    (letter,) = shop.box.letters
    assert str(letter["Subject"]) == "看板“daily的中文”,2026-03-03的数字"
    assert f"{PUBLIC}/a/shop/boards/daily" in body_of(letter)
    marked_up = letter.get_body(("html",)).get_content()
    assert "打开看板" in marked_up
    assert "打开记录" not in marked_up
    name, words = enclosed(letter)
    assert name == "daily的中文 2026-03-03.pdf"
    assert "按fang的权限" in words
    for _ in range(6):
        shop.later(DAY)
    days = [str(one["Subject"])[-13:-3] for one in shop.box.letters]
    assert days == ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09"]
    assert shop.dead() == []


def test_board_comes_once_when_nothing_has_run_for_days(shop: Shop) -> None:
    want(shop)
    shop.later(4 * DAY)
    assert len(shop.box.letters) == 1
    shop.work()
    assert len(shop.box.letters) == 1


def test_board_comes_no_more_when_it_is_not_wanted_or_wanted_otherwise(shop: Shop) -> None:
    want(shop)
    want(shop, "weekly", 9)
    shop.later(2 * DAY)
    assert shop.subjects() == []
    shop.later(6 * DAY)
    assert len(shop.box.letters) == 1
    shop.site.services.board_subscriptions.stop(shop.me, "shop", "daily")
    shop.later(20 * DAY)
    assert len(shop.box.letters) == 1
    assert shop.site.services.board_subscriptions.of(shop.me, "shop", "daily").period is None


def test_message_does_nothing_when_it_is_delivered_once_more(shop: Shop) -> None:
    want(shop)
    ((id,),) = shop.site.query("SELECT id FROM youju_outbox WHERE kind = 'board'")
    shop.later(DAY)
    before = shop.site.count("youju_outbox")
    execution = shop.site.services.execution
    said = execution_payload(shop)
    with shop.site.database.write() as connection:
        again = Message(id=id, kind=BOARD_DUE, payload=said, command=id, due_at=NOON, attempts=0, fence=0)
        DELIVERIES[BOARD_DUE](execution, connection, again)
    assert shop.site.count("youju_outbox") == before
    assert len(shop.box.letters) == 1


def execution_payload(shop: Shop) -> dict[str, str]:
    ((id,),) = shop.site.query("SELECT id FROM youju_board_subscription")
    return {"subscription": id, "app": "shop", "board": "daily", "user": shop.me.id}


def test_nothing_is_sent_when_the_reader_may_not_open_the_board_any_more(shop: Shop) -> None:
    want(shop)
    closed = published(shop)
    closed["roles.json"]["roles"][0]["access"] = []
    shop.site.publish(closed)
    shop.later(DAY)
    assert shop.box.letters == []
    assert shop.dead() == []


def test_reader_without_a_mailbox_is_noted_when_the_board_is_due(shop: Shop) -> None:
    mute = replace(shop.me, id=shop.site.people["mute"], name="mute")
    want(shop, viewer=mute)
    assert not shop.site.services.board_subscriptions.of(mute, "shop", "daily").has_mailbox
    shop.later(DAY)
    assert shop.box.letters == []
    assert shop.missed() == [("mute", "mail", 1)]


def due(here: Shop) -> list[str]:
    """Return when the board comes next, by the message that counts."""
    waiting = "SELECT o.due_at FROM youju_outbox o JOIN youju_board_subscription s ON s.message = o.id"
    return [moment_text(at) for (at,) in here.site.query(f"{waiting} WHERE o.done_at IS NULL")]


def test_next_letter_is_put_off_when_a_day_becomes_one_off(shop: Shop) -> None:
    want(shop)
    root = shop.site.person("root", ADMIN_ROLE)
    shop.site.services.days_off.say(root, "Asia/Shanghai", {"2026-03-03": False})
    assert due(shop) == ["2026-03-04T00:00:00Z"]
    shop.later(DAY)
    assert shop.subjects() == []
    shop.site.services.days_off.say(root, "Asia/Shanghai", {"2026-03-04": None, "2026-03-05": False})
    shop.later(DAY)
    assert [one[-13:-3] for one in shop.subjects()] == ["2026-03-04"]
    assert shop.dead() == []


def test_hour_is_that_of_the_new_zone_when_the_zone_of_the_app_changes(shop: Shop) -> None:
    want(shop)
    moved = published(shop)
    moved["app.json"]["timezone"] = "Europe/Berlin"
    shop.site.publish(moved)
    assert due(shop) == ["2026-03-02T07:00:00Z"]
    shop.later(4 * HOUR)
    assert len(shop.box.letters) == 1


def test_wanting_the_same_twice_is_wanting_it_once_also_at_the_same_time(shop: Shop) -> None:
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            for one in [pool.submit(want, shop, period) for period in ("daily", "weekly") * 6]:
                one.result()
    want(shop)
    before = shop.site.count("youju_outbox")
    want(shop)
    assert shop.site.count("youju_outbox") == before
    assert shop.site.count("youju_board_subscription") == 1
    shop.later(DAY)
    assert len(shop.box.letters) == 1


def test_reader_is_told_that_a_board_comes_no_more_and_can_begin_anew(shop: Shop) -> None:
    want(shop)
    mine = shop.site.services.board_subscriptions
    assert not mine.of(shop.me, "shop", "daily").is_stopped
    with shop.site.database.write() as connection:  # what no version writes: nobody knows when
        connection.execute(text("UPDATE youju_board_subscription SET period = 'never'"))
    for _ in range(40):
        shop.later(6 * HOUR)
    stopped = mine.of(shop.me, "shop", "daily")
    assert stopped.is_stopped
    told = [one.text.zh for one in shop.site.services.inbox.notifications(shop.me)]
    assert told == ["看板“daily的中文”不再发邮件了:上次发送失败。打开看板可以重新开始。"]
    want(shop)
    assert not mine.of(shop.me, "shop", "daily").is_stopped
    before = len(shop.box.letters)
    shop.later(3 * DAY)
    assert len(shop.box.letters) == before + 1


@pytest.mark.parametrize(("period", "hour"), [("hourly", 8), ("daily", 24), ("daily", -1)])
def test_wish_is_refused_when_there_is_no_such_time_or_board(shop: Shop, period: str, hour: int) -> None:
    with pytest.raises(EngineError) as refused:
        want(shop, period, hour)
    assert [problem.code for problem in refused.value.problems] == ["BOARD-033"]
    with pytest.raises(EngineError):
        shop.site.services.board_subscriptions.want(shop.me, "shop", "nothing", "daily", 8)


@pytest.mark.parametrize(
    ("period", "after", "expected"),
    [
        ("daily", "2026-03-02T07:59:00+08:00", "2026-03-02T00:00:00Z"),
        ("daily", "2026-03-02T08:00:00+08:00", "2026-03-03T00:00:00Z"),
        ("daily", "2026-03-06T12:00:00+08:00", "2026-03-09T00:00:00Z"),
        ("weekly", "2026-03-02T12:00:00+08:00", "2026-03-09T00:00:00Z"),
        ("monthly", "2026-03-02T12:00:00+08:00", "2026-04-01T00:00:00Z"),
        ("monthly", "2026-07-31T12:00:00+08:00", "2026-08-03T00:00:00Z"),
    ],
)
def test_slot_is_the_first_workday_of_its_period_when_it_is_looked_for(period: Any, after: str, expected: str) -> None:
    def is_workday(day: int) -> bool:
        return date_of(day).weekday() < 5

    found = next_slot(period, 8, moment_read(after), "Asia/Shanghai", is_workday)
    assert moment_text(found) == expected
