"""What came in from partners: deliveries, how pulls stand, and items that were refused; knows not what they mean."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, delete, or_, select, tuple_, update

from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.storage import system_tables
from engine.storage.upserts import insert_into

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

_DELIVERY, _PULL, _REFUSAL = system_tables.hook_delivery, system_tables.pull, system_tables.intake_refusal
_OUTBOX = system_tables.outbox


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery to a hook: ``digest`` is of what was signed; of its ``items`` so many were taken and refused."""

    app: str
    connector: str
    hook: str
    delivery: str
    digest: str
    at: Moment
    items: int
    taken: int = 0
    refused: int = 0


def keep_delivery(connection: Connection, found: Delivery) -> Delivery | None:
    """Keep a delivery; None where that was done, else the one that is there under its id or with what was signed.

    Of two at once the second waits for the first.
    """
    ignoring = insert_into(connection, _DELIVERY).on_conflict_do_nothing()
    made = connection.execute(ignoring.values(**asdict(found)).execution_options(preserve_rowcount=True))
    if made.rowcount == 1:
        return None
    hook = (_DELIVERY.c.app == found.app, _DELIVERY.c.connector == found.connector, _DELIVERY.c.hook == found.hook)
    same = or_(_DELIVERY.c.delivery == found.delivery, _DELIVERY.c.digest == found.digest)
    columns = (_DELIVERY.c[name] for name in Delivery.__slots__)
    by_id = (_DELIVERY.c.delivery == found.delivery).desc()
    row = connection.execute(select(*columns).where(*hook, same).order_by(by_id).limit(1)).one()
    return Delivery(*row)


def deliveries(connection: Connection, limit: int = 100) -> tuple[Delivery, ...]:
    """Return the newest deliveries of all hooks."""
    columns = (_DELIVERY.c[name] for name in Delivery.__slots__)
    newest = select(*columns).order_by(_DELIVERY.c.at.desc(), _DELIVERY.c.delivery).limit(limit)
    return tuple(Delivery(*row) for row in connection.execute(newest))


def count_delivered(connection: Connection, delivery: tuple[str, str, str, str], taken: int, refused: int) -> None:
    """Note what came of some items of a delivery: app, connector, hook, id."""
    named = (_DELIVERY.c[name] for name in ("app", "connector", "hook", "delivery"))
    its = and_(*(column == value for column, value in zip(named, delivery, strict=True)))
    _count(connection, _DELIVERY, its, taken, refused)


def count_pulled(connection: Connection, pull: tuple[str, str, str], taken: int, refused: int) -> None:
    """Note what came of some items of a pull: app, connector, pull."""
    _count(connection, _PULL, _its(*pull), taken, refused)


def _count(connection: Connection, table: Table, its: ColumnElement[bool], taken: int, refused: int) -> None:
    counted = {"taken": table.c.taken + taken, "refused": table.c.refused + refused}
    connection.execute(update(table).where(its).values(**counted))


@dataclass(frozen=True, slots=True)
class PullState:
    """How a pull stands: ``message`` asks for its next page, ``since`` is when the last one began that was whole.

    ``ended_at`` is None while it goes on; ``error`` says why it ended before its end.
    """

    app: str
    connector: str
    pull: str
    message: str
    begun_at: Moment
    ended_at: Moment | None = None
    since: Moment | None = None
    pages: int = 0
    items: int = 0
    taken: int = 0
    refused: int = 0
    error: str | None = None


def pull_state(connection: Connection, app: str, connector: str, pull: str) -> PullState | None:
    """Return how a pull stands; nobody else changes that until the transaction ends. None where it never began."""
    columns = (_PULL.c[name] for name in PullState.__slots__)
    row = connection.execute(select(*columns).where(_its(app, connector, pull)).with_for_update()).one_or_none()
    return None if row is None else PullState(*row)


def pull_states(connection: Connection) -> tuple[PullState, ...]:
    """Return how every pull stands that ever began."""
    columns = (_PULL.c[name] for name in PullState.__slots__)
    order = (_PULL.c.app, _PULL.c.connector, _PULL.c.pull)
    return tuple(PullState(*row) for row in connection.execute(select(*columns).order_by(*order)))


def keep_pull(connection: Connection, state: PullState) -> None:
    """Write down how a pull stands, after ``pull_state`` in the same transaction."""
    values = asdict(state)
    made = insert_into(connection, _PULL).values(**values)
    connection.execute(made.on_conflict_do_update(index_elements=["app", "connector", "pull"], set_=values))


def forget_since(connection: Connection, app: str, connector: str, pull: str) -> None:
    """Let a pull begin at the beginning; one that is under way brings the page that was asked for, and ends there."""
    connection.execute(update(_PULL).where(_its(app, connector, pull)).values(since=None, message=""))


def is_under_way(connection: Connection, state: PullState | None) -> bool:
    """Tell whether a pull goes on: the message for its next page waits or is being delivered, and is not dead."""
    if state is None or state.ended_at is not None:
        return False
    waits = select(_OUTBOX.c.id).where(
        _OUTBOX.c.id == state.message, _OUTBOX.c.done_at.is_(None), _OUTBOX.c.dead_at.is_(None)
    )
    return connection.execute(waits).first() is not None


def _its(app: str, connector: str, pull: str) -> ColumnElement[bool]:
    return and_(_PULL.c.app == app, _PULL.c.connector == connector, _PULL.c.pull == pull)


@dataclass(frozen=True, slots=True)
class RefusedItem:
    """An item that could not be taken: ``item`` tells which one, ``content`` is its JSON, ``problems`` why.

    ``source`` is the hook or the pull that brought it, ``hook`` the hook, if it was one; ``times`` how often it came.
    """

    id: str
    app: str
    connector: str
    intake: str
    item: str
    source: str
    hook: str | None
    content: str
    problems: str
    at: Moment
    times: int = 1

    @property
    def why(self) -> Json:
        """The problems, as JSON."""
        return json.loads(self.problems)


def note_refused(connection: Connection, items: Iterable[RefusedItem]) -> None:
    """Keep refused items; of one that was refused before, the last content and reason stay."""
    for one in items:
        made = insert_into(connection, _REFUSAL).values(**asdict(one))
        unique = ["app", "connector", "intake", "item"]
        again = {name: made.excluded[name] for name in ("source", "hook", "content", "problems", "at")}
        counted = {**again, "times": _REFUSAL.c.times + 1}
        connection.execute(made.on_conflict_do_update(index_elements=unique, set_=counted))


def forget_taken(connection: Connection, app: str, connector: str, intake: str, items: Collection[str]) -> None:
    """Forget that these items were refused: they are taken by now."""
    if items:
        its = (_REFUSAL.c.app == app, _REFUSAL.c.connector == connector, _REFUSAL.c.intake == intake)
        connection.execute(delete(_REFUSAL).where(*its, _REFUSAL.c.item.in_(sorted(items))))


def refused_contents(
    connection: Connection, app: str, connector: str, intake: str, items: Collection[str]
) -> dict[str, str]:
    """Return the content of those of these items that stand refused."""
    its = (_REFUSAL.c.app == app, _REFUSAL.c.connector == connector, _REFUSAL.c.intake == intake)
    query = select(_REFUSAL.c.item, _REFUSAL.c.content).where(*its, _REFUSAL.c.item.in_(sorted(items)))
    return {row.item: row.content for row in connection.execute(query)}


def refused(
    connection: Connection, limit: int = 100, ids: Collection[str] = (), *, oldest_first: bool = False
) -> tuple[RefusedItem, ...]:
    """Return the refused items, newest first unless stated; with ``ids`` those alone."""
    columns = (_REFUSAL.c[name] for name in RefusedItem.__slots__)
    age = _REFUSAL.c.at if oldest_first else _REFUSAL.c.at.desc()
    query = select(*columns).order_by(age, _REFUSAL.c.id).limit(limit)
    found = query.where(_REFUSAL.c.id.in_(sorted(ids))) if ids else query
    return tuple(RefusedItem(*row) for row in connection.execute(found))


def forget(connection: Connection, before: Moment, limit: int) -> int:
    """Delete up to ``limit`` deliveries, and refused items, that came before a real moment; return how many."""
    key = tuple(_DELIVERY.c[name] for name in ("app", "connector", "hook", "delivery"))
    old = select(*key).where(_DELIVERY.c.at < before).order_by(_DELIVERY.c.at).limit(limit)
    gone = connection.execute(delete(_DELIVERY).where(tuple_(*key).in_(old))).rowcount
    stale = select(_REFUSAL.c.id).where(_REFUSAL.c.at < before).order_by(_REFUSAL.c.at).limit(limit)
    return gone + connection.execute(delete(_REFUSAL).where(_REFUSAL.c.id.in_(stale))).rowcount
