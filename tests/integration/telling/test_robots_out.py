"""Telling groups by their robots: who is mentioned, how fast, and what becomes of what was not taken."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.connectors.telling.robots import dingtalk_sign, feishu_sign
from tests.integration.telling.conftest import KEY, PUBLIC, Shop, telling
from tests.support.partner import Received, Reply

Opened = Callable[..., Shop]


def said(one: Received) -> Any:
    return json.loads(one.body)


def test_a_group_is_told_once_when_several_people_are(opened: Opened) -> None:
    here = opened(telling("wecom"))
    here.reach("fang", "wecom", "13800001111")
    here.reach("lei", "wecom", "leilei")
    id = here.customer()
    here.work()
    (one,) = here.robots.received
    assert (one.method, one.path) == ("POST", "/wecom/send?key=wecom-key-1")
    text = said(one)["text"]
    assert text["content"] == f"致 fang、lei、mute:新客户 C1\n{PUBLIC}/a/shop/customer/{id}"
    assert (text["mentioned_list"], text["mentioned_mobile_list"]) == (["leilei"], ["13800001111"])
    assert here.missed() == []


def test_dingtalk_finds_its_signature_in_the_address(opened: Opened) -> None:
    here = opened(telling("dingtalk"))
    here.customer()
    here.work()
    (one,) = here.robots.received
    assert one.path.endswith(f"&timestamp={here.site.real()}&sign={dingtalk_sign(KEY, here.site.real())}")
    query = parse_qs(urlsplit(one.path).query)
    assert query["access_token"] == ["ding-token-1"]


def test_feishu_finds_its_signature_in_the_body(opened: Opened) -> None:
    here = opened(telling("feishu"))
    here.reach("fang", "feishu", "ou_fang")
    here.customer()
    here.work()
    (one,) = here.robots.received
    seconds = here.site.real() // 1_000
    assert (said(one)["timestamp"], said(one)["sign"]) == (str(seconds), feishu_sign(KEY, seconds))
    assert said(one)["content"]["text"].endswith('<at user_id="ou_fang"></at>')


def test_every_way_is_told_when_a_rule_names_several(opened: Opened) -> None:
    here = opened(telling("in_app", "mail", "wecom", "dingtalk", "feishu"))
    here.customer()
    here.work()
    assert len(here.robots.received) == 3
    assert (len(here.box.raw), here.site.count("youju_notification")) == (2, 3)


def test_it_is_seen_that_a_robot_is_not_set_up_and_nothing_is_wrong(opened: Opened) -> None:
    here = opened(telling("feishu"), secrets={})
    here.customer()
    here.work()
    assert (here.missed(), here.dead(), here.errors()) == ([("", "feishu", 1)], [], [])


@pytest.mark.parametrize(
    ("way", "answer", "code"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url, key wecom-key-1"}, "TELL-008"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match ding-token-1"}, "TELL-008"),
        ("feishu", {"code": 19021, "msg": "sign match fail feishu-hook-1"}, "TELL-008"),
    ],
)
def test_a_message_is_dead_at_once_when_its_robot_refuses_it(opened: Opened, way: str, answer: Any, code: str) -> None:
    here = opened(telling(way))
    here.robots.always = Reply(body=answer)
    here.customer()
    here.work()
    here.later(3_600_000)
    assert len(here.robots.received) == 1
    (error,) = here.dead()
    assert code in error
    kept = [str(row) for table in ("outbox", "notification") for row in here.site.query(f"SELECT * FROM youju_{table}")]  # noqa: S608
    assert not any(secret in row for row in kept for secret in ("wecom-key-1", "ding-token-1", "feishu-hook-1", KEY))


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body={"errcode": 45009, "errmsg": "api freq out of limit"}),
        Reply(body=b"<html>"),
        Reply(502),
        Reply(cut=True),
    ],
)
def test_a_message_is_tried_again_when_it_was_not_taken(opened: Opened, reply: Reply) -> None:
    here = opened(telling("wecom"))
    here.robots.script.append(reply)
    here.customer()
    here.work()
    here.later(2_000)
    assert (len(here.robots.received), here.dead(), here.errors()) == (2, [], [])


def test_a_robot_never_speaks_more_than_twenty_times_in_a_minute_and_nothing_is_lost(opened: Opened) -> None:
    here = opened(telling("wecom"))
    here.interrupted(100)
    for number in range(30):
        here.customer(f"C{number}")
    spoken: list[int] = []
    for _ in range(130):
        here.later(1_000)
        spoken += [here.site.real()] * (len(here.robots.received) - len(spoken))
    assert len(spoken) == 30
    assert max(sum(1 for other in spoken if 0 <= other - one < 60_000) for one in spoken) <= 20
    assert (here.dead(), here.errors()) == ([], [])
