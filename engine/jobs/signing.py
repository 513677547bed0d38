"""Delivering what signing leaves in the outbox: links and codes by mail, what was signed sealed, time that is over."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.connectors.telling import sending
from engine.connectors.telling.letters import Recipient, Told
from engine.decision.changeset import Actor
from engine.decision.commands import Command
from engine.decision.envelopes.commands import EnvelopeBody, ExpireEnvelope, KeepSigned, NoteTold
from engine.decision.standing import StandingEnvelope
from engine.decision.telling import MAIL
from engine.jobs.problems import NO_DOCUMENT
from engine.jobs.telling import by_turns, is_hopeless
from engine.kernel.canonical import Json
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError, Text
from engine.printouts.pdf import pdf_of
from engine.runtime.desk import Desk
from engine.runtime.execution import Execution
from engine.runtime.printouts import MadeDocument, Making
from engine.runtime.signing import papers
from engine.runtime.signing.envelopes import PATH
from engine.runtime.signing.keyring import Keyring, digest_of
from engine.runtime.signing.links import NOBODY
from engine.runtime.signing.sending import KeptContent, Wanted, begin, kept_content, mail_is_set_up, put_file
from engine.sealing.pades import sealed, with_pages
from engine.storage import envelopes as stored
from engine.storage import outbox
from engine.storage.outbox import Message
from engine.workflows.signing import problems
from engine.workflows.signing.agreeing import first_contradiction
from engine.workflows.signing.chain import first_break
from engine.workflows.signing.envelope import Signer

if TYPE_CHECKING:
    from sqlalchemy import Connection

PDF = "application/pdf"
SYSTEM = "system"
HOPELESS = frozenset(
    (NO_DOCUMENT.code, problems.ANOTHER_DOCUMENT.code, problems.BROKEN_CHAIN.code, problems.NO_SIGNERS.code)
)
"""What trying again does not mend."""

OPENS = Text("打开并签署", "Open and sign")


def _keyring(execution: Execution) -> Keyring:
    return Keyring(execution.outside.secrets, execution.randomness)


def _standing(execution: Execution, message: Message) -> StandingEnvelope | None:
    """Return the envelope of a message; None where it, or the form of its record, is gone."""
    with execution.database.read() as connection:
        return _there(execution, connection, message)


def _there(execution: Execution, connection: Connection, message: Message) -> StandingEnvelope | None:
    id = message.payload["envelope"]
    found = stored.by_id(connection, [id]).get(id)
    catalog = execution.catalogs.current(connection).catalog
    return None if found is None or catalog.form(found.app, found.form) is None else found


def _waiting(standing: StandingEnvelope | None, message: Message) -> Signer | None:
    """Return the signer whom a message is for; None where they have signed, have another link, or it is over."""
    payload = message.payload
    if standing is None or standing.envelope.over:
        return None
    signer = standing.envelope.signer(payload["signer"])
    return signer if signer.issue == payload["issue"] and not signer.done else None


def link_sent(execution: Execution, message: Message) -> Message:
    """Send a signer their link by mail, before the transaction; the message then says how they were told.

    Where no mail can reach them it is for the sender to pass it on, which is said, not hidden.
    """
    standing = _standing(execution, message)
    signer = _waiting(standing, message)
    if standing is None or signer is None:
        return message
    public = execution.outside.ways.public_url
    by = "inside" if signer.user else "nobody"
    if signer.mail and public and mail_is_set_up(execution):
        token = _keyring(execution).token(standing.id, signer.number, signer.issue)
        if digest_of(token) == signer.link:
            title = standing.envelope.title
            said = Text(f"请签署:{title}", f"Please sign: {title}")
            by = MAIL if _written(execution, message, signer, Told(said, public + PATH + token, OPENS)) else by
    return replace(message, payload={**message.payload, "by": by})


def code_sent(execution: Execution, message: Message) -> Message:
    """Send a signer their code by mail, before the transaction; one that is over by now is not sent."""
    standing = _standing(execution, message)
    signer, number = _waiting(standing, message), message.payload["number"]
    if standing is not None and signer is not None and signer.code is not None and signer.codes == number:
        code = _keyring(execution).code(standing.id, signer.number, signer.issue, number)
        said = Text(
            f"签署验证码 {code},10 分钟内有效。不是您本人操作时,请不要告诉任何人。",
            f"Your code for signing is {code}, good for 10 minutes. Tell it nobody.",
        )
        _written(execution, message, signer, Told(said))
    return message


def _written(execution: Execution, message: Message, signer: Signer, told: Told) -> bool:
    """Send a letter; False where nobody takes it at that address, for good."""
    to = Recipient(signer.name, str(signer.mail), "zh")
    try:
        with by_turns(execution, MAIL) as at:
            sending.send_letter(execution.outside, to, [told], message.id, at)
    except EngineError as error:
        if not is_hopeless(error):
            raise
        return False
    return True


def _do(execution: Execution, connection: Connection, message: Message, body: EnvelopeBody) -> None:
    id = derived_id(message.id, message.due_at, 0)
    execution.within(connection, Command(id, execution.clocks.business(), Actor(None), body))


def keep_told(execution: Execution, connection: Connection, message: Message) -> None:
    """Keep how a signer was told of their link."""
    said = message.payload
    if "by" in said and _there(execution, connection, message) is not None:
        _do(execution, connection, message, NoteTold(said["envelope"], said["signer"], said["issue"], said["by"]))


def keep_nothing(_execution: Execution, _connection: Connection, _message: Message) -> None:
    """Let a code that was sent be: that it was asked for is kept already."""


def pass_time(execution: Execution, connection: Connection, message: Message) -> None:
    """Let an envelope hear that its time is over."""
    if _there(execution, connection, message) is not None:
        _do(execution, connection, message, ExpireEnvelope(message.payload["envelope"]))


def was_sealed(execution: Execution, message: Message) -> Message:
    """Make and seal the signed document and its report, outside of a transaction; the message then says what they are.

    EngineError where the document, a signature or an act is not what it was: then nothing is sealed.
    """
    standing = _standing(execution, message)
    if standing is None or standing.signed_file is not None:
        return message
    with execution.database.read() as connection:
        acts = stored.acts_of(connection, [standing.id])[standing.id]
        app = execution.catalogs.current(connection).catalog.apps[standing.app]
    broken = first_break(acts) or first_contradiction(standing.envelope, acts)
    if broken is not None or acts[-1].hash != standing.head:
        raise EngineError(problems.BROKEN_CHAIN.at(number=broken or len(acts)))
    marks = {one.mark: _content(execution, one.mark) for one in standing.envelope.signers if one.mark}
    original = _content(execution, standing.envelope.sha256)
    authority = _keyring(execution).authority(execution.clocks.real())
    page = pdf_of(papers.signature_page(standing, marks, app.zone))
    title = standing.envelope.title.removesuffix(".pdf")
    signed = sealed(with_pages(original, page), authority, "Signed by all signers")
    digest = hashlib.sha256(signed).hexdigest()
    proof = sealed(pdf_of(papers.report(standing, acts, authority, digest, app.zone)), authority, "Evidence report")
    made = {
        name: vars(kept_content(execution, MadeDocument(called, PDF, content)))
        for name, called, content in (
            ("signed", f"{title}(已签).pdf", signed),
            ("report", f"{title}(存证报告).pdf", proof),
        )
    }
    return replace(message, payload={**message.payload, **made, "serial": authority.serial})


def _content(execution: Execution, sha256: str) -> bytes:
    with execution.contents.open(sha256) as file:
        content = file.read()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EngineError(problems.ANOTHER_DOCUMENT.at())
    return content


def keep_sealed(execution: Execution, connection: Connection, message: Message) -> None:
    """Keep the signed document and its report with the record."""
    said = message.payload
    if "signed" not in said:
        return
    standing = _there(execution, connection, message)
    if standing is None or standing.signed_file is not None:
        return
    signed, proof = (
        put_file(execution, connection, KeptContent(**said[name]), SYSTEM) for name in ("signed", "report")
    )
    digests = {name: said[name]["sha256"] for name in ("signed", "report")}
    body = KeepSigned(standing.id, signed, digests["signed"], proof, digests["report"], said["serial"])
    _do(execution, connection, message, body)


def made_to_sign(execution: Execution, message: Message) -> Message:
    """Make the document that a rule has sent for signing, with the app's rights, and keep its content."""
    said = message.payload
    with execution.database.read() as connection:
        reading = Desk(execution).over(connection, NOBODY)
        app = reading.catalog.apps.get(said["app"])
        printout = None if app is None else app.printouts.get(said["document"])
        form = reading.catalog.form(said["app"], said["form"])
        if printout is None or form is None or printout.definition.signing is None:
            raise EngineError(NO_DOCUMENT.at(document=said["document"]))
        row = reading.record(form.app, form.key, said["record"])
        if row is None:
            return message
        speech = printout.definition.language
        prepared = Making(reading, form, row, printout, speech, execution.contents).prepared()
    made: Json = vars(kept_content(execution, prepared.drawn()))
    return replace(message, payload={**said, "made": made})


def begin_asked(execution: Execution, connection: Connection, message: Message) -> None:
    """Begin the envelope that a rule asks for."""
    said = message.payload
    if "made" not in said:
        return
    reading = Desk(execution).over(connection, NOBODY)
    form, app = reading.catalog.form(said["app"], said["form"]), reading.catalog.apps.get(said["app"])
    row = None if form is None else reading.record(said["app"], said["form"], said["record"])
    if form is None or app is None or row is None or said["document"] not in app.printouts:
        return
    about = (form, row, app.printouts[said["document"]])
    id = derived_id(f"{message.id}/sent", message.due_at, 0)
    begin(execution, reading, about, KeptContent(**said["made"]), Wanted(), Actor(None, said["rule"]), id)


def retry_of(_execution: Execution, _message: Message, error: Exception, usual: outbox.Retry) -> outbox.Retry:
    """Return how a failed message is repeated: as usual; not where that is no use."""
    if isinstance(error, EngineError) and error.problems[0].code in HOPELESS:
        return replace(usual, most=1)
    return usual
