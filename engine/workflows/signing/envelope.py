"""How an envelope stands: pure values, and functions from one standing to the next; no records, clocks or chance.

An envelope is one document on its way to being signed by one signer or more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from engine.kernel.canonical import Json
from engine.kernel.clocks import DAY_MS, Moment
from engine.kernel.problems import EngineError, Text
from engine.workflows.signing import problems
from engine.workflows.signing.definitions import ConsentDef, Order, consent_def

State = Literal["sent", "opened", "signed", "refused", "expired", "withdrawn"]
SignerState = Literal["waiting", "asked", "opened", "signed", "refused"]
CodeWay = Literal["mail", "sender"]

MINUTE_MS: Moment = 60_000
CODE_LASTS = 10 * MINUTE_MS
CODE_PAUSE = MINUTE_MS
CODE_TRIES = 5
MOST_CODES = 10
"""How many codes one link is given."""

MOST_WRONG = CODE_TRIES * MOST_CODES
"""How many wrong codes are tried for one signer, whatever links they had: nobody guesses one of a million by that."""

VISIT_LASTS = 60 * MINUTE_MS
LONGEST = 90 * DAY_MS


@dataclass(frozen=True, slots=True)
class Signer:
    """One who signs. ``link``, ``code`` and ``visit`` are digests of what only the signer is given.

    ``user`` is somebody of the installation. ``issue`` counts the links, ``codes`` the codes of this link, ``tries``
    what was tried with the last code, ``wrong`` all
    wrong ones, of earlier links as well. ``known_by`` says how the signer showed who they are: by a code that came by
    mail, by one that the sender passed on, or by being signed in. ``mark`` is the digest of the drawn signature,
    ``typed`` the name typed in its stead.
    """

    number: int
    name: str
    labels: Text
    user: str | None = None
    mail: str | None = None
    phone: str | None = None
    state: SignerState = "waiting"
    issue: int = 1
    link: str = ""
    told_by: str | None = None
    code: str | None = None
    code_at: Moment | None = None
    code_by: CodeWay | None = None
    codes: int = 0
    tries: int = 0
    wrong: int = 0
    visit: str | None = None
    visit_at: Moment | None = None
    known_by: str | None = None
    read_at: Moment | None = None
    done_at: Moment | None = None
    consents: tuple[str, ...] = ()
    mark: str | None = None
    mark_file: str | None = None
    typed: str | None = None
    reason: str | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is asked of them any more."""
        return self.state in ("signed", "refused")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A document on its way: its content by digest, what is to be ticked, who signs in which order, and until when."""

    title: str
    sha256: str
    order: Order
    consents: tuple[ConsentDef, ...]
    signers: tuple[Signer, ...]
    expires_at: Moment
    state: State = "sent"

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return self.state not in ("sent", "opened")

    @property
    def asked(self) -> tuple[Signer, ...]:
        """Whose turn it is."""
        return () if self.over else tuple(one for one in self.signers if one.state in ("asked", "opened"))

    def signer(self, number: int) -> Signer:
        """Return a signer by their number, which counts from 1."""
        return self.signers[number - 1]


def begun(envelope: Envelope) -> Envelope:
    """Return the envelope with those asked whose turn is first."""
    return _next(envelope)


def _next(envelope: Envelope) -> Envelope:
    """Return the envelope with everybody asked whose turn has come; signed where nobody is left."""
    waiting = [one for one in envelope.signers if not one.done]
    if not waiting:
        return replace(envelope, state="signed")
    due = waiting if envelope.order == "together" else waiting[:1]
    numbers = {one.number for one in due if one.state == "waiting"}
    return _each(envelope, lambda one: replace(one, state="asked") if one.number in numbers else one)


def _each(envelope: Envelope, change: Callable[[Signer], Signer]) -> Envelope:
    return replace(envelope, signers=tuple(map(change, envelope.signers)))


def with_signer(envelope: Envelope, signer: Signer) -> Envelope:
    """Return the envelope with this signer in the place of the one of their number."""
    return _each(envelope, lambda one: signer if one.number == signer.number else one)


def live(envelope: Envelope, number: int, now: Moment) -> Signer:
    """Return a signer who may act now; EngineError (SIGN-…) where it is over, or not their turn."""
    signer = envelope.signer(number)
    if signer.state == "signed":
        raise EngineError(problems.SIGNED_ALREADY.at())
    if envelope.over or now >= envelope.expires_at:
        raise EngineError(problems.OVER.at())
    if signer.state == "waiting":
        raise EngineError(problems.NOT_YOUR_TURN.at())
    return signer


def opened(envelope: Envelope, signer: Signer) -> Envelope:
    """Return the envelope once a signer has opened their link."""
    seen = replace(signer, state="opened") if signer.state == "asked" else signer
    return replace(with_signer(envelope, seen), state="opened")


def coded(signer: Signer, code: str, by: CodeWay, now: Moment) -> Signer:
    """Return a signer who is given another code; EngineError where that is too soon, or too often."""
    _require_tries(signer)
    if signer.codes >= MOST_CODES:
        raise EngineError(problems.TOO_MANY_CODES.at(most=MOST_CODES))
    if signer.code_at is not None and now - signer.code_at < CODE_PAUSE:
        raise EngineError(problems.CODE_TOO_SOON.at(seconds=-(-(CODE_PAUSE - now + signer.code_at) // 1000)))
    return replace(signer, code=code, code_at=now, code_by=by, codes=signer.codes + 1, tries=0)


def tried(signer: Signer, code: str, now: Moment) -> tuple[Signer, bool]:
    """Return a signer after a code was tried, and whether it was right; a right one counts once.

    EngineError where there is no code that could be tried: none was sent, its time is over or its tries are.
    """
    _require_tries(signer)
    if signer.code is None or signer.code_at is None or now >= signer.code_at + CODE_LASTS:
        raise EngineError(problems.NO_CODE.at("code"))
    if signer.tries >= CODE_TRIES:
        raise EngineError(problems.NO_TRIES_LEFT.at("code", most=CODE_TRIES))
    if signer.code != code:
        return replace(signer, tries=signer.tries + 1, wrong=signer.wrong + 1), False
    known_by = "mail_code" if signer.code_by == "mail" else "sender_code"
    return replace(signer, code=None, tries=0, known_by=known_by), True


def _require_tries(signer: Signer) -> None:
    """Raise EngineError (SIGN-033) where so many wrong codes were tried that another link is no remedy."""
    if signer.wrong >= MOST_WRONG:
        raise EngineError(problems.TOO_MANY_WRONG.at(most=MOST_WRONG))


def visiting(signer: Signer, visit: str, now: Moment) -> Signer:
    """Return a signer who has shown who they are, in one browser."""
    return replace(signer, visit=visit, visit_at=now)


def is_visit(signer: Signer, visit: str | None, now: Moment) -> bool:
    """Tell whether what a browser holds is this signer's visit, and still good."""
    lasting = signer.visit_at is not None and now < signer.visit_at + VISIT_LASTS
    return visit is not None and signer.visit is not None and signer.visit == visit and lasting


def signed(envelope: Envelope, signer: Signer, now: Moment) -> Envelope:
    """Return the envelope once this signer, with their mark and their consents, has signed."""
    return _next(with_signer(envelope, replace(signer, state="signed", done_at=now, visit=None, code=None)))


def refused(envelope: Envelope, signer: Signer, reason: str, now: Moment) -> Envelope:
    """Return the envelope once a signer has refused: it is over for all of them."""
    gone = replace(signer, state="refused", reason=reason, done_at=now, visit=None, code=None)
    return replace(with_signer(envelope, gone), state="refused")


def relinked(envelope: Envelope, number: int, link: str) -> Envelope:
    """Return the envelope with another link for a signer; what was given out before opens nothing any more.

    Whoever has the new one begins anew: what was read by the one before was read by somebody else. Wrong codes count
    on, and the pause between two codes is kept.
    """
    one = envelope.signer(number)
    blank = replace(one, issue=one.issue + 1, link=link, told_by=None, code=None, code_by=None, codes=0, tries=0)
    state: SignerState = "asked" if one.state == "opened" else one.state
    unread = replace(blank, visit=None, visit_at=None, known_by=None, read_at=None, state=state)
    return with_signer(envelope, unread)


def ended(envelope: Envelope, state: State) -> Envelope:
    """Return the envelope at its end."""
    return replace(envelope, state=state)


def envelope_json(envelope: Envelope) -> dict[str, Json]:
    """Return an envelope as it is stored."""
    return {
        "title": envelope.title,
        "sha256": envelope.sha256,
        "order": envelope.order,
        "consents": [one.as_json() for one in envelope.consents],
        "signers": [_signer_json(one) for one in envelope.signers],
        "expires_at": envelope.expires_at,
        "state": envelope.state,
    }


def _signer_json(signer: Signer) -> dict[str, Json]:
    said = {**asdict(signer), "labels": signer.labels.as_json(), "consents": list(signer.consents)}
    return {key: value for key, value in said.items() if value is not None}


def envelope_of(document: Mapping[str, Json]) -> Envelope:
    """Return the envelope that ``envelope_json`` gave."""
    return Envelope(
        title=document["title"],
        sha256=document["sha256"],
        order=document["order"],
        consents=tuple(map(consent_def, document["consents"])),
        signers=tuple(map(_signer_of, document["signers"])),
        expires_at=document["expires_at"],
        state=document["state"],
    )


def _signer_of(document: Mapping[str, Json]) -> Signer:
    read = {**document, "labels": Text.from_json(document["labels"]), "consents": tuple(document["consents"])}
    return Signer(**read)
