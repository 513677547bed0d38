"""Times rules over many records: finding those that a rule is about, acting on them, and trying it on the past."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from statistics import median
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from marshmallow import Schema, fields

from engine.bench.measuring import Line, compared, timed
from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.jobs.loop import JobsLoop
from engine.jobs.sweeping import AHEAD, matching, rule_of
from engine.kernel.canonical import Json
from engine.kernel.clocks import DAY_MS, Clocks, Moment, date_of, datetime_of, day_of, real_moment
from engine.kernel.identifiers import uuid7
from engine.rules.rules import Rule
from engine.runtime.backtests.views import Asked
from engine.runtime.catalogs import Current
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.publishing import publish
from engine.runtime.services import Services, assemble
from engine.runtime.views import Viewer
from engine.storage.database import Database, open_database
from engine.storage.form_tables import FormTables
from engine.storage.migrations import migrate
from engine.storage.records import insert_rows
from engine.storage.write_guard import writing

FIND_REACH: Final = 1.2
ACT_REACH: Final = 8.0
PAST_REACH: Final = 1.5

APP, RULE = "bench", "idle"
NOW: Final[Moment] = 1_780_000_000_000
IDLE_DAYS: Final = 15
BATCH: Final = 5_000
ONE_IN: Final = 100
LONGER: Final = 20
ACT_ROUNDS: Final = 5
HOUR_MS: Final = 3_600_000
BESIDE: Final = ("journal", "outbox")
"""One record in so many is what the rule is about."""

WHEN = "flag is empty and days_since(seen_at) >= param.idle.days and worth > 100"
_BY_HAND: Mapping[str, str] = MappingProxyType(
    {
        "sqlite": "deleted_at IS NULL AND flag IS NULL AND seen_at < :seen AND worth > 10000",
        "postgresql": "deleted_at IS NULL AND flag IS NULL AND seen_at < :seen AND worth > 100",
    }
)


def _labels(key: str) -> Json:
    return {"zh": key, "en": key}


def _element(number: int, key: str, **more: Json) -> dict[str, Json]:
    return {"uid": f"b{number:011d}", "key": key, "labels": _labels(key), **more}


def _documents() -> dict[str, Json]:
    listed = [
        _element(number, key, type=type)
        for number, (key, type) in enumerate(
            [("name", "text"), ("seen_at", "datetime"), ("worth", "money"), ("flag", "boolean"), ("note", "text")], 10
        )
    ]
    rule = {
        **_element(2, RULE),
        "form": "deal",
        "on": [{"schedule": {"cron": "0 * * * *"}}],
        "when": WHEN,
        "then": [{"set": {"flag": "true"}}],
    }
    head = {"format": 1}
    days = _element(4, "idle.days", type="number", scale=0, default=str(IDLE_DAYS))
    return {
        "app.json": {**head, "kind": "app", **_element(1, APP), "timezone": "Asia/Shanghai"},
        "forms/deal.json": {**head, "kind": "form", **_element(3, "deal"), "title": "{{name}}", "fields": listed},
        "rules/idle.json": {**head, "kind": "rule", **rule},
        "parameters.json": {**head, "kind": "parameters", "parameters": [days]},
    }


@dataclass
class Hand:
    """A clock that stands still until it is moved."""

    moment: Moment = NOW

    def __call__(self) -> Moment:
        """Return the moment."""
        return self.moment


@dataclass(frozen=True)
class Ground:
    """An instance with one form of many records, of which the rule is about one in a hundred."""

    database: Database
    services: Services
    clock: Hand
    rows: int

    @property
    def current(self) -> Current:
        """The app as it is."""
        with self.database.read() as connection:
            return self.services.execution.catalogs.current(connection)

    @property
    def form(self) -> FormTables:
        """The tables of the form."""
        return self.current.tables[APP, "deal"]

    @property
    def rule(self) -> Rule:
        """The rule."""
        found = rule_of(self.current, APP, RULE)
        if found is None:
            raise AssertionError
        return found


@contextmanager
def ground(url: str, rows: int) -> Iterator[Ground]:
    """Give such an instance in an empty database."""
    database = open_database(url)
    try:
        migrate(database)
        clock = Hand()
        services = assemble(database, Clocks(clock, real_moment), os.urandom, BUILT_IN)
        publish(services.execution, _documents(), Actor(None))
        made = Ground(database, services, clock, rows)
        _fill(made)
        yield made
    finally:
        database.close()


def _fill(made: Ground) -> None:
    form, numbers = made.form, iter(range(made.rows))
    while batch := list(islice(numbers, BATCH)):
        with made.database.write() as connection, writing(connection):
            insert_rows(connection, form, [_row(number) for number in batch])
    if made.database.dialect == "postgresql":
        with made.database.alone() as connection:
            connection.exec_driver_sql("ANALYZE")


def _row(number: int) -> dict[str, Any]:
    begun = NOW - 400 * DAY_MS
    idle = IDLE_DAYS + 3 if number % ONE_IN == 0 else number % IDLE_DAYS
    return {
        "id": uuid7(begun + number, number.to_bytes(10, "big")),
        "version": 1,
        "created_at": begun,
        "updated_at": begun,
        "name": f"Deal {number}",
        "seen_at": NOW - idle * DAY_MS,
        "worth": 20_000 + number % 90_000,
        "note": f"Nobody has said anything about number {number} yet",
    }


def rule_lines(url: str, rows: int, rounds: int) -> Iterator[Line]:
    """Yield the figures of one rule over so many records in an empty database."""
    with ground(url, rows) as made:
        name = f"rules {made.database.dialect}"
        yield _finding(made, name, rounds)
        yield _on_the_past(made, name, rounds)
        yield _acting(made, name, min(rounds, ACT_ROUNDS))


def _finding(made: Ground, name: str, rounds: int) -> Line:
    current, rule = made.current, made.rule

    def ours() -> int:
        found, after = 0, ""
        with made.database.read() as connection:
            while True:
                ids = matching(connection, current, APP, rule, NOW, after, AHEAD)
                found += len(ids)
                if len(ids) < AHEAD:
                    return found
                after = ids[-1]

    def theirs() -> int:
        with made.database.read() as connection:
            return len(connection.execute(_selected(made, IDLE_DAYS)).all())

    _alike(ours(), theirs(), made.rows // ONE_IN)
    return compared(f"{name} find 1 in {ONE_IN} of {made.rows}", ours, theirs, FIND_REACH, rounds)


def _selected(made: Ground, days: int) -> Any:  # noqa: ANN401 - a statement
    seen = NOW - days * DAY_MS - DAY_MS // 2
    bound = datetime_of(seen) if made.database.dialect == "postgresql" else seen
    table = made.form.main.table.name
    written = f"SELECT id, worth FROM {table} WHERE {_BY_HAND[made.database.dialect]}"  # noqa: S608 - names of ours
    return sa.text(written).bindparams(seen=bound)


def _alike(*counts: int) -> None:
    if len(set(counts)) != 1:
        message = f"the same records are not found: {counts}"
        raise ValueError(message)


def _on_the_past(made: Ground, name: str, rounds: int) -> Line:
    day = date_of(day_of(NOW, "Asia/Shanghai")).isoformat()
    asked = Asked(APP, RULE, day, day, {"idle.days": str(IDLE_DAYS + LONGER)})
    viewer = Viewer("0" * 8, "bench", "bench", "en", frozenset({ADMIN_ROLE}))

    def ours() -> int:
        return made.services.backtests.run(viewer, asked).old.count

    def theirs() -> int:
        with made.database.read() as connection:
            found = [len(connection.execute(_selected(made, IDLE_DAYS + more)).all()) for more in (0, LONGER)]
        return found[0]

    _alike(ours(), theirs(), made.rows // ONE_IN)
    return compared(f"{name} back-test of {made.rows}, old against new", ours, theirs, PAST_REACH, rounds)


class _Deal(Schema):
    """The record as a hand-written program would read it."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    seen_at = fields.Integer(required=True)
    worth = fields.Integer(required=True)
    flag = fields.Boolean(required=True)
    note = fields.String()


def _acting(made: Ground, name: str, rounds: int) -> Line:
    """Time acting on what is found, once for each round: afterwards all is as before."""
    loop = JobsLoop(made.services.execution)
    pairs: list[tuple[float, float]] = []
    for _ in range(rounds):
        made.clock.moment += HOUR_MS
        mine = timed(loop.run_until_quiet)
        done = _taken_back(made)
        with _tables_beside(made):
            theirs = timed(lambda: _by_hand(made))
        _alike(done, _taken_back(made), made.rows // ONE_IN)
        pairs.append((mine, theirs))
    mine, theirs = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(one / other for one, other in pairs)
    each = f"{mine / (made.rows // ONE_IN) * 1000:.2f} ms a record"
    return Line(
        f"{name} act on {made.rows // ONE_IN}", mine, f"≤ {ACT_REACH:g}×", ratio <= ACT_REACH, "s", theirs, ratio, each
    )


def _by_hand(made: Ground) -> None:
    """Do the least that any program would: read each record strictly, change it, write its journal entry and a message.

    It changes the records where they lie and writes into tables that last, as what it is compared with does: all of it
    in one transaction, without a look at whether the record is still what it was.
    """
    schema, rows, table = _Deal(), [_row(number) for number in range(0, made.rows, ONE_IN)], made.form.main.table
    read = [
        schema.load({key: row[key] for key in ("id", "name", "seen_at", "worth", "note")} | {"flag": True})
        for row in rows
    ]
    said = [{"id": row["id"], "said": json.dumps({"flag": True, "at": NOW})} for row in read]
    change = sa.update(table).where(table.c.id == sa.bindparam("of"))
    moment = datetime_of(NOW) if made.database.dialect == "postgresql" else NOW
    with made.database.write() as connection, writing(connection):
        connection.execute(
            change.values(flag=sa.bindparam("to"), updated_at=sa.bindparam("at")),
            [{"of": row["id"], "to": True, "at": moment} for row in read],
        )
        for name in BESIDE:
            connection.execute(_into(name), said)


@contextmanager
def _tables_beside(made: Ground) -> Iterator[None]:
    """Keep empty tables for what is written by hand."""
    with made.database.write() as connection:
        for name in BESIDE:
            connection.exec_driver_sql(f"CREATE TABLE youju_bench_{name} (id TEXT PRIMARY KEY, said TEXT)")
    try:
        yield
    finally:
        with made.database.write() as connection:
            for name in BESIDE:
                connection.exec_driver_sql(f"DROP TABLE youju_bench_{name}")


def _taken_back(made: Ground) -> int:
    """Put the records back to what they were, and return how many were changed."""
    table = made.form.main.table
    with made.database.write() as connection, writing(connection):
        return connection.execute(sa.update(table).where(table.c.flag.is_not(None)).values(flag=None)).rowcount


def _into(name: str) -> Any:  # noqa: ANN401 - a statement
    return sa.insert(sa.table(f"youju_bench_{name}", sa.column("id"), sa.column("said")))
