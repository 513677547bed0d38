"""A shop whose rule tells people outside, with a mail server and robots on this machine, over both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.connectors.egress import Guard, read_allowed
from engine.connectors.outside import Outside
from engine.connectors.secrets import Secrets
from engine.connectors.telling.ways import read_ways
from engine.decision.changeset import Actor
from engine.kernel.clocks import moment_read
from engine.kernel.identifiers import uuid7
from engine.runtime.views import Viewer
from engine.storage import contacts
from engine.storage.journal import Authorship
from tests.support.apps import app, form, rule
from tests.support.apps import field as column
from tests.support.letterbox import Letterbox, letterbox
from tests.support.partner import Partner, Reply, partner
from tests.support.sites import Site

PUBLIC = "https://youju.example.com"
KEY = "SECabcdef0123456789"
NOON = moment_read("2026-03-02T12:00:00+08:00")
"""A Monday."""
TAKEN = Reply(body={"errcode": 0, "errmsg": "ok", "code": 0, "msg": "success"})


@pytest.fixture
def box() -> Iterator[Letterbox]:
    with letterbox() as found:
        yield found


@pytest.fixture
def robots() -> Iterator[Partner]:
    with partner() as found:
        found.always = TAKEN
        yield found


def telling(*channels: str, key: str = "tell", **more: Any) -> dict[str, Any]:
    """Return a rule that tells the staff of new customers."""
    told = {
        "to": [{"role": "staff"}],
        "text": {"zh": "新客户 {{ code }}", "en": "New customer {{ code }}"},
        **({"channels": list(channels)} if channels else {}),
        **more,
    }
    return rule(key, "customer", {"created": True}, {"notify": told})


@dataclass
class Shop:
    """The shop, open; the clocks are in the test's hand."""

    site: Site
    box: Letterbox
    robots: Partner
    me: Viewer
    ids: dict[str, str] = field(default_factory=dict)

    def customer(self, code: str = "C1", worth: int | None = None) -> str:
        fields = {"code": code, **({} if worth is None else {"worth": worth})}
        made = self.site.services.records.create(self.me, "shop", "customer", fields)
        return str(made.id)

    def work(self) -> int:
        """Let the jobs do what is due now."""
        return self.site.jobs().run_until_quiet()

    def later(self, milliseconds: int) -> int:
        """Let time pass on both clocks, then let the jobs do what is due."""
        self.site.real.moment += milliseconds
        self.site.business.moment += milliseconds
        return self.work()

    def interrupted(self, often: int) -> None:
        """Say how often somebody is interrupted a day."""
        self.site.services.attention.keep_limit(often)

    def reach(self, name: str, way: str, address: str | None) -> None:
        """Note where somebody is reached."""
        execution = self.site.services.execution
        moment, random = execution.clocks.business(), execution.randomness
        with self.site.database.write() as connection:
            by = Authorship(Actor(None), uuid7(moment, random(10)), moment, random)
            contacts.keep(connection, by, self.site.people[name], {way: address})

    def dead(self) -> list[str]:
        """Return the errors of the dead letters."""
        return [row[0] for row in self.site.query("SELECT error FROM youju_outbox WHERE dead_at IS NOT NULL")]

    def errors(self) -> list[str]:
        """Return the errors of what waits for another try."""
        found = self.site.query("SELECT error FROM youju_outbox WHERE done_at IS NULL AND error IS NOT NULL")
        return [row[0] for row in found]

    def missed(self) -> list[tuple[str, str, int]]:
        """Return who could not be reached, by name, way and times."""
        names = {id: name for name, id in self.site.people.items()}
        with self.site.database.read() as connection:
            found = contacts.unreached(connection, 100)
        return sorted((names.get(one.recipient, ""), one.way, one.times) for one in found)

    def subjects(self) -> list[str]:
        """Return the subjects of the letters that came, in order."""
        return [str(one["Subject"]) for one in self.box.letters]


@pytest.fixture
def opened(database: Any, box: Letterbox, robots: Partner) -> Callable[..., Shop]:
    """Open a shop with these rules; two people are reached by mail, one has nothing but the inbox."""

    def opening(*rules: Any, mail: bool = True, is_open: bool = True, secrets: dict[str, str] | None = None) -> Shop:
        known = {
            "YOUJU_SECRET_WECOM_WEBHOOK": f"{robots.url}/wecom/send?key=wecom-key-1",
            "YOUJU_SECRET_DINGTALK_WEBHOOK": f"{robots.url}/dingtalk/send?access_token=ding-token-1",
            "YOUJU_SECRET_DINGTALK_KEY": KEY,
            "YOUJU_SECRET_FEISHU_WEBHOOK": f"{robots.url}/feishu/hook/feishu-hook-1",
            "YOUJU_SECRET_FEISHU_KEY": KEY,
        }
        ways = read_ways(f"smtp+plain://{box.listed}" if mail else "", "有据 <youju@example.com>", PUBLIC)
        guard = Guard(read_allowed(f"{box.listed}, {robots.listed}"))
        outside = Outside(guard, Secrets(None, known if secrets is None else secrets), is_open=is_open, ways=ways)
        site = Site(database, outside=outside)
        site.business.moment = site.real.moment = NOON
        site.publish(app(form("customer", column("code"), column("worth", "number")), *rules))
        me = site.person("fang", ("shop", "staff"))
        site.person("lei", ("shop", "staff"))
        site.person("mute", ("shop", "staff"))
        shop = Shop(site, box, robots, me)
        shop.reach("fang", "mail", "fang@example.com")
        shop.reach("lei", "mail", "lei@example.com")
        return shop

    return opening
