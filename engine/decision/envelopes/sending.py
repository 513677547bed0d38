"""Sending a document of a record to be signed: by whoever may change the record, or by a rule."""

from __future__ import annotations

import re

from engine.decision.changeset import Holding, OutboxMessage
from engine.decision.envelopes.commands import SendForSigning
from engine.decision.envelopes.handling import DUE, Handling
from engine.decision.facts import PersonQuery
from engine.decision.permissions import access_to, as_seen, require
from engine.decision.persons import active
from engine.decision.problems import ABSENT, NOT_ALLOWED
from engine.decision.standing import StandingEnvelope
from engine.decision.work import Key, Work
from engine.forms.forms import Form
from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import EngineError, Problem
from engine.kernel.values import Row
from engine.workflows.signing import problems
from engine.workflows.signing.chain import BEGINNING
from engine.workflows.signing.definitions import MOST_DAYS, MOST_SIGNERS
from engine.workflows.signing.envelope import Envelope, Signer, begun

LONGEST_NAME = 100
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,186}[A-Za-z0-9])?")
_PHONE = re.compile(r"[0-9+() -]{5,30}")
KEPT_AT_LAST = 2
"""The signed document and its report."""


def send_for_signing(work: Work, body: SendForSigning) -> Key:
    """Send a document to be signed; EngineError with all that is wrong with its signers."""
    form = work.form(body.app, body.form)
    row = as_seen(work, body.app, form, body.record, body.seen)
    _may(work, form, row, body.field)
    found = [*_shortcomings(work, body), *_no_room(form, row, body.field)]
    if found:
        raise EngineError(found)
    content = Envelope(body.title, body.sha256, body.order, body.consents, body.signers, body.expires_at)
    actor = work.command.actor
    standing = StandingEnvelope(
        id=body.envelope,
        app=body.app,
        form=body.form,
        record=body.record,
        document=body.document,
        field=body.field,
        file=body.file,
        version=1,
        seen=row["version"],
        envelope=content,
        sender=actor.user,
        rule=actor.rule,
        sent_at=work.moment,
        acts=0,
        head=BEGINNING,
    )
    handling = Handling(work, work.app(body.app), form, None, standing)
    handling.change(begun(content))
    named = [{"number": one.number, "name": one.name, "mail": one.mail, "phone": one.phone} for one in body.signers]
    consents = [one.key for one in body.consents]
    handling.note("send", signers=named, consents=consents, order=body.order, expires_at=body.expires_at)
    work.holdings.append(Holding(body.file, body.app, body.form, body.record, body.field))
    due = {"app": body.app, "form": body.form, "envelope": body.envelope}
    work.messages.append(OutboxMessage(work.next_id(), DUE, due, body.expires_at))
    return handling.write()


def _may(work: Work, form: Form, row: Row, field: str) -> None:
    """Raise where the sender may not change the record, or the field that takes what was signed."""
    if field not in form.fields:
        raise EngineError(ABSENT.at())
    require(work, form, "update", row)
    if work.command.actor.user is not None:
        closed = access_to(work, form).closed("update", row, work.surroundings(form.app))
        if field in closed:
            raise EngineError(NOT_ALLOWED.at())


def _no_room(form: Form, row: Row, field: str) -> list[Problem]:
    item = form.fields[field]
    most, held = item.definition.properties.get("max_count"), len(row.get(field) or ())
    if most is None or held + KEPT_AT_LAST <= int(most):
        return []
    labels = item.labels
    return [problems.NO_ROOM.at(label_zh=labels.zh, label_en=labels.en)]


def _shortcomings(work: Work, body: SendForSigning) -> list[Problem]:
    found: list[Problem] = []
    if not body.signers:
        found.append(problems.NO_SIGNERS.at("signers", most=MOST_SIGNERS))
    if len(body.signers) > MOST_SIGNERS:
        found.append(problems.TOO_MANY_SIGNERS.at("signers", most=MOST_SIGNERS))
    if not work.moment < body.expires_at <= work.moment + MOST_DAYS * DAY_MS:
        found.append(problems.BAD_DAYS.at("days", most=MOST_DAYS))
    if found:
        return found
    work.fetch(PersonQuery(one.user) for one in body.signers if one.user is not None)
    for one in body.signers:
        found.extend(_wrong(work, one))
    return found


def _wrong(work: Work, signer: Signer) -> list[Problem]:
    place, found = f"signers[{signer.number - 1}]", []
    if signer.user is not None and not active(work, [signer.user]):
        found.append(problems.NO_SUCH_PERSON.at(f"{place}.user"))
    if not signer.name.strip() or len(signer.name) > LONGEST_NAME or not signer.name.isprintable():
        found.append(problems.NO_NAME.at(f"{place}.name", most=LONGEST_NAME))
    if signer.mail is not None and not _MAIL.fullmatch(signer.mail):
        found.append(problems.BAD_MAIL.at(f"{place}.mail", given=signer.mail[:100]))
    if signer.phone is not None and not _PHONE.fullmatch(signer.phone):
        found.append(problems.BAD_PHONE.at(f"{place}.phone", given=signer.phone[:40]))
    return found
