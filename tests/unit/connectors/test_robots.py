"""What robots are sent, against the examples of their documents; how their answers are read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import urllib.parse
from typing import Any

import pytest

from engine.connectors.telling.letters import Told
from engine.connectors.telling.robots import LONGEST, Robot, dingtalk_sign, feishu_sign, words
from engine.kernel.problems import EngineError, Text

NOW = 1_700_000_000_123
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
DINGTALK = "https://oapi.dingtalk.com/robot/send?access_token=XXXXXX"
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/5e3d587e-xxxx"


def sent(robot: Robot, content: str = "好", accounts: tuple[str, ...] = ()) -> tuple[str, Any]:
    request = robot.request(content, accounts, NOW)
    assert (request.method, request.target.scheme) == ("POST", "https")
    return f"{request.target.host}{request.path}", json.loads(request.body or b"")


def as_dingtalk_documents(timestamp: str, secret: str) -> str:
    """The example of DingTalk's document."""
    string_to_sign = f"{timestamp}\n{secret}"
    code = hmac.new(secret.encode("utf-8"), string_to_sign.encode("utf-8"), digestmod=hashlib.sha256).digest()
    return urllib.parse.quote_plus(base64.b64encode(code))


def as_feishu_documents(timestamp: str, secret: str) -> str:
    """The example of Feishu's document."""
    string_to_sign = f"{timestamp}\n{secret}"
    return base64.b64encode(hmac.new(string_to_sign.encode("utf-8"), digestmod=hashlib.sha256).digest()).decode("utf-8")


def test_signatures_are_those_of_the_documents_when_the_same_is_signed():
    for key in ("this is secret", "SEC0123456789abcdef", "密钥"):
        for at in (0, 1_599_360_473, NOW):
            assert dingtalk_sign(key, at) == as_dingtalk_documents(str(at), key)
            assert feishu_sign(key, at) == as_feishu_documents(str(at), key)


def test_signatures_are_those_that_openssl_makes():
    assert dingtalk_sign("this is secret", 1_700_000_000_000) == "sSFWELbV2YwjdDQhWZwTcWlX5BWUx5J6TPpsZmuPii0%3D"
    assert feishu_sign("demo", 1_599_360_473) == "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


def test_wecom_is_sent_what_its_document_shows():
    address, body = sent(Robot("wecom", WECOM), "广州今日天气", ("wangqing", "13800001111"))
    assert address == WECOM.removeprefix("https://")
    assert body == {
        "msgtype": "text",
        "text": {"content": "广州今日天气", "mentioned_list": ["wangqing"], "mentioned_mobile_list": ["13800001111"]},
    }
    assert sent(Robot("wecom", WECOM), "hello world")[1] == {"msgtype": "text", "text": {"content": "hello world"}}


def test_dingtalk_is_sent_what_its_document_shows():
    address, body = sent(Robot("dingtalk", DINGTALK, "this is secret"), "好", ("13800001111", "user123"))
    path, _, query = address.partition("?")
    assert path == "oapi.dingtalk.com/robot/send"
    assert query == f"access_token=XXXXXX&timestamp={NOW}&sign={dingtalk_sign('this is secret', NOW)}"
    assert body == {
        "msgtype": "text",
        "text": {"content": "好\n@13800001111 @user123"},
        "at": {"atMobiles": ["13800001111"], "atUserIds": ["user123"], "isAtAll": False},
    }
    assert sent(Robot("dingtalk", DINGTALK))[0] == DINGTALK.removeprefix("https://")


def test_feishu_is_sent_what_its_document_shows():
    address, body = sent(Robot("feishu", FEISHU, "demo"), "request example", ("ou_123",))
    assert address == FEISHU.removeprefix("https://")
    assert body == {
        "timestamp": str(NOW // 1_000),
        "sign": feishu_sign("demo", NOW // 1_000),
        "msg_type": "text",
        "content": {"text": 'request example\n<at user_id="ou_123"></at>'},
    }
    assert sent(Robot("feishu", FEISHU), "a")[1] == {"msg_type": "text", "content": {"text": "a"}}


@pytest.mark.parametrize("content", ['<at user_id="all">', "< AT user_id=all>", "</at>"])
def test_nobody_is_mentioned_by_what_a_record_says_in_feishu(content):
    assert "<" not in sent(Robot("feishu", FEISHU), content)[1]["content"]["text"]


def test_nobody_is_mentioned_by_what_a_record_says_in_wecom_and_dingtalk():
    assert "<@" not in sent(Robot("wecom", WECOM), "<@all>")[1]["text"]["content"]
    assert sent(Robot("dingtalk", DINGTALK), "@13800001111")[1]["at"]["atMobiles"] == []


@pytest.mark.parametrize("way", ["wecom", "dingtalk"])
@pytest.mark.parametrize("answer", [{"errcode": 0, "errmsg": "ok"}])
def test_a_message_is_taken_when_the_answer_says_so(way, answer):
    assert Robot(way, WECOM).check(answer, "") is None


def test_a_message_is_taken_when_feishu_says_so():
    assert Robot("feishu", FEISHU).check({"code": 0, "msg": "success", "data": {}}, "") is None
    assert Robot("feishu", FEISHU).check({"StatusCode": 0, "StatusMessage": "success"}, "") is None


@pytest.mark.parametrize(
    ("way", "answer", "code"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "TELL-008"),
        ("wecom", {"errcode": 45009, "errmsg": "api freq out of limit"}, "TELL-009"),
        ("wecom", {"errcode": False}, "TELL-009"),
        ("wecom", {}, "TELL-009"),
        ("wecom", [], "TELL-009"),
        ("dingtalk", {"errcode": 310000, "errmsg": "sign not match"}, "TELL-008"),
        ("dingtalk", {"errcode": 130101, "errmsg": "send too fast"}, "TELL-009"),
        ("feishu", {"code": 19021, "msg": "sign match fail or timestamp is not within one hour"}, "TELL-008"),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, "TELL-008"),
        ("feishu", {"code": 11232, "msg": "frequency limited"}, "TELL-009"),
        ("feishu", None, "TELL-009"),
    ],
)
def test_a_message_is_not_taken_when_the_answer_says_so(way, answer, code):
    with pytest.raises(EngineError) as caught:
        Robot(way, FEISHU).check(answer, "excerpt")
    assert caught.value.problems[0].code == code


@pytest.mark.parametrize(
    "webhook",
    [
        "",
        "robot",
        "https://a.example/hidden ",
        "https://a.example/hidden\t",
        "ftp://a.example/hidden",
        "https://a.example/x?key=hidden b",
        "https://a.example/hidden?k=1#f",
    ],
)
def test_an_address_is_refused_without_being_repeated_when_it_is_none(webhook):
    with pytest.raises(EngineError) as caught:
        Robot("wecom", webhook).request("a", (), NOW)
    assert caught.value.problems[0].code == "TELL-012"
    assert "hidden" not in str(caught.value)


def test_what_opens_a_robot_is_known_so_that_no_answer_repeats_it():
    assert {"XXXXXX", "k"} <= set(Robot("dingtalk", DINGTALK, "k").secrets())
    assert "5e3d587e-xxxx" in Robot("feishu", FEISHU).secrets()
    assert "send" not in Robot("wecom", WECOM).secrets()


def told(text: str, link: str | None = None) -> Told:
    return Told(Text(text, "e"), link)


def test_a_robot_says_for_whom_and_where_it_leads():
    assert words([told("合同到期", "https://y/1")], ["王芳", "李\n雷"]) == "致 王芳、李 雷:合同到期\nhttps://y/1"
    assert words([told("合同到期")], []) == "合同到期"
    assert words([told("一", "https://y/1"), told("二")], ["王芳"]) == "致 王芳:2 条汇总\n· 一 https://y/1\n· 二"


def test_a_robot_is_brief_when_there_is_too_much_to_say():
    long = words([told("长" * 3_000, "https://y/1")], ["王芳"])
    assert long.endswith("…\nhttps://y/1")
    assert len(long.encode()) <= LONGEST
    many = words([told(f"第{number}条" + "长" * 30, "https://y/1") for number in range(90)], [])
    assert len(many.encode()) <= LONGEST
    shown = many.count("· ")
    assert many.endswith(f"\n…还有 {90 - shown} 条,见站内消息")


def test_everybody_is_mentioned_by_no_account():
    request = Robot("feishu", "https://a.example/hook").request("a", ("all", "ou_1"), NOW)
    assert b'"all"' not in (request.body or b"")
    assert b"ou_1" in (request.body or b"")
