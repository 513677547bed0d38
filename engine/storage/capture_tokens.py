"""Keeps capture tokens: to whom each was issued, and which photo used it up; it judges no photo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, delete, func, insert, select, update

from engine.decision.changeset import Changeset
from engine.decision.facts import CaptureQuery, CaptureToken
from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.storage import system_tables
from engine.storage.problems import BUSY

_TOKEN = system_tables.capture_token


def put(
    connection: Connection, tokens: Iterable[str], user: str, device: tuple[str | None, str | None], at: Moment
) -> None:
    """Keep tokens issued to a user; ``device`` is its id and the type of that, where they are known."""
    row = {"user_id": user, "device": device[0], "device_type": device[1], "issued_at": at}
    connection.execute(insert(_TOKEN), [{"token": token, **row} for token in tokens])


def unused(connection: Connection, user: str, since: Moment) -> int:
    """Return how many tokens issued to a user since then are not used up."""
    query = select(func.count()).where(
        _TOKEN.c.user_id == user, _TOKEN.c.issued_at >= since, _TOKEN.c.used_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def facts(
    connection: Connection, queries: Iterable[CaptureQuery]
) -> Iterator[tuple[CaptureQuery, CaptureToken | None]]:
    """Answer what deciding asks about tokens."""
    asked = list(queries)
    if not asked:
        return
    wanted = sorted({query.token for query in asked})
    rows = {row.token: row for row in connection.execute(select(_TOKEN).where(_TOKEN.c.token.in_(wanted)))}
    for query in asked:
        row = rows.get(query.token)
        yield (
            query,
            None
            if row is None
            else CaptureToken(
                row.token, row.user_id, row.device, row.device_type, row.issued_at, row.used_at is not None
            ),
        )


def use(connection: Connection, changeset: Changeset) -> None:
    """Use tokens up, each for the digest of one photo; EngineError (BUSY) where another write was faster."""
    for one in changeset.tokens_used:
        change = update(_TOKEN).where(_TOKEN.c.token == one.token, _TOKEN.c.used_at.is_(None))
        values = {"sha256": one.sha256, "app": one.app, "form": one.form, "record": one.record}
        if connection.execute(change, values | {"used_at": changeset.moment}).rowcount != 1:
            raise EngineError(BUSY.at())


def forget(connection: Connection, before: Moment, limit: int) -> int:
    """Forget up to ``limit`` tokens issued before that moment and never used; return how many."""
    query = select(_TOKEN.c.token).where(_TOKEN.c.issued_at < before, _TOKEN.c.used_at.is_(None)).limit(limit)
    return connection.execute(delete(_TOKEN).where(_TOKEN.c.token.in_(query))).rowcount
