"""Links and codes by mail, handed in at a real mail server: who is written to, what it says, and what it does not."""

from __future__ import annotations

import re
from email.headerregistry import Address

import pytest

from engine.connectors.egress import Guard, Target, read_allowed
from engine.connectors.outside import Outside
from engine.connectors.secrets import PREFIX, Secrets
from engine.connectors.telling.ways import MailServer, Ways
from engine.runtime.signing.sending import Named, Wanted
from engine.sealing.authority import SECRET
from tests.support.letterbox import body_of, letterbox
from tests.support.signing import PLACE, Contracts
from tests.support.sites import Site

PUBLIC = "https://youju.example.com"
WANG = Named("王主任", "wang@example.com")
LINK = re.compile(rf"{PUBLIC}/sign/([A-Za-z0-9_-]{{48}})")


@pytest.fixture
def box():
    with letterbox() as found:
        yield found


@pytest.fixture
def site(database, authority, box):
    server = MailServer(Target("smtp+plain", "127.0.0.1", box.port), Address("有据", addr_spec="youju@example.com"))
    outside = Outside(
        Guard(read_allowed(box.listed)),
        Secrets(environment={f"{PREFIX}{SECRET.upper()}": authority.written()}),
        is_open=True,
        ways=Ways(server, PUBLIC),
    )
    return Site(database, outside=outside)


@pytest.fixture
def firm(site):
    return Contracts.on(site)


def test_link_and_code_come_by_mail_and_the_sender_sees_no_code(firm, box):
    view = firm.send(firm.record(), WANG)
    [invitation] = box.letters
    assert str(invitation["To"]) == "王主任 <wang@example.com>"
    assert "请签署:合同 九江康宁.pdf" in body_of(invitation)
    assert "打开并签署" in body_of(invitation, "html")
    [token] = LINK.findall(body_of(invitation))
    assert token == firm.token(view)
    assert view.signers[0].told_by == "mail"
    found = firm.site.services.envelopes.link(firm.site.viewer("ge"), view.id, 1)
    assert found.address == f"{PUBLIC}/sign/{token}", "wherever the sender asks from"
    links = firm.site.services.links
    assert firm.open(token).mail == "w***@example.com"
    links.ask_code(token, PLACE)
    firm.work()
    assert firm.site.services.envelopes.link(firm.site.viewer("ge"), view.id, 1).code is None
    code = re.search(r"验证码 (\d{6})", body_of(box.letters[1])).group(1)
    visit = links.enter(token, PLACE, code)
    links.document(token, PLACE, visit)
    firm.put(token, visit)
    assert firm.look(view).signers[0].known_by == "mail_code"


def test_the_next_is_written_to_when_it_is_their_turn(firm, box):
    view = firm.send(firm.record(), WANG, Named("李经理", "li@example.com"))
    assert [to for _, (to,) in box.envelopes] == ["wang@example.com"]
    token = firm.token(view)
    firm.site.services.links.ask_code(token, PLACE)
    firm.work()
    code = re.search(r"验证码 (\d{6})", body_of(box.letters[-1])).group(1)
    visit = firm.site.services.links.enter(token, PLACE, code)
    firm.site.services.links.document(token, PLACE, visit)
    firm.put(token, visit)
    firm.work()
    assert box.envelopes[-1][1] == ("li@example.com",)
    assert LINK.findall(body_of(box.letters[-1])) == [firm.token(view, 2)]


def test_a_link_is_sent_again_with_the_same_message_when_the_server_was_not_there(firm, box):
    box.answers.append("451 later")
    view = firm.send(firm.record(), WANG)
    assert (box.raw, view.signers[0].told_by) == ([], None)
    firm.site.real.moment += 3_600_000
    firm.work()
    assert len(box.letters) == 1
    assert firm.look(view).signers[0].told_by == "mail"


def test_the_sender_passes_it_on_when_nobody_takes_mail_at_that_address(firm, box):
    box.refused["wang@example.com"] = "550 nobody of that name"
    view = firm.send(firm.record(), WANG)
    assert (box.raw, view.signers[0].told_by) == ([], "nobody")
    told = [one.text.zh for one in firm.site.services.inbox.notifications(firm.site.viewer("ge"))]
    firm.work()
    told += [one.text.zh for one in firm.site.services.inbox.notifications(firm.site.viewer("ge"))]
    assert any("请把签署链接转给对方" in one for one in told)
    token, visit = firm.enter(view)
    assert firm.open(token, visit).known


def test_nobody_is_written_to_when_it_was_taken_back_before(firm, box):
    record = firm.record()
    envelopes, about = firm.site.services.envelopes, ("crm", "deal", record.id)
    view = envelopes.send(firm.site.viewer("ge"), about, "contract", Wanted((WANG,)))
    envelopes.withdraw(firm.site.viewer("ge"), view.id)
    firm.work()
    assert box.raw == []


def told(firm, name="ge"):
    firm.work()
    return [one.text.zh for one in firm.site.services.inbox.notifications(firm.site.viewer(name))]


def code_of(firm, view):
    return firm.site.services.envelopes.link(firm.site.viewer("ge"), view.id, 1).code


def test_a_code_that_is_refused_is_the_senders_to_pass_on(firm, box):
    view = firm.send(firm.record(), WANG)
    token, links = firm.token(view), firm.site.services.links
    box.refused["wang@example.com"] = "550 nobody of that name"
    links.ask_code(token, PLACE)
    assert code_of(firm, view) is None, "it goes by mail"
    assert any("在等签署验证码" in one for one in told(firm))
    links.enter(token, PLACE, code_of(firm, view))
    done = firm.look(view)
    assert [act.act for act in done.acts][-3:] == ["code", "code_lost", "enter"]
    assert (done.signers[0].known_by, firm.open(token).code_by) == ("sender_code", "sender")


def test_a_code_that_comes_too_late_is_the_senders_to_pass_on_while_it_is_good(firm, box):
    view = firm.send(firm.record(), WANG)
    firm.site.services.links.ask_code(firm.token(view), PLACE)
    box.answers.extend(["451 later"] * 9)
    for _ in range(20):
        firm.work()
        firm.site.real.moment += 1_000
    assert code_of(firm, view) is not None
    assert any("在等签署验证码" in one for one in told(firm))


def test_the_sender_hears_of_a_link_that_nobody_takes_for_an_hour(firm, box):
    box.answers.extend(["451 later"] * 99)
    view = firm.send(firm.record(), WANG)
    assert view.signers[0].told_by is None
    for _ in range(20):
        firm.site.real.moment += 3_600_000
        firm.work()
    assert firm.look(view).signers[0].told_by == "nobody"
    assert any("请把签署链接转给对方" in one for one in told(firm))
