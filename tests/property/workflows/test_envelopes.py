"""Laws of envelopes under any sequence of acts: who is asked, what ends, what a code is worth, and what is kept."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.kernel.problems import EngineError, Text
from engine.workflows.signing import envelope as flow
from engine.workflows.signing.chain import BEGINNING, Act, first_break
from engine.workflows.signing.envelope import (
    CODE_TRIES,
    MOST_CODES,
    MOST_WRONG,
    Envelope,
    Signer,
    envelope_json,
    envelope_of,
)

END = 1_000_000_000
LABELS = Text("签署人", "Signer")
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["open", "code", "right", "wrong", "sign", "refuse", "relink", "wait"]), st.integers(1, 4)
    ),
    max_size=60,
)


def begun(count, order):
    signers = tuple(Signer(number, f"s{number}", LABELS, link=f"l{number}") for number in range(1, count + 1))
    return flow.begun(Envelope("a.pdf", "d", order, (), signers, END))


def done(envelope, act, number, now):
    """Return the envelope after an act; the same one where that is refused."""
    if act == "wait" or not 1 <= number <= len(envelope.signers):
        return envelope
    try:
        if act == "relink":
            one = envelope.signer(number)
            return (
                envelope if one.done or envelope.over else flow.relinked(envelope, number, f"l{number}/{one.issue + 1}")
            )
        signer = flow.live(envelope, number, now)
        match act:
            case "open":
                return flow.opened(envelope, signer)
            case "code":
                return flow.with_signer(envelope, flow.coded(signer, "right", "mail", now))
            case "right" | "wrong":
                after, fits = flow.tried(signer, act, now)
                assert fits is (act == "right")
                return flow.with_signer(envelope, flow.visiting(after, "v", now) if fits else after)
            case "sign":
                return flow.signed(envelope, signer, now) if flow.is_visit(signer, "v", now) else envelope
            case _:
                return flow.refused(envelope, signer, "no", now) if flow.is_visit(signer, "v", now) else envelope
    except EngineError:
        return envelope


@settings(max_examples=300)
@given(st.integers(1, 4), st.sampled_from(["sequence", "together"]), ACTS)
def test_the_laws_hold_after_every_act(count, order, acts):
    envelope, now = begun(count, order), 0
    for act, number in acts:
        before, now = envelope, now + (flow.CODE_PAUSE if act == "wait" else 1)
        envelope = done(envelope, act, number, now)
        states = [one.state for one in envelope.signers]
        assert envelope_of(json.loads(json.dumps(envelope_json(envelope)))) == envelope
        assert (envelope.state == "signed") is all(state == "signed" for state in states)
        assert (envelope.state == "refused") is ("refused" in states)
        if before.over:
            assert envelope == before, "what is over stays so"
        if order == "sequence" and not envelope.over:
            assert len(envelope.asked) == 1
            first = next(one for one in envelope.signers if not one.done)
            assert envelope.asked == (first,)
        for old, new in zip(before.signers, envelope.signers, strict=True):
            assert new.tries <= CODE_TRIES
            assert new.codes <= MOST_CODES
            assert old.wrong <= new.wrong <= MOST_WRONG, "another link is no way round"
            assert not (old.state == "signed" and new != old), "who has signed has signed"
            assert new.state != "signed" or new.known_by is not None, "nobody signs without showing who they are"


OTHERS = [("at", -1), ("act", "sign"), ("signer", 2), ("actor", "u"), ("ip", None), ("agent", "x"), ("sha256", "e")]
OTHERS += [("said", {}), ("previous", "0"), ("hash", "0"), ("envelope", "f"), ("number", 99)]


@given(st.integers(1, 12), st.data())
def test_a_chain_breaks_at_the_first_act_that_is_another(count, data):
    acts, previous = [], BEGINNING
    for number in range(1, count + 1):
        made = Act("e", number, number, "open", 1, None, "192.0.2.1", None, "d", {"n": number}, previous)
        acts.append(replace(made, hash=made.hashed()))
        previous = acts[-1].hash
    assert first_break(acts) is None
    at = data.draw(st.integers(0, count - 1))
    name, value = data.draw(st.sampled_from(OTHERS))
    changed = [*acts[:at], replace(acts[at], **{name: value}), *acts[at + 1 :]]
    assert first_break(changed) == at + 1
    assert first_break([*acts[:at], *acts[at + 1 :]]) == (at + 1 if at < count - 1 else None)
