"""An instance full of deals, made for the benchmark; knows how its rows come about, not what is timed."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from engine.bench.records.documents import APP, CUSTOMER, DEAL, KINDS, REGIONS, RELATED, documents
from engine.boot import Instance, open_instance
from engine.decision.changeset import Actor
from engine.kernel.canonical import Json
from engine.kernel.clocks import DAY_MS, Moment
from engine.kernel.identifiers import uuid7
from engine.runtime.publishing import publish
from engine.runtime.settings import Settings
from engine.runtime.views import Viewer
from engine.storage.records import insert_rows
from engine.storage.system_tables import journal
from engine.storage.write_guard import writing

NAME, ROLE = "bench", "staff"
BEGUN: Final[Moment] = 1_740_000_000_000
"""When the oldest record was made; the newest a year later."""
FIRST_DAY: Final = BEGUN // DAY_MS
DAYS: Final = 360
BATCH: Final = 5_000
CUSTOMERS: Final = 200
OF_EACH: Final = 20
"""Records of each related form that point at one customer."""
GOLDEN: Final = 2_654_435_761
_FORMS: Final = (CUSTOMER, DEAL, *RELATED)


@dataclass(frozen=True)
class Ground:
    """An instance with so many deals, and somebody who may see three of four of them."""

    instance: Instance
    viewer: Viewer
    token: str
    rows: int

    @property
    def dialect(self) -> str:
        """The database."""
        return self.instance.database.dialect

    @property
    def customer(self) -> str:
        """The id of a customer at whom others point."""
        return _customer_id(7)

    def fields(self, number: int) -> dict[str, Json]:
        """Return what is sent to make a deal: twelve fields."""
        return {
            "name": f"Deal {number}",
            "customer": _customer_id(number % CUSTOMERS),
            "kind": KINDS[number % len(KINDS)],
            "region": REGIONS[1 + number % 3],
            "amount": f"{1000 + number % 90_000}.50",
            "quantity": str(1 + number % 7),
            "discount": "5",
            "seen_on": f"2025-{1 + number % 12:02}-{1 + number % 28:02}",
            "met_at": f"2025-{1 + number % 12:02}-{1 + number % 28:02}T08:30:00+08:00",
            "urgent": number % 2 == 0,
            "phone": "13800138000",
            "note": f"What was said about deal {number}, in a sentence of usual length.",
        }


@contextmanager
def ground(url: str, rows: int) -> Iterator[Ground]:
    """Give such an instance in an empty database."""
    with tempfile.TemporaryDirectory(prefix="youju-bench-home-") as home:
        instance = open_instance(Settings(Path(home), url))
        try:
            publish(instance.services.execution, documents(), Actor(None))
            person = instance.directory.add_user(NAME, NAME, secrets.token_urlsafe(16))
            instance.directory.grant(NAME, APP, ROLE)
            token = instance.directory.issue_token(NAME, NAME)
            made = Ground(instance, instance.directory.viewer(person), token, rows)
            _fill(made, CUSTOMER, CUSTOMERS, _customer)
            _fill(made, DEAL, rows, _deal)
            for key in RELATED:
                _fill(made, key, CUSTOMERS * OF_EACH, partial(_related, _FORMS.index(key)))
            if made.dialect == "postgresql":
                with instance.database.alone() as connection:
                    connection.exec_driver_sql("ANALYZE")
            yield made
        finally:
            instance.close()


def _fill(made: Ground, form: str, count: int, row: Callable[[int], Mapping[str, Any]]) -> None:
    """Insert records and for each an entry of the journal: short, but in every index of it."""
    with made.instance.database.read() as connection:
        tables = made.instance.services.execution.catalogs.current(connection).tables[APP, form]
    numbers, done = iter(range(count)), 0
    while rows := [dict(row(number)) for number in islice(numbers, BATCH)]:
        with made.instance.database.write() as connection, writing(connection):
            insert_rows(connection, tables, rows)
            connection.execute(sa.insert(journal), [_entry(form, place, one) for place, one in enumerate(rows, done)])
        done += len(rows)


def _entry(form: str, place: int, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry that says that a record was created, as if it were sealed; it is no proof of anything."""
    said = {"id": row["id"], "record": row["id"], "command": row["id"], "at": row["created_at"], "version": 1}
    nothing = dict.fromkeys(("digests", "payload"), "{}")
    sealed = {"entry": "", "batch": -1 - _FORMS.index(form), "position": place}
    return {**said, **nothing, **sealed, "app": APP, "subject": form, "action": "create"}


def _id(number: int, begun: Moment, form: int) -> str:
    return uuid7(begun, number.to_bytes(8, "big") + form.to_bytes(2, "big"))


def _customer_id(number: int) -> str:
    return _id(number, BEGUN, 0)


def _own(id: str, begun: Moment) -> dict[str, Any]:
    return {"id": id, "version": 1, "created_at": begun, "updated_at": begun}


def _customer(number: int) -> dict[str, Any]:
    return {**_own(_customer_id(number), BEGUN), "name": f"Customer {number}"}


def _deal(number: int) -> dict[str, Any]:
    begun = BEGUN + number * GOLDEN % (DAYS * DAY_MS)
    mixed = number * GOLDEN % 2**32 >> 8
    return {
        **_own(_id(number, begun, 1), begun),
        "name": f"Deal {number}",
        "customer": _customer_id(mixed % CUSTOMERS),
        "kind": KINDS[mixed % len(KINDS)],
        "region": REGIONS[mixed // 64 % len(REGIONS)],
        "amount": 100_000 + mixed * 104_729 % 9_000_000,
        "quantity": 1 + number % 7,
        "discount": 500,
        "seen_on": FIRST_DAY + number % DAYS,  # of which the kind and the amount tell nothing
        "met_at": begun,
        "urgent": number % 2 == 0,
        "phone": "13800138000",
        "note": f"What was said about deal {number}, in a sentence of usual length.",
        "worth": 100_000 + mixed * 104_729 % 9_000_000,
    }


def _related(form: int, number: int) -> dict[str, Any]:
    begun = BEGUN + number * GOLDEN % (DAYS * DAY_MS)
    own = _own(_id(number, begun, form), begun)
    return {**own, "name": f"{number}", "customer": _customer_id(number % CUSTOMERS), "day": FIRST_DAY + number % DAYS}
