"""Two who do something with one envelope at the same moment, or with a link that is another one by now."""

from __future__ import annotations

import threading

from engine.decision.changeset import Actor
from engine.decision.envelopes.commands import AskCode, NoteTold, OpenLink
from engine.kernel.problems import EngineError
from engine.runtime.signing.sending import Named
from tests.integration.signing.test_course import refusal
from tests.support.signing import KEY, PLACE, text_of

WANG, LI = Named("王主任"), Named("李经理")


def command(firm, body):
    return firm.site.services.execution.command(Actor(None), body)


def test_an_act_waits_for_the_one_before_and_is_done_on_what_that_left(firm):
    view = firm.send(firm.record(), WANG, LI, order="together")
    execution, begun, failed = firm.site.services.execution, threading.Event(), []
    first, second = (command(firm, OpenLink(view.id, number, 1, PLACE)) for number in (1, 2))

    def run():
        begun.wait(10)
        try:
            with execution.database.write() as connection:
                execution.within(connection, second)
        except EngineError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    with execution.database.write() as connection:
        execution.within(connection, first)
        begun.set()
        thread.join(0.5)
        assert thread.is_alive(), "it waits"
    thread.join(10)
    assert not failed
    done = firm.look(view)
    assert [one.state for one in done.signers] == ["opened", "opened"]
    assert done.intact


def test_a_link_that_is_replaced_twice_at_once_is_replaced_once(firm):
    view = firm.send(firm.record(), WANG)
    envelopes, ge = firm.site.services.envelopes, firm.site.viewer("ge")
    old = firm.token(view)
    for _ in range(2):
        envelopes.renew(ge, view.id, 1, issue=1)
    new = firm.token(view)
    assert new != old
    assert firm.open(new).signer == "王主任", "the link that is shown is the one that opens"
    assert [act.act for act in firm.look(view).acts].count("relink") == 1


def test_nothing_is_done_by_a_link_that_was_replaced_since_it_was_looked_up(firm):
    view = firm.send(firm.record(), WANG)
    firm.site.services.envelopes.renew(firm.site.viewer("ge"), view.id, 1)
    late = AskCode(view.id, 1, 1, PLACE, "0" * 64, "sender")
    assert refusal(firm.site.services.execution.execute, command(firm, late)) == ["SIGN-025"]
    assert refusal(firm.site.services.execution.execute, command(firm, OpenLink(view.id, 1, 1, PLACE))) == ["SIGN-025"]
    assert [act.act for act in firm.look(view).acts][-1] != "code"


def test_a_document_is_made_again_when_its_record_changes_while_it_is_made(firm, monkeypatch):
    record, records, ge = firm.record(), firm.site.services.records, firm.site.viewer("ge")
    printouts = firm.site.services.envelopes._printouts
    make, changed = printouts.make, []

    def made(*about):
        document = make(*about)
        if not changed:
            changed.append(records.update(ge, KEY, "deal", record.id, {"name": "另一家"}, version=record.version))
        return document

    monkeypatch.setattr(printouts, "make", made)
    view = firm.send(record, WANG)
    assert (view.title, view.changed) == ("合同 另一家.pdf", False)


def test_what_is_told_too_late_is_no_act_so_that_the_report_has_them_all(firm):
    view = firm.send(firm.record(), WANG)
    about = (firm.site.viewer("ge"), view.id)
    firm.site.services.envelopes.renew(*about, 1)  # its message is still on its way when it is signed
    firm.site.business.moment += 60_000
    firm.sign(firm.site.services.envelopes.look(*about))
    firm.site.services.execution.execute(command(firm, NoteTold(view.id, 1, 2, "nobody")))
    signed = [act.act for act in firm.site.services.envelopes.look(*about).acts]
    assert signed[-1] == "sign"
    firm.work()
    done = firm.look(view)
    assert [act.act for act in done.acts] == [*signed, "seal"]
    report = text_of(firm.content(done.report_file)).replace("\n", "")
    assert all(act.hash[:16] in report for act in done.acts[:-1])
