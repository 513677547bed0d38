"""What pages and the API show of envelopes, and what a signer's page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.kernel.canonical import Json
from engine.kernel.problems import Text


@dataclass(frozen=True)
class SignerView:
    """A signer as readers of the record see one; ``mine`` says that it is the viewer whose turn it is."""

    number: int
    name: str
    labels: Text
    user: str | None
    mail: str | None
    phone: str | None
    state: str
    told_by: str | None
    known_by: str | None
    done_at: str | None
    typed: str | None
    reason: str | None
    mine: bool = False


@dataclass(frozen=True)
class EnvelopeActView:
    """One act of the chain; ``intact`` says that it, and all before it, are what they were."""

    number: int
    at: str
    act: str
    signer: str
    actor: str
    ip: str | None
    agent: str | None
    said: Mapping[str, Json]
    hash: str
    previous: str
    intact: bool


@dataclass(frozen=True)
class EnvelopeView:
    """An envelope as readers of its record see it; ``may`` says what the viewer can do with it.

    ``changed`` says that the record has changed since the document was made of it. Files are None where the viewer may
    not open them, ``title`` is then what the document is called in the design, and signers are known by their part.
    """

    id: str
    app: str
    form: str
    record: str
    document: str
    title: str
    file: str | None
    sha256: str
    state: str
    order: str
    sender: str
    sent_at: str
    expires_at: str
    ended_at: str | None
    signers: tuple[SignerView, ...]
    acts: tuple[EnvelopeActView, ...]
    intact: bool
    changed: bool
    signed_file: str | None
    report_file: str | None
    sealed: bool
    may: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class SendableView:
    """A document that can be sent for signing."""

    key: str
    labels: Text


@dataclass(frozen=True)
class SigningBeside:
    """What stands beside a record: what was sent for signing, the latest first, and what can be."""

    envelopes: tuple[EnvelopeView, ...]
    sendable: tuple[SendableView, ...]


@dataclass(frozen=True)
class LinkView:
    """A signer's link, for whoever sent it to pass on; ``code`` where that has to be passed on, too, and is good.

    ``path`` is None where another installation made it, whose key this one has not: it can only be replaced.
    ``address`` is the whole of it, where the installation knows its public address. ``issue`` counts the links.
    """

    signer: str
    issue: int
    path: str | None
    address: str | None
    told_by: str | None
    code: str | None = None
    code_until: str | None = None


@dataclass(frozen=True)
class OfferedSigner:
    """A signer that the design names for a record, to be confirmed by whoever sends."""

    labels: Text
    name: str = ""
    mail: str = ""
    phone: str = ""
    user: str | None = None


@dataclass(frozen=True)
class OfferedSigning:
    """A document of a record that can be sent for signing, with what its design proposes."""

    key: str
    labels: Text
    order: str
    days: int
    signers: tuple[OfferedSigner, ...]
    by_mail: bool


@dataclass(frozen=True)
class ConsentView:
    """Something to be ticked."""

    key: str
    labels: Text


@dataclass(frozen=True)
class SigningPage:
    """What a signer's own page shows: the document and nothing else of the installation.

    ``known`` says that this browser has shown who it is; ``code_by`` how a code would come, or came.
    """

    title: str
    sender: str
    sha256: str
    pages: int
    size: int
    expires_at: str
    state: str
    envelope_state: str
    signer: str
    labels: Text
    others: tuple[SignerView, ...]
    consents: tuple[ConsentView, ...]
    known: bool
    read: bool
    code_by: str
    code_sent: bool
    mail: str
    signs_in: bool
    done_at: str | None
