"""Whether an envelope says what the chain of its acts says: what is sealed, and what is shown, is made from both."""

from __future__ import annotations

from collections.abc import Sequence

from engine.kernel.canonical import Json
from engine.workflows.signing.chain import Act
from engine.workflows.signing.envelope import Envelope, Signer

ENDS = {"refused": "refuse", "withdrawn": "withdraw", "expired": "expire"}
"""By which act an envelope comes to an end other than being signed by all."""


def first_contradiction(envelope: Envelope, acts: Sequence[Act]) -> int | None:
    """Return the number of an act that an envelope contradicts; None where both say the same.

    Where an act is missing that should be there, it is the number of the last one.
    """
    other = next((act.number for act in acts if act.sha256 != envelope.sha256), None)
    if other is not None or not acts:
        return other if acts else 0
    if acts[0].act != "send" or not _was_sent_so(envelope, acts[0]):
        return acts[0].number
    for signer in envelope.signers:
        done = [act for act in acts if act.signer == signer.number and act.act in ("sign", "refuse")]
        if not _did(signer, done):
            return done[-1].number if done else acts[-1].number
    return None if _ended_so(envelope, acts) else acts[-1].number


def _was_sent_so(envelope: Envelope, sent: Act) -> bool:
    named = [{"number": one.number, "name": one.name, "mail": one.mail, "phone": one.phone} for one in envelope.signers]
    asked = [one.key for one in envelope.consents]
    wanted = {"signers": named, "consents": asked, "order": envelope.order, "expires_at": envelope.expires_at}
    return dict(sent.said) == wanted


def _did(signer: Signer, done: Sequence[Act]) -> bool:
    """Tell whether a signer has done what their acts say, and nothing else."""
    if not signer.done:
        return not done
    if len(done) != 1 or done[0].at != signer.done_at:
        return False
    told: dict[str, Json] = {"by": signer.known_by, "reason": signer.reason}
    if signer.state == "signed":
        told |= {"consents": list(signer.consents), "mark": signer.mark, "typed": signer.typed}
    act = "sign" if signer.state == "signed" else "refuse"
    return done[0].act == act and dict(done[0].said) == {key: one for key, one in told.items() if one is not None}


def _ended_so(envelope: Envelope, acts: Sequence[Act]) -> bool:
    if envelope.state == "signed":
        return all(one.state == "signed" for one in envelope.signers)
    end = ENDS.get(envelope.state)
    return end is None or any(act.act == end for act in acts)
