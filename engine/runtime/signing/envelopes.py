"""Envelopes for users: what can be sent, how those of a record stand, and what their sender does with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.catalog.printouts.printouts import Printout
from engine.decision.changeset import Actor
from engine.decision.envelopes.commands import RenewLink, WithdrawEnvelope
from engine.decision.problems import ABSENT, STALE
from engine.decision.standing import StandingEnvelope
from engine.forms.forms import Form
from engine.kernel.canonical import compact, digest
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError
from engine.kernel.values import Row
from engine.runtime.desk import Desk
from engine.runtime.printouts import Printouts
from engine.runtime.reading import Reading
from engine.runtime.record_sight import sieve_of
from engine.runtime.repeating import once
from engine.runtime.signing.keyring import Keyring, digest_of
from engine.runtime.signing.sending import Wanted, begin, mail_is_set_up, proposed, to_sign
from engine.runtime.signing.shown import shown
from engine.runtime.signing.views import (
    EnvelopeView,
    LinkView,
    OfferedSigning,
    SendableView,
    SigningBeside,
)
from engine.runtime.views import Viewer
from engine.storage import envelopes as stored
from engine.storage.contents.problems import GONE
from engine.workflows.signing import problems
from engine.workflows.signing.definitions import MOST_SIGNERS
from engine.workflows.signing.envelope import CODE_LASTS, Signer

if TYPE_CHECKING:
    from sqlalchemy import Connection

PATH = "/sign/"
"""Where the page of a signer is, before its token."""


TRIES = 3
OVERTAKEN = frozenset((STALE.code, GONE.code))
"""What sending finds where the record was changed, or an old file swept, since the document was made."""


class Envelopes:
    """What a viewer sees of envelopes, and does with them."""

    def __init__(self, desk: Desk, printouts: Printouts) -> None:
        """Work at ``desk``; ``printouts`` make the documents."""
        self._desk, self._printouts = desk, printouts
        self._execution = desk.execution
        self._keyring = Keyring(self._execution.outside.secrets, self._execution.randomness)

    def offered(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[OfferedSigning, ...]:
        """Return what of a record the viewer can send for signing now; absent where they may not read it."""
        with self._desk.reading(viewer) as reading:
            row, definition = _readable(reading, app, form, id)
            sendable = _sendable(reading, definition, row)
            return tuple(self._offer(reading, definition, row, one) for one in sendable)

    def _offer(self, reading: Reading, form: Form, row: Row, one: Printout) -> OfferedSigning:
        design = one.definition.signing
        if design is None:
            raise EngineError(problems.NOT_FOR_SIGNING.at(key=one.key))
        signers = proposed(reading, form, row, one, sieve_of(reading, form, row))
        by_mail = mail_is_set_up(self._execution)
        return OfferedSigning(one.key, one.definition.labels, design.order, design.days, signers, by_mail)

    def beside(self, viewer: Viewer, app: str, form: str, id: str) -> SigningBeside | None:
        """Return both for the page of a record; None, without looking it up, where nothing of its form is signed."""
        with self._desk.reading(viewer) as reading:
            listed = stored.of_record(reading.connection, app, form, id)
            if not listed and not _is_signed(reading, app, form):
                return None
            row, definition = _readable(reading, app, form, id)
            seen = [one for one in listed if _sees(reading, definition, row, one)]
            sendable = tuple(
                SendableView(one.key, one.definition.labels) for one in _sendable(reading, definition, row)
            )
            return SigningBeside(_views(reading, definition, row, seen), sendable) if seen or sendable else None

    def send(
        self, viewer: Viewer, about: tuple[str, str, str], key: str, wanted: Wanted, idempotency_key: str | None = None
    ) -> EnvelopeView:
        """Make the document as the viewer may read it and send it for signing; the same request again does it once.

        Where the record changes meanwhile, it is made again.
        """
        if len(wanted.signers) > MOST_SIGNERS:
            raise EngineError(problems.TOO_MANY_SIGNERS.at("signers", most=MOST_SIGNERS))
        for left in reversed(range(TRIES)):
            try:
                return self._sent(viewer, about, key, wanted, idempotency_key)
            except EngineError as error:
                if not left or error.problems[0].code not in OVERTAKEN:
                    raise
        raise AssertionError

    def _sent(
        self, viewer: Viewer, about: tuple[str, str, str], key: str, wanted: Wanted, idempotency_key: str | None
    ) -> EnvelopeView:
        with self._desk.reading(viewer) as reading:
            row, form = _readable(reading, *about)
            if key not in {one.key for one in _sendable(reading, form, row)}:
                raise EngineError(ABSENT.at())
        kept = to_sign(self._execution, self._printouts.make(viewer, *about, key))

        def sent(connection: Connection) -> EnvelopeView:
            reading = self._desk.over(connection, viewer)

            def do() -> str:
                row, form = _readable(reading, *about)
                printout = reading.app(form.app).printouts[key]
                return begin(self._execution, reading, (form, row, printout), kept, wanted, Actor(viewer.id))

            def asked() -> str:
                named = [[one.name, one.mail, one.phone, one.user] for one in wanted.signers]
                return digest(["SendForSigning", *about, key, compact(named), wanted.order, wanted.days])

            moment = self._execution.clocks.business()
            id, _ = once(connection, viewer.id, idempotency_key, asked, moment, do)
            return _view(self._desk.over(connection, viewer), id)

        return self._execution.attempt(sent)

    def of_record(self, viewer: Viewer, app: str, form: str, record: str) -> tuple[EnvelopeView, ...]:
        """Return the envelopes of a record, the latest first; absent where the viewer may not read it."""
        with self._desk.reading(viewer) as reading:
            row, definition = _readable(reading, app, form, record)
            listed = stored.of_record(reading.connection, app, form, record)
            return _views(reading, definition, row, [one for one in listed if _sees(reading, definition, row, one)])

    def look(self, viewer: Viewer, id: str) -> EnvelopeView:
        """Return one envelope; absent where the viewer may not read its record, or the field that it is for."""
        _known(id)
        with self._desk.reading(viewer) as reading:
            return _view(reading, id)

    def withdraw(self, viewer: Viewer, id: str) -> EnvelopeView:
        """Take an envelope back, as its sender or the owner of its record."""
        _known(id)
        return self._done(viewer, id, WithdrawEnvelope(id))

    def renew(self, viewer: Viewer, id: str, number: int, issue: int | None = None) -> EnvelopeView:
        """Give a signer another link; what was given out before opens nothing any more.

        ``issue`` is which link is meant, the one of now unless stated: nothing is done where that was replaced already.
        """
        seen = self._one(viewer, id, number).issue if issue is None else issue
        link = digest_of(self._keyring.token(id, number, seen + 1))
        return self._done(viewer, id, RenewLink(id, number, seen, link))

    def _done(self, viewer: Viewer, id: str, body: WithdrawEnvelope | RenewLink) -> EnvelopeView:
        command = self._execution.command(Actor(viewer.id), body)

        def do(connection: Connection) -> EnvelopeView:
            self._execution.within(connection, command)
            return _view(self._desk.over(connection, viewer), id)

        return self._execution.attempt(do)

    def link(self, viewer: Viewer, id: str, number: int) -> LinkView:
        """Return a signer's link, for its sender to pass on, or for the signer who is the viewer themselves.

        EngineError (SIGN-026) for anybody else who reads the record, SIGN-025 for a signer whose link must be replaced.
        """
        found = self._one(viewer, id, number)
        with self._desk.reading(viewer) as reading:
            view = _view(reading, id)
        mine = found.user == viewer.id
        if not mine and "link" not in view.may:
            raise EngineError(problems.NOT_SENDER.at())
        token = self._keyring.token(id, number, found.issue)
        ours = digest_of(token) == found.link  # else it was sent by another installation, whose key made it
        if not ours and "link" not in view.may:
            raise EngineError(problems.UNKNOWN_LINK.at())
        code, until = None, None
        now = self._execution.clocks.business()
        sent = found.code_at if found.code is not None and found.code_by == "sender" and "link" in view.may else None
        if ours and sent is not None and now < sent + CODE_LASTS:
            code, until = self._keyring.code(id, number, found.issue, found.codes), moment_text(sent + CODE_LASTS)
        path, public = PATH + token if ours else None, self._execution.outside.ways.public_url
        address = public + path if public and path else None
        return LinkView(found.name, found.issue, path, address, found.told_by, code, until)

    def _one(self, viewer: Viewer, id: str, number: int) -> Signer:
        _known(id)
        with self._desk.reading(viewer) as reading:
            _view(reading, id)
            standing = stored.by_id(reading.connection, [id])[id]
        if not 1 <= number <= len(standing.envelope.signers):
            raise EngineError(ABSENT.at())
        return standing.envelope.signer(number)


def _known(id: str) -> None:
    if not is_uuid(id):
        raise EngineError(ABSENT.at())


def _readable(reading: Reading, app: str, form: str, id: str) -> tuple[Row, Form]:
    definition = reading.form(app, form)
    row = reading.record(app, form, id) if is_uuid(id) else None
    if row is None or not reading.may_see(definition, row):
        raise EngineError(ABSENT.at())
    return row, definition


def _sendable(reading: Reading, form: Form, row: Row) -> Iterable[Printout]:
    """Go through the documents that the viewer can send: they may change the record and the field of what is signed."""
    access, around = reading.access(form), reading.surroundings(form.app)
    if not access.covers("update", row, around):
        return
    closed, sieve = access.closed("update", row, around), sieve_of(reading, form, row)
    for one in reading.app(form.app).printouts.values():
        design = one.definition.signing
        offered = one.when is None or (sieve.lets(one.when) and one.when.holds(row, around))
        if design is not None and one.definition.form == form.key and design.field not in closed and offered:
            yield one


def _is_signed(reading: Reading, app: str, form: str) -> bool:
    printouts = reading.app(app).printouts.values()
    return any(one.definition.form == form and one.definition.signing is not None for one in printouts)


def _sees(reading: Reading, form: Form, row: Row, standing: StandingEnvelope) -> bool:
    """Tell whether the viewer may read the field that what is signed goes into."""
    return standing.field not in reading.access(form).hidden(row, reading.surroundings(form.app))


def _view(reading: Reading, id: str) -> EnvelopeView:
    standing = stored.by_id(reading.connection, [id]).get(id)
    if standing is None or reading.catalog.form(standing.app, standing.form) is None:
        raise EngineError(ABSENT.at())
    row, form = _readable(reading, standing.app, standing.form, standing.record)
    if not _sees(reading, form, row, standing):
        raise EngineError(ABSENT.at())
    return _views(reading, form, row, [standing])[0]


def _views(reading: Reading, form: Form, row: Row, listed: Sequence[StandingEnvelope]) -> tuple[EnvelopeView, ...]:
    acts = stored.acts_of(reading.connection, (one.id for one in listed)) if listed else {}
    return tuple(shown(reading, form, row, one, acts[one.id]) for one in listed)
