"""Pulling: one page after the other is asked for outside of any transaction, and kept with what comes next in one.

Whoever dies on the way leaves a message that asks for the page at which it stopped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from engine.catalog.connectors.answers import at_pointer, items_at
from engine.catalog.connectors.connectors import Connector, Operation
from engine.catalog.connectors.intakes import PagingDef, PullDef
from engine.catalog.connectors.preparing import prepared
from engine.connectors.outside import read_json
from engine.connectors.problems import CLOSED, MORE_PAGES, SAME_PAGE, UNFIT_PLACE
from engine.jobs.calling import accepted, asked_of, is_hopeless
from engine.jobs.partners import Partner
from engine.jobs.problems import NO_CONNECTOR
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment, date_of, day_of, moment_text
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Value
from engine.language.plain import Plain
from engine.language.types import DateType
from engine.runtime.arriving import Origin, checked, item_messages
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.runtime.pulling import gone_on, page_message
from engine.storage import connectors, intakes
from engine.storage.connectors import Receipt
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection


LONGEST_PLACE = 2_000
"""Code points of the cursor or the link by which the next page is asked for."""


@dataclass(frozen=True)
class _Page:
    """One page of a pull, as it is asked for."""

    execution: Execution
    current: Current
    message: Message
    connector: Connector
    operation: Operation
    pull: PullDef

    @property
    def paging(self) -> PagingDef | None:
        """How there are pages."""
        return self.pull.paging

    def asked(self) -> Message:
        """Ask for the page; return the message with its items, what comes next and the receipt; raise if it failed."""
        partner = Partner(self.execution, self.message.payload["app"], self.connector.definition)
        partner.take_turn()
        begun, seen = time.monotonic(), dict[str, Json]()
        try:
            items, following = self._items(seen)
        except Exception as error:
            partner.settle(self._receipt(begun, seen, str(error)), well=is_hopeless(error) and "status" in seen)
            raise
        partner.settle(None, well=True)
        found = {"items": items, "following": following, "receipt": asdict(self._receipt(begun, seen, None))}
        return replace(self.message, payload={**self.message.payload, **found})

    def _items(self, seen: dict[str, Json]) -> tuple[list[Json], Json]:
        outside, definition, payload = self.execution.outside, self.connector.definition, self.message.payload
        around = Plain.around(self.current.around(payload["app"], self.execution.clocks.business(), None))
        request = prepared(self.operation, self._arguments(around.zone), around)
        if self.paging is not None and self.paging.kind == "link" and payload["next"] is not None:
            request = outside.followed(definition, request, payload["next"])
        answer = outside.ask(definition, request, self.message.id)
        excerpt = outside.excerpt(answer, definition)
        seen |= {"status": answer.status, "excerpt": excerpt}
        document = read_json(answer, excerpt)
        accepted(self.operation, document, excerpt, around)
        items = checked(_items_of(document, self.pull.items), self.pull.items)
        return items, self._following(document, len(items))

    def _arguments(self, zone: str) -> dict[str, Value]:
        """Return what the operation is given for this page; EngineError where it does not fit its argument."""
        payload, paging, pull = self.message.payload, self.paging, self.pull
        said: dict[str, Json] = {}
        if pull.since is not None and payload["since"] is not None:
            of_day = isinstance(self.operation.arguments[pull.since], DateType)
            since: Moment = payload["since"]
            said[pull.since] = date_of(day_of(since, zone)).isoformat() if of_day else moment_text(since)
        if paging is not None and paging.kind == "page":
            said[paging.argument] = paging.first + int(payload["page"])
        if paging is not None and paging.kind == "cursor" and payload["next"] is not None:
            said[paging.argument] = payload["next"]
        fields = {one.field.key: one.field for one in self.operation.definition.arguments}
        read = {key: self.operation.parsers[key](value, fields[key]) for key, value in said.items()}
        wrong = [value.under(key) for key, value in read.items() if isinstance(value, Problem)]
        if wrong:
            raise EngineError(wrong)
        return {**dict.fromkeys(self.operation.arguments), **read}

    def _following(self, document: Json, count: int) -> Json:
        """Return what asks for the next page: a cursor, a link, or true; None after the last one."""
        paging = self.paging
        if paging is None:
            return None
        if paging.kind == "page":
            return True if count >= paging.size else None
        found = at_pointer(document, paging.at)
        is_number = isinstance(found, int) and not isinstance(found, bool)
        return str(found) if is_number else found if isinstance(found, str) and found else None

    def _receipt(self, begun: float, seen: Mapping[str, Json], error: str | None) -> Receipt:
        payload = self.message.payload
        return Receipt(
            message=self.message.id,
            attempt=self.message.attempts + 1,
            app=payload["app"],
            connector=payload["connector"],
            operation=payload["operation"],
            form=self.connector.intakes[self.pull.intake].definition.form,
            record="",
            rule=self.pull.key,
            at=self.execution.clocks.real(),
            duration=round((time.monotonic() - begun) * 1_000),
            status=seen.get("status"),
            excerpt=seen.get("excerpt"),
            error=error,
        )


def _items_of(document: Json, pointer: str) -> list[Json] | None:
    """Return the items of a page; none where null stands for them, None where nothing does."""
    found = items_at(document, pointer)
    holder, _, name = pointer.rpartition("/")
    around = at_pointer(document, holder) if pointer else None
    is_null = isinstance(around, dict) and name.replace("~1", "/").replace("~0", "~") in around
    return [] if found is None and is_null else found


def pulled(execution: Execution, message: Message) -> Message:
    """Ask the partner for a page, before the transaction of the delivery begins; return the message with what came."""
    if not execution.outside.is_open:
        raise EngineError(CLOSED.at())
    with execution.database.read() as connection:
        current = execution.catalogs.current(connection)
    connector, operation = asked_of(current, message.payload)
    return _Page(execution, current, message, connector, operation, _pull(connector, message.payload)).asked()


def _pull(connector: Connector, payload: Json) -> PullDef:
    found = connector.pulls.get(payload["pull"])
    if found is None or found.operation != payload["operation"]:
        raise EngineError(NO_CONNECTOR.at(connector=connector.key, operation=payload["pull"]))
    return found


def keep_page(execution: Execution, connection: Connection, message: Message) -> None:
    """Send the items of a page on to become records, and ask for the next page; after the last one the pull is whole.

    A message that is not the pull's own next one, such as a dead letter that is sent again when another pull has begun,
    brings its items and ends there.
    """
    payload, app = message.payload, message.payload["app"]
    current = execution.locked(connection)
    connector, _ = asked_of(current, payload)
    pull, items = _pull(connector, payload), payload["items"]
    connectors.note_receipt(connection, Receipt(**payload["receipt"]))
    moment = execution.clocks.business()
    origin = Origin(pull=pull.key)
    messages = item_messages(app, connector, connector.intakes[pull.intake], items, origin, (message.id, moment))
    state = intakes.pull_state(connection, app, connector.key, pull.key)
    if state is not None and state.message == message.id:
        following = derived_id(f"{message.id}/next", moment, len(messages))
        state = gone_on(state, following, len(items))
        error = _ends_badly(pull, payload)
        if payload["following"] is None or error is not None:
            since = payload["begun"] if error is None else state.since
            state = replace(
                state, ended_at=moment, since=since, error=None if error is None else json.dumps(error.as_json())
            )
        else:
            place = {"begun": payload["begun"], "since": payload["since"], "page": payload["page"] + 1}
            place["next"] = payload["following"]
            messages.append(page_message(app, connector, pull, place, (following, moment)))
        intakes.keep_pull(connection, state)
    execution.send(connection, message.command, messages)


def _ends_badly(pull: PullDef, payload: Json) -> Problem | None:
    """Return why a pull ends before its last page, if it does."""
    if payload["following"] is None:
        return None
    if payload["following"] == payload["next"] and payload["following"] is not True:
        return SAME_PAGE.at()
    if payload["following"] is not True and not _is_place(payload["following"]):
        return UNFIT_PLACE.at(most=LONGEST_PLACE)
    return MORE_PAGES.at(most=pull.most) if payload["page"] + 1 >= pull.most else None


def _is_place(following: str) -> bool:
    return len(following) <= LONGEST_PLACE and following.isprintable()
