"""Keeps which boards people want sent, how often, and by which message next; knows no board and no mail."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, select, update

from engine.kernel.clocks import Moment
from engine.storage import system_tables
from engine.storage.upserts import insert_into, insert_or_ignore

_WANTED, _OUTBOX = system_tables.board_subscription, system_tables.outbox
_REFUSED = system_tables.board_refusal


@dataclass(frozen=True, slots=True)
class Subscription:
    """That somebody wants a board; ``message`` is the one that sends it next."""

    id: str
    user_id: str
    app: str
    board: str
    period: str
    hour: int
    message: str
    at: Moment


def of(connection: Connection, user: str, app: str, board: str) -> Subscription | None:
    """Return somebody's subscription to a board, or None."""
    mine = (_WANTED.c.user_id == user, _WANTED.c.app == app, _WANTED.c.board == board)
    row = connection.execute(select(_WANTED).where(*mine)).one_or_none()
    return None if row is None else Subscription(**row._mapping)


def get(connection: Connection, id: str) -> Subscription | None:
    """Return a subscription by its id, or None where there is none any more."""
    row = connection.execute(select(_WANTED).where(_WANTED.c.id == id)).one_or_none()
    return None if row is None else Subscription(**row._mapping)


def put(connection: Connection, wanted: Subscription) -> None:
    """Keep a subscription in place of the one that the same person had to the same board, also one made just now."""
    values = {column.name: getattr(wanted, column.name) for column in _WANTED.columns}
    keep = insert_into(connection, _WANTED).values(values)
    connection.execute(keep.on_conflict_do_update(index_elements=["app", "board", "user_id"], set_=values))


def waiting(connection: Connection, apps: Collection[str], after: Moment) -> list[Subscription]:
    """Return the subscriptions to boards of these apps whose next message is due after a moment."""
    next_one = and_(_OUTBOX.c.id == _WANTED.c.message, _OUTBOX.c.done_at.is_(None), _OUTBOX.c.dead_at.is_(None))
    query = select(_WANTED).join(_OUTBOX, next_one).where(_WANTED.c.app.in_(apps), _OUTBOX.c.due_at > after)
    return [Subscription(**row._mapping) for row in connection.execute(query.order_by(_WANTED.c.id))]


def is_stopped(connection: Connection, wanted: Subscription) -> bool:
    """Tell whether the message that would send a board next is dead, so that none comes any more."""
    dead = select(_OUTBOX.c.id).where(_OUTBOX.c.id == wanted.message, _OUTBOX.c.dead_at.is_not(None))
    return connection.execute(dead).first() is not None


def pass_on(connection: Connection, id: str, message: str, following: str) -> bool:
    """Let another message be the next one; tell whether ``message`` was it, and nobody had passed it on before."""
    own = update(_WANTED).where(_WANTED.c.id == id, _WANTED.c.message == message)
    return bool(connection.execute(own.values(message=following)).rowcount)


def remove(connection: Connection, user: str, app: str, board: str) -> bool:
    """Remove somebody's subscription to a board and tell whether it was there."""
    mine = (_WANTED.c.user_id == user, _WANTED.c.app == app, _WANTED.c.board == board)
    return bool(connection.execute(delete(_WANTED).where(*mine)).rowcount)


def wanting(connection: Connection, app: str, board: str) -> frozenset[str]:
    """Return who ordered a board by themselves."""
    query = select(_WANTED.c.user_id).where(_WANTED.c.app == app, _WANTED.c.board == board)
    return frozenset(connection.execute(query).scalars())


def refuse(connection: Connection, user: str, app: str, board: str) -> None:
    """Note that somebody does not want a board that an app sends."""
    values = {"user_id": user, "app": app, "board": board}
    connection.execute(insert_or_ignore(connection, _REFUSED, ("user_id", "app", "board")), values)


def accept(connection: Connection, user: str, app: str, board: str) -> None:
    """Note that somebody wants a board that an app sends, as everybody does who did not refuse it."""
    mine = (_REFUSED.c.user_id == user, _REFUSED.c.app == app, _REFUSED.c.board == board)
    connection.execute(delete(_REFUSED).where(*mine))


def refused(connection: Connection, user: str) -> frozenset[tuple[str, str]]:
    """Return the boards, as ``(app, board)``, that somebody does not want an app to send."""
    rows = connection.execute(select(_REFUSED.c.app, _REFUSED.c.board).where(_REFUSED.c.user_id == user))
    return frozenset((row.app, row.board) for row in rows)


def refusing(connection: Connection, app: str, board: str) -> frozenset[str]:
    """Return who does not want a board that an app sends."""
    query = select(_REFUSED.c.user_id).where(_REFUSED.c.app == app, _REFUSED.c.board == board)
    return frozenset(connection.execute(query).scalars())
