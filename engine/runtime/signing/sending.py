"""Sending documents for signing by hand: what is proposed, the document made and kept, and the envelope begun."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.printouts.printouts import Printout, SignerMade
from engine.catalog.printouts.sieves import OPEN, Sieve
from engine.connectors.telling import sending as ways
from engine.decision.changeset import Actor
from engine.decision.commands import Command
from engine.decision.envelopes.commands import SendForSigning
from engine.decision.persons import active, look_up, named
from engine.decision.telling import MAIL
from engine.forms.forms import Form
from engine.kernel.clocks import DAY_MS, Moment
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row
from engine.language.expressions import ReadSet
from engine.runtime.execution import Execution
from engine.runtime.printouts import AppSight, MadeDocument
from engine.runtime.reading import Reading
from engine.runtime.record_sight import sieve_of
from engine.runtime.signing.keyring import Keyring, digest_of
from engine.runtime.signing.views import OfferedSigner
from engine.storage import contacts, files
from engine.storage.contents.kinds import LARGEST, MIB
from engine.storage.files import FileRow
from engine.storage.locks import lock_name
from engine.workflows.signing import problems
from engine.workflows.signing.definitions import MOST_DAYS, MOST_SIGNERS, Order
from engine.workflows.signing.envelope import Signer

__all__ = ["MOST_SIGNERS", "KeptContent", "Named", "Wanted", "begin", "kept_content", "put_file", "to_sign"]

if TYPE_CHECKING:
    from sqlalchemy import Connection

SIGNER = Text("签署人", "Signer")
PARTS = ("name", "mail", "phone")

MOST_BYTES = 15 * MIB
"""How large a document to be signed is: with the signatures of twenty signers it stays below what a file may be."""


@dataclass(frozen=True)
class Named:
    """A signer as whoever sends names one: a user by id, or somebody from outside by name and addresses."""

    name: str = ""
    mail: str = ""
    phone: str = ""
    user: str | None = None
    labels: Text = SIGNER


@dataclass(frozen=True)
class Wanted:
    """How a document is to be signed; what is not stated is as the design has it."""

    signers: tuple[Named, ...] = ()
    order: Order | None = None
    days: int | None = None


@dataclass(frozen=True)
class KeptContent:
    """A content that is in its place, and waits for its file; of a picture with its size in pixels.

    ``seen`` is the version of the record that a document was made of.
    """

    name: str
    media: str
    sha256: str
    size: int
    width: int | None = None
    height: int | None = None
    seen: int | None = None


def to_sign(execution: Execution, made: MadeDocument) -> KeptContent:
    """Put a document that is to be signed in its place.

    EngineError (SIGN-035) where the signatures, which come behind it, would have no room.
    """
    if len(made.content) > MOST_BYTES:
        raise EngineError(problems.TOO_LARGE.at(most=MOST_BYTES // MIB))
    return kept_content(execution, made)


def kept_content(execution: Execution, made: MadeDocument) -> KeptContent:
    """Put the content of a document in its place."""
    with execution.contents.received(io.BytesIO(made.content), LARGEST) as received:
        execution.contents.place(received)
        return KeptContent(made.name, made.media, received.sha256, received.size, seen=made.seen)


def put_file(execution: Execution, connection: Connection, kept: KeptContent, owner: str) -> str:
    """Keep the file of a content that is in its place; return its id. ``owner`` has it once.

    EngineError (GONE) where an earlier file of that content was swept meanwhile, and the content with it.
    """
    lock_name(connection, f"file/{kept.sha256}")
    execution.contents.open(kept.sha256).close()
    now = execution.clocks.business()
    known = files.find_same(connection, owner, kept.sha256)
    if known is not None and files.touch(connection, known.id, now):
        return known.id
    id = uuid7(now, execution.randomness(10))
    files.put(
        connection, FileRow(id, kept.sha256, kept.name, kept.media, kept.size, kept.width, kept.height, owner, now)
    )
    return id


def proposed(
    reading: Reading, form: Form, row: Row, printout: Printout, sieve: Sieve = OPEN
) -> tuple[OfferedSigner, ...]:
    """Return the signers that the design names for a record, without what the sieve closes."""
    sight = AppSight(reading)
    around = sight.surroundings(form.app)
    found: list[OfferedSigner] = []
    for one in printout.signers:
        if one.person is not None:
            if one.person.of in form.fields and sieve.closed(ReadSet(fields=frozenset((one.person.of,)))):
                continue
            look_up(reading, form, [(one.person, row)])
            people = active(reading, named(reading, form, one.person, row))
            found.extend(OfferedSigner(one.labels, _name(reading, id), user=id) for id in people)
        else:
            found.append(OfferedSigner(one.labels, *(_text(one, part, row, around, sieve) for part in PARTS)))
    return tuple(found)


def _text(one: SignerMade, part: str, row: Row, around: object, sieve: Sieve) -> str:
    expression = getattr(one, part)
    if expression is None or not sieve.lets(expression):
        return ""
    return str(expression.evaluate(row, around) or "").strip()


def _name(reading: Reading, id: str) -> str:
    person = reading.person(id)
    return person.display_name if person else ""


def signers_of(
    connection: Connection, keyring: Keyring, envelope: str, listed: Sequence[Named], reading: Reading
) -> tuple[Signer, ...]:
    """Return the signers of a new envelope, users by their names and mail addresses, each with their link's digest."""
    users = [one.user for one in listed if one.user]
    mails = contacts.by_way(connection, users, MAIL)
    made = []
    for number, one in enumerate(listed, 1):
        link = digest_of(keyring.token(envelope, number, 1))
        name = _name(reading, one.user) if one.user else one.name.strip()
        mail = mails.get(one.user) if one.user else one.mail.strip() or None
        made.append(Signer(number, name, one.labels, one.user or None, mail, one.phone.strip() or None, link=link))
    return tuple(made)


def days_of(wanted: int | None, usual: int) -> int:
    """Return for how many days it may be signed; EngineError (SIGN-006) where that is none."""
    days = usual if wanted is None else wanted
    if not 1 <= days <= MOST_DAYS:
        raise EngineError(problems.BAD_DAYS.at("days", most=MOST_DAYS))
    return days


def begin(
    execution: Execution,
    reading: Reading,
    about: tuple[Form, Row, Printout],
    kept: KeptContent,
    wanted: Wanted,
    actor: Actor,
    id: str | None = None,
) -> str:
    """Keep the file and begin the envelope, in the transaction of ``reading``; return its id.

    EngineError (SIGN-…) with what is wrong, STALE where the record is not what the document was made of. ``id`` names
    the command where a message brought it forth.
    """
    form, row, printout = about
    design = printout.definition.signing
    if design is None:
        raise EngineError(problems.NOT_FOR_SIGNING.at(key=printout.key))
    now: Moment = execution.clocks.business()
    command = id or uuid7(now, execution.randomness(10))
    envelope = uuid7(now, execution.randomness(10))
    sieve = OPEN if actor.user is None else sieve_of(reading, form, row)
    offered = () if wanted.signers else proposed(reading, form, row, printout, sieve)
    listed = wanted.signers or tuple(Named(one.name, one.mail, one.phone, one.user, one.labels) for one in offered)
    keyring = Keyring(execution.outside.secrets, execution.randomness)
    body = SendForSigning(
        app=form.app,
        form=form.key,
        record=str(row["id"]),
        envelope=envelope,
        document=printout.key,
        title=kept.name,
        file=put_file(execution, reading.connection, kept, actor.user or "system"),
        sha256=kept.sha256,
        field=design.field,
        order=wanted.order or design.order,
        consents=design.consents,
        signers=signers_of(reading.connection, keyring, envelope, listed, reading),
        expires_at=now + days_of(wanted.days, design.days) * DAY_MS,
        seen=row["version"] if kept.seen is None else kept.seen,
    )
    execution.within(reading.connection, Command(command, now, actor, body))
    return envelope


def mail_is_set_up(execution: Execution) -> bool:
    """Tell whether letters go out of this installation."""
    return execution.outside.is_open and not ways.lacking(execution.outside, MAIL)
