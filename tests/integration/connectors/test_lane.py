"""A slow partner holds up calls alone: what else the jobs process has to do goes on beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.integration.connectors.conftest import WELL, Shop, calling, shop
from tests.support.apps import rule
from tests.support.partner import Partner, Reply

Opened = Callable[..., Shop]
TELLING = rule(
    "tell", "customer", {"created": True}, {"notify": {"to": [{"owner": True}], "text": {"zh": "到", "en": "in"}}}
)


@contextmanager
def running(here: Shop) -> Iterator[None]:
    """Run a jobs process, in a thread of this one."""
    over = threading.Event()
    jobs = threading.Thread(target=here.site.jobs().run, args=(over.is_set,))
    jobs.start()
    try:
        yield
    finally:
        over.set()
        jobs.join()


def seconds_until(holds: Callable[[], bool]) -> float:
    """Wait until something holds; return how long that took."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < 20
        time.sleep(0.02)
    return time.monotonic() - begun


def test_people_are_told_at_once_when_a_partner_is_slow(opened: Opened, service: Partner) -> None:
    here = opened(shop(service.url, rules=[calling(), TELLING]))
    service.always = Reply(wait=2, body=WELL)
    with running(here):
        here.customer(code="C1")
        seconds_until(lambda: len(service.received) == 1)
        here.customer(code="C2")
        told = seconds_until(lambda: here.site.count("youju_notification") == 2)
        assert told < 1.5
        seconds_until(lambda: here.site.query("SELECT count(*) FROM customer WHERE credit IS NOT NULL")[0][0] == 2)


def test_no_call_goes_out_twice_when_two_processes_deliver(opened: Opened, service: Partner) -> None:
    here = opened()
    service.always = Reply(wait=0.05, body=WELL)
    with running(here), running(here):
        for number in range(8):
            here.customer(code=f"C{number}")
        seconds_until(lambda: here.site.query("SELECT count(*) FROM customer WHERE credit IS NOT NULL")[0][0] == 8)
    assert len(service.received) == len({one.headers["idempotency-key"] for one in service.received}) == 8
