"""The demo: the packs of the market with their people and records, made once and kept."""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from engine.boot import Instance
from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.jobs.loop import JobsLoop
from engine.kernel import clocks
from engine.kernel.clocks import Clocks, Day, Moment
from engine.packs.demo import Demo, DemoClock
from engine.packs.installing import install
from engine.packs.people import add_people
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack, market, read_pack
from engine.runtime.services import assemble
from engine.runtime.settings import write_private
from engine.storage import outbox, settings

if TYPE_CHECKING:
    from datetime import datetime

FIXED = "YOUJU_DEMO_PASSWORD"
MADE = "demo."
ANCHOR = "demo-anchor."
"""The setting that keeps the day from which a demo counts: one that was cut short goes on from the same day."""

LEASE_MS = 5_000
"""How long (real time) the demo holds a message: one that is started again waits for what was being delivered."""
PAUSE_SECONDS = 0.2

Progress = Callable[[int, int], None]


def make_demo(instance: Instance, anchor: datetime | None, progress: Progress) -> bool:
    """Install every pack of the market with its people and records; return whether any of it was made now."""
    made = False
    for folder in market().values():
        pack = read_pack(folder)
        install(instance.services, pack, Actor(None))
        with instance.database.read() as connection:
            if settings.read(connection, MADE + pack.key) is not None:
                continue
        _make(instance, pack, anchor, progress)
        with instance.database.write() as connection:
            settings.write(connection, MADE + pack.key, pack.version)
        made = True
    return made


def _make(instance: Instance, pack: Pack, anchor: datetime | None, progress: Progress) -> None:
    clock = DemoClock(instance.clocks.business())
    services = assemble(instance.database, Clocks(business=clock), secrets.token_bytes, BUILT_IN)
    with instance.database.read() as connection:
        zone = services.execution.catalogs.current(connection).catalog.apps[pack.key].zone
    wanted = clocks.day_of(clock.moment, zone) if anchor is None else clocks.day_number(anchor.date())
    day = _kept_anchor(instance, pack, wanted)
    people = _people(instance, pack)

    def today() -> Day:
        return day

    jobs = JobsLoop(services.execution, lease=LEASE_MS)

    def settle() -> None:
        """Let what follows from a step happen before the next one, also what a process that was killed still holds."""
        jobs.run_until_quiet()
        while _is_held(instance, clock.moment):
            time.sleep(PAUSE_SECONDS)
            jobs.run_until_quiet()

    Demo(services, clock, pack.key, Placeholders(people, zone, today), settle).make(pack, progress)


def _is_held(instance: Instance, now: Moment) -> bool:
    with instance.database.read() as connection:
        return any(error is None for _, error in outbox.undelivered(connection, now))


def _kept_anchor(instance: Instance, pack: Pack, wanted: Day) -> Day:
    """Return the day on which making this demo began; where it begins now, keep the one that is wanted."""
    key = ANCHOR + pack.key
    with instance.database.write() as connection:
        kept = settings.read(connection, key)
        if kept is None:
            kept = clocks.date_of(wanted).isoformat()
            settings.write(connection, key, kept)
    return clocks.day_number(date.fromisoformat(kept))


def _people(instance: Instance, pack: Pack) -> dict[str, str]:
    """Make the pack's people, each with a password of its own that the owner of the installation can read."""
    path = instance.settings.demo_users
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"users": []}
    passwords = {item["name"]: item["password"] for item in known["users"]}
    for user in pack.users:
        passwords.setdefault(user["name"], os.environ.get(FIXED) or secrets.token_urlsafe(9))
    names = {user["name"]: user["display_name"] for user in pack.users}
    write_private(
        path,
        {
            "users": [
                {"name": name, "display_name": names.get(name, name), "password": password}
                for name, password in passwords.items()
            ]
        },
    )
    return add_people(instance.directory, pack.key, pack.users, passwords)


def demo_words(instance: Instance) -> str:
    """Return the demo's users and passwords, a line each, for the owner of the installation."""
    path = instance.settings.demo_users
    if not path.exists():
        return ""
    users = json.loads(path.read_text(encoding="utf-8"))["users"]
    lines = [f"  {item['name']:<14}{item['password']:<16}{item['display_name']}" for item in users]
    return "\n".join(["演示用户 Demo users:", *lines, f"  ({path})"])
