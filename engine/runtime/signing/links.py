"""Signers, who have nothing but their link: what it shows, and everything that can be done with it.

A link reaches one signer's part of one envelope and nothing else. Whoever guesses links is held back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.decision.changeset import Actor
from engine.decision.envelopes.commands import (
    AskCode,
    EnterCode,
    OpenLink,
    Place,
    PutSignature,
    ReadDocument,
    RefuseToSign,
    SignerBody,
)
from engine.decision.facts import PersonQuery
from engine.decision.standing import StandingEnvelope
from engine.kernel.clocks import moment_text
from engine.kernel.problems import EngineError
from engine.printouts.marks import plain_mark
from engine.runtime.desk import Desk
from engine.runtime.printouts import MadeDocument
from engine.runtime.reading import Reading
from engine.runtime.signing.keyring import Keyring, digest_of, envelope_in
from engine.runtime.signing.sending import kept_content, mail_is_set_up, put_file
from engine.runtime.signing.sight import hinted
from engine.runtime.signing.views import ConsentView, SignerView, SigningPage
from engine.runtime.throttle import Throttle
from engine.runtime.views import Viewer
from engine.sealing.pades import pages_of
from engine.storage import envelopes as stored
from engine.storage.contents.kinds import Kind, kind_of
from engine.workflows.signing import problems
from engine.workflows.signing.envelope import CODE_LASTS, CodeWay, Signer, is_visit, live

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Links", "Place", "Signature"]

NOBODY: Final = Viewer("", "", "", "zh", frozenset())
LARGEST_MARK: Final = 300_000
CODE_DIGITS: Final = 6
PNG: Final = "image/png"
_BEGINS: Final = f"data:{PNG};base64,"
SYSTEM: Final = "system"
MARK_NAME: Final = "signature.png"


@dataclass(frozen=True)
class Signature:
    """What a signer hands in: what they ticked, and a drawn mark as a data URL, or their name typed."""

    sha256: str
    consents: tuple[str, ...] = ()
    drawn: str = ""
    typed: str = ""


@dataclass(frozen=True)
class _Found:
    """A link that leads somewhere: the envelope as it stands, and whose it is."""

    standing: StandingEnvelope
    signer: Signer

    @property
    def at(self) -> tuple[str, int, int]:
        """The envelope, the signer's number, and which of their links it is."""
        return self.standing.id, self.signer.number, self.signer.issue


class Links:
    """What signers do by their links."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk
        self._execution = desk.execution
        self._keyring = Keyring(self._execution.outside.secrets, self._execution.randomness)
        self._throttle = Throttle(self._execution.clocks.real)

    def look(self, token: str, place: Place, visit: str | None) -> SigningPage:
        """Return a signer's page and note that their link was opened; EngineError (SIGN-025) where there is none."""
        found = self._found(token, place)
        waits = not found.standing.envelope.over and found.signer.state == "asked"
        if waits and self._execution.clocks.business() < found.standing.envelope.expires_at:
            self._do(OpenLink(*found.at, place))
            found = self._found(token, place)
        with self._desk.reading(NOBODY) as reading:
            return self._page(reading, found, visit)

    def ask_code(self, token: str, place: Place) -> None:
        """Have a code sent: by mail, or through the sender where no mail reaches the signer."""
        found = self._found(token, place)
        signer, id = found.signer, found.standing.id
        number = signer.codes + 1
        code = self._keyring.code(id, signer.number, signer.issue, number)
        by = self._code_by(signer)
        self._do(AskCode(*found.at, place, self._keyring.code_digest(id, signer.number, code), by))

    def _code_by(self, signer: Signer) -> CodeWay:
        told = signer.told_by in (None, "mail") and signer.code_by != "sender"  # else mail does not reach them
        return "mail" if signer.mail and told and mail_is_set_up(self._execution) else "sender"

    def enter(self, token: str, place: Place, code: str) -> str:
        """Show who one is by a code; return what the browser holds from then on. EngineError (SIGN-017) where wrong."""
        found = self._found(token, place)
        given = "".join(one for one in code if one.isdecimal() and one.isascii())
        if len(given) != CODE_DIGITS:  # a slip, and no guess
            raise EngineError(problems.WRONG_CODE.at("code"))
        visit, id, number = self._execution.randomness(24).hex(), found.standing.id, found.signer.number
        tried = self._keyring.code_digest(id, number, given)
        self._do(EnterCode(*found.at, place, digest_of(visit), code=tried))
        if self._found(token, place).signer.visit != digest_of(visit):
            raise EngineError(problems.WRONG_CODE.at("code"))
        return visit

    def enter_signed_in(self, token: str, place: Place, viewer: Viewer) -> str:
        """Show who one is by being signed in as the signer."""
        found = self._found(token, place)
        visit = self._execution.randomness(24).hex()
        self._do(EnterCode(*found.at, place, digest_of(visit), user=viewer.id))
        return visit

    def document(self, token: str, place: Place, visit: str | None) -> tuple[str, bytes]:
        """Return the document's name and content, and note the first time that it is handed out.

        EngineError (SIGN-018) for whoever has not shown who they are, SIGN-023 where the content was altered.
        """
        found = self._found(token, place)
        standing, signer = found.standing, found.signer
        now = self._execution.clocks.business()
        known = _digest(visit)
        if standing.envelope.over and standing.envelope.state != "signed":
            raise EngineError(problems.OVER.at())
        if not is_visit(signer, known, now):
            raise EngineError(problems.WHO_ARE_YOU.at())
        content = self._content(standing.envelope.sha256)
        if signer.read_at is None:
            self._do(ReadDocument(*found.at, place, known, hashlib.sha256(content).hexdigest()))
        return standing.envelope.title, content

    def _content(self, sha256: str) -> bytes:
        """Return a document; EngineError (SIGN-023) where it is not what was sent any more."""
        with self._execution.contents.open(sha256) as file:
            content = file.read()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise EngineError(problems.ANOTHER_DOCUMENT.at())
        return content

    def sign(self, token: str, place: Place, visit: str | None, given: Signature) -> None:
        """Sign; EngineError with all that is missing."""
        found = self._found(token, place)
        now = self._execution.clocks.business()
        if not is_visit(live(found.standing.envelope, found.signer.number, now), _digest(visit), now):
            raise EngineError(problems.WHO_ARE_YOU.at())
        self._content(found.standing.envelope.sha256)
        mark = _mark(given.drawn) if given.drawn else None
        body = PutSignature(*found.at, place, _digest(visit), given.sha256, given.consents, typed=given.typed)
        if mark is None:
            self._do(body)
            return
        content, kind = mark
        kept = kept_content(self._execution, MadeDocument(MARK_NAME, PNG, content))
        drawn = replace(kept, width=kind.width, height=kind.height)

        def put(connection: Connection) -> None:
            file = put_file(self._execution, connection, drawn, SYSTEM)
            self._within(connection, replace(body, mark=drawn.sha256, mark_file=file, typed=None))

        self._execution.attempt(put)

    def refuse(self, token: str, place: Place, visit: str | None, reason: str) -> None:
        """Refuse to sign, with a reason."""
        found = self._found(token, place)
        self._do(RefuseToSign(*found.at, place, _digest(visit), reason))

    def _do(self, body: SignerBody) -> None:
        self._execution.attempt(lambda connection: self._within(connection, body))

    def _within(self, connection: Connection, body: SignerBody) -> None:
        self._execution.within(connection, self._execution.command(Actor(None), body))

    def _found(self, token: str, place: Place) -> _Found:
        """Return what a link leads to; EngineError (SIGN-025) where that is nothing, SIGN-032 for whoever guesses.

        A right link is never held back: others who come from the same address have not deserved it, and of 160 bits
        nobody guesses one.
        """
        who, found = f"link/{place.ip}", self._lead(token)
        if found is not None:
            return found
        try:
            self._throttle.check(who)
        except EngineError as error:
            raise EngineError(problems.GUESSED_TOO_OFTEN.at()) from error
        self._throttle.failed(who)
        raise EngineError(problems.UNKNOWN_LINK.at())

    def _lead(self, token: str) -> _Found | None:
        """Return what a link leads to, None where that is nothing."""
        id, digest = envelope_in(token), digest_of(token)
        if id is None:
            return None
        with self._desk.reading(NOBODY) as reading:
            standing = stored.by_id(reading.connection, [id]).get(id)
            if standing is None or not _is_there(reading, standing):
                return None
        mine = [one for one in standing.envelope.signers if hmac.compare_digest(one.link, digest)]
        return _Found(standing, mine[0]) if mine else None

    def _page(self, reading: Reading, found: _Found, visit: str | None) -> SigningPage:
        standing, signer = found.standing, found.signer
        envelope, now = standing.envelope, reading.moment
        over = not envelope.over and now >= envelope.expires_at
        sender = reading.person(standing.sender) if standing.sender else None
        reading.fetch([PersonQuery(signer.user)] if signer.user else [])
        content = self._content(envelope.sha256)
        sent = signer.code is not None and signer.code_at is not None and now < signer.code_at + CODE_LASTS
        return SigningPage(
            title=envelope.title,
            sender=sender.display_name if sender else "",
            sha256=envelope.sha256,
            pages=pages_of(content),
            size=len(content),
            expires_at=moment_text(envelope.expires_at),
            state=signer.state,
            envelope_state="expired" if over else envelope.state,
            signer=signer.name,
            labels=signer.labels,
            others=tuple(_other(one) for one in envelope.signers if one.number != signer.number),
            consents=tuple(ConsentView(one.key, one.labels) for one in envelope.consents),
            known=is_visit(signer, _digest(visit), now),
            read=signer.read_at is not None,
            code_by=signer.code_by or "" if sent else self._code_by(signer),
            code_sent=sent,
            mail=hinted(signer.mail or ""),
            signs_in=signer.user is not None,
            done_at=None if signer.done_at is None else moment_text(signer.done_at),
        )

    def is_signer(self, token: str, place: Place, viewer: Viewer | None) -> bool:
        """Tell whether whoever is signed in is the signer of a link."""
        return viewer is not None and self._found(token, place).signer.user == viewer.id


def _is_there(reading: Reading, standing: StandingEnvelope) -> bool:
    """Tell whether the record of an envelope is there, and its form."""
    form = reading.catalog.form(standing.app, standing.form)
    return form is not None and reading.record(standing.app, standing.form, standing.record) is not None


def _digest(visit: str | None) -> str | None:
    return None if visit is None else digest_of(visit)


def _other(one: Signer) -> SignerView:
    """Return another signer as one of them sees them: a name and how far they are, and no address."""
    done = None if one.done_at is None else moment_text(one.done_at)
    return SignerView(one.number, one.name, one.labels, None, None, None, one.state, None, None, done, None, None)


def _mark(drawn: str) -> tuple[bytes, Kind]:
    """Return the picture of a drawn signature, drawn anew, and what it is; EngineError (SIGN-022) where it is none."""
    try:
        content = base64.b64decode(drawn.removeprefix(_BEGINS), validate=True)
    except ValueError as error:
        raise EngineError(problems.BAD_MARK.at("mark")) from error
    fits = drawn.startswith(_BEGINS) and len(content) <= LARGEST_MARK
    plain = plain_mark(content) if fits else None
    if plain is None:
        raise EngineError(problems.BAD_MARK.at("mark"))
    return plain, kind_of(plain, len(plain), MARK_NAME)
