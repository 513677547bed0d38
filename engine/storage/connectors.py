"""How connectors stand, and what their calls came to; knows neither addresses nor secrets."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass

from sqlalchemy import Connection, delete, select, tuple_, update

from engine.catalog.connectors.turns import Standing
from engine.kernel.clocks import Moment
from engine.storage import system_tables
from engine.storage.upserts import insert_into, insert_or_ignore

_CONNECTOR, _RECEIPT = system_tables.connector, system_tables.call_receipt


def standing(connection: Connection, app: str, connector: str) -> Standing:
    """Return how a connector stands; nobody else changes that until the transaction ends."""
    fresh = insert_or_ignore(connection, _CONNECTOR, ("app", "connector"))
    connection.execute(fresh.values(app=app, connector=connector, **asdict(Standing())))
    columns = (_CONNECTOR.c[name] for name in Standing.__slots__)
    its = select(*columns).where(_CONNECTOR.c.app == app, _CONNECTOR.c.connector == connector)
    return Standing(*connection.execute(its.with_for_update()).one())


def keep_standing(connection: Connection, app: str, connector: str, found: Standing) -> None:
    """Write down how a connector stands, after ``standing`` in the same transaction."""
    its = update(_CONNECTOR).where(_CONNECTOR.c.app == app, _CONNECTOR.c.connector == connector)
    connection.execute(its.values(**asdict(found)))


def standings(connection: Connection) -> dict[tuple[str, str], Standing]:
    """Return how every connector stands that was ever called, by app and key."""
    columns = (_CONNECTOR.c[name] for name in Standing.__slots__)
    found = connection.execute(select(_CONNECTOR.c.app, _CONNECTOR.c.connector, *columns))
    return {(row[0], row[1]): Standing(*row[2:]) for row in found}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one attempt of a call came to: ``duration`` in milliseconds, ``excerpt`` the beginning of the answer.

    ``at`` is real time. Without an answer there is no ``status``; ``error`` says why the attempt failed.
    """

    message: str
    attempt: int
    app: str
    connector: str
    operation: str
    form: str
    record: str
    rule: str
    at: Moment
    duration: int
    status: int | None = None
    excerpt: str | None = None
    error: str | None = None


_COLUMNS = tuple(_RECEIPT.c[name] for name in Receipt.__slots__)


def note_receipt(connection: Connection, receipt: Receipt) -> None:
    """Keep a receipt; the one of the same attempt, made by somebody whose lease was over, gives way."""
    values = dict(zip(Receipt.__slots__, astuple(receipt), strict=True))
    made = insert_into(connection, _RECEIPT).values(**values)
    connection.execute(made.on_conflict_do_update(index_elements=["message", "attempt"], set_=values))


def receipts_of(connection: Connection, app: str, form: str, record: str) -> tuple[Receipt, ...]:
    """Return the receipts of the calls about a record, newest first."""
    about = (_RECEIPT.c.app == app, _RECEIPT.c.form == form, _RECEIPT.c.record == record)
    query = select(*_COLUMNS).where(*about).order_by(_RECEIPT.c.at.desc(), _RECEIPT.c.attempt.desc())
    return tuple(Receipt(*row) for row in connection.execute(query))


def forget_receipts(connection: Connection, before: Moment, limit: int) -> int:
    """Delete up to ``limit`` receipts that are older than a real moment; return how many."""
    key = tuple_(_RECEIPT.c.message, _RECEIPT.c.attempt)
    old = select(_RECEIPT.c.message, _RECEIPT.c.attempt).where(_RECEIPT.c.at < before).order_by(_RECEIPT.c.at)
    return connection.execute(delete(_RECEIPT).where(key.in_(old.limit(limit)))).rowcount
