"""Delivering documents that rules make: drawn outside of any transaction, kept with the record in one."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.decision.changeset import Actor
from engine.decision.commands import Command, KeepDocument
from engine.jobs.calling import retry_as
from engine.jobs.problems import NO_DOCUMENT
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError
from engine.runtime.desk import Desk
from engine.runtime.execution import Execution
from engine.runtime.printouts import Making, Prepared
from engine.runtime.views import Viewer
from engine.storage import files, outbox
from engine.storage.contents.kinds import LARGEST
from engine.storage.files import FileRow
from engine.storage.locks import lock_name
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection

SYSTEM = "system"
"""Who has sent the files that rules have made; no user is called so."""

NOBODY = Viewer("", "", "", "zh", frozenset())

HOPELESS = frozenset((NO_DOCUMENT.code,))
"""What trying again does not mend."""


def made(execution: Execution, message: Message) -> Message:
    """Make the document with the app's rights and keep its content; return the message with what that is.

    Nothing is made where the record has gone.
    """
    prepared = _prepared(execution, message)
    if prepared is None:
        return message
    document = prepared.drawn()
    with execution.contents.received(io.BytesIO(document.content), LARGEST) as received:
        execution.contents.place(received)
        said = {"sha256": received.sha256, "size": received.size, "name": document.name, "type": document.media}
    return replace(message, payload={**message.payload, "made": said})


def _prepared(execution: Execution, message: Message) -> Prepared | None:
    payload = message.payload
    with execution.database.read() as connection:
        reading = Desk(execution).over(connection, NOBODY)
        app = reading.catalog.apps.get(payload["app"])
        printout = None if app is None else app.printouts.get(payload["document"])
        form = reading.catalog.form(payload["app"], payload["form"])
        if printout is None or form is None or printout.definition.form != form.key:
            raise EngineError(NO_DOCUMENT.at(document=payload["document"]))
        row = reading.record(form.app, form.key, payload["record"])
        if row is None:
            return None
        return Making(reading, form, row, printout, printout.definition.language, execution.contents).prepared()


def keep_made(execution: Execution, connection: Connection, message: Message) -> None:
    """Keep the file and let the record hold it; the same bytes again are the same file.

    EngineError (GONE) where an earlier file of that content was swept since it was drawn, and the content with it: it
    is drawn once more at the next try.
    """
    payload = message.payload
    if "made" not in payload:
        return
    said = payload["made"]
    lock_name(connection, f"file/{said['sha256']}")
    execution.contents.open(said["sha256"]).close()
    now = execution.clocks.business()
    known = files.find_same(connection, SYSTEM, said["sha256"])
    if known is not None and files.touch(connection, known.id, now):
        file = known.id
    else:
        file = derived_id(f"{message.id}/file", message.due_at, 0)
        row = FileRow(file, said["sha256"], said["name"], said["type"], said["size"], None, None, SYSTEM, now)
        files.put(connection, row)
    taken = ("app", "form", "record", "rule", "field", "depth")
    body = KeepDocument(**{key: payload[key] for key in taken}, file=file)
    id = derived_id(f"{message.id}/kept", message.due_at, 0)
    execution.within(connection, Command(id, now, Actor(None, payload["rule"]), body))


def retry_of(execution: Execution, message: Message, error: Exception, usual: outbox.Retry) -> outbox.Retry:  # noqa: ARG001
    """Return how a failed message is repeated: as its rule says, or as usual; not where that is no use."""
    if isinstance(error, EngineError) and error.problems[0].code in HOPELESS:
        return replace(usual, most=1)
    return retry_as(message.payload.get("retry"), usual)
