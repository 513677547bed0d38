"""Who sees what of an envelope: its course, its document, and where signers are reached and from where they came."""

from __future__ import annotations

import pytest

from engine.decision.problems import ABSENT
from engine.kernel.problems import EngineError
from engine.runtime.activating import set_active
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.signing.sending import Named
from tests.integration.signing.test_course import refusal
from tests.support.signing import KEY, PLACE, text_of

WANG = Named("王主任", "wang@example.com", "138 0000 0000")


@pytest.fixture
def done(firm):
    """An envelope that is sealed: signed by somebody from outside, and by a colleague who has a mail address."""
    site = firm.site
    site.services.telling.keep_of("li", {"mail": "li.na@example.com"})
    view = firm.send(firm.record(), WANG, Named(user=site.people["li"]))
    firm.sign(view, 1)
    firm.sign(view, 2, typed="李娜", drawn="")
    firm.work()
    return firm.look(view)


def opens(firm, name, *files):
    """Return which of these files somebody can open."""
    return [file for file in files if not _is_absent(firm, name, file)]


def _is_absent(firm, name, file):
    try:
        firm.content(file, name)
    except EngineError as error:
        return [one.code for one in error.problems] == [ABSENT.code]
    return False


def said_of_places(view):
    return {value for act in view.acts for value in (act.ip, act.agent)} - {None}


def test_the_sender_sees_all_but_where_colleagues_are_reached(firm, done):
    assert said_of_places(done) == {PLACE.ip, PLACE.agent}
    wang, li = done.signers
    assert (wang.mail, wang.phone, li.mail) == ("wang@example.com", "138 0000 0000", None)
    files = (done.file, done.signed_file, done.report_file)
    assert opens(firm, "ge", *files) == list(files)
    report = text_of(firm.content(done.report_file)).replace("\n", "")
    assert "wang@example.com" in report
    assert "l***@example.com" in report
    assert "li.na" not in report


def test_who_reads_what_the_document_prints_sees_it_and_no_addresses(firm, done):
    seen = firm.look(done, "ruth")
    assert said_of_places(seen) == set()
    assert {one for signer in seen.signers for one in (signer.mail, signer.phone)} == {None}
    assert (seen.title, seen.signers[0].name, seen.signers[1].typed) == ("合同 九江康宁.pdf", "王主任", "李娜")
    assert (seen.file, seen.signed_file, seen.report_file) == (done.file, done.signed_file, None)
    assert opens(firm, "ruth", done.file, done.signed_file, done.report_file) == [done.file, done.signed_file]


def test_who_may_not_read_all_that_the_document_prints_sees_how_far_it_is(firm, done):
    seen = firm.look(done, "nell")
    assert (seen.title, seen.state, seen.intact) == ("合同", "signed", True)
    assert (seen.file, seen.signed_file, seen.report_file) == (None, None, None)
    assert [one.name for one in seen.signers] == ["签署人", "li"]
    assert {one.typed for one in seen.signers} == {None}
    assert [act.act for act in seen.acts] == [act.act for act in done.acts]
    assert {key for act in seen.acts for key in act.said} <= {"by"}
    assert "王主任" not in repr(seen)
    assert opens(firm, "nell", done.file, done.signed_file, done.report_file) == []
    for name, may in (("ge", [True, True]), ("ruth", [True, False]), ("nell", [False, False])):
        held = firm.site.services.records.read(firm.site.viewer(name), KEY, "deal", done.record).files
        assert [held[id].open for id in (done.signed_file, done.report_file)] == may, name


def test_who_signs_it_sees_the_document(firm, done):
    nell = Named(user=firm.site.people["nell"])
    view = firm.send(firm.record(), nell)
    assert firm.look(view, "nell").file == view.file
    assert opens(firm, "nell", view.file) == [view.file]


def test_an_administrator_who_reads_the_record_sees_all(firm, done):
    firm.site.person("root", (KEY, "half"))
    firm.site.services.directory.grant("root", *ADMIN_ROLE)
    seen = firm.look(done, "root")
    assert said_of_places(seen) == {PLACE.ip, PLACE.agent}
    assert [one.mail for one in seen.signers] == ["wang@example.com", "li.na@example.com"]
    assert opens(firm, "root", done.report_file) == [done.report_file]


def test_drawn_signatures_are_seen_by_who_sees_the_document(firm, done):
    [(mark,)] = firm.site.query("SELECT id FROM youju_file WHERE name = 'signature.png'")
    assert opens(firm, "ruth", mark) == [mark]
    assert opens(firm, "nell", mark) == []


def test_whom_the_design_proposes_is_shown_as_far_as_the_sender_may_read_it(firm):
    record = firm.record()
    about, kai = (KEY, "deal", record.id), firm.site.viewer("kai")
    [offer] = firm.site.services.envelopes.offered(kai, *about)
    assert [(one.name, one.mail, one.phone) for one in offer.signers] == [("王主任", "", ""), ("ge", "", "")]
    view = firm.send(record, name="kai")
    assert view.signers[0].mail is None
    assert "wang@example.com" not in str(firm.site.query("SELECT content FROM youju_envelope"))


def test_where_nobody_is_in_charge_any_more_the_superior_is_else_the_administrators(firm):
    site = firm.site
    site.person("boss", (KEY, "staff"))
    site.person("under", (KEY, "staff"), manager="boss")
    view = firm.send(firm.record("under"), WANG, name="under")
    withdraw = site.services.envelopes.withdraw
    assert refusal(withdraw, site.viewer("boss"), view.id) == ["SIGN-026"]
    set_active(site.services.execution, "under", active=False)
    assert firm.look(view, "boss").may == {"link", "relink", "withdraw"}
    token, visit = firm.enter(view, 1, "boss")
    site.services.links.refuse(token, PLACE, visit, "价格不对")
    firm.work()
    assert any("拒签" in one.text.zh for one in site.services.inbox.notifications(site.viewer("boss")))
