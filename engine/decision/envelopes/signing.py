"""What signers, senders and the clock do with an envelope that is under way, and keeping what was signed."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never, cast

from engine.decision.changeset import Actor, Holding
from engine.decision.envelopes.commands import (
    AskCode,
    EnterCode,
    EnvelopeBody,
    ExpireEnvelope,
    KeepSigned,
    NoteLost,
    NoteTold,
    OpenLink,
    PutSignature,
    ReadDocument,
    RefuseToSign,
    RenewLink,
    SignerBody,
    WithdrawEnvelope,
)
from engine.decision.envelopes.handling import CODE, LINK, SEAL, Handling
from engine.decision.facts import EnvelopeQuery
from engine.decision.pending import Saving
from engine.decision.permissions import readable
from engine.decision.problems import ABSENT
from engine.decision.saving import save
from engine.decision.standing import StandingEnvelope
from engine.decision.work import Key, Work
from engine.forms.parsing import clean_text
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.workflows.signing import envelope as flow
from engine.workflows.signing import problems
from engine.workflows.signing.envelope import Signer

LONGEST_REASON = 500
LONGEST_TYPED = 100


def handle_envelope(work: Work, body: EnvelopeBody) -> Key:
    """Do what somebody, or the clock, does with an envelope; EngineError where it cannot be done."""
    handling = _handling(work, body.envelope)
    match body:
        case WithdrawEnvelope():
            return _withdraw(handling)
        case RenewLink():
            return _renew(handling, body)
        case NoteTold():
            return _told(handling, body)
        case NoteLost():
            return _code_lost(handling, body) if body.what == "code" else _seal_lost(handling)
        case ExpireEnvelope():
            return _expire(handling)
        case KeepSigned():
            return _keep(handling, body)
        case _:
            return _signer_does(handling, body)


def _handling(work: Work, id: str) -> Handling:
    """Return an envelope whose record is there; absent otherwise."""
    standing = cast("StandingEnvelope | None", work.fact(EnvelopeQuery(id)))
    if standing is None or work.catalog.form(standing.app, standing.form) is None:
        raise EngineError(ABSENT.at())
    form = work.form(standing.app, standing.form)
    return Handling(work, work.app(standing.app), form, standing, standing)


def _signer_does(handling: Handling, body: SignerBody) -> Key:
    envelope, now = handling.envelope, handling.work.moment
    if not 1 <= body.signer <= len(envelope.signers):
        raise EngineError(ABSENT.at())
    if handling.row is None:
        raise EngineError(problems.OVER.at())
    if envelope.signer(body.signer).issue != body.issue:
        raise EngineError(problems.UNKNOWN_LINK.at())
    signer = flow.live(envelope, body.signer, now)
    match body:
        case OpenLink():
            return _open(handling, signer, body)
        case AskCode():
            return _code(handling, signer, body)
        case EnterCode():
            return _enter(handling, signer, body)
        case ReadDocument():
            _require_visit(signer, body.visit, now)
            if body.sha256 != envelope.sha256:
                raise EngineError(problems.ANOTHER_DOCUMENT.at())
            return _done(handling, replace(signer, read_at=now), "read", body)
        case PutSignature():
            return _sign(handling, signer, body)
        case RefuseToSign():
            return _refuse(handling, signer, body)
        case _:
            assert_never(body)


def _done(handling: Handling, signer: Signer, act: str, body: SignerBody, **said: Json) -> Key:
    handling.change(flow.with_signer(handling.envelope, signer))
    handling.note(act, signer, body.place, **said)
    return handling.write()


def _open(handling: Handling, signer: Signer, body: OpenLink) -> Key:
    """Keep that a link was opened, the first time."""
    if signer.state == "opened":
        return handling.key
    handling.change(flow.opened(handling.envelope, signer))
    handling.note("open", signer, body.place)
    return handling.write()


def _code(handling: Handling, signer: Signer, body: AskCode) -> Key:
    """Give a signer a code: by mail, or to the sender, who passes it on."""
    given = flow.coded(signer, body.code, body.by, handling.work.moment)
    if body.by == "mail":
        handling.send(CODE, signer=signer.number, issue=signer.issue, number=given.codes)
    else:
        _have_passed_on(handling, signer)
    return _done(handling, given, "code", body, by=body.by, number=given.codes)


def _have_passed_on(handling: Handling, signer: Signer) -> None:
    """Tell the sender that somebody waits for a code."""
    named = handling.named()
    zh = f"{named.zh}:{signer.name}在等签署验证码,请在记录页面查看并转告"
    text = Text(zh, f"{named.en}: {signer.name} waits for a code; see the record's page and pass it on")
    handling.tell(handling.people(), text)


def _enter(handling: Handling, signer: Signer, body: EnterCode) -> Key:
    """Let a signer in who shows who they are; a wrong code is kept, too, and told by the act ``wrong_code``."""
    now = handling.work.moment
    if body.user is not None:
        if body.user != signer.user:
            raise EngineError(problems.WHO_ARE_YOU.at())
        inside = flow.visiting(replace(signer, known_by="signed_in"), body.visit, now)
        return _done(handling, inside, "enter", body, by="signed_in")
    after, right = flow.tried(signer, body.code or "", now)
    if not right:
        return _done(handling, after, "wrong_code", body, tries=after.tries)
    return _done(handling, flow.visiting(after, body.visit, now), "enter", body, by=after.known_by)


def _require_visit(signer: Signer, visit: str | None, now: int) -> None:
    if not flow.is_visit(signer, visit, now):
        raise EngineError(problems.WHO_ARE_YOU.at())


def _sign(handling: Handling, signer: Signer, body: PutSignature) -> Key:
    now, envelope = handling.work.moment, handling.envelope
    _require_visit(signer, body.visit, now)
    if body.sha256 != envelope.sha256:
        raise EngineError(problems.ANOTHER_DOCUMENT.at())
    found = [] if signer.read_at is not None else [problems.NOT_READ.at()]
    missing = [one for one in envelope.consents if one.key not in body.consents]
    found += [problems.NO_CONSENT.at(one.key, label_zh=one.labels.zh, label_en=one.labels.en) for one in missing]
    typed = (clean_text(body.typed or "") or "").strip()[:LONGEST_TYPED] or None
    if (body.mark is None) == (typed is None):
        found.append(problems.NO_MARK.at("mark"))
    if found:
        raise EngineError(found)
    ticked = tuple(one.key for one in envelope.consents)
    marked = replace(signer, consents=ticked, mark=body.mark, mark_file=body.mark_file, typed=typed)
    handling.change(flow.signed(envelope, marked, now))
    handling.note("sign", signer, body.place, consents=list(ticked), mark=body.mark, typed=typed, by=signer.known_by)
    if body.mark_file is not None:
        handling.work.holdings.append(Holding(body.mark_file, *handling.key, handling.standing.field))
    if handling.envelope.state == "signed":
        handling.send(SEAL)
    left = len(handling.envelope.asked)
    named = handling.named()
    if left:
        text = Text(f"{named.zh}:{signer.name}已签署", f"{named.en}: {signer.name} has signed")
        handling.tell(handling.people(), text)
    return handling.write()


def _refuse(handling: Handling, signer: Signer, body: RefuseToSign) -> Key:
    _require_visit(signer, body.visit, handling.work.moment)
    reason = (clean_text(body.reason) or "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise EngineError(problems.NO_REASON.at("reason", most=LONGEST_REASON))
    handling.change(flow.refused(handling.envelope, signer, reason, handling.work.moment))
    handling.note("refuse", signer, body.place, reason=reason, by=signer.known_by)
    named = handling.named()
    text = Text(f"{named.zh}:{signer.name}拒签:{reason}", f"{named.en}: {signer.name} refuses to sign: {reason}")
    handling.tell(handling.people(), text)
    handling.announce("refused")
    return handling.write()


def _require_sender(handling: Handling) -> None:
    """Raise unless the acting user answers for it; absent where they may not even read the record."""
    user, row = handling.work.command.actor.user, handling.row
    if row is None or not readable(handling.work, handling.form, row):
        raise EngineError(ABSENT.at())
    if user not in handling.people():
        raise EngineError(problems.NOT_SENDER.at())


def _require_under_way(handling: Handling) -> None:
    if handling.envelope.over:
        raise EngineError(problems.OVER.at())


def _withdraw(handling: Handling) -> Key:
    _require_sender(handling)
    _require_under_way(handling)
    handling.change(flow.ended(handling.envelope, "withdrawn"))
    handling.note("withdraw")
    handling.announce("withdrawn")
    return handling.write()


def _renew(handling: Handling, body: RenewLink) -> Key:
    """Give a signer another link; the one before opens nothing any more. Asked twice of one link, it is done once."""
    _require_sender(handling)
    _require_under_way(handling)
    if not 1 <= body.signer <= len(handling.envelope.signers):
        raise EngineError(ABSENT.at())
    signer = handling.envelope.signer(body.signer)
    if signer.done:
        raise EngineError(problems.SIGNED_ALREADY.at())
    if signer.issue != body.issue:
        return handling.key
    handling.change(flow.relinked(handling.envelope, body.signer, body.link))
    renewed = handling.envelope.signer(body.signer)
    handling.note("relink", renewed, issue=renewed.issue)
    if renewed.state != "waiting":
        handling.send(LINK, signer=renewed.number, issue=renewed.issue)
    return handling.write()


def _told(handling: Handling, body: NoteTold) -> Key:
    """Keep how a signer was told; nothing where they have another link by now, or it is over: then its acts are all."""
    signer = handling.envelope.signer(body.signer)
    if handling.envelope.over or signer.issue != body.issue or signer.told_by is not None:
        return handling.key
    handling.change(flow.with_signer(handling.envelope, replace(signer, told_by=body.by)))
    handling.note("tell", signer, by=body.by, issue=body.issue)
    named = handling.named()
    if signer.user is not None:
        handling.tell([signer.user], Text(f"{named.zh}:请您签署", f"{named.en}: please sign"))
    if body.by == "nobody":
        zh = f"{named.zh}:没有邮件能送到{signer.name},请把签署链接转给对方"
        text = Text(zh, f"{named.en}: no mail reaches {signer.name}; pass the link on yourself")
        handling.tell(handling.people(), text)
    return handling.write()


def _code_lost(handling: Handling, body: NoteLost) -> Key:
    """Let the sender pass a code on that no mail has brought; nothing where the signer has another one, or none."""
    signer = handling.envelope.signer(body.signer)
    asked = (signer.issue, signer.codes) == (body.issue, body.number) and signer.code_by == "mail"
    if handling.envelope.over or signer.code is None or not asked:
        return handling.key
    handling.change(flow.with_signer(handling.envelope, replace(signer, code_by="sender")))
    handling.note("code_lost", signer, number=body.number)
    _have_passed_on(handling, signer)
    return handling.write()


def _seal_lost(handling: Handling) -> Key:
    named = handling.named()
    zh = f"{named.zh}:已全部签署,但签好的文件没有生成,请管理员查看未送达的消息"
    en = f"{named.en}: signed by everybody, but the signed document was not made; an administrator finds why under jobs"
    handling.tell(handling.people(), Text(zh, en))
    return handling.key


def _expire(handling: Handling) -> Key:
    if handling.envelope.over or handling.work.moment < handling.envelope.expires_at:
        return handling.key
    handling.change(flow.ended(handling.envelope, "expired"))
    handling.note("expire")
    named = handling.named()
    handling.tell(handling.people(), Text(f"{named.zh}:签署已过期", f"{named.en}: the time to sign is over"))
    handling.announce("expired")
    return handling.write()


def _keep(handling: Handling, body: KeepSigned) -> Key:
    """Put the signed document and its report into the record's field, once; rules hear that it is signed."""
    standing, work, row = handling.standing, handling.work, handling.row
    if standing.signed_file is not None or handling.envelope.state != "signed":
        return handling.key
    handling.standing = replace(standing, signed_file=body.signed, report_file=body.report)
    digests = (body.signed_sha256, body.report_sha256)
    handling.note("seal", signed=digests[0], report=digests[1], certificate=body.serial)
    for file in (body.signed, body.report):
        work.holdings.append(Holding(file, *handling.key, standing.field))
    if row is not None and standing.field in handling.form.fields:
        given = {standing.field: (*(row.get(standing.field) or ()), body.signed, body.report)}
        actor = Actor(None, standing.rule)
        new = {**row, **given}
        save(Saving(work, handling.app, handling.form, row, new, given, actor, typed=False, reason="signing"))
    named = handling.named()
    handling.tell(handling.people(), Text(f"{named.zh}:已全部签署", f"{named.en}: signed by everybody"))
    handling.announce("signed")
    return handling.write()
