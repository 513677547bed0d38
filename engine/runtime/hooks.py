"""What partners send by themselves: looked at, kept with what is to be done, and answered at once; jobs do it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from engine.catalog.connectors.answers import at_pointer, items_at
from engine.catalog.connectors.connectors import Connector
from engine.catalog.connectors.definitions import BreakerDef
from engine.catalog.connectors.intakes import HookDef, SignatureDef
from engine.catalog.connectors.turns import Standing, turn
from engine.connectors import problems
from engine.connectors.signatures import is_signed, sent_at, signed_content
from engine.kernel.canonical import Json
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime.arriving import Origin, checked, item_messages
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.storage import intakes
from engine.storage.intakes import Delivery

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST_ID = 200
NOBODY = SignatureDef("x-signature", "", "{body}")
"""By what is looked at what comes to no hook, so that it takes as long."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a delivery came to: its id, how many items it had, and whether it was there already."""

    delivery: str
    items: int
    again: bool


@dataclass
class Hooks:
    """The hooks of an instance; how often deliveries come is counted in this process."""

    execution: Execution
    _standings: dict[tuple[str, str, str], Standing] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)

    def accept(self, app: str, connector: str, hook: str, headers: Mapping[str, str], body: bytes) -> Accepted:
        """Keep a delivery and what is to be done with its items; one that is there already is left as it is.

        Names of headers are in small letters. EngineError: CONN-020 (absent) where there is no such hook or it was not
        signed, which nobody can tell apart; CONN-021 to 024 where it is too old or cannot be read; CONN-025 where too
        many come.
        """
        with self.execution.database.read() as connection:
            current = self.execution.catalogs.current(connection)
        partner, definition = _found(current, app, connector, hook)
        signature = NOBODY if definition is None else definition.signature
        id_header = None if definition is None else definition.id_header
        content = signed_content(signature, headers, body, id_header)
        fits = is_signed(signature, headers, content, self._secret(signature))
        if not fits or partner is None or definition is None:
            log.info("a delivery to %s/%s/%s came to no hook or was not signed", app[:80], connector[:80], hook[:80])
            raise EngineError(problems.UNKNOWN_HOOK.at())
        self._in_time(definition, headers)
        document = _read(body)
        items = checked(items_at(document, definition.items), definition.items)
        digest = hashlib.sha256(content).hexdigest()
        id = _id(definition, headers, document) or digest
        self._take_turn(app, connector, definition)
        found = Delivery(app, connector, hook, id, digest, self.execution.clocks.real(), len(items))
        return self.execution.attempt(lambda open: self._kept(open, partner, definition, found, items))

    def _secret(self, signature: SignatureDef) -> str:
        """Return the secret of a signature; one that nobody knows where it is not set, or there is no hook."""
        try:
            return self.execution.outside.secrets[signature.secret]
        except EngineError:
            return self.execution.randomness(32).hex()

    def _in_time(self, hook: HookDef, headers: Mapping[str, str]) -> None:
        signature = hook.signature
        if signature.timestamp is None:
            return
        sent = sent_at(signature, headers)
        if sent is None or abs(self.execution.clocks.real() - sent) > signature.window * 1_000:
            raise EngineError(problems.TOO_OLD.at(signature.timestamp, seconds=signature.window))

    def _take_turn(self, app: str, connector: str, hook: HookDef) -> None:
        key, now = (app, connector, hook.key), self.execution.clocks.real()
        with self._lock:
            taken = turn(self._standings.get(key, Standing()), hook.rate, BreakerDef(), now)
            if isinstance(taken, Standing):
                self._standings[key] = taken
                return
        raise EngineError(problems.TOO_OFTEN.at(seconds=-(-(taken - now) // 1_000)))

    def _kept(
        self, connection: Connection, partner: Connector, hook: HookDef, found: Delivery, items: list[Json]
    ) -> Accepted:
        before = intakes.keep_delivery(connection, found)
        if before is not None:
            return Accepted(before.delivery, before.items, again=True)
        moment = self.execution.clocks.business()
        command = uuid7(moment, self.execution.randomness(10))
        origin = Origin(hook=hook.key, delivery=found.delivery)
        messages = item_messages(found.app, partner, partner.intakes[hook.intake], items, origin, (command, moment))
        self.execution.send(connection, command, messages)
        return Accepted(found.delivery, found.items, again=False)


def _found(current: Current, app: str, connector: str, hook: str) -> tuple[Connector | None, HookDef | None]:
    installed = current.catalog.apps.get(app)
    partner = None if installed is None else installed.connectors.get(connector)
    return partner, None if partner is None else partner.hooks.get(hook)


def _read(body: bytes) -> Json:
    """Return the JSON of a body, fractions as text, so that they stay exact."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise EngineError(problems.BAD_DELIVERY.at()) from error


def _no_constant(written: str) -> Json:
    raise ValueError(written)


def _id(hook: HookDef, headers: Mapping[str, str], document: Json) -> str | None:
    """Return what tells a delivery apart, if the hook says where that stands; EngineError where nothing does there."""
    if hook.id_header is None and hook.id_at is None:
        return None
    if hook.id_header is not None:
        said: Json = headers.get(hook.id_header.lower(), "").strip()
    else:
        said = at_pointer(document, hook.id_at or "")
    written = str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    if not written.isprintable() or not 0 < len(written) <= LONGEST_ID:
        at = hook.id_header or hook.id_at or "/"
        raise EngineError(problems.NO_ID.at(at, limit=LONGEST_ID, at=at))
    return written
