"""The course of an envelope from sending to sealing, on both databases."""

from __future__ import annotations

import io
import threading
from dataclasses import replace

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from engine.decision.problems import ABSENT
from engine.kernel.clocks import DAY_MS
from engine.kernel.problems import EngineError
from engine.runtime.problems import OTHER_BODY
from engine.runtime.signing.links import Place, Signature
from engine.runtime.signing.sending import Named
from engine.storage import envelopes
from engine.storage.audit import verify
from tests.support.signing import KEY, PLACE, Contracts, text_of

WANG = Named("王主任")
LI = Named("李经理")


def refusal(act, *given, **more):
    with pytest.raises(EngineError) as refused:
        act(*given, **more)
    return [problem.code for problem in refused.value.problems]


def acts(view):
    return [act.act for act in view.acts]


def told(firm, name):
    firm.work()
    return [item.text.zh for item in firm.site.services.inbox.notifications(firm.site.viewer(name))]


def test_a_document_is_signed_by_one_after_the_other_and_kept_with_its_record(firm):
    record = firm.record()
    view = firm.send(record)
    assert (view.state, [one.state for one in view.signers]) == ("sent", ["asked", "waiting"])
    assert [one.name for one in view.signers] == ["王主任", "ge"]
    firm.sign(view, 1)
    after = firm.look(view)
    assert [one.state for one in after.signers] == ["signed", "asked"]
    firm.sign(view, 2, typed="葛明", drawn="")
    firm.work()
    done = firm.look(view)
    assert (done.state, done.intact) == ("signed", True)
    assert done.signed_file
    assert done.report_file
    held = firm.site.services.records.read(firm.site.viewer("ge"), KEY, "deal", record.id).fields["papers"]
    assert held == [done.signed_file, done.report_file]
    first = ["open", "code", "enter", "read", "sign"]
    assert acts(done) == ["send", "tell", *first, *first, "seal"], "the second was not told: they had signed by then"
    original, signed = firm.content(done.file), firm.content(done.signed_file)
    assert signed.startswith(original)
    assert len(PdfReader(io.BytesIO(signed)).pages) == len(PdfReader(io.BytesIO(original)).pages) + 1
    page = text_of(signed)
    for wanted in ("签署页", "王主任", "葛明", done.sha256[:20], "我已阅读全文"):
        assert wanted in page, wanted
    report = text_of(firm.content(done.report_file))
    for wanted in ("证明力等级", "自建证书", "电子签名法", "does not claim", "203.0.113.7", done.acts[3].hash[:20]):
        assert wanted.replace(" ", "") in report.replace(" ", "").replace("\n", ""), wanted
    assert any("已全部签署" in one for one in told(firm, "ge"))


def test_all_are_asked_at_once_when_the_order_says_so(firm):
    view = firm.send(firm.record(), WANG, LI, order="together")
    assert [one.state for one in view.signers] == ["asked", "asked"]
    firm.sign(view, 2)
    assert [one.state for one in firm.look(view).signers] == ["asked", "signed"]
    firm.sign(view, 1)
    assert firm.look(view).state == "signed"


def test_nobody_signs_before_their_turn(firm):
    view = firm.send(firm.record(), WANG, LI)
    token = firm.token(view, 2)
    assert firm.open(token).state == "waiting"
    assert refusal(firm.site.services.links.ask_code, token, PLACE) == ["SIGN-012"]
    assert refusal(firm.put, token, None) == ["SIGN-012"]


def test_one_who_refuses_ends_it_for_all(firm):
    view = firm.send(firm.record(), WANG, LI, order="together")
    token, visit = firm.enter(view, 1)
    links = firm.site.services.links
    assert refusal(links.refuse, token, PLACE, visit, "  ") == ["SIGN-024"]
    assert refusal(links.refuse, token, PLACE, None, "价格不对") == ["SIGN-018"]
    other = firm.token(view, 2)
    links.refuse(token, PLACE, visit, "价格不对")
    done = firm.look(view)
    assert (done.state, done.signers[0].reason) == ("refused", "价格不对")
    assert refusal(firm.put, other, None) == ["SIGN-011"]
    assert any("拒签:价格不对" in one for one in told(firm, "ge"))
    assert done.signed_file is None


def test_it_expires_and_nobody_signs_any_more(firm):
    view = firm.send(firm.record(), WANG, days=2)
    token, visit = firm.enter(view)
    firm.site.business.moment += 2 * DAY_MS
    assert firm.open(token).envelope_state == "expired", "before the clock's message has come"
    assert refusal(firm.put, token, visit) == ["SIGN-011"]
    assert any("过期" in one for one in told(firm, "ge"))
    assert firm.look(view).state == "expired"
    assert acts(firm.look(view))[-1] == "expire"


def test_the_sender_or_the_owner_takes_it_back_and_nobody_else(firm):
    view = firm.send(firm.record(), WANG)
    envelopes, viewer = firm.site.services.envelopes, firm.site.viewer
    assert refusal(envelopes.withdraw, viewer("ruth"), view.id) == ["SIGN-026"]
    assert refusal(envelopes.withdraw, viewer("stranger"), view.id) == [ABSENT.code]
    assert envelopes.withdraw(viewer("ge"), view.id).state == "withdrawn"
    assert refusal(envelopes.withdraw, viewer("ge"), view.id) == ["SIGN-011"]


def test_what_is_missing_is_told_all_at_once(firm):
    view = firm.send(firm.record(), WANG)
    token, visit = firm.enter(view)
    assert refusal(firm.put, token, visit, consents=("read",), drawn="", typed=" ") == [
        "SIGN-019",
        "SIGN-020",
        "SIGN-021",
    ]
    assert refusal(firm.put, token, None) == ["SIGN-018"]
    assert refusal(firm.put, token, "0" * 48) == ["SIGN-018"]
    firm.site.services.links.document(token, PLACE, visit)
    assert refusal(firm.put, token, visit, sha256="0" * 64) == ["SIGN-023"]
    for drawn in ("data:image/png;base64,AAAA", "data:image/svg+xml;base64,AAAA", "x", "data:image/png;base64,é"):
        assert refusal(firm.put, token, visit, drawn=drawn) == ["SIGN-022"]
    firm.put(token, visit)
    assert firm.look(view).state == "signed"


def test_a_second_tap_signs_nothing_twice(firm):
    view = firm.send(firm.record(), WANG, LI)
    token, visit = firm.enter(view)
    firm.site.services.links.document(token, PLACE, visit)
    firm.put(token, visit)
    shown = firm.open(token, visit)
    again = Signature(shown.sha256, ("read", "electronic"), "", "王主任")
    assert refusal(firm.site.services.links.sign, token, PLACE, visit, again) == ["SIGN-010"]
    assert acts(firm.look(view)).count("sign") == 1
    assert shown.state == "signed"


def test_the_same_request_sends_once(firm):
    record = firm.record()
    first, second = (firm.send(record, WANG, key="one") for _ in range(2))
    assert first.id == second.id
    assert refusal(firm.send, record, LI, key="one") == [OTHER_BODY.code]
    assert firm.site.count("youju_envelope") == 1


def test_signers_who_sign_at_the_same_moment_have_both_signed(firm):
    view = firm.send(firm.record(), WANG, LI, order="together")
    ready = []
    for number in (1, 2):
        token, visit = firm.enter(view, number)
        firm.site.services.links.document(token, PLACE, visit)
        ready.append((token, visit))
    start, failed = threading.Barrier(2), []

    def run(token, visit):
        other = Contracts(firm.site)
        start.wait()
        try:
            other.put(token, visit)
        except EngineError as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=one) for one in ready]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not failed
    firm.work()
    done = firm.look(view)
    assert (done.state, done.intact, acts(done).count("seal")) == ("signed", True, 1)
    assert done.signed_file


def test_what_is_signed_is_what_was_sent_whatever_becomes_of_the_record(firm):
    record = firm.record()
    view = firm.send(record, WANG)
    records, viewer = firm.site.services.records, firm.site.viewer("ge")
    records.update(viewer, KEY, "deal", record.id, {"name": "另一家"}, version=record.version)
    assert firm.look(view).changed
    token = firm.sign(view)
    firm.work()
    assert "九江康宁" in text_of(firm.content(firm.look(view).signed_file))
    assert firm.open(token).title == "合同 九江康宁.pdf"


def test_a_record_that_is_put_away_is_not_signed(firm):
    record = firm.record()
    view = firm.send(record, WANG)
    token = firm.token(view)
    firm.site.services.records.delete(firm.site.viewer("ge"), KEY, "deal", record.id, record.version)
    assert refusal(firm.open, token) == ["SIGN-025"]


def test_nothing_is_sealed_when_the_document_was_altered(firm):
    view = firm.send(firm.record(), WANG)
    token, visit = firm.enter(view)
    kept = firm.site.services.execution.contents.kept
    kept[view.sha256] += b"x"
    assert refusal(firm.site.services.links.document, token, PLACE, visit) == ["SIGN-023"]
    assert refusal(firm.site.services.links.look, token, PLACE, visit) == ["SIGN-023"]


def test_signers_are_checked_before_anything_is_sent(firm):
    record = firm.record()
    bad = (Named(" "), Named("李", "no mail"), Named("李", phone="call me"), Named("王\n强"), Named(user="0" * 8))
    assert refusal(firm.send, record, *bad, days=7) == [
        "SIGN-003",
        "SIGN-004",
        "SIGN-005",
        "SIGN-003",
        "SIGN-007",
        "SIGN-003",
    ]
    assert refusal(firm.send, record, WANG, days=91) == ["SIGN-006"]
    assert refusal(firm.send, record, *([WANG] * 21)) == ["SIGN-034"]
    assert refusal(firm.send, firm.record(buyer=""), days=7) == ["SIGN-003"]
    assert firm.site.count("youju_envelope") == 0


def test_who_may_not_change_the_record_sends_nothing(firm):
    record = firm.record()
    envelopes, about = firm.site.services.envelopes, (KEY, "deal", record.id)
    assert envelopes.offered(firm.site.viewer("ruth"), *about) == ()
    [offer] = envelopes.offered(firm.site.viewer("ge"), *about)
    assert [(one.name, one.mail, one.user is not None) for one in offer.signers] == [
        ("王主任", "wang@example.com", False),
        ("ge", "", True),
    ]
    for name in ("ruth", "bo", "stranger"):
        assert len(refusal(firm.send, record, WANG, name=name)) == 1
    view = firm.send(record, WANG)
    assert [one.id for one in envelopes.of_record(firm.site.viewer("ruth"), *about)] == [view.id]
    assert envelopes.of_record(firm.site.viewer("bo"), *about) == ()
    assert len(refusal(firm.look, view, "bo")) == 1
    assert refusal(firm.token, view, 1, "ruth") == ["SIGN-026"]


def test_an_act_that_was_changed_is_found(firm):
    record, view = firm.signed()
    assert view.intact
    [sixth] = [act for act in view.acts if act.number == 6]
    assert (sixth.act, sixth.ip) == ("read", PLACE.ip)
    row = firm.site.query("SELECT * FROM youju_envelope_act WHERE number = 6")[0]._mapping
    for column, value in (("ip", "'1.2.3.4'"), ("at", "at + 1"), ("said", "'{\"x\": 1}'"), ("agent", "NULL")):
        _write(firm, f"UPDATE youju_envelope_act SET {column} = {value} WHERE number = 6")  # noqa: S608 - ours
        broken = firm.look(view)
        assert not broken.intact
        assert next(act.number for act in broken.acts if not act.intact) == 6
        _write(firm, f"UPDATE youju_envelope_act SET {column} = :was WHERE number = 6", was=row[column])  # noqa: S608
    assert firm.look(view).intact
    _write(firm, "DELETE FROM youju_envelope_act WHERE number = (SELECT max(number) FROM youju_envelope_act)")
    assert not firm.look(view).intact, "one that was cut off at its end"
    assert record.id == view.record


def test_the_verification_of_the_journal_finds_a_chain_that_was_rewritten(firm, tmp_path):
    _, view = firm.signed()
    assert _verified(firm, tmp_path) == []
    acts = [replace(act, said={}) if act.number == 6 else act for act in _acts(firm, view)]
    rewritten, previous = [], acts[0].previous
    for act in acts:
        linked = replace(act, previous=previous, ip="192.0.2.1")
        rewritten.append(replace(linked, hash=linked.hashed()))
        previous = rewritten[-1].hash
    for act in rewritten:
        values = "ip = :ip, previous = :previous, hash = :hash"
        given = {"ip": act.ip, "previous": act.previous, "hash": act.hash, "number": act.number}
        _write(firm, f"UPDATE youju_envelope_act SET {values} WHERE number = :number", **given)  # noqa: S608
    _write(firm, "UPDATE youju_envelope SET head = :head", head=previous)
    assert firm.look(view).intact, "who rewrites all of it deceives the page"
    assert _verified(firm, tmp_path) == [f"SIGN-027 envelope.{view.id}"], "and not the journal"


def test_the_verification_finds_acts_that_are_gone(firm, tmp_path):
    _, view = firm.signed()
    _write(firm, "DELETE FROM youju_envelope_act WHERE number = 6")
    assert _verified(firm, tmp_path) == [f"SIGN-027 envelope.{view.id}"]
    _write(firm, "DELETE FROM youju_envelope_act")
    assert _verified(firm, tmp_path) == [f"SIGN-027 envelope.{view.id}"]


def _acts(firm, view):
    with firm.site.database.read() as connection:
        return envelopes.acts_of(connection, [view.id])[view.id]


def _verified(firm, folder):
    with firm.site.database.read() as connection:
        tables = firm.site.services.execution.catalogs.current(connection).tables
    found = verify(firm.site.database, tables, b"k" * 32, folder / "head").findings
    return [f"{one.code} {one.path}" for one in found]


def _write(firm, statement, **given):
    with firm.site.database.write() as connection:
        connection.execute(text(statement), given)


def test_a_place_is_kept_as_it_came(firm):
    view = firm.send(firm.record(), WANG)
    firm.site.services.links.look(firm.token(view), replace(PLACE, agent=None), None)
    opened = firm.look(view).acts[-1]
    assert (opened.act, opened.ip, opened.agent) == ("open", PLACE.ip, None)
    assert Place().ip is None
