"""Delivering one outbox message: its effect and its done-mark in one transaction, so that the effect happens once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

from sqlalchemy import Connection

from engine.decision import calls, making
from engine.decision.approvals.courses import KIND as APPROVAL_DUE
from engine.decision.changeset import Actor
from engine.decision.commands import Command, PassDue, RunRules
from engine.decision.course import GOING_ON
from engine.decision.envelopes import handling as envelopes
from engine.decision.happenings import event_of
from engine.decision.sending import BOARD_DUE, BOARD_MAIL, BOARD_SLOT
from engine.decision.telling import DIGEST, TELL
from engine.jobs import deadlines, keeping, posting, sending, signing, sweeping, telling
from engine.jobs.calling import called, keep_answer, retry_of
from engine.jobs.deadlines import arm, pass_deadline
from engine.jobs.importing import carry_on
from engine.jobs.isolating import attempted, note_refusal
from engine.jobs.making import keep_made, made
from engine.jobs.making import retry_of as retry_made
from engine.jobs.problems import UNKNOWN_KIND
from engine.jobs.pulling import keep_page, pulled
from engine.jobs.sweeping import looked, sweep
from engine.jobs.taking import take
from engine.jobs.turns import PostponedError, PutOffError
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Text
from engine.rules.rules import Rule
from engine.runtime.arriving import INTAKE, PULL
from engine.runtime.boards_clock import SNAPSHOT
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.runtime.importing.carrying import KIND as IMPORT
from engine.runtime.timing import ARM
from engine.storage import notifications, outbox
from engine.storage.outbox import Message
from engine.storage.problems import LEASE_LOST

log = logging.getLogger(__name__)

RETRY = outbox.Retry()

AT_ONCE = 5
"""How many times what a delivery leaves of its work is gone on with at once, before others are looked for."""

Deliver = Callable[[Execution, Connection, Message], Message | None]
"""Does what a message says; returns the message in which it leaves the rest of its work, where there is a rest."""


Look = Callable[[Execution, Message], Message]


def run_after_rules(execution: Execution, connection: Connection, message: Message) -> None:
    """Let the after-rules look at what happened: all in one command, or each by itself where that is refused.

    The commands' ids follow from the message, so a retry is the same. ``now`` of the rules is the business moment of
    this try: what they say of the time is true when it is said.
    """
    payload = message.payload
    current = execution.locked(connection)
    actor, moment = Actor(payload["by"]), execution.clocks.business()
    about = payload["app"], payload["form"], payload["record"], payload["event"], payload["depth"]
    body = RunRules(*about, old=payload.get("old"), happened=message.due_at, but=payload.get("but"))
    whole = Command(derived_id(message.id, message.due_at, 0), moment, actor, body)
    refused = attempted(execution, connection, current, whole)
    rules = _looking(current, body) if refused else ()
    for rule in rules:
        id = derived_id(f"{message.id}/{rule.key}", message.due_at, 0)
        alone = Command(id, moment, actor, replace(body, rule=rule.key))
        if len(rules) > 1:
            refused = attempted(execution, connection, current, alone)
        if refused:
            note_refusal(execution, connection, current, alone, refused)


def _looking(current: Current, body: RunRules) -> tuple[Rule, ...]:
    app = current.catalog.apps.get(body.app)
    event = event_of(body.event)
    if app is None:
        return ()
    looking = (one for one in app.rules_of(body.form, before=False) if one.looks_at(event))
    return tuple(one for one in looking if one.key != body.but)


def go_on(execution: Execution, connection: Connection, message: Message) -> None:
    """Let a rule do what stands after its wait, or keep why it does not."""
    payload = message.payload
    current = execution.locked(connection)
    if payload["app"] not in current.catalog.apps:
        return
    about = payload["app"], payload["form"], payload["record"], payload["event"], payload["depth"], payload["rule"]
    body = RunRules(*about, old=payload["old"], way=tuple(payload["way"]), steps=payload["steps"])
    id = derived_id(message.id, message.due_at, 0)
    command = Command(id, execution.clocks.business(), Actor(payload["by"]), body)
    refused = attempted(execution, connection, current, command)
    if refused:
        note_refusal(execution, connection, current, command, refused)


def pass_due(execution: Execution, connection: Connection, message: Message) -> None:
    """Let an approval hear that time has passed; what cannot be done then is tried again, and kept at last."""
    payload = message.payload
    body = PassDue(payload["approval"], payload["begun"], payload["percent"])
    id = derived_id(message.id, message.due_at, 0)
    execution.within(connection, Command(id, execution.clocks.business(), Actor(None), body))


def notify(execution: Execution, connection: Connection, message: Message) -> None:
    """Put a message into the recipients' notifications, unique by outbox row and recipient, and pass it on outside."""
    payload = message.payload
    inside = notifications.Telling(
        message=message.id,
        text=Text.from_json(payload["text"]),
        at=execution.clocks.business(),
        app=payload["app"],
        form=payload["form"],
        record=payload["record"],
    )
    notifications.tell(connection, inside, payload["recipients"], execution.randomness)
    telling.pass_on(execution, connection, message)


DELIVERIES: Mapping[str, Deliver] = MappingProxyType(
    {
        "event": run_after_rules,
        "notify": notify,
        GOING_ON: go_on,
        calls.KIND: keep_answer,
        making.KIND: keep_made,
        TELL: telling.keep_told,
        DIGEST: telling.keep_told,
        BOARD_DUE: posting.pass_on,
        BOARD_MAIL: posting.keep_sent,
        BOARD_SLOT: sending.send_out,
        SNAPSHOT: keeping.keep,
        INTAKE: take,
        IMPORT: carry_on,
        PULL: keep_page,
        sweeping.KIND: sweep,
        deadlines.KIND: pass_deadline,
        ARM: arm,
        APPROVAL_DUE: pass_due,
        envelopes.LINK: signing.keep_told,
        envelopes.CODE: signing.keep_code,
        envelopes.SEAL: signing.keep_sealed,
        envelopes.DUE: signing.pass_time,
        envelopes.ASK: signing.begin_asked,
        envelopes.LOST: signing.tell_lost,
    }
)
BRIEF_DELIVERIES: Mapping[str, Deliver] = MappingProxyType(
    {**DELIVERIES, sweeping.KIND: partial(sweep, longest=sweeping.BRIEF_MS)}
)
"""The same for a process beside which people write: what takes long is done in pieces by the clock of the machine."""

LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        sweeping.KIND: looked,
        calls.KIND: called,
        making.KIND: made,
        PULL: pulled,
        TELL: telling.told,
        DIGEST: telling.told,
        envelopes.LINK: signing.link_sent,
        envelopes.CODE: signing.code_sent,
        envelopes.SEAL: signing.was_sealed,
        envelopes.ASK: signing.made_to_sign,
        BOARD_MAIL: posting.sent,
        SNAPSHOT: keeping.figured,
    }
)
"""What comes before the transaction of a delivery, so that nobody waits for a long look, or for a partner."""

RETRIES: Mapping[str, Callable[[Execution, Message, Exception, outbox.Retry], outbox.Retry]] = MappingProxyType(
    {
        calls.KIND: retry_of,
        making.KIND: retry_made,
        PULL: retry_of,
        TELL: telling.retry_of,
        DIGEST: telling.retry_of,
        envelopes.CODE: signing.retry_code,
        envelopes.SEAL: signing.retry_of,
        envelopes.ASK: signing.retry_of,
        BOARD_MAIL: posting.retry_of,
    }
)
"""How what failed is tried again, where that is not as usual."""

GIVEN_UP: Mapping[str, Callable[[Execution, Connection, Message], None]] = MappingProxyType(
    {
        **dict.fromkeys((envelopes.LINK, envelopes.CODE, envelopes.SEAL, envelopes.ASK), signing.tell_of_loss),
        BOARD_DUE: posting.tell_that_it_stopped,
    }
)
"""What is done when a message is given up: whoever waits for what it brings hears of it."""


@dataclass(frozen=True)
class Delivery:
    """Delivers messages of the kinds that it knows."""

    execution: Execution
    kinds: Mapping[str, Deliver] = field(default_factory=lambda: DELIVERIES)
    at_once: int = 0

    def deliver(self, message: Message) -> bool:
        """Deliver one message; tell whether it is done. What fails is kept with its error and tried again later.

        That another process has taken the message over is no failure: whoever holds it delivers it. What it leaves of
        its work is a message like others, which anybody may take meanwhile: it is gone on with here, a few times.
        """
        done, rest = self._deliver(message)
        for _ in range(self.at_once):
            if rest is None:
                break
            _, rest = self._deliver(rest)
        return done

    def _deliver(self, message: Message) -> tuple[bool, Message | None]:
        """Deliver one message; return whether it is done, and what it leaves of its work."""
        database, real = self.execution.database, self.execution.clocks.real
        try:
            message = LOOKS[message.kind](self.execution, message) if message.kind in LOOKS else message
            with database.write() as connection:
                outbox.finish(connection, message, real())
                rest = self._known(message.kind)(self.execution, connection, message)
        except PostponedError as postponed:
            until = postponed.until
            self._settle(message, lambda connection: outbox.postpone(connection, message, until))
            return False, None
        except PutOffError as put_off:
            due = put_off.until
            self._settle(message, lambda connection: outbox.put_off(connection, message, due))
            return False, None
        except Exception as error:
            if is_taken_over(error):
                log.info("%s %s is delivered by another process", message.kind, message.id)
                return False, None
            log.warning("delivery of %s %s failed", message.kind, message.id, exc_info=error)
            self._fail(message, error)
            return False, None
        return True, rest

    def _known(self, kind: str) -> Deliver:
        if kind not in self.kinds:
            raise EngineError(UNKNOWN_KIND.at(kind=kind))
        return self.kinds[kind]

    def _fail(self, message: Message, error: Exception) -> None:
        """Keep the failure with its message."""
        real = self.execution.clocks.real()
        find = RETRIES.get(message.kind)
        retry = RETRY if find is None else find(self.execution, message, error, RETRY)

        def note(connection: Connection) -> None:
            if outbox.fail(connection, message, _said(error), real, retry) and message.kind in GIVEN_UP:
                GIVEN_UP[message.kind](self.execution, connection, message)

        self._settle(message, note)

    def _settle(self, message: Message, note: Callable[[Connection], object]) -> None:
        """Note how a delivery stands with its message, unless another deliverer has taken it over."""
        try:
            with self.execution.database.write() as connection:
                note(connection)
        except EngineError as lost:
            log.warning("failure of %s not noted: %s", message.id, lost)


def _said(error: Exception) -> str:
    """Return an error for whoever looks after it: what we know by a code, in both languages."""
    if not isinstance(error, EngineError):
        return str(error)
    return f"{error} · {';'.join(problem.message.zh for problem in error.problems)}"


def is_taken_over(error: Exception) -> bool:
    """Tell whether an error says that somebody else holds the message by now."""
    return isinstance(error, EngineError) and all(item.code == LEASE_LOST.code for item in error.problems)
