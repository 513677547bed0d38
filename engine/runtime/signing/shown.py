"""An envelope as a viewer of its record is shown it: what they may not see is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.decision.envelopes.people import in_charge
from engine.decision.standing import StandingEnvelope
from engine.forms.forms import Form
from engine.kernel.clocks import moment_text
from engine.kernel.values import Row
from engine.runtime.directory import is_admin
from engine.runtime.reading import Reading
from engine.runtime.signing.sight import Seen, seen_of
from engine.runtime.signing.views import EnvelopeActView, EnvelopeView, SignerView
from engine.workflows.signing.agreeing import first_contradiction
from engine.workflows.signing.chain import Act, first_break
from engine.workflows.signing.envelope import Signer

WAYS = ("by",)
"""What everybody is shown of what an act says: how somebody was told, or showed who they are."""


def shown(reading: Reading, form: Form, row: Row, one: StandingEnvelope, acts: Sequence[Act]) -> EnvelopeView:
    """Return an envelope, with its acts, as the viewer may see it; they may read its record."""
    envelope = one.envelope
    state = "expired" if not envelope.over and reading.moment >= envelope.expires_at else envelope.state
    broken = first_break(acts) or first_contradiction(envelope, acts)
    live = state in ("sent", "opened")
    eye = _Eye(reading, form, one, seen_of(reading, form, row, one))
    sends = reading.viewer.id in in_charge(reading, one.sender, row)
    return EnvelopeView(
        id=one.id,
        app=one.app,
        form=one.form,
        record=one.record,
        document=one.document,
        title=eye.title(),
        file=one.file if eye.seen >= Seen.DOCUMENT else None,
        sha256=envelope.sha256,
        state=state,
        order=envelope.order,
        sender=eye.user(one.sender),
        sent_at=moment_text(one.sent_at),
        expires_at=moment_text(envelope.expires_at),
        ended_at=None if one.ended_at is None else moment_text(one.ended_at),
        signers=tuple(eye.signer(signer, asked=live and signer in envelope.asked) for signer in envelope.signers),
        acts=tuple(eye.act(act, broken) for act in acts),
        intact=broken is None and len(acts) == one.acts and (not acts or acts[-1].hash == one.head),
        changed=live and row["version"] != one.seen,
        signed_file=one.signed_file if eye.seen >= Seen.DOCUMENT else None,
        report_file=one.report_file if eye.seen is Seen.EVERYTHING else None,
        sealed=one.signed_file is not None,
        may=frozenset({"withdraw", "relink", "link"} if sends and live else ()),
    )


@dataclass(frozen=True)
class _Eye:
    """One viewer who looks at one envelope."""

    reading: Reading
    form: Form
    one: StandingEnvelope
    seen: Seen

    def user(self, id: str | None) -> str:
        """Return the name of a user."""
        person = self.reading.person(id) if id else None
        return person.display_name if person else ""

    def title(self) -> str:
        """Return the name of the document, which says what is in it; else what all of its kind are called."""
        if self.seen >= Seen.DOCUMENT:
            return self.one.envelope.title
        printout = self.reading.app(self.form.app).printouts.get(self.one.document)
        language = "en" if self.reading.viewer.language == "en" else "zh"
        return self.one.document if printout is None else printout.definition.labels.in_language(language)

    def name(self, signer: Signer) -> str:
        """Return who a signer is: those from outside stand in the document, or in a field."""
        if self.seen >= Seen.DOCUMENT or signer.user is not None:
            return signer.name
        return signer.labels.in_language("en" if self.reading.viewer.language == "en" else "zh")

    def signer(self, one: Signer, *, asked: bool) -> SignerView:
        """Return a signer. Where a user is reached is between them and the administrators."""
        words, reached = self.seen >= Seen.DOCUMENT, self.seen is Seen.EVERYTHING
        reached = reached and (one.user is None or is_admin(self.reading.viewer))
        return SignerView(
            number=one.number,
            name=self.name(one),
            labels=one.labels,
            user=one.user,
            mail=one.mail if reached else None,
            phone=one.phone if reached else None,
            state=one.state,
            told_by=one.told_by,
            known_by=one.known_by,
            done_at=None if one.done_at is None else moment_text(one.done_at),
            typed=one.typed if words else None,
            reason=one.reason if words else None,
            mine=asked and one.user == self.reading.viewer.id,
        )

    def act(self, act: Act, broken: int | None) -> EnvelopeActView:
        """Return an act; from where it came only for whoever sees everything."""
        everything = self.seen is Seen.EVERYTHING
        said = {key: value for key, value in act.said.items() if key != "signers"}
        return EnvelopeActView(
            number=act.number,
            at=moment_text(act.at),
            act=act.act,
            signer="" if act.signer is None else self.name(self.one.envelope.signer(act.signer)),
            actor=self.user(act.actor),
            ip=act.ip if everything else None,
            agent=act.agent if everything else None,
            said=said if self.seen >= Seen.DOCUMENT else {key: said[key] for key in WAYS if key in said},
            hash=act.hash,
            previous=act.previous,
            intact=broken is None or act.number < broken,
        )
