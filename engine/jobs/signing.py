"""Delivering what signing leaves in the outbox: links and codes by mail, what was signed sealed, time that is over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.connectors.telling import sending
from engine.connectors.telling.letters import Recipient, Told
from engine.decision.changeset import Actor, OutboxMessage
from engine.decision.commands import Command
from engine.decision.envelopes import handling
from engine.decision.envelopes.commands import EnvelopeBody, ExpireEnvelope, KeepSigned, NoteLost, NoteTold
from engine.decision.envelopes.handling import ASK, LOST
from engine.decision.envelopes.people import in_charge
from engine.decision.standing import StandingEnvelope
from engine.decision.telling import MAIL
from engine.decision.words import title
from engine.jobs.problems import NO_DOCUMENT
from engine.jobs.telling import by_turns, is_hopeless
from engine.jobs.turns import PostponedError
from engine.kernel.canonical import Json
from engine.kernel.identifiers import derived_id, uuid7
from engine.kernel.problems import EngineError, Text
from engine.printouts.pdf import pdf_of
from engine.runtime.desk import Desk
from engine.runtime.execution import Execution
from engine.runtime.printouts import AppSight, MadeDocument, Making
from engine.runtime.signing import papers
from engine.runtime.signing.envelopes import PATH
from engine.runtime.signing.keyring import Keyring, digest_of
from engine.runtime.signing.links import NOBODY
from engine.runtime.signing.sending import KeptContent, Wanted, begin, kept_content, mail_is_set_up, put_file, to_sign
from engine.sealing.pades import sealed, with_pages
from engine.storage import envelopes as stored
from engine.storage import outbox
from engine.storage.outbox import Message
from engine.workflows.signing import problems
from engine.workflows.signing.agreeing import first_contradiction
from engine.workflows.signing.chain import first_break
from engine.workflows.signing.envelope import CODE_LASTS, Signer

if TYPE_CHECKING:
    from sqlalchemy import Connection

PDF = "application/pdf"
SYSTEM = "system"
NOBODY_TOLD = "nobody"
HOPELESS = frozenset(
    one.code
    for one in (
        NO_DOCUMENT,
        problems.ANOTHER_DOCUMENT,
        problems.BROKEN_CHAIN,
        problems.NO_SIGNERS,
        problems.TOO_MANY_SIGNERS,
        problems.TOO_LARGE,
        problems.NO_ROOM,
    )
)
"""What trying again does not mend."""

LOOKED_AGAIN = 3_600_000
"""After how long a message looks again whether a retired form is back, in milliseconds."""

CODE_ATTEMPTS = 5
"""How often mail with a code is tried: a quarter of a minute. Then the sender has the code, while it is good."""

OPENS = Text("打开并签署", "Open and sign")


def _keyring(execution: Execution) -> Keyring:
    return Keyring(execution.outside.secrets, execution.randomness)


def _standing(execution: Execution, message: Message) -> StandingEnvelope | None:
    """Return the envelope of a message; None where it is gone. PostponedError while the form of its record is retired.

    What is retired may come back; what is not is purged, and its messages with it.
    """
    with execution.database.read() as connection:
        return _there(execution, connection, message)


def _there(execution: Execution, connection: Connection, message: Message) -> StandingEnvelope | None:
    id = message.payload["envelope"]
    found = stored.by_id(connection, [id]).get(id)
    catalog = execution.catalogs.current(connection).catalog
    if found is not None and catalog.form(found.app, found.form) is None:
        raise PostponedError(execution.clocks.real() + LOOKED_AGAIN)
    return found


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
    """Send a signer their code by mail, before the transaction; the message then says where it did not get through.

    One that is over by now, or that the sender has, is not sent.
    """
    standing = _standing(execution, message)
    signer, number = _waiting(standing, message), message.payload["number"]
    if standing is None or signer is None or signer.code is None or (signer.codes, signer.code_by) != (number, MAIL):
        return message
    late = execution.clocks.business() >= (signer.code_at or 0) + CODE_LASTS
    if late or not _code_written(execution, message, standing, signer):
        return replace(message, payload={**message.payload, "lost": True})
    return message


def _code_written(execution: Execution, message: Message, standing: StandingEnvelope, signer: Signer) -> bool:
    """Send the code; False where mail does not go out now: it would come too late."""
    try:
        code = _keyring(execution).code(standing.id, signer.number, signer.issue, signer.codes)
        said = Text(
            f"签署验证码 {code},10 分钟内有效。不是您本人操作时,请不要告诉任何人。",
            f"Your code for signing is {code}, good for 10 minutes. Tell it nobody.",
        )
        return _written(execution, message, signer, Told(said))
    except PostponedError:
        return False


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


def keep_code(execution: Execution, connection: Connection, message: Message) -> None:
    """Let the sender have a code that did not get through; of one that did it is kept already that it was asked for."""
    said = message.payload
    if "lost" in said and _there(execution, connection, message) is not None:
        _do(execution, connection, message, NoteLost(said["envelope"], "code", *_which(said), said["number"]))


def _which(said: Mapping[str, Json]) -> tuple[int, int]:
    return said["signer"], said["issue"]


def tell_of_loss(execution: Execution, connection: Connection, message: Message) -> None:
    """Let a message follow that says that this one has died."""
    now = execution.clocks.business()
    payload = {**message.payload, "kind": message.kind}
    following = OutboxMessage(uuid7(now, execution.randomness(10)), LOST, payload, now)
    execution.send(connection, message.command, [following])


def tell_lost(execution: Execution, connection: Connection, message: Message) -> None:
    """Let whoever answers for it know that a message has died."""
    said = message.payload
    if said["kind"] == ASK:
        _tell_unsent(execution, connection, message)
        return
    if _there(execution, connection, message) is None:
        return
    match said["kind"]:
        case handling.LINK:
            _do(execution, connection, message, NoteTold(said["envelope"], *_which(said), NOBODY_TOLD))
        case handling.CODE:
            _do(execution, connection, message, NoteLost(said["envelope"], "code", *_which(said), said["number"]))
        case _:
            _do(execution, connection, message, NoteLost(said["envelope"], "seal"))


def _tell_unsent(execution: Execution, connection: Connection, message: Message) -> None:
    """Tell whoever answers for a record that what a rule wanted to send for signing was not sent."""
    said, reading = message.payload, Desk(execution).over(connection, NOBODY)
    form = reading.catalog.form(said["app"], said["form"])
    row = None if form is None else reading.record(said["app"], said["form"], said["record"])
    if form is None or row is None:
        return
    printout = reading.app(form.app).printouts.get(said["document"])
    named = Text(said["document"], said["document"]) if printout is None else printout.definition.labels
    zh, en = (title(AppSight(reading), form, row, speech) for speech in ("zh", "en"))
    text = Text(
        f"{zh}:“{named.zh}”没有发出签署,请管理员查看未送达的消息",
        f"{en}: “{named.en}” was not sent for signing; an administrator finds why under jobs",
    )
    told: Json = {"recipients": list(in_charge(reading, None, row)), "text": text.as_json()}
    told |= {key: said[key] for key in ("app", "form", "record")}
    now = execution.clocks.business()
    execution.send(
        connection, message.command, [OutboxMessage(uuid7(now, execution.randomness(10)), "notify", told, now)]
    )


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
        if app is not None and form is None:
            raise PostponedError(execution.clocks.real() + LOOKED_AGAIN)
        if printout is None or form is None or printout.definition.signing is None:
            raise EngineError(NO_DOCUMENT.at(document=said["document"]))
        row = reading.record(form.app, form.key, said["record"])
        if row is None:
            return message
        speech = printout.definition.language
        prepared = Making(reading, form, row, printout, speech, execution.contents).prepared()
    made: Json = vars(to_sign(execution, replace(prepared.drawn(), seen=int(row["version"]))))
    return replace(message, payload={**said, "made": made})


def begin_asked(execution: Execution, connection: Connection, message: Message) -> None:
    """Begin the envelope that a rule asks for."""
    said = message.payload
    if "made" not in said:
        return
    reading = Desk(execution).over(connection, NOBODY)
    form, app = reading.catalog.form(said["app"], said["form"]), reading.catalog.apps.get(said["app"])
    row = None if form is None else reading.record(said["app"], said["form"], said["record"])
    if app is not None and form is None:
        raise PostponedError(execution.clocks.real() + LOOKED_AGAIN)
    if form is None or app is None or row is None or said["document"] not in app.printouts:
        return
    about = (form, row, app.printouts[said["document"]])
    id = derived_id(f"{message.id}/sent", message.due_at, 0)
    begin(execution, reading, about, KeptContent(**said["made"]), Wanted(), Actor(None, said["rule"]), id)


def retry_code(_execution: Execution, _message: Message, _error: Exception, usual: outbox.Retry) -> outbox.Retry:
    """Return how mail with a code is repeated: a few times, since it is good for minutes."""
    return replace(usual, most=CODE_ATTEMPTS)


def retry_of(_execution: Execution, _message: Message, error: Exception, usual: outbox.Retry) -> outbox.Retry:
    """Return how a failed message is repeated: as usual; not where that is no use."""
    if isinstance(error, EngineError) and error.problems[0].code in HOPELESS:
        return replace(usual, most=1)
    return usual
