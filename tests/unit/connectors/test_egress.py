"""The egress guard: what is inside of a network is not called, however it is written."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable

import pytest

from engine.connectors.egress import Guard, is_public, read_allowed, target_of
from engine.kernel.problems import EngineError


def code(work: Callable[[], object]) -> str:
    with pytest.raises(EngineError) as caught:
        work()
    return caught.value.problems[0].code


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:0001::",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
    ],
)
def test_an_address_is_inside_when_it_is_private_in_any_spelling(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_is_public_when_the_world_can_reach_it(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_a_call_is_refused_when_the_name_leads_inside() -> None:
    guard = Guard(resolve=lambda _host, _port: ["10.0.0.7"])
    assert code(lambda: guard.admitted(target_of("https://erp.example.com"))) == "CONN-004"


def test_a_call_is_refused_when_one_of_several_addresses_is_inside() -> None:
    guard = Guard(resolve=lambda _host, _port: ["1.1.1.1", "127.0.0.1"])
    assert code(lambda: guard.admitted(target_of("https://erp.example.com"))) == "CONN-004"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_a_call_is_refused_when_the_host_is_this_machine_in_disguise(host: str) -> None:
    assert code(lambda: Guard().admitted(target_of(f"https://{host}"))) in {"CONN-003", "CONN-004"}


def test_a_call_is_let_out_when_the_host_is_public_and_speaks_tls() -> None:
    guard = Guard(resolve=lambda _host, _port: ["1.1.1.1", "8.8.8.8"])
    assert guard.admitted(target_of("https://erp.example.com/api")) == ("1.1.1.1", "8.8.8.8")


def test_a_call_without_tls_is_refused_when_the_host_is_not_listed() -> None:
    guard = Guard(resolve=lambda _host, _port: ["1.1.1.1"])
    assert code(lambda: guard.admitted(target_of("http://erp.example.com"))) == "CONN-005"


@pytest.mark.parametrize("listed", ["10.0.0.0/8", "erp.internal", "erp.internal:8080", "10.0.0.7/32, other"])
def test_a_call_is_let_inside_when_an_administrator_listed_it(listed: str) -> None:
    guard = Guard(read_allowed(listed), lambda _host, _port: ["10.0.0.7"])
    assert guard.admitted(target_of("http://erp.internal:8080/api")) == ("10.0.0.7",)


@pytest.mark.parametrize("listed", ["10.0.0.0/16", "erp.internal:8081", "internal", "xerp.internal"])
def test_a_call_is_refused_when_something_else_is_listed(listed: str) -> None:
    guard = Guard(read_allowed(listed), lambda _host, _port: ["10.9.0.7"])
    assert code(lambda: guard.admitted(target_of("http://erp.internal:8080/api"))) == "CONN-004"


def test_every_bad_entry_of_the_list_is_told_when_there_are_several() -> None:
    with pytest.raises(EngineError) as caught:
        read_allowed("10.0.0.0/99, erp internal, 10.0.0.0/8")
    assert [problem.code for problem in caught.value.problems] == ["CONN-016", "CONN-016"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com",
        "https://user:word@example.com",
        "https://example.com/?a=1",
        "https://example.com/#a",
        "https://",
        "//example.com",
        "https://exa mple.com",
        "https://例子.example",
        "https://example.com:99999",
        "https://[::1",
    ],
)
def test_a_url_is_refused_when_it_is_more_or_less_than_an_address(url: str) -> None:
    assert code(lambda: target_of(url)) == "CONN-002"


def test_a_refused_url_tells_no_password_when_it_holds_one() -> None:
    with pytest.raises(EngineError) as caught:
        target_of("https://user:s3cret@example.com/?key=s3cret")
    assert "s3cret" not in str(caught.value)


def test_the_system_is_asked_once_when_a_host_is_admitted() -> None:
    asked: list[str] = []

    def resolving(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["1.1.1.1"]

    Guard(resolve=resolving).admitted(target_of("https://erp.example.com"))
    assert asked == ["erp.example.com"]


def test_a_host_without_an_address_is_told_when_it_is_called() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror

    assert code(lambda: Guard(resolve=unknown).admitted(target_of("https://erp.example.com"))) == "CONN-003"
