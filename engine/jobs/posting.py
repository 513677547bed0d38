"""Sending boards by mail to those who want them: each with their own rights, in their own language, once a period.

The message that is due sends the one after it and the letter, in one transaction; the letter is drawn and handed in
before its own. What fails there is tried again by itself and never keeps the next period from coming.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.connectors.telling import sending
from engine.connectors.telling.letters import OPENS_BOARD, Enclosure, Recipient, Told
from engine.decision.changeset import OutboxMessage
from engine.decision.sending import BOARD_MAIL
from engine.decision.telling import MAIL
from engine.jobs.gathering import Asking, Pile, book, gather, morning_of
from engine.jobs.sending import SAID
from engine.jobs.telling import by_turns, is_hopeless, is_missing
from engine.kernel.canonical import Json
from engine.kernel.clocks import datetime_of, moment_read, zone
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Nature, Text
from engine.runtime.boards import Boards
from engine.runtime.boards_exports import made_of
from engine.runtime.boards_subscriptions import wait
from engine.runtime.desk import Desk
from engine.runtime.directory import viewer_in
from engine.runtime.execution import Execution
from engine.storage import contacts, notifications, outbox, subscriptions
from engine.storage.contacts import NOBODY
from engine.storage.gathered import Gathered
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine.runtime.boards_views import BoardView
    from engine.runtime.views import Viewer

log = logging.getLogger(__name__)

_STOPPED = Text(
    "看板“{board}”不再发邮件了:上次发送失败。打开看板可以重新开始。",
    "The board “{board}” comes by mail no more: sending it failed. Open the board to begin anew.",
)


def pass_on(execution: Execution, connection: Connection, message: Message) -> None:
    """Let the next period wait for its moment, and send the letter of this one.

    Nothing where somebody wants the board no more, or otherwise, where they are gone, or the app is.
    """
    said = message.payload
    following = derived_id(f"{message.id}/next", message.due_at, 0)
    if not subscriptions.pass_on(connection, said["subscription"], message.id, following):
        return
    viewer = viewer_in(connection, said["user"])
    if viewer is None or said["app"] not in execution.catalogs.current(connection).catalog.apps:
        subscriptions.remove(connection, said["user"], said["app"], said["board"])
        return
    wait(execution, connection, subscriptions.get(connection, said["subscription"]), message.due_at)
    letter = derived_id(f"{message.id}/letter", message.due_at, 0)
    payload = {name: said[name] for name in ("app", "board", "user")}
    execution.send(connection, letter, [OutboxMessage(letter, BOARD_MAIL, payload, execution.clocks.business())])


def tell_that_it_stopped(execution: Execution, connection: Connection, message: Message) -> None:
    """Tell the reader in the inbox that a board comes no more, where this message was to send the next one."""
    said = message.payload
    wanted = subscriptions.get(connection, said["subscription"])
    if wanted is None or wanted.message != message.id:
        return
    name = Text(said["board"], said["board"])
    try:
        name = execution.catalogs.current(connection).catalog.apps[said["app"]].boards[said["board"]].definition.labels
    except (EngineError, KeyError):
        log.info("%s.%s has no labels now", said["app"], said["board"])
    text = Text(_STOPPED.zh.format(board=name.zh), _STOPPED.en.format(board=name.en))
    telling = notifications.Telling(message.id, text, said["app"], "", "", execution.clocks.business())
    notifications.tell(connection, telling, [said["user"]], execution.randomness)


def sent(execution: Execution, message: Message) -> Message:
    """Draw the board and hand in the letter; return the message with whom it could not reach.

    Nothing is sent where the board is not there for its reader any more, or an installation lets nothing out.
    """
    said, missed, later = message.payload, "", False
    with execution.database.read() as connection:
        viewer = viewer_in(connection, said["user"])
        address = contacts.of_person(connection, said["user"]).get(MAIL)
    if viewer is not None and execution.outside.is_open:
        if is_missing(execution, MAIL) or address is None:
            missed = NOBODY if is_missing(execution, MAIL) else viewer.id
        elif (view := _seen(execution, viewer, said["app"], said["board"])) is not None:
            later = _waits(execution, said)
            if not later:
                _hand_in(execution, message, viewer, address, view)
    return replace(message, payload={**said, "missed": missed, "later": later})


def _thing(said: Mapping[str, Json]) -> Gathered:
    """Return what a board that an app sends comes to in the morning, where it waits for that: its name and a link."""
    return Gathered(said["told"], (said["user"],), Text.from_json(said["text"]), said["app"], "", said["board"], None)


def _waits(execution: Execution, said: Mapping[str, Json]) -> bool:
    """Tell whether a board waits for the morning; one that its reader ordered is no interruption and never does."""
    if "told" not in said:
        return False
    return bool(book(execution, Asking(said["told"], said["zone"], (_thing(said),)), [said["user"]]))


def _seen(execution: Execution, viewer: Viewer, app: str, board: str) -> BoardView | None:
    try:
        return Boards(Desk(execution)).show(viewer, app, board)
    except EngineError as error:
        if error.nature is Nature.ABSENT:
            return None
        raise


def _hand_in(execution: Execution, message: Message, viewer: Viewer, address: str, view: BoardView) -> None:
    made = made_of(view, viewer, "pdf")
    public = execution.outside.ways.public_url
    link = None if public is None else f"{public}/a/{view.app}/boards/{view.key}"
    labels, day = view.labels, datetime_of(moment_read(view.at)).astimezone(zone(view.zone)).date()
    text = Text(SAID.zh.format(zh=labels.zh, day=day), SAID.en.format(en=labels.en, day=day))
    to = Recipient(viewer.display_name, address, viewer.language)
    enclosed = Enclosure(made.name, made.media, made.content)
    with by_turns(execution, MAIL) as at:
        sending.send_letter(execution.outside, to, [Told(text, link, OPENS_BOARD)], message.id, at, enclosed)


def keep_sent(execution: Execution, connection: Connection, message: Message) -> None:
    """Note whom the letter could not reach; what waits for the morning is gathered."""
    said = message.payload
    if said["missed"]:
        contacts.note_unreached(connection, said["missed"], MAIL, execution.clocks.business())
    if said["later"]:
        pile, zone_name = Pile(MAIL, said["user"], said["zone"]), said["zone"]
        gather(execution, connection, pile, [_thing(said)], lambda now: morning_of(now, None, zone_name))


def retry_of(_execution: Execution, _message: Message, error: Exception, usual: outbox.Retry) -> outbox.Retry:
    """Return how a letter is tried again: not at all where that mends nothing."""
    return replace(usual, most=1) if is_hopeless(error) else usual
