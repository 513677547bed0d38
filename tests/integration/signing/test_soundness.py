"""What is sealed is what was signed, and nothing that signers or senders do keeps an envelope from its end."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from engine.kernel.problems import EngineError
from engine.runtime.printouts import MadeDocument
from engine.runtime.signing.sending import MOST_BYTES, Named, to_sign
from tests.integration.signing.test_course import WANG, _verified, _write, refusal
from tests.support.signing import DRAWN, KEY, PLACE

PNG = base64.b64decode(DRAWN.partition(",")[2])


def drawn(content):
    return "data:image/png;base64," + base64.b64encode(content).decode()


def picture(colour, size=(40, 20)):
    target = BytesIO()
    Image.new("RGBA", size, colour).save(target, "PNG")
    return target.getvalue()


def with_chunk(kind, body):
    """Return the drawing with one more chunk behind its head."""
    head = PNG[:33]
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return head + chunk + PNG[33:]


def ready(firm):
    view = firm.send(firm.record(), WANG)
    token, visit = firm.enter(view)
    firm.site.services.links.document(token, PLACE, visit)
    return view, token, visit


@pytest.mark.parametrize(
    "content",
    [
        PNG[:24],
        PNG[:60],
        picture((255, 255, 255, 255)),
        picture((0, 0, 0, 0)),
        picture((0, 0, 0, 255), (2001, 1000)),
        b"GIF89a" + PNG,
    ],
    ids=["head alone", "cut off", "white", "nothing", "huge", "another kind"],
)
def test_a_drawing_without_a_signature_is_refused(firm, content):
    view, token, visit = ready(firm)
    assert refusal(firm.put, token, visit, drawn=drawn(content)) == ["SIGN-022"]
    assert firm.look(view).state == "opened"


@pytest.mark.parametrize("body", [b"garbagegarbage", b"\0\0\0\0", b""], ids=["text", "noughts", "nothing"])
def test_what_else_is_in_a_drawing_keeps_nothing_from_being_sealed(firm, body):
    view, token, visit = ready(firm)
    firm.put(token, visit, drawn=drawn(with_chunk(b"eXIf", body)))
    firm.work()
    assert firm.look(view).signed_file is not None


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(sha256="0" * 64),
        lambda said: said["signers"][0].update(known_by="signed_in"),
        lambda said: said["signers"][0].update(name="别人"),
        lambda said: said["signers"][0].update(typed="别人"),
        lambda said: said["signers"][0].update(done_at=said["signers"][0]["done_at"] - 1),
        lambda said: said["signers"][0].update(consents=[]),
        lambda said: said.update(state="withdrawn"),
        lambda said: said.update(expires_at=said["expires_at"] + 1),
    ],
    ids=["document", "known by", "name", "mark", "time", "consents", "end", "until"],
)
def test_an_envelope_that_says_other_than_its_acts_is_found_and_not_sealed(firm, tmp_path, change):
    view, token, visit = ready(firm)
    firm.put(token, visit, typed="王主任", drawn="")
    (content,) = firm.site.query("SELECT content FROM youju_envelope")[0]
    said = json.loads(content)
    change(said)
    _write(firm, "UPDATE youju_envelope SET content = :content", content=json.dumps(said))
    assert not firm.look(view).intact
    assert _verified(firm, tmp_path) == [f"SIGN-027 envelope.{view.id}"]
    firm.work()
    assert firm.look(view).signed_file is None


def test_twenty_people_of_the_installation_are_asked(firm):
    people = [f"p{number}" for number in range(20)]
    for name in people:
        firm.site.person(name)
    view = firm.send(firm.record(), *(Named(user=firm.site.people[name]) for name in people))
    assert len(view.signers) == 20
    more = [*people, "stranger"]
    listed = [Named(user=firm.site.people[name]) for name in more]
    assert refusal(firm.send, firm.record(), *listed) == ["SIGN-034"]


def test_whoever_has_a_new_link_reads_for_themselves(firm):
    view, token, _ = ready(firm)
    firm.site.services.envelopes.renew(firm.site.viewer("ge"), view.id, 1)
    firm.work()
    assert refusal(firm.open, token) == ["SIGN-025"]
    firm.site.business.moment += 60_000
    new, visit = firm.enter(firm.look(view))
    assert refusal(firm.put, new, visit) == ["SIGN-019"]


def test_what_was_taken_back_is_handed_out_no_more(firm):
    view, token, visit = ready(firm)
    firm.site.services.envelopes.withdraw(firm.site.viewer("ge"), view.id)
    assert refusal(firm.site.services.links.document, token, PLACE, visit) == ["SIGN-011"]


def test_what_was_signed_is_kept_although_its_record_is_put_away_before_it_is_sealed(firm):
    record = firm.record()
    view = firm.send(record, WANG)
    firm.sign(view)
    now = firm.site.services.records.read(firm.site.viewer("ge"), KEY, "deal", record.id)
    firm.site.services.records.delete(firm.site.viewer("ge"), KEY, "deal", record.id, now.version)
    firm.work()
    (signed, report) = firm.site.query("SELECT signed_file, report_file FROM youju_envelope")[0]
    held = {row[0] for row in firm.site.query("SELECT file FROM youju_file_use")}
    assert {signed, report} <= held


def test_the_sender_hears_that_what_was_signed_could_not_be_sealed(firm):
    view, token, visit = ready(firm)
    firm.put(token, visit)
    firm.site.services.execution.contents.kept[view.sha256] += b"x"
    firm.work()
    notes = [one.text.zh for one in firm.site.services.inbox.notifications(firm.site.viewer("ge"))]
    assert any("签好的文件没有生成" in one for one in notes)
    assert firm.look(view).signed_file is None


def test_a_document_that_leaves_no_room_for_signatures_is_not_sent(firm):
    execution = firm.site.services.execution
    kept = to_sign(execution, MadeDocument("a.pdf", "application/pdf", b"x" * MOST_BYTES))
    assert kept.size == MOST_BYTES
    with pytest.raises(EngineError) as refused:
        to_sign(execution, MadeDocument("a.pdf", "application/pdf", b"x" * (MOST_BYTES + 1)))
    assert [one.code for one in refused.value.problems] == ["SIGN-035"]


def test_an_old_file_of_the_same_content_is_swept_while_it_is_sent_again(firm, monkeypatch):
    record, contents = firm.record(), firm.site.services.execution.contents
    place, swept = contents.place, []

    def placed(received):
        place(received)
        if not swept:
            swept.append(contents.kept.pop(received.sha256))

    monkeypatch.setattr(type(contents), "place", lambda _, received: placed(received))
    view = firm.send(record, WANG)
    assert swept
    assert firm.content(view.file) == swept[0]
