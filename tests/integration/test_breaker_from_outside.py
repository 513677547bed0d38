"""The circuit breaker as people meet it: only the API, the command line and a clock that is moved by ``youju tick``.

One instance is served, its jobs process beside it; nothing reaches into the database once it is furnished.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.decision.changeset import Actor
from engine.kernel.clocks import moment_number
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import find_pack, read_pack
from tests.support.homes import open_demo

ROOT = Path(__file__).resolve().parents[2]
APP = "/api/v1/sales_management"
BEGUN = datetime.fromisoformat("2026-03-02T20:30:00+08:00")
WHO = ("rep", "supervisor", "finance", "ops", "director")


@dataclass
class Site:
    """A served instance: its address, the tokens and ids of its people."""

    home: Path
    address: str = ""
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    made: int = 0

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("YOUJU_")}
        home = {"YOUJU_HOME": str(self.home), "YOUJU_TEST_CLOCK": "1", "PYTHONPATH": str(ROOT)}
        return kept | home | {"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}

    def youju(self, *words: str) -> str:
        command = [sys.executable, "-m", "engine.cli", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tick(self, to: datetime) -> dict[str, Any]:
        counts: dict[str, Any] = json.loads(self.youju("tick", "--now", to.isoformat()))
        return counts

    def ask(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return the status and the answer of one request."""
        request = urllib.request.Request(self.address + path, method=method)  # noqa: S310 - our own address
        request.add_header("Authorization", f"Bearer {self.tokens[who]}")
        if method == "PATCH":
            request.add_header("If-Match", str(self.done(who, "GET", path)["version"]))
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"null")

    def done(self, who: str, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.ask(who, method, path, body)
        assert status < 300, (path, status, answer)
        return answer

    def customer(self) -> str:
        self.made += 1
        fields = {
            "legal_name": f"上饶试验材料{self.made}厂", "industry": "industrial", "finance_bp": self.ids["finance"],
        }  # fmt: skip
        return str(self.done("rep", "POST", f"{APP}/customer", {"fields": fields})["id"])

    def opportunity(self, customer: str, **more: Any) -> str:
        self.made += 1
        fields = {"name": f"试验商机{self.made}", "customer": customer, "amount": "120000", **more}
        return str(self.done("rep", "POST", f"{APP}/opportunity", {"fields": fields})["id"])

    def owed(self, customer: str, due: str) -> str:
        fields = {"customer": customer, "kind": "goods", "due_date": due, "amount": "5000"}
        return str(self.done("finance", "POST", f"{APP}/receivable", {"fields": fields})["id"])

    def held(self, opportunity: str, who: str = "rep") -> Any:
        return self.done(who, "GET", f"{APP}/opportunity/{opportunity}")["held"]

    def told(self, who: str, name: str) -> list[str]:
        """Return what somebody was told of an opportunity."""
        found = self.done(who, "GET", "/api/v1/notifications")["items"]
        return [item["text"]["zh"] for item in found if name in item["text"]["zh"] and "熔断" in item["text"]["zh"]]

    def release(self, who: str, opportunity: str, **more: Any) -> tuple[int, Any]:
        fields = {"release_reason": "客户已答复", "next_action": "周五复核预算", "exemption_reason": "战略客户", **more}
        return self.ask(who, "POST", f"{APP}/opportunity/{opportunity}/transitions/release", {"fields": fields})


def _furnish(home: Path) -> None:
    """Make an instance with sales management, its people and no records, in the evening on which all begins."""
    opened = open_demo(home)
    assert opened.test_clock is not None
    opened.test_clock.set(moment_number(BEGUN - timedelta(hours=2)))
    pack = read_pack(find_pack("sales_management"))
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users)
    opened.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("breaker") / "home")
    _furnish(made.home)
    made.tick(BEGUN)
    made.tokens = {name: made.youju("user", "token", name).strip() for name in WHO}
    command = [sys.executable, "-c", "from web.commands import serve; serve()", "--port", "0"]
    with subprocess.Popen(command, env=made.environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            made.address = process.stdout.readline().strip() if process.stdout else ""
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", made.address)
            people = {name: made.done(name, "GET", "/api/v1/me") for name in WHO}
            made.ids = {name: person["id"] for name, person in people.items()}
            made.names = {name: person["display_name"] for name, person in people.items()}
            yield made
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@dataclass(frozen=True)
class Deals:
    """Four opportunities of one evening: left alone, only retitled, with a budget, moved on after a week."""

    idle: str
    edited: str
    confirmed: str
    moved: str


ADVANCE = {"fields": {"need": "一套", "first_contact_method": "phone"}}
EDITED = "改了名的商机"


def _after_a_week(site: Site) -> Deals:
    quiet, titled = site.customer(), site.customer()
    deals = Deals(
        site.opportunity(quiet),
        site.opportunity(titled),
        site.opportunity(quiet, budget_confirmed="confirmed"),
        site.opportunity(quiet),
    )
    site.tick(BEGUN + timedelta(days=7))
    site.done("rep", "PATCH", f"{APP}/opportunity/{deals.edited}", {"fields": {"name": EDITED}})
    fields = {"customer": quiet, "name": "周工", "phone": "13800000000"}
    contact = site.done("rep", "POST", f"{APP}/contact", {"fields": fields})
    advance = {"fields": {**ADVANCE["fields"], "contact": contact["id"]}}
    site.done("rep", "POST", f"{APP}/opportunity/{deals.moved}/transitions/advance_needs_confirmed", advance)
    return deals


def test_the_breaker_counts_calendar_days_without_activity(site: Site) -> None:
    deals = _after_a_week(site)
    site.tick(BEGUN + timedelta(days=14))
    four = (deals.idle, deals.edited, deals.confirmed, deals.moved)
    assert [site.held(one) for one in four] == [None] * 4, "14 days are not enough"
    why = site.done("supervisor", "GET", f"{APP}/opportunity/{deals.idle}/rules/breaker_fuse")
    assert why["rule"]["holds"] is False
    assert any("14" in text["zh"] and "15" in text["zh"] for text in why["because"]), "why not, with both numbers"
    site.tick(BEGUN + timedelta(days=15, hours=6))
    assert site.held(deals.idle) is not None
    assert site.held(deals.edited) is not None, "a new title is no activity"
    assert (site.held(deals.confirmed), site.held(deals.moved)) == (None, None)
    for who in ("supervisor", "finance", "rep"):
        assert len(site.told(who, EDITED)) == 1, f"{who} is told, and once"
    assert site.told("rep", EDITED)[0].startswith("抄送"), "the owner in copy"


def test_a_held_opportunity_is_released_by_the_superior_and_armed_again(site: Site) -> None:
    begun = BEGUN + timedelta(days=20)
    site.tick(begun)
    deal = site.opportunity(site.customer())
    site.tick(begun + timedelta(days=15))
    status, refused = site.ask("rep", "POST", f"{APP}/opportunity/{deal}/transitions/advance_needs_confirmed", ADVANCE)
    assert (status, refused["errors"][0]["code"]) == (422, "FLOW-016")
    told = json.dumps(refused["errors"][0], ensure_ascii=False)
    assert "预算" in told, "why"
    assert site.names["supervisor"] in told, "who can release it"
    assert site.release("rep", deal)[0] == 422
    assert site.release("supervisor", deal)[0] == 200
    site.tick(begun + timedelta(days=29))
    assert site.held(deal) is None
    site.tick(begun + timedelta(days=30))
    assert site.held(deal) is not None


def test_a_changed_parameter_counts_from_the_next_hour(site: Site) -> None:
    begun = BEGUN + timedelta(days=52)
    site.tick(begun)
    deal = site.opportunity(site.customer())
    site.tick(begun + timedelta(days=12, minutes=10))
    site.done("ops", "PUT", f"{APP}/parameters/breaker.idle_days", {"value": "12"})
    site.tick(begun + timedelta(days=12, minutes=29))
    assert site.held(deal) is None
    site.tick(begun + timedelta(days=12, minutes=30))
    entry = site.held(deal)
    assert "12天" in entry["reason"]["zh"]
    assert entry["releasers"] == [site.ids["supervisor"]]
    site.done("ops", "PUT", f"{APP}/parameters/breaker.idle_days", {"value": "15"})


def _paid(site: Site, customer: str, receivable: str, amount: str, day: str) -> None:
    site.made += 1
    fields = {"customer": customer, "receipt_no": f"LS{site.made:04}", "amount": amount, "receipt_date": day}
    matches = [{"receivable": receivable, "amount": amount}]
    made = site.done("finance", "POST", f"{APP}/receipt", {"fields": {**fields, "matches": matches}})
    site.done("finance", "POST", f"{APP}/receipt/{made['id']}/transitions/match", {"fields": {}})


def test_only_who_owes_is_held_for_stale_receipts_and_two_release(site: Site) -> None:
    begun, day = datetime.fromisoformat("2026-05-11T20:30:00+08:00"), "2026-05-11"
    site.tick(begun)
    owing, free = site.customer(), site.customer()
    deals = {who: site.opportunity(who, budget_confirmed="confirmed") for who in (owing, free)}
    for customer, amount in ((owing, "1000"), (free, "5000")):
        _paid(site, customer, site.owed(customer, day), amount, day)
    site.tick(begun + timedelta(days=29, hours=3))
    assert [site.held(deals[who]) for who in (owing, free)] == [None, None]
    site.tick(begun + timedelta(days=30))
    entry = site.held(deals[owing])
    assert "回款" in entry["reason"]["zh"]
    assert set(entry["releasers"]) == {site.ids["supervisor"], site.ids["finance"]}
    assert site.held(deals[free]) is None, "nobody who owes nothing is held"
    assert site.release("finance", deals[owing])[0] == 200
    assert site.held(deals[owing])["releasers"] == [site.ids["supervisor"]], "the first of two does not release"
    assert site.release("finance", deals[owing])[0] == 422, "nor does the same one again"
    assert site.release("supervisor", deals[owing])[0] == 200
    assert site.held(deals[owing]) is None
