"""Beginning a pull: by the clock or by hand, one at a time; what it asks next waits in the outbox."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.catalog.apps import App
from engine.catalog.connectors.connectors import Connector
from engine.catalog.connectors.intakes import PullDef
from engine.decision.changeset import OutboxMessage
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.runtime.arriving import PULL
from engine.storage import intakes
from engine.storage.intakes import PullState

if TYPE_CHECKING:
    from sqlalchemy import Connection

MINUTE_MS = 60_000


def begin(
    connection: Connection, app: str, connector: Connector, pull: PullDef, sent: tuple[str, Moment]
) -> OutboxMessage | None:
    """Begin a pull in the caller's write transaction, which sends the message; None where it is under way already.

    ``sent`` are the message's id and its moment. One that died on its way begins anew, from where the last whole one
    had begun: nothing that came between is left out.
    """
    id, moment = sent
    before = intakes.pull_state(connection, app, connector.key, pull.key)
    if intakes.is_under_way(connection, before):
        return None
    since = None if before is None else before.since
    fresh = PullState(app, connector.key, pull.key, id, moment, since=since)
    intakes.keep_pull(connection, fresh)
    asked = None if since is None else since - pull.overlap * MINUTE_MS
    return page_message(app, connector, pull, {"begun": moment, "since": asked, "page": 0, "next": None}, sent)


def follow_addresses(connection: Connection, old: App | None, new: App) -> None:
    """Let pulls that ask elsewhere than before, or for another intake, ask for everything: nothing came there before.

    Called in the transaction that publishes an app. Another address in a secret is not seen.
    """
    for connector in new.connectors.values():
        before = None if old is None else old.connectors.get(connector.key)
        for pull in connector.pulls.values():
            if before is None or _asks_at(before, pull.key) != _asks_at(connector, pull.key):
                intakes.forget_since(connection, new.key, connector.key, pull.key)


def _asks_at(connector: Connector, key: str) -> tuple[str | None, ...]:
    """Return where a pull asks and which intake takes what comes; nothing where there is no such pull."""
    pull, definition = connector.pulls.get(key), connector.definition
    if pull is None:
        return ()
    paths = [one.path for one in definition.operations if one.key == pull.operation]
    return (definition.base_url, definition.base_secret, pull.intake, *paths)


def page_message(app: str, connector: Connector, pull: PullDef, place: Json, sent: tuple[str, Moment]) -> OutboxMessage:
    """Return the message that asks for one page; ``place`` is ``{"begun", "since", "page", "next"}``."""
    about = {"app": app, "connector": connector.key, "operation": pull.operation, "pull": pull.key}
    return OutboxMessage(sent[0], PULL, {**about, **place}, sent[1])


def gone_on(state: PullState, message: str, items: int) -> PullState:
    """Return how a pull stands with one page more, of so many items, and ``message`` to ask for the next."""
    return replace(state, message=message, pages=state.pages + 1, items=state.items + items)
