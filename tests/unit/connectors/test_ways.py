"""What an installation's settings say of the ways outside, and which addresses people can be reached at."""

from __future__ import annotations

import pytest

from engine.connectors.telling.ways import Ways, check_address, read_ways
from engine.kernel.problems import EngineError


def codes(mail: str = "", sender: str = "", public_url: str = "") -> list[str]:
    with pytest.raises(EngineError) as caught:
        read_ways(mail, sender, public_url)
    assert "geheim" not in str(caught.value)
    return [problem.code for problem in caught.value.problems]


def test_nothing_is_set_up_when_nothing_is_stated():
    assert read_ways("", "", "") == Ways()


@pytest.mark.parametrize(
    ("mail", "scheme", "host", "port", "user"),
    [
        ("smtps://smtp.example.com", "smtps", "smtp.example.com", 465, None),
        ("smtp://SMTP.example.com", "smtp", "smtp.example.com", 587, None),
        ("smtp+plain://10.0.0.9", "smtp+plain", "10.0.0.9", 25, None),
        ("smtps://me@smtp.example.com:4650", "smtps", "smtp.example.com", 4650, "me"),
        ("smtps://me%40example.com@smtp.example.com", "smtps", "smtp.example.com", 465, "me@example.com"),
        ("smtps://me@example.com@smtp.example.com/", "smtps", "smtp.example.com", 465, "me@example.com"),
    ],
)
def test_a_mail_server_is_read_as_it_is_written(mail, scheme, host, port, user):
    found = read_ways(mail, "Youju <youju@example.com>", "").mail
    assert found is not None
    assert (found.target.scheme, found.target.host, found.target.port, found.user) == (scheme, host, port, user)


def test_the_sender_is_the_user_of_the_server_when_none_is_stated():
    found = read_ways("smtps://me%40example.com@smtp.example.com", "", "").mail
    assert found is not None
    assert found.sender.addr_spec == "me@example.com"


def test_the_sender_has_a_name_when_one_is_stated():
    found = read_ways("smtps://smtp.example.com", "有据 <youju@example.com>", "").mail
    assert found is not None
    assert (found.sender.display_name, found.sender.domain) == ("有据", "example.com")


@pytest.mark.parametrize(
    "mail",
    [
        "smtp.example.com",
        "https://smtp.example.com",
        "https://me@smtp.example.com:587",
        "gopher://smtp.example.com:25",
        "me:geheim@smtp.example.com",
        "smtps:me:geheim@smtp.example.com",
        "smtps://",
        "smtps://smtp.example.com:99999",
        "smtps://me:geheim@smtp.example.com",
        "smtps://smtp.example.com/path",
        "smtps://smtp.example.com?a=b",
        "smtps://smtp example",
    ],
)
def test_a_mail_server_is_refused_when_it_is_none_and_no_password_is_repeated(mail):
    assert codes(mail, "a@example.com") == ["TELL-001"]


@pytest.mark.parametrize("sender", ["", "nobody", "a@b@c", "Evil\r\nBcc: x@example.com <a@example.com>", "a@例子.cn"])
def test_a_sender_is_refused_when_it_is_none(sender):
    assert codes("smtps://smtp.example.com", sender) == ["TELL-002"]


@pytest.mark.parametrize("url", ["youju.example.com", "https://", "https://a.example.com/path", "https://a?b=c"])
def test_an_address_of_the_pages_is_refused_when_it_is_none(url):
    assert codes(public_url=url) == ["TELL-003"]


def test_every_setting_that_is_wrong_is_told_at_once():
    assert codes("smtp.example.com", "", "youju") == ["TELL-001", "TELL-003"]


def test_the_address_of_the_pages_has_no_slash_at_its_end():
    assert read_ways("", "", "https://youju.example.com:8443/").public_url == "https://youju.example.com:8443"


@pytest.mark.parametrize(
    ("way", "address"),
    [
        ("mail", "a@b"),
        ("mail", "first.last+tag@mail.example.com"),
        ("wecom", "wangqing"),
        ("dingtalk", "13800001111"),
        ("feishu", "ou_7d8a6e6df7621556ce0d21922b676706"),
    ],
)
def test_somebody_can_be_reached_at_an_address_of_the_way(way, address):
    assert check_address(way, address) is None


@pytest.mark.parametrize(
    ("way", "address", "code"),
    [
        ("mail", "", "TELL-004"),
        ("mail", "nobody", "TELL-004"),
        ("mail", "a@b\r\nBcc: c@d", "TELL-004"),
        ("mail", "a..b@c.example", "TELL-004"),
        ("mail", "王@example.com", "TELL-004"),
        ("mail", "a@-b.example", "TELL-004"),
        ("mail", f"{'a' * 250}@b.example", "TELL-004"),
        ("wecom", "@all", "TELL-004"),
        ("feishu", "all", "TELL-004"),
        ("feishu", "ALL", "TELL-004"),
        ("feishu", 'ou_1"></at><at user_id="all', "TELL-004"),
        ("pigeon", "x", "TELL-010"),
    ],
)
def test_an_address_is_refused_when_nobody_can_be_reached_there(way, address, code):
    with pytest.raises(EngineError) as caught:
        check_address(way, address)
    assert caught.value.problems[0].code == code
