"""What can be done with envelopes: commands of deciding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.kernel.clocks import Moment
from engine.workflows.signing.definitions import ConsentDef, Order
from engine.workflows.signing.envelope import CodeWay, Signer


@dataclass(frozen=True, slots=True)
class SendForSigning:
    """Send a document of a record, whose content is kept as ``file`` already, to be signed.

    ``envelope`` is the id that it gets, since the links of its signers follow from that. ``seen`` is the version of the
    record that the document was made of.
    """

    app: str
    form: str
    record: str
    envelope: str
    document: str
    title: str
    file: str
    sha256: str
    field: str
    order: Order
    consents: tuple[ConsentDef, ...]
    signers: tuple[Signer, ...]
    expires_at: Moment
    seen: int


@dataclass(frozen=True, slots=True)
class Place:
    """From where a request came: its address, and what the browser says it is."""

    ip: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A signer opens their link; ``issue`` counts the links, here as in all that signers do."""

    envelope: str
    signer: int
    issue: int
    place: Place


@dataclass(frozen=True, slots=True)
class AskCode:
    """A signer wants a code; ``code`` is its digest, ``by`` how it reaches them."""

    envelope: str
    signer: int
    issue: int
    place: Place
    code: str
    by: CodeWay


@dataclass(frozen=True, slots=True)
class EnterCode:
    """A signer shows who they are: by a code's digest, or by being signed in as ``user``.

    ``visit`` is the digest of what their browser holds from then on.
    """

    envelope: str
    signer: int
    issue: int
    place: Place
    visit: str
    code: str | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A signer has the document handed out; ``sha256`` is the digest of what is handed out."""

    envelope: str
    signer: int
    issue: int
    place: Place
    visit: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class PutSignature:
    """A signer signs: with a drawn mark (digest and file) or a typed name, and the consents that they ticked.

    ``sha256`` is the digest of the document that their page showed.
    """

    envelope: str
    signer: int
    issue: int
    place: Place
    visit: str | None
    sha256: str
    consents: tuple[str, ...]
    mark: str | None = None
    mark_file: str | None = None
    typed: str | None = None


@dataclass(frozen=True, slots=True)
class RefuseToSign:
    """A signer refuses."""

    envelope: str
    signer: int
    issue: int
    place: Place
    visit: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class WithdrawEnvelope:
    """Whoever sent it, or owns the record, takes an envelope back."""

    envelope: str


@dataclass(frozen=True, slots=True)
class RenewLink:
    """Whoever sent it gives a signer another link, by its digest, in place of the one of that ``issue``."""

    envelope: str
    signer: int
    issue: int
    link: str


@dataclass(frozen=True, slots=True)
class NoteTold:
    """How a signer was told of their link: ``mail``, ``inside``, or ``nobody`` where the sender has to pass it on."""

    envelope: str
    signer: int
    issue: int
    by: str


@dataclass(frozen=True, slots=True)
class NoteLost:
    """A message did not get through: the mail with a signer's code of that number, or what was to be sealed."""

    envelope: str
    what: Literal["code", "seal"]
    signer: int = 0
    issue: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class ExpireEnvelope:
    """The time of an envelope is over."""

    envelope: str


Kept = Literal["signed", "report"]


@dataclass(frozen=True, slots=True)
class KeepSigned:
    """Keep the signed document and its report with the record, by their files and digests."""

    envelope: str
    signed: str
    signed_sha256: str
    report: str
    report_sha256: str
    serial: str


SignerBody = OpenLink | AskCode | EnterCode | ReadDocument | PutSignature | RefuseToSign
EnvelopeBody = SignerBody | WithdrawEnvelope | RenewLink | NoteTold | NoteLost | ExpireEnvelope | KeepSigned
"""Every one of them is about one envelope."""
