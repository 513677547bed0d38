"""The command ``notify``, and what administrators see of the ways outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from engine.connectors.secrets import Secrets
from engine.kernel.problems import EngineError
from engine.runtime.commands_notify import notify
from engine.runtime.telling import Telling
from tests.integration.telling.conftest import KEY, Shop, telling
from tests.support.partner import Reply

if TYPE_CHECKING:
    from pathlib import Path

Opened = Callable[..., Shop]


def run(here: Shop, *arguments: str) -> Result:
    return CliRunner().invoke(notify, arguments, obj=lambda: here.site.services)


def code_of(result: Result) -> str:
    assert isinstance(result.exception, EngineError)
    return result.exception.problems[0].code


def test_every_channel_is_listed_with_what_it_lacks(opened: Opened) -> None:
    here = opened(mail=False, secrets={"YOUJU_SECRET_WECOM_WEBHOOK": "https://a.example/x?key=very-secret"})
    found = {one["key"]: one["lacking"] for one in json.loads(run(here, "channels", "--json").output)["channels"]}
    assert found == {
        "mail": ["YOUJU_MAIL"],
        "wecom": [],
        "dingtalk": ["dingtalk_webhook"],
        "feishu": ["feishu_webhook"],
    }
    shown = run(here, "channels").output
    assert "wecom\t企业微信 WeCom\t已设置" in shown
    assert "very-secret" not in shown


def test_a_test_letter_goes_out_at_once(opened: Opened) -> None:
    here = opened()
    found = run(here, "test", "--channel", "mail", "--to", "new@example.com")
    assert (found.exit_code, here.box.envelopes[0][1]) == (0, ("new@example.com",))
    assert "试发消息" in here.subjects()[0]


def test_a_robot_speaks_at_once_when_it_is_tested(opened: Opened) -> None:
    here = opened()
    assert run(here, "test", "--channel", "feishu", "--to", "ou_me").exit_code == 0
    assert "ou_me" in here.robots.received[0].body.decode()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--channel", "mail"), "TELL-011"),
        (("--channel", "mail", "--to", "nobody"), "TELL-004"),
        (("--channel", "wecom", "--to", "@all"), "TELL-004"),
    ],
)
def test_nothing_is_sent_when_it_is_not_said_to_whom(opened: Opened, arguments: tuple[str, ...], code: str) -> None:
    here = opened()
    assert code_of(run(here, "test", *arguments)) == code
    assert (here.box.raw, here.robots.received) == ([], [])


def test_a_test_says_what_is_wrong(opened: Opened) -> None:
    here = opened(mail=False)
    assert code_of(run(here, "test", "--channel", "mail", "--to", "a@b.example")) == "TELL-005"
    here.robots.always = Reply(body={"errcode": 310000, "errmsg": f"sign not match {KEY}"})
    found = run(here, "test", "--channel", "dingtalk")
    assert code_of(found) == "TELL-008"
    assert KEY not in str(found.exception)


def test_a_robot_that_has_no_secret_says_which(opened: Opened) -> None:
    assert "wecom_webhook" in str(run(opened(secrets={}), "test", "--channel", "wecom").exception)


def test_it_is_noted_where_somebody_is_reached_and_the_journal_keeps_it(opened: Opened) -> None:
    here = opened()
    assert run(here, "reach", "mute", "wecom", "13800001111").output == "wecom\t13800001111\n"
    assert run(here, "reach", "mute", "mail", "mute@example.com").exit_code == 0
    assert run(here, "reach", "mute").output == "mail\tmute@example.com\nwecom\t13800001111\n"
    assert run(here, "reach", "mute", "mail", "").output == "wecom\t13800001111\n"
    noted = here.site.query("SELECT payload FROM youju_journal WHERE action = 'contact'")
    assert sum("mute@example.com" in row[0] for row in noted) == 1, noted
    assert code_of(run(here, "reach", "mute", "mail", "nobody")) == "TELL-004"
    assert code_of(run(here, "reach", "stranger")) == "RUN-012"


def test_administrators_see_who_was_told_inside_alone(opened: Opened) -> None:
    here = opened(telling("mail", "feishu"), secrets={})
    here.customer()
    here.work()
    root = here.site.person("root", ("youju", "admin"))
    found = {(one.person, one.way.en, one.times) for one in here.site.services.telling.missed(root)}
    assert found == {("mute", "Mail", 1), (None, "Feishu", 1)}
    with pytest.raises(EngineError):
        here.site.services.telling.missed(here.me)


def test_a_way_rests_when_it_failed_too_often(opened: Opened) -> None:
    here = opened(telling("mail"))
    here.box.greeting = "421 closing"
    for number in range(6):
        here.customer(f"C{number}")
    here.work()
    assert [one.key for one in here.site.services.telling.ways() if one.is_resting] == ["mail"]


def test_the_ways_are_shown_when_the_file_of_secrets_cannot_be_read(opened: Opened, tmp_path: Path) -> None:
    here = opened()
    broken = Secrets(tmp_path)
    broken.keep("wecom_webhook", "https://a.example/x?key=1")
    (tmp_path / "secrets.sealed").write_bytes(b"no seal")
    execution = here.site.services.execution
    found = Telling(replace(execution, outside=replace(execution.outside, secrets=broken))).ways()
    assert {one.lacking for one in found if one.key != "mail"} == {("CONN-015",)}


def test_how_often_somebody_is_interrupted_is_shown_and_set(opened: Opened) -> None:
    here = opened()
    assert run(here, "limit").output == "5\n"
    assert run(here, "limit", "0").output == "0\n"
    assert here.site.services.attention.limit() == 0
    assert code_of(run(here, "limit", "500")) == "TELL-019"
