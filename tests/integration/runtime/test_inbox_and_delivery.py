"""Tasks, notifications and their deliveries: what an event brings forth happens once, whatever fails on the way."""

from __future__ import annotations

import json
import threading

import pytest
from sqlalchemy import text

from engine.jobs.delivering import DELIVERIES, RETRY, Delivery
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.storage import outbox
from engine.storage.problems import BUSY
from tests.integration.runtime.conftest import refused
from tests.support import apps
from tests.support.apps import field, form, rule

ABSENT = [("DECIDE-001", "")]
NOBODY = "0192f0c1-2b3c-7d4e-8f50-617283940516"
BREAKING = rule(
    "breaking",
    "thing",
    {"created": True},
    [{"set": {"b": '"x"'}}, {"create": {"form": "log", "fields": {"text": "d"}}}],
)
BACK = {"returned_on": "2026-12-01", "condition": "good"}


def claim(site, limit=100):
    with site.database.write() as connection:
        return outbox.claim(connection, business_now=site.business(), real_now=site.real(), limit=limit)


def test_the_librarian_lends_from_the_inbox_when_a_reader_asks(library):
    inbox, anna, john = library.inbox, library.anna, library.john
    loan = library.loan(john)
    assert inbox.open_tasks(anna) == ()
    library.site.jobs().run_until_quiet()
    (task,) = inbox.open_tasks(anna)
    assert (task.key, task.title.zh, task.record["id"], task.record["title"]) == (
        "lend_book", "约翰想借《红楼梦》", loan.id, "红楼梦 → 约翰",
    )  # fmt: skip
    assert [action.key for action in task.actions] == ["lend"]
    assert inbox.counts(anna)["tasks"] == 1
    assert inbox.open_tasks(john) == ()
    for viewer, id, action in ((john, task.id, "lend"), (anna, NOBODY, "lend"), (anna, "x", "lend")):
        assert refused(inbox.act, viewer, id, action, {}) == ABSENT
    assert refused(inbox.act, anna, task.id, "nope", {}) == [("DECIDE-003", "")]
    inbox.act(anna, task.id, "lend", {})
    assert library.records.read(anna, "library", "loan", loan.id).state == "lent"
    assert inbox.open_tasks(anna) == ()
    assert inbox.counts(anna)["tasks"] == 0
    assert refused(inbox.act, anna, task.id, "lend", {}) == ABSENT


def test_a_task_stays_open_when_what_it_does_is_refused(library):
    inbox, anna = library.inbox, library.anna
    blocked = library.member(blocked=True)
    library.records.create(library.john, "library", "loan", {"member": blocked.id, "book": library.book().id})
    library.site.jobs().run_until_quiet()
    (task,) = inbox.open_tasks(anna)
    assert refused(inbox.act, anna, task.id, "lend", {}) == [("FLOW-013", "")]
    assert [item.id for item in inbox.open_tasks(anna)] == [task.id]


@pytest.mark.parametrize("way", ["moved", "deleted"])
def test_a_task_is_gone_when_its_record_has_gone_on(library, way):
    loan = library.loan(library.john)
    library.site.jobs().run_until_quiet()
    if way == "moved":
        library.records.transition(library.anna, "library", "loan", loan.id, "lend", {})
    else:
        library.records.delete(library.anna, "library", "loan", loan.id, 1)
    assert library.inbox.open_tasks(library.anna) == ()


def test_somebody_is_told_once_when_a_book_comes_back(library):
    site, anna = library.site, library.anna
    loan = library.loan(transition="lend")
    library.records.transition(anna, "library", "loan", loan.id, "give_back", BACK)
    assert library.inbox.notifications(anna) == ()
    jobs = site.jobs()
    assert jobs.run_until_quiet() > 0
    assert jobs.run_until_quiet() == 0
    (told,) = library.inbox.notifications(anna)
    assert (told.text.zh, told.record["id"], told.read) == (
        "《红楼梦》已归还,逾期43天,请上架(逾期按天计罚)",
        loan.id,
        False,
    )
    assert library.inbox.counts(anna)["unread"] == 1
    library.inbox.mark_read(library.john, told.id)
    assert library.inbox.counts(anna)["unread"] == 1, "nobody reads for another"
    library.inbox.mark_read(anna, told.id)
    assert library.inbox.counts(anna)["unread"] == 0


def test_a_message_is_delivered_once_when_it_is_delivered_twice(library):
    site, anna = library.site, library.anna
    loan = library.loan(transition="lend")
    library.records.transition(anna, "library", "loan", loan.id, "give_back", BACK)
    delivery = Delivery(site.services.execution)
    for _ in range(3):
        for message in claim(site):
            assert delivery.deliver(message)
            assert not delivery.deliver(message), "it is done already"
    assert len(library.inbox.notifications(anna)) == 1
    assert site.count("youju_notification") == 1
    fired = site.query("SELECT count(*) FROM youju_rule_run WHERE fired GROUP BY rule")
    assert fired, "no rule has fired"
    assert {count for (count,) in fired} == {1}


def test_somebody_is_told_once_when_the_done_mark_of_a_message_is_lost(library):
    site, anna = library.site, library.anna
    loan = library.loan(transition="lend")
    library.records.transition(anna, "library", "loan", loan.id, "give_back", BACK)
    site.jobs().run_until_quiet()
    with site.database.write() as connection:
        connection.execute(text("UPDATE youju_outbox SET done_at = NULL, available_at = 0 WHERE kind = 'notify'"))
    assert site.jobs().run_until_quiet() == 1
    assert len(library.inbox.notifications(anna)) == 1


def test_a_message_is_taken_over_when_its_deliverer_has_vanished(library, caplog):
    site, anna = library.site, library.anna
    library.loan(library.john)
    first = claim(site)
    assert claim(site) == ()
    site.real.moment += 60_001
    delivery = Delivery(site.services.execution)
    (second,) = claim(site)
    assert second.id == first[0].id
    assert delivery.deliver(second)
    assert not delivery.deliver(first[0]), "the one that was slow does nothing any more"
    assert "failed" not in caplog.text, "and that is no failure"
    assert len(library.inbox.open_tasks(anna)) == 1


class BoomError(Exception):
    """What a delivery of these tests raises."""

    def __str__(self) -> str:
        return "no luck"


def test_others_go_on_and_it_comes_again_when_a_delivery_raises(library, caplog):
    site, anna = library.site, library.anna
    loan = library.loan(transition="lend")
    library.records.transition(anna, "library", "loan", loan.id, "give_back", BACK)
    library.loan(library.john)
    failures = {"left": 2}

    def sometimes(execution, connection, message):
        DELIVERIES["event"](execution, connection, message)
        if failures["left"] and message.payload["event"]["entered"] == "returned":
            failures["left"] -= 1
            raise BoomError

    jobs = site.jobs()
    jobs.delivery = Delivery(site.services.execution, {**DELIVERIES, "event": sometimes})
    jobs.run_until_quiet()
    assert len(library.inbox.open_tasks(anna)) == 1, "the other event is through"
    assert library.inbox.notifications(anna) == (), "nothing of what failed is left behind"
    assert site.query("SELECT attempts, error, dead_at FROM youju_outbox WHERE done_at IS NULL") == [
        (1, "no luck", None)
    ]
    assert jobs.run_until_quiet() == 0, "it waits"
    site.real.moment += RETRY.pause(1)
    jobs.run_until_quiet()
    site.real.moment += RETRY.pause(2)
    jobs.run_until_quiet()
    assert len(library.inbox.notifications(anna)) == 1
    assert site.query("SELECT count(*) FROM youju_outbox WHERE done_at IS NULL")[0][0] == 0
    assert "no luck" in caplog.text


def test_a_message_is_dead_with_its_error_when_it_never_gets_through(library):
    site, anna = library.site, library.anna
    loan = library.loan(transition="lend")
    library.records.transition(anna, "library", "loan", loan.id, "give_back", BACK)
    library.loan(library.john)

    def never(execution, connection, message):
        raise BoomError

    jobs = site.jobs()
    jobs.delivery = Delivery(site.services.execution, {**DELIVERIES, "notify": never})
    for _ in range(RETRY.most + 5):
        jobs.run_until_quiet()
        site.real.moment += RETRY.longest
    with site.database.read() as connection:
        ((id, kind, error, since),) = outbox.dead_letters(connection)
    assert (kind, error) == ("notify", "no luck")
    assert since is not None
    assert site.query("SELECT attempts FROM youju_outbox WHERE id = :id", id=id) == [(RETRY.most,)]
    assert len(library.inbox.open_tasks(anna)) == 1
    with site.database.write() as connection:
        outbox.replay(connection, id)
    site.jobs().run_until_quiet()
    assert len(library.inbox.notifications(anna)) == 1, "brought back to life, it gets through"


def test_a_message_of_an_unknown_kind_is_kept_when_it_comes(library):
    site = library.site
    with site.database.write() as connection:
        connection.execute(
            text(
                "INSERT INTO youju_outbox (id, command, kind, payload, due_at, available_at, attempts, fence)"
                " VALUES (:id, 'c', 'fax', '{}', 0, 0, 0, 0)"
            ),
            {"id": NOBODY},
        )
    site.jobs().run_until_quiet()
    ((error,),) = site.query("SELECT error FROM youju_outbox WHERE kind = 'fax'")
    assert "JOB-001" in error


def test_a_message_waits_when_it_is_due_later(library):
    site = library.site
    library.loan(library.john)
    with site.database.write() as connection:
        connection.execute(text("UPDATE youju_outbox SET due_at = due_at + 1000"))
    assert site.jobs().run_until_quiet() == 0
    site.business.moment += 1_000
    assert site.jobs().run_until_quiet() == 1


def test_a_chain_of_rules_ends_when_it_never_would(site):
    loop = rule("loop", "thing", {"changed": ["n"]}, {"set": {"n": "n + 1"}})
    site.publish(apps.app(form("thing", field("n", "number")), loop))
    me = site.person("me", ("shop", "staff"))
    made = site.services.records.create(me, "shop", "thing", {"n": "0"})
    site.services.records.update(me, "shop", "thing", made.id, {"n": "1"}, 1)
    site.jobs().run_until_quiet()
    assert site.services.records.read(me, "shop", "thing", made.id).fields["n"] == "6", "five deep, and no further"
    assert site.query("SELECT count(*) FROM youju_outbox WHERE done_at IS NULL")[0][0] == 0
    assert sorted(fired_for(run) for run in runs(site)) == [[]] * 5 + [["RULE-011"]]


def test_a_rule_that_is_refused_leaves_nothing_but_its_run_when_it_has_begun(site):
    site.publish(
        apps.app(form("log", field("text", required="create")), form("thing", field("b"), field("d")), BREAKING)
    )
    me = site.person("me", ("shop", "staff"))
    made = site.services.records.create(me, "shop", "thing", {})
    site.jobs().run_until_quiet()
    assert site.services.records.read(me, "shop", "thing", made.id).fields["b"] is None
    assert site.count("log") == 0
    (run,) = runs(site)
    assert (run["record"], run["fired"], fired_for(run)) == (made.id, False, ["FORM-002"])
    assert site.query("SELECT error FROM youju_outbox WHERE done_at IS NULL") == []


def test_the_other_rules_hold_when_one_of_them_is_refused(site):
    before = rule("before", "thing", {"created": True}, {"set": {"a": '"A"'}}, order=1)
    after = rule("after", "thing", {"created": True}, {"set": {"b": "a"}}, order=3)
    log = form("log", field("text", required="create"))
    site.publish(apps.app(log, form("thing", *map(field, "abd")), before, {**BREAKING, "order": 2}, after))
    me = site.person("me", ("shop", "staff"))
    made = site.services.records.create(me, "shop", "thing", {})
    site.jobs().run_until_quiet()
    fields = site.services.records.read(me, "shop", "thing", made.id).fields
    assert (fields["a"], fields["b"]) == ("A", "A")
    assert {run["rule"]: fired_for(run) for run in runs(site)} == {"before": [], "breaking": ["FORM-002"], "after": []}
    assert site.query("SELECT count(*) FROM youju_outbox WHERE done_at IS NULL")[0][0] == 0


def test_rules_are_tried_again_when_the_database_was_busy(site, monkeypatch):
    site.publish(apps.app(form("thing", field("a")), rule("r", "thing", {"created": True}, {"set": {"a": '"x"'}})))
    me = site.person("me", ("shop", "staff"))
    made = site.services.records.create(me, "shop", "thing", {})
    carry_out = Execution.carry_out

    def busy(*_arguments):
        raise EngineError(BUSY.at())

    monkeypatch.setattr(Execution, "carry_out", busy)
    site.jobs().run_until_quiet()
    assert site.count("youju_rule_run") == 0
    monkeypatch.setattr(Execution, "carry_out", carry_out)
    site.real.moment += 1_000
    site.jobs().run_until_quiet()
    assert site.services.records.read(me, "shop", "thing", made.id).fields["a"] == "x"


def runs(site):
    """Return the rule runs in the order of their ids."""
    names = ("rule", "record", "fired", "trace")
    rows = site.query(f"SELECT {', '.join(names)} FROM youju_rule_run ORDER BY id")  # noqa: S608 - names of ours
    return [dict(zip(names, row, strict=True)) for row in rows]


def fired_for(run):
    """Return the codes of the problems for which a run was refused."""
    return [problem["code"] for problem in json.loads(run["trace"]).get("problems", [])]


def test_many_are_told_when_a_role_has_many(site):
    told = {"notify": {"to": [{"role": "staff"}], "text": {"zh": "好", "en": "ok"}}}
    site.publish(apps.app(form("thing", field("a")), rule("r", "thing", {"created": True}, told)))
    people = [site.person(f"p{number}", ("shop", "staff")) for number in range(15)]
    site.services.records.create(people[0], "shop", "thing", {"a": "x"})
    site.jobs().run_until_quiet()
    assert [len(site.services.inbox.notifications(person)) for person in people] == [1] * 15


def test_somebody_is_told_when_a_record_is_deleted(site):
    told = {"notify": {"to": [{"owner": True}], "text": {"zh": "{{a}}没了", "en": "{{a}} is gone"}}}
    site.publish(apps.app(form("thing", field("a")), rule("r", "thing", {"deleted": True}, told)))
    me = site.person("me", ("shop", "staff"))
    made = site.services.records.create(me, "shop", "thing", {"a": "x"})
    site.services.records.delete(me, "shop", "thing", made.id, 1)
    site.jobs().run_until_quiet()
    (note,) = site.services.inbox.notifications(me)
    assert (note.text.en, note.record["title"]) == ("x is gone", "")


def test_two_loops_deliver_everything_once_when_they_run_side_by_side(library):
    site = library.site
    for _ in range(6):
        library.loan(library.john)
    errors: list[BaseException] = []

    def work():
        try:
            site.jobs().run_until_quiet()
        except EngineError as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    site.jobs().run_until_quiet()
    assert errors == []
    assert len(library.inbox.open_tasks(library.anna)) == 6
    assert site.count("youju_rule_run") == 6
