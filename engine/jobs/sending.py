"""Boards that an app sends by a schedule: one slot leaves a letter for everybody who is to have it, and nobody twice.

Who ordered the board by themselves gets it as they ordered it; who switched it off gets none. Who left, and who has no
address, is named on the page of jobs.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from engine.boards.definitions import SendDef
from engine.decision.changeset import OutboxMessage
from engine.decision.sending import BOARD_MAIL
from engine.decision.telling import MAIL, TELL
from engine.kernel.canonical import Json
from engine.kernel.clocks import datetime_of, zone
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import Text
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.storage import contacts, directory, subscriptions
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

SAID: Final = Text("看板“{zh}”,{day}的数字", "The board “{en}” with the figures of {day}")


def sending_of(current: Current, app: str, board: str) -> SendDef | None:
    """Return how a board is sent; None where it is not, or is there no more."""
    found = current.catalog.apps.get(app)
    known = None if found is None else found.boards.get(board)
    return None if known is None else known.definition.send


def send_out(execution: Execution, connection: Connection, message: Message) -> None:
    """Leave a letter for each and a word for each robot; nothing where the board is sent no more, or otherwise."""
    said, current = message.payload, execution.catalogs.current(connection)
    app, board, send = said["app"], said["board"], sending_of(current, said["app"], said["board"])
    if send is None or send.cron != said["cron"]:
        return
    found = current.catalog.apps[app]
    left_out = subscriptions.refusing(connection, app, board) | subscriptions.wanting(connection, app, board)
    held = directory.holders(connection, [(app, role) for role in send.roles])
    people = [one for one in dict.fromkeys(id for ids in held.values() for id in ids) if one not in left_out]
    day = datetime_of(execution.clocks.business()).astimezone(zone(found.zone)).date()
    labels = found.boards[board].definition.labels
    text = Text(SAID.zh.format(zh=labels.zh, day=day), SAID.en.format(en=labels.en, day=day))
    for way in send.channels:
        _leave(execution, connection, message, way, people, {"text": text.as_json(), "zone": found.zone})
        for gone in directory.former_holders(connection, [(app, role) for role in send.roles]):
            contacts.note_unreached(connection, gone, way, execution.clocks.business())


def _leave(
    execution: Execution, connection: Connection, message: Message, way: str, people: Collection[str], kept: Json
) -> None:
    """Leave what goes out on a way; their ids follow from the slot's message, by which all count as one thing."""
    app, board, now = message.payload["app"], message.payload["board"], execution.clocks.business()
    if way == MAIL:
        each = {one: {"app": app, "board": board, "user": one, "told": message.id, **kept} for one in people}
        kind = BOARD_MAIL
    else:
        about = {"app": app, "form": "", "record": board, "rule": "", "retry": None}
        each = {"": {**about, "way": way, "people": list(people), "told": message.id, **kept}} if people else {}
        kind = TELL
    ids = {one: derived_id(f"{message.id}/{way}/{one}", message.due_at, 0) for one in each}
    made = [OutboxMessage(ids[one], kind, payload, now) for one, payload in each.items()]
    if made:
        execution.send(connection, message.id, made)
