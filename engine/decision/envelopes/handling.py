"""One envelope while a decision changes it: how it stood and stands, its acts, and who is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.catalog.apps import App
from engine.decision.changeset import EnvelopeWrite, Note, OutboxMessage
from engine.decision.envelopes.commands import Place
from engine.decision.envelopes.people import in_charge
from engine.decision.happenings import event_json
from engine.decision.standing import StandingEnvelope
from engine.decision.words import title
from engine.decision.work import Key, Work
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.rules.rules import Event
from engine.workflows.signing.chain import Act
from engine.workflows.signing.envelope import Envelope, Signer, envelope_json

SUBJECT = "envelope"
"""What the journal calls an envelope."""

LINK, CODE, SEAL, DUE, ASK = "signing_link", "signing_code", "signing_seal", "signing_due", "signing"
"""Messages: tell a signer, send a code, make what was signed, its time is over, send as a rule wants it."""

LOST = "signing_lost"
"""The message that one of these has died: somebody has to hear of it."""

NOWHERE = Place()


@dataclass
class Handling:
    """One envelope while a decision changes it."""

    work: Work
    app: App
    form: Form
    stood: StandingEnvelope | None
    standing: StandingEnvelope
    acts: list[Act] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """App, form and id of its record."""
        return (self.standing.app, self.standing.form, self.standing.record)

    @property
    def row(self) -> Row | None:
        """Its record as this decision sees it; None where it is gone."""
        return self.work.record(*self.key)

    @property
    def envelope(self) -> Envelope:
        """How it stands."""
        return self.standing.envelope

    def change(self, envelope: Envelope) -> None:
        """Let it stand so from now on; whose turn has come is told, and who waits for its end."""
        before = {one.number for one in self.envelope.asked} if self.stood is not None or self.acts else set()
        self.standing = replace(self.standing, envelope=envelope)
        for one in envelope.asked:
            if one.number not in before:
                self.send(LINK, signer=one.number, issue=one.issue)

    def send(self, kind: str, **said: Json) -> None:
        """Put a message about it into the outbox."""
        payload = {"app": self.standing.app, "form": self.standing.form, "envelope": self.standing.id, **said}
        self.work.messages.append(OutboxMessage(self.work.next_id(), kind, payload, self.work.moment))

    def note(self, act: str, signer: Signer | None = None, place: Place = NOWHERE, **said: Json) -> None:
        """Keep what was done: a link of the chain, and an entry of the journal that names its hash."""
        standing, user = self.standing, self.work.command.actor.user
        told = {key: value for key, value in said.items() if value is not None}
        made = Act(
            envelope=standing.id,
            number=standing.acts + 1,
            at=self.work.moment,
            act=act,
            signer=None if signer is None else signer.number,
            actor=user,
            ip=place.ip,
            agent=place.agent,
            sha256=standing.envelope.sha256,
            said=told,
            previous=standing.head,
        )
        kept = replace(made, hash=made.hashed())
        self.acts.append(kept)
        self.standing = replace(standing, acts=kept.number, head=kept.hash)
        changes: dict[str, Json] = {"record": standing.record, "document": standing.document, "hash": kept.hash}
        if signer is not None:
            changes["signer"] = signer.number
        self.work.notes.append(Note(standing.app, SUBJECT, standing.id, act, changes))

    def write(self) -> Key:
        """Gather the envelope as it stands, with its acts; return the record that it is about."""
        standing = self.standing
        ended = standing.ended_at or (self.work.moment if standing.envelope.over else None)
        self.work.envelopes.append(
            EnvelopeWrite(
                id=standing.id,
                app=standing.app,
                form=standing.form,
                record=standing.record,
                document=standing.document,
                field=standing.field,
                file=standing.file,
                version=1 if self.stood is None else self.stood.version + 1,
                seen=standing.seen,
                content=envelope_json(standing.envelope),
                sender=standing.sender,
                rule=standing.rule,
                sent_at=standing.sent_at,
                ended_at=ended,
                state=standing.envelope.state,
                acts=standing.acts,
                head=standing.head,
                signed_file=standing.signed_file,
                report_file=standing.report_file,
            )
        )
        self.work.envelope_acts.extend((standing.app, act) for act in self.acts)
        return self.key

    def people(self) -> tuple[str, ...]:
        """Return who is told how it goes, and answers for it."""
        return in_charge(self.work, self.standing.sender, self.row)

    def tell(self, people: Iterable[str], text: Text) -> None:
        """Tell people inside of the installation."""
        listed = [id for id in dict.fromkeys(people) if id]
        if not listed or self.row is None:
            return
        payload: dict[str, Json] = {"recipients": listed, "text": text.as_json()}
        payload |= dict(zip(("app", "form", "record"), self.key, strict=True))
        self.work.messages.append(OutboxMessage(self.work.next_id(), "notify", payload, self.work.moment))

    def named(self) -> Text:
        """Return what names the record and the document."""
        row, called = self.row, self.envelope.title
        if row is None:
            return Text(called, called)
        zh, en = (title(self.work, self.form, row, speech) for speech in ("zh", "en"))
        return Text(f"{zh} · {called}", f"{en} · {called}")

    def announce(self, outcome: str) -> None:
        """Leave an event in the outbox where an after-rule looks at the end of the signing."""
        standing, row = self.standing, self.row
        event = Event(signing=standing.document, done=outcome)
        if row is None or not any(one.looks_at(event) for one in self.app.rules_of(self.form.key, before=False)):
            return
        payload: dict[str, Json] = {
            "app": standing.app,
            "form": standing.form,
            "record": standing.record,
            "version": row["version"],
            "depth": 0,
            "by": self.work.command.actor.user,
            "event": {**event_json(event), "version": f"signing:{standing.id}"},
        }
        self.work.messages.append(OutboxMessage(self.work.next_id(), "event", payload, self.work.moment))
