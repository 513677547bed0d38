"""Envelopes for users: what can be sent, how those of a record stand, and what their sender does with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.catalog.printouts.printouts import Printout
from engine.decision.changeset import Actor
from engine.decision.envelopes.commands import RenewLink, WithdrawEnvelope
from engine.decision.problems import ABSENT
from engine.decision.standing import StandingEnvelope
from engine.forms.forms import Form
from engine.kernel.canonical import compact, digest
from engine.kernel.clocks import moment_text
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError
from engine.kernel.values import Row
from engine.runtime.desk import Desk
from engine.runtime.printouts import Printouts, sieve_of
from engine.runtime.reading import Reading
from engine.runtime.repeating import once
from engine.runtime.signing.keyring import Keyring, digest_of
from engine.runtime.signing.sending import Wanted, begin, kept_content, mail_is_set_up, proposed
from engine.runtime.signing.views import (
    EnvelopeActView,
    EnvelopeView,
    LinkView,
    OfferedSigning,
    SendableView,
    SignerView,
    SigningBeside,
)
from engine.runtime.views import Viewer
from engine.storage import envelopes as stored
from engine.workflows.signing import problems
from engine.workflows.signing.agreeing import first_contradiction
from engine.workflows.signing.chain import Act, first_break
from engine.workflows.signing.envelope import CODE_LASTS, Signer

if TYPE_CHECKING:
    from sqlalchemy import Connection

PATH = "/sign/"
"""Where the page of a signer is, before its token."""


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
        signers, by_mail = proposed(reading, form, row, one), mail_is_set_up(self._execution)
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
            return SigningBeside(_views(reading, row, seen), sendable) if seen or sendable else None

    def send(
        self, viewer: Viewer, about: tuple[str, str, str], key: str, wanted: Wanted, idempotency_key: str | None = None
    ) -> EnvelopeView:
        """Make the document as the viewer may read it and send it for signing; the same request again does it once."""
        with self._desk.reading(viewer) as reading:
            row, form = _readable(reading, *about)
            if key not in {one.key for one in _sendable(reading, form, row)}:
                raise EngineError(ABSENT.at())
        kept = kept_content(self._execution, self._printouts.make(viewer, *about, key))

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
            return _views(reading, row, [one for one in listed if _sees(reading, definition, row, one)])

    def look(self, viewer: Viewer, id: str) -> EnvelopeView:
        """Return one envelope; absent where the viewer may not read its record, or the field that it is for."""
        _known(id)
        with self._desk.reading(viewer) as reading:
            return _view(reading, id)

    def withdraw(self, viewer: Viewer, id: str) -> EnvelopeView:
        """Take an envelope back, as its sender or the owner of its record."""
        _known(id)
        return self._done(viewer, id, WithdrawEnvelope(id))

    def renew(self, viewer: Viewer, id: str, number: int) -> EnvelopeView:
        """Give a signer another link; what was given out before opens nothing any more."""
        found = self._one(viewer, id, number)
        link = digest_of(self._keyring.token(id, number, found.issue + 1))
        return self._done(viewer, id, RenewLink(id, number, link))

    def _done(self, viewer: Viewer, id: str, body: WithdrawEnvelope | RenewLink) -> EnvelopeView:
        command = self._execution.command(Actor(viewer.id), body)

        def do(connection: Connection) -> EnvelopeView:
            self._execution.within(connection, command)
            return _view(self._desk.over(connection, viewer), id)

        return self._execution.attempt(do)

    def link(self, viewer: Viewer, id: str, number: int) -> LinkView:
        """Return a signer's link, for its sender to pass on, or for the signer who is the viewer themselves.

        EngineError (SIGN-026) for anybody else who reads the record.
        """
        found = self._one(viewer, id, number)
        with self._desk.reading(viewer) as reading:
            view = _view(reading, id)
        mine = found.user == viewer.id
        if not mine and "link" not in view.may:
            raise EngineError(problems.NOT_SENDER.at())
        token = self._keyring.token(id, number, found.issue)
        if digest_of(token) != found.link:  # it was sent by another installation, whose key made it
            raise EngineError(problems.UNKNOWN_LINK.at())
        code, until = None, None
        now = self._execution.clocks.business()
        sent = found.code_at if found.code is not None and found.code_by == "sender" and "link" in view.may else None
        if sent is not None and now < sent + CODE_LASTS:
            code, until = self._keyring.code(id, number, found.issue, found.codes), moment_text(sent + CODE_LASTS)
        return LinkView(found.name, PATH + token, found.told_by, code, until)

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
    return _views(reading, row, [standing])[0]


def _views(reading: Reading, row: Row, listed: Sequence[StandingEnvelope]) -> tuple[EnvelopeView, ...]:
    acts = stored.acts_of(reading.connection, (one.id for one in listed)) if listed else {}
    return tuple(_shown(reading, row, one, acts[one.id]) for one in listed)


def _shown(reading: Reading, row: Row, one: StandingEnvelope, acts: Sequence[Act]) -> EnvelopeView:
    envelope, me = one.envelope, reading.viewer.id
    state = "expired" if not envelope.over and reading.moment >= envelope.expires_at else envelope.state
    broken = first_break(acts) or first_contradiction(envelope, acts)
    intact = broken is None and len(acts) == one.acts and (not acts or acts[-1].hash == one.head)
    sends = me in (one.sender, row.get("owner"))
    live = state in ("sent", "opened")
    may = {"withdraw", "relink", "link"} if sends and live else set()
    return EnvelopeView(
        id=one.id,
        app=one.app,
        form=one.form,
        record=one.record,
        document=one.document,
        title=envelope.title,
        file=one.file,
        sha256=envelope.sha256,
        state=state,
        order=envelope.order,
        sender=_name(reading, one.sender),
        sent_at=moment_text(one.sent_at),
        expires_at=moment_text(envelope.expires_at),
        ended_at=None if one.ended_at is None else moment_text(one.ended_at),
        signers=tuple(
            _signer(signer, live and signer in envelope.asked and signer.user == me) for signer in envelope.signers
        ),
        acts=tuple(_act(reading, one, act, broken) for act in acts),
        intact=intact,
        changed=live and row["version"] != one.seen,
        signed_file=one.signed_file,
        report_file=one.report_file,
        may=frozenset(may),
    )


def _name(reading: Reading, id: str | None) -> str:
    person = reading.person(id) if id else None
    return person.display_name if person else ""


def _signer(one: Signer, mine: bool) -> SignerView:
    done = None if one.done_at is None else moment_text(one.done_at)
    about = (one.number, one.name, one.labels, one.user, one.mail, one.phone, one.state)
    return SignerView(*about, one.told_by, one.known_by, done, one.typed, one.reason, mine)


def _act(reading: Reading, one: StandingEnvelope, act: Act, broken: int | None) -> EnvelopeActView:
    signer = "" if act.signer is None else one.envelope.signer(act.signer).name
    intact = broken is None or act.number < broken
    actor = _name(reading, act.actor)
    said = {key: value for key, value in act.said.items() if key != "signers"}
    at = moment_text(act.at)
    return EnvelopeActView(
        act.number, at, act.act, signer, actor, act.ip, act.agent, said, act.hash, act.previous, intact
    )
