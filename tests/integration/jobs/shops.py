"""A shop whose rules look by the clock: what the tests of schedules, deadlines and time travel play on."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.kernel.clocks import moment_number
from tests.support import apps
from tests.support.apps import field, form, parameter, rule

if TYPE_CHECKING:
    from tests.support.sites import Site

HOURLY = "0 * * * *"
DAY = 86_400_000
HOUR = 3_600_000


def moment(text: str) -> int:
    """Return the moment of ISO text in Shanghai."""
    return moment_number(datetime.fromisoformat(f"{text}+08:00"))


START = moment("2026-03-02T09:30")


def scheduled(key: str, then: Any, cron: str = HOURLY, catch_up: str | None = None, **more: Any) -> Any:
    """Return a rule on things that looks by a schedule."""
    schedule = {"cron": cron} if catch_up is None else {"cron": cron, "catch_up": catch_up}
    return rule(key, "thing", {"schedule": schedule}, then, **more)


def timed(key: str, deadline: str, then: Any, **more: Any) -> Any:
    """Return a rule on things that looks on a deadline."""
    return rule(key, "thing", {"deadline": deadline}, then, **more)


_FIELDS = {"name": "text", "n": "number", "seen_at": "datetime", "day": "date"}
_THING = form("thing", *(field(key, kind) for key, kind in _FIELDS.items()), field("code", unique=True))
_DAYS = parameter("thing.days", "number", default="3")


def shop(*rules: Any, days: str = "3") -> Any:
    """Return a shop with things, these rules and the parameter ``thing.days``, always of the same uids."""
    return apps.app(copy.deepcopy(_THING), *rules, parameters=[{**_DAYS, "default": days}])


def open_shop(site: Site, *rules: Any, at: int = START, **more: Any) -> Any:
    """Publish the shop at a moment and return somebody who may do anything in it."""
    site.business.moment = site.real.moment = at
    site.publish(shop(*rules, **more))
    return site.person("me", ("shop", "staff"))


def things(site: Site) -> dict[str, dict[str, Any]]:
    """Return what is stored of all things, by name."""
    names = ("name", "id", "n", "version")
    rows = site.query(f"SELECT {', '.join(names)} FROM thing")  # noqa: S608 - names of ours
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def runs(site: Site) -> list[dict[str, Any]]:
    """Return the rule runs: rule, record, whether it fired, and its trace."""
    names = ("rule", "record", "fired", "trace", "at")
    rows = site.query(f"SELECT {', '.join(names)} FROM youju_rule_run ORDER BY id")  # noqa: S608 - names of ours
    return [{**dict(zip(names, row, strict=True)), "trace": json.loads(row[3])} for row in rows]


def slots(site: Site) -> list[int]:
    """Return the slots for which rules ran, in order."""
    return sorted(run["trace"]["event"]["scheduled"] for run in runs(site) if "scheduled" in run["trace"]["event"])


def undelivered(site: Site) -> int:
    return int(site.query("SELECT count(*) FROM youju_outbox WHERE done_at IS NULL")[0][0])
