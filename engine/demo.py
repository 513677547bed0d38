"""The demo: the packs of the market with their people and records, made once and kept."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING

from engine.boot import Instance
from engine.catalog.definitions import DEFAULT_ZONE
from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.jobs.scheduling import slot_message
from engine.jobs.travelling import Travel
from engine.kernel import clocks
from engine.kernel.canonical import digest
from engine.kernel.clocks import Clocks, Day
from engine.kernel.identifiers import derived_id
from engine.packs.demo import Demo, DemoChance, DemoClock, steps_of
from engine.packs.demo_past import keep_past
from engine.packs.installing import install, market_packs
from engine.packs.people import add_people
from engine.packs.placeholders import Placeholders
from engine.packs.reading import Pack
from engine.packs.seeding import sown
from engine.rules.schedules import latest_slot
from engine.runtime.services import Services, assemble
from engine.runtime.settings import write_private
from engine.storage import journal, notifications, revisions, schedules, settings

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

FIXED = "YOUJU_DEMO_PASSWORD"
PASSWORD_BYTES = 9
"""Of how much chance a password of the demo is drawn: 72 bits, which nobody goes through."""

MADE = "demo."
ANCHOR = "demo-anchor."
"""The setting that keeps the day from which a demo counts: one that was cut short goes on from the same day."""

SLOTS = "demo-slots."
"""The setting that tells that the latest slot of each schedule has been played."""

EVENING = 18
"""The hour at which a test clock begins on the day that a demo counts from: what a demo's people did is done."""

UNREAD_MS = 2 * clocks.DAY_MS
"""How long what a demo's people were told is news to them: nobody begins with a month of messages."""

Progress = Callable[[int, int], None]


def make_demo(instance: Instance, anchor: datetime | None, progress: Progress) -> bool:
    """Install every pack of the market with its people and records; return whether any of it was made now.

    With a test clock and an anchor, an installation in which nothing has happened yet begins in the evening of that day
    (after the last step of the demos), so that the same anchor gives the same instance.
    """
    packs = market_packs()
    if anchor is not None:
        _begin_clock(instance, packs, clocks.day_number(anchor.date()))
    made = [make_demo_of(instance, pack, anchor, progress) for pack in packs]
    return any(made)


def make_demo_of(instance: Instance, pack: Pack, anchor: datetime | None, progress: Progress) -> bool:
    """Install one pack, of which all that it needs is there, with its demo; return whether any of that was made now."""
    chance = DemoChance(f"{pack.key}/{digest(pack.documents)}")
    services = _services(instance, instance.clocks, chance)
    install(services, pack, Actor(None))
    if not (pack.demo or pack.past):  # its people are there for its scenarios alone
        return False
    with instance.database.read() as connection:
        if settings.read(connection, MADE + pack.key) is not None:
            return False
    _make(instance, services, chance, pack, anchor, progress)
    with instance.database.write() as connection:
        settings.write(connection, MADE + pack.key, pack.version)
    return True


def _services(instance: Instance, time: Clocks, chance: DemoChance) -> Services:
    """Return the services of an installation in another time and with another chance; what is compiled is shared."""
    kept = instance.services.execution
    return assemble(instance.database, time, chance, BUILT_IN, kept.catalogs, kept.contents)


def is_half_made(connection: Connection, key: str) -> bool:
    """Tell whether the making of a pack's demo has begun and not come to its end."""
    return settings.read(connection, ANCHOR + key) is not None and settings.read(connection, MADE + key) is None


def _begin_clock(instance: Instance, packs: Iterable[Pack], day: Day) -> None:
    with instance.database.read() as connection:
        has_begun = bool(revisions.current(connection))
    if instance.test_clock is None or has_begun:
        return
    named = [(pack, Placeholders({}, _zone(pack), lambda: day)) for pack in packs]
    ends = [names.moment({"time": f"{EVENING}:00"}) for _, names in named]
    last = [moment for pack, names in named for moment, _ in steps_of(pack, names)]
    instance.test_clock.set(max((*ends, *last)))


def _zone(pack: Pack) -> str:
    return str(pack.documents["app.json"].get("timezone", DEFAULT_ZONE))


def _make(
    instance: Instance,
    made_by: Services,
    chance: DemoChance,
    pack: Pack,
    anchor: datetime | None,
    progress: Progress,
) -> None:
    end, zone = instance.clocks.business(), _zone(pack)
    wanted = clocks.day_of(end, zone) if anchor is None else clocks.day_number(anchor.date())
    day = _kept_anchor(instance, pack, wanted)

    def begin(part: object) -> None:
        """Draw from a well that nobody drew from: with every part that is done, the journal has grown."""
        with instance.database.read() as connection:
            chance.begin(f"{pack.key}/{day}/{part}/{journal.length(connection)}")

    begin("people")
    with instance.database.read() as connection:
        brought = sown(connection, pack.key)
    names = Placeholders(_people(instance, made_by, pack), zone, lambda: day, brought)
    moments = [moment for moment, _ in steps_of(pack, names)]
    clock = DemoClock(min((*moments, end)))
    services = _services(instance, Clocks(business=clock), chance)
    travel = Travel(services.execution, clock)
    Demo(services, pack.key, names, travel.along, begin).make(pack, progress)
    begin("past")
    keep_past(services, pack, names, progress)
    begin("end")
    travel.along(max(end, clock.moment))
    _play_latest_slots(services, pack)
    travel.along(clock.moment)
    with instance.database.write() as connection:
        notifications.mark_read_before(connection, names.people.values(), clock.moment - UNREAD_MS)


def _play_latest_slots(services: Services, pack: Pack) -> None:
    """Let every schedule of the app look once, for its latest slot: what it would have found stands there."""
    execution = services.execution
    now = execution.clocks.business()
    with execution.database.write() as connection:
        if settings.read(connection, SLOTS + pack.key) is not None:
            return
        settings.write(connection, SLOTS + pack.key, clocks.moment_text(now))
        messages = [
            slot_message(schedule, latest_slot(schedule.cron, schedule.zone, now), number, execution.randomness)
            for number, schedule in enumerate(schedules.of_app(connection, pack.key))
        ]
        execution.send(connection, derived_id(SLOTS + pack.key, now, 0), messages)


def _kept_anchor(instance: Instance, pack: Pack, wanted: Day) -> Day:
    """Return the day on which making this demo began; where it begins now, keep the one that is wanted."""
    key = ANCHOR + pack.key
    with instance.database.write() as connection:
        kept = settings.read(connection, key)
        if kept is None:
            kept = clocks.date_of(wanted).isoformat()
            settings.write(connection, key, kept)
    return clocks.day_number(date.fromisoformat(kept))


def _people(instance: Instance, services: Services, pack: Pack) -> dict[str, str]:
    """Make the pack's people, each with a password of its own that the owner of the installation can read."""
    path = instance.settings.demo_users
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"users": []}
    passwords = {item["name"]: item["password"] for item in known["users"]}
    fixed, new = os.environ.get(FIXED), [user["name"] for user in pack.users if user["name"] not in passwords]
    passwords |= {name: fixed or secrets.token_urlsafe(PASSWORD_BYTES) for name in new}
    names = {item["name"]: item["display_name"] for item in known["users"]}
    names |= {user["name"]: user["display_name"] for user in pack.users}
    write_private(
        path,
        {
            "users": [
                {"name": name, "display_name": names.get(name, name), "password": password}
                for name, password in passwords.items()
            ]
        },
    )
    return add_people(services.directory, pack.key, pack.users, passwords, () if fixed else new)


def demo_words(instance: Instance) -> str:
    """Return the demo's users and passwords, a line each, for the owner of the installation."""
    path = instance.settings.demo_users
    if not path.exists():
        return ""
    users = json.loads(path.read_text(encoding="utf-8"))["users"]
    lines = [f"  {item['name']:<14}{item['password']:<16}{item['display_name']}" for item in users]
    return "\n".join(["演示用户 Demo users:", *lines, f"  ({path})"])
