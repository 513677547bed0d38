"""HTTP calls against a real service on this machine: slow, broken, long, elsewhere, under another name."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine.connectors.calling import Request, call
from engine.connectors.egress import Guard, read_allowed, target_of
from engine.kernel.problems import EngineError
from tests.support.partner import Partner, Reply, partner
from web.tls.authority import certificates

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def service() -> Iterator[Partner]:
    with partner() as found:
        yield found


def asking(service: Partner, path: str = "/", seconds: float = 2.0) -> Request:
    return Request("GET", target_of(service.url), path, seconds=seconds)


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(EngineError) as caught:
        work()
    return caught.value.problems[0].code


def test_what_is_sent_arrives_when_all_is_well(service: Partner) -> None:
    service.always = Reply(body={"credit": "12.50"})
    request = replace(asking(service, "/orders?a=1"), method="POST", headers={"X-Key": "k"}, body=b'{"a":1}')
    answer = call(request, Guard(read_allowed(service.listed)))
    assert (answer.status, answer.body) == (200, b'{"credit": "12.50"}')
    (found,) = service.received
    assert (found.method, found.path, found.body, found.headers["x-key"]) == ("POST", "/orders?a=1", b'{"a":1}', "k")
    assert found.headers["host"] == f"127.0.0.1:{service.port}"


def test_nothing_is_sent_when_the_address_is_not_listed(service: Partner) -> None:
    assert refused(lambda: call(asking(service), Guard())) == "CONN-004"
    assert service.received == []


def test_the_connection_goes_to_the_address_that_was_looked_at_when_the_name_changes(service: Partner) -> None:
    answers = iter((["127.0.0.1"], ["192.0.2.1"]))
    guard = Guard(read_allowed("erp.internal"), lambda _host, _port: next(answers))
    request = replace(asking(service), target=replace(target_of(service.url), host="erp.internal"))
    assert call(request, guard).status == 200
    assert service.received[0].headers["host"] == f"erp.internal:{service.port}"


def test_a_call_ends_in_time_when_the_answer_is_late(service: Partner) -> None:
    service.always = Reply(wait=3)
    begun = time.monotonic()
    assert refused(lambda: call(asking(service, seconds=0.3), Guard(read_allowed(service.listed)))) == "CONN-006"
    assert time.monotonic() - begun < 1.5


def test_a_call_ends_in_time_when_the_answer_drips(service: Partner) -> None:
    service.always = Reply(body=b"x" * 100, drip=0.1)
    begun = time.monotonic()
    assert refused(lambda: call(asking(service, seconds=0.5), Guard(read_allowed(service.listed)))) == "CONN-006"
    assert time.monotonic() - begun < 2


def test_an_answer_is_refused_when_it_is_too_long(service: Partner) -> None:
    service.always = Reply(body=b"x" * 200_000)
    assert refused(lambda: call(asking(service), Guard(read_allowed(service.listed)), 100_000)) == "CONN-007"


def test_an_answer_is_refused_when_it_is_cut_off(service: Partner) -> None:
    service.always = Reply(cut=True)
    assert refused(lambda: call(asking(service), Guard(read_allowed(service.listed)))) == "CONN-006"


def test_a_redirect_is_an_answer_and_not_followed_when_there_is_one(service: Partner) -> None:
    service.always = Reply(302, headers={"Location": "http://169.254.169.254/"})
    assert call(asking(service), Guard(read_allowed(service.listed))).status == 302
    assert len(service.received) == 1


def test_a_refused_connection_is_told_when_nobody_listens() -> None:
    with partner() as found:
        pass
    assert refused(lambda: call(asking(found), Guard(read_allowed(found.listed)))) == "CONN-006"


def test_the_next_address_is_tried_when_the_first_one_is_not_there(service: Partner) -> None:
    guard = Guard(read_allowed("erp.internal"), lambda _host, _port: ["127.0.0.2", "127.0.0.1"])
    request = replace(asking(service), target=replace(target_of(service.url), host="erp.internal"))
    assert call(request, guard).status == 200


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[tuple[Partner, Guard]]:
    """A service with a certificate for erp.local, and a guard that believes whoever signed it."""
    found = certificates(tmp_path, ["erp.local"])
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(found.server, found.key)
    trusting = ssl.create_default_context(cafile=str(found.authority))
    with partner(own) as service:
        yield (
            service,
            Guard(read_allowed("erp.local, other.local"), lambda _host, _port: ["127.0.0.1"], lambda: trusting),
        )


def named(service: Partner, host: str) -> Request:
    return Request("GET", replace(target_of(service.url), host=host), "/", seconds=2)


def test_a_call_goes_to_the_pinned_address_when_the_certificate_names_the_host(secured: tuple[Partner, Guard]) -> None:
    service, guard = secured
    assert call(named(service, "erp.local"), guard).status == 200


def test_nothing_is_sent_when_the_certificate_names_another_host(secured: tuple[Partner, Guard]) -> None:
    service, guard = secured
    assert refused(lambda: call(named(service, "other.local"), guard)) == "CONN-006"
    assert service.received == []


def test_nothing_is_sent_when_nobody_known_signed_the_certificate(secured: tuple[Partner, Guard]) -> None:
    service, guard = secured
    believing_the_system = Guard(guard.allowed, guard.resolve)
    assert refused(lambda: call(named(service, "erp.local"), believing_the_system)) == "CONN-006"
    assert service.received == []
