"""Undoing what rules did: all of it or, where it is asked for, what can be put back; once, with its reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.kernel.problems import EngineError
from engine.runtime.runs.together import RunsTogether
from engine.runtime.runs.views import Wanted
from tests.support.apps import access, app, field, form, options, role, rule, state, transition, workflow

HOUR = 3_600_000
CREATED = {"created": True}
LEDGER = form(
    "book",
    field("who", "person", required="create"),
    field("n", "number", required="create"),
    field("ref", unique=True, required="create"),
    field("left", "number", set_by="system"),
    field("back", "reference", form="book", set_by="system"),
    ledger={
        "account": "who", "delta": "n", "reference": "ref", "balance": "left", "minimum": "0", "reversed_by": "back",
    },
)  # fmt: skip
LOG = form("log", field("text"))
THING = form(
    "thing",
    field("a", "number"),
    field("b"),
    field("sum", "number", computed="a + 1"),
    field("tags", "multi_choice", options=options("hot", "late")),
    field("made", "reference", form="log"),
    field("secret"),
    workflow="thing",
    title="{{a}}",
)
FLOW = workflow(
    "thing",
    [state("new"), state("lost", "lost"), state("kept")],
    [
        transition("lose", ["new"], "lost", by="system", fields=[]),
        transition("keep", ["lost", "new"], "kept"),
        {key: value for key, value in transition("let_go", ["new"], "", releases=True).items() if key != "to"},
    ],
)
STAFF = role("staff", access("thing"), access("log"), access("book"))
TOLD = {"notify": {"to": [{"role": "staff"}], "text": {"zh": "说", "en": "said"}}}
TASK = {"open_task": {"key": "look", "to": [{"owner": True}], "title": {"zh": "看", "en": "look"}}}
HOLD = {"hold": {"reason": {"zh": "停", "en": "stop"}}}
WHY = "客户已经付款"


@pytest.fixture
def crm(site):
    """A shop; ``me`` works in it, ``boss`` administers and works in it, ``chief`` administers alone."""

    def start(*rules):
        site.publish(app(THING, LOG, LEDGER, FLOW, *rules, key="crm", roles=[STAFF]))
        site.person("me", ("crm", "staff"))
        site.person("boss", ("crm", "staff"), ("youju", "admin"))
        site.person("chief", ("youju", "admin"))
        return site

    return start


def make(site, **fields):
    site.business.moment += 1_000
    record = site.services.records.create(site.viewer("me"), "crm", "thing", fields)
    site.jobs().run_until_quiet()
    return record


def read(site, record, form="thing"):
    return site.services.records.read(site.viewer("me"), "crm", form, record.id)


def runs(site, name="boss", **wanted):
    return site.services.runs.list(site.viewer(name), "crm", Wanted(**wanted)).items


def the_run(site, rule="r"):
    (found,) = runs(site, rule=rule)
    return site.services.runs.read(site.viewer("boss"), "crm", found.id)


def undo(site, name="boss", rule="r", **more):
    found = (runs(site, rule=rule, outcome="acted") or runs(site, rule=rule))[0]
    site.business.moment += 1_000
    done = site.services.runs.undo(site.viewer(name), "crm", found.id, more.pop("reason", WHY), **more)
    site.jobs().run_until_quiet()
    return done


def refused(site, **more):
    with pytest.raises(EngineError) as error:
        undo(site, **more)
    return [(problem.code, problem.path) for problem in error.value.problems]


def standing(site):
    return {(one.kind, one.standing) for one in the_run(site).effects}


def test_fields_tags_holds_and_tasks_are_put_back_when_a_run_is_undone(crm):
    then = [{"set": {"b": '"x"', "a": "a * 2"}}, {"add_tag": {"field": "tags", "tag": "hot"}}, HOLD, TASK]
    site = crm(rule("r", "thing", CREATED, then))
    record = make(site, a="2", tags=["late"])
    after = read(site, record)
    assert (after.fields["a"], after.fields["b"], after.fields["sum"]) == ("4", "x", "5")
    assert after.held is not None
    assert len(site.services.inbox.open_tasks(site.viewer("me"))) == 1
    done = undo(site)
    back = read(site, record)
    assert (back.fields["a"], back.fields["b"], back.fields["sum"]) == ("2", None, "3")
    assert (back.fields["tags"], back.held) == (["late"], None)
    assert site.services.inbox.open_tasks(site.viewer("me")) == ()
    assert (done.item.outcome, done.item.undone.reason, done.item.undone.by_shown) == ("undone", WHY, "boss")


def test_the_timeline_and_the_journal_say_who_undid_which_run_and_why(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"b": '"x"'}}))
    record = make(site, a="1")
    undo(site)
    first = site.services.records.history(site.viewer("me"), "crm", "thing", record.id)[0]
    assert (first.by_shown, first.rule) == ("boss", "r")
    assert first.labels.zh == f"撤回了“r的中文”做的:{WHY}"
    (note,) = site.query("SELECT actor, subject, record, action FROM youju_journal WHERE subject = 'rule_run'")
    assert tuple(note) == (site.people["boss"], "rule_run", the_run(site).item.id, "undo")


def test_a_run_is_undone_once_when_two_try_at_the_same_time(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"a": "a + 1"}}))
    record = make(site, a="1")
    (found,) = runs(site)
    boss = site.viewer("boss")

    def attempt(number):
        try:
            site.services.runs.undo(boss, "crm", found.id, f"{WHY}{number}")
        except EngineError as error:
            return error.problems[0].code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(attempt, range(4)))
    assert answers.count("done") == 1
    # Whoever looks at the record after the winner finds nothing left to put back.
    assert set(answers) <= {"done", "UNDO-002", "UNDO-005", "STORE-010", "STORE-067"}
    assert read(site, record).fields["a"] == "1"
    assert site.count("youju_journal WHERE action = 'undo' AND subject = 'thing'") == 1


def test_the_same_request_is_answered_as_before_when_it_comes_again(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"a": "a + 1"}}))
    record = make(site, a="1")
    for _ in range(2):
        assert undo(site, idempotency_key="k").item.outcome == "undone"
    assert refused(site) == [("UNDO-002", "")]
    assert refused(site, idempotency_key="k", reason="another") == [("RUN-002", "")]
    assert read(site, record).fields["a"] == "1"


def test_a_field_that_was_changed_since_is_named_and_stays_when_the_rest_is_enough(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"a": "a + 1", "b": '"x"'}}))
    record = make(site, a="1")
    site.services.records.update(site.viewer("me"), "crm", "thing", record.id, {"b": "mine"}, None)
    assert refused(site) == [("UNDO-010", "effects[1]")]
    assert read(site, record).fields["a"] == "2", "all or nothing"
    done = undo(site, partly=True)
    assert (read(site, record).fields["a"], read(site, record).fields["b"]) == ("1", "mine")
    assert done.item.undone.left == 1


def test_a_transition_is_taken_back_unless_the_record_has_moved_on(crm):
    site = crm(rule("r", "thing", CREATED, {"fire": {"transition": "lose"}}))
    first = make(site, a="1")
    assert read(site, first).state == "lost"
    undo(site)
    assert read(site, first).state == "new"
    logged = site.query("SELECT origin, target, actor, rule FROM youju_state_log ORDER BY at, id")
    assert tuple(logged[-1]) == ("lost", "new", site.people["boss"], "r")
    second = make(site, a="2")
    site.services.records.transition(site.viewer("me"), "crm", "thing", second.id, "keep", {})
    assert refused(site) == [("UNDO-011", "effects[0]")]


def test_a_record_that_the_rule_made_goes_unless_it_was_changed(crm):
    made = {"create": {"form": "log", "fields": {"text": "b"}, "into": "made"}}
    site = crm(rule("r", "thing", CREATED, made))
    record = make(site, a="1", b="x")
    log = read(site, record).fields["made"]
    undo(site)
    assert read(site, record).fields["made"] is None
    assert site.services.records.list(site.viewer("me"), "crm", "log").items == ()
    other = make(site, a="2", b="y")
    log = read(site, other).fields["made"]
    site.services.records.update(site.viewer("me"), "crm", "log", log, {"text": "mine"}, None)
    assert refused(site) == [("UNDO-014", "effects[0]")]


def test_a_posting_is_taken_back_by_its_opposite(crm):
    post = {"post": {"ledger": "book", "account": "owner", "delta": "a", "reference": "id"}}
    site = crm(rule("r", "thing", CREATED, post))
    make(site, a="5")
    undo(site)
    booked = site.services.records.list(site.viewer("me"), "crm", "book", sort="created_at").items
    assert sorted(one.fields["n"] for one in booked) == ["-5", "5"]
    assert sum(one.fields["back"] is not None for one in booked) == 1
    assert min(one.fields["left"] for one in booked) == "0"


def test_who_was_told_inside_is_told_that_it_is_undone(crm):
    site = crm(rule("r", "thing", CREATED, [{"set": {"b": '"x"'}}, TOLD]))
    make(site, a="1")
    assert ("notify", "back") in standing(site)
    undo(site)
    texts = [one.text.zh for one in site.services.inbox.notifications(site.viewer("me"))]
    assert texts == [f"已撤回“r的中文”做的:{WHY}", "说"]
    assert [one.text.zh for one in site.services.inbox.notifications(site.viewer("boss"))] == ["说"]


def test_mail_that_is_out_stays_and_mail_that_nobody_has_begun_is_kept_back(crm):
    mail = {"notify": {**TOLD["notify"], "channels": ["in_app", "mail"]}}
    site = crm(rule("r", "thing", CREATED, [{"set": {"b": '"x"'}}, mail]))
    make(site, a="1")
    assert refused(site) == [("UNDO-017", "effects[1]")]
    assert undo(site, partly=True).item.undone.left == 1


def test_a_wait_that_is_not_over_ends(crm):
    site = crm(rule("r", "thing", CREATED, [{"set": {"b": '"x"'}}, {"wait_for": {"hours": 3}}, {"set": {"b": '"y"'}}]))
    record = make(site, a="1")
    undo(site)
    site.business.moment += 4 * HOUR
    site.jobs().run_until_quiet()
    assert read(site, record).fields["b"] is None


def test_a_task_that_is_done_stays(crm):
    done = {"open_task": {**TASK["open_task"], "actions": [{"key": "ok", "labels": {"zh": "好", "en": "ok"}}]}}
    site = crm(rule("r", "thing", CREATED, [{"set": {"b": '"x"'}}, done]))
    make(site, a="1")
    (task,) = site.services.inbox.open_tasks(site.viewer("me"))
    site.services.inbox.act(site.viewer("me"), task.id, "ok", {})
    assert refused(site) == [("UNDO-016", "effects[1]")]


def test_only_administrators_undo_and_a_reason_is_asked_for(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"b": '"x"'}}))
    record = make(site, a="1")
    (found,) = runs(site)
    for call in (
        lambda: site.services.runs.undo(site.viewer("me"), "crm", found.id, WHY),
        lambda: site.services.runs.read(site.viewer("me"), "crm", found.id),
        lambda: runs(site, "me"),
        lambda: site.services.runs.undo(site.viewer("boss"), "crm", "nothing", WHY),
    ):
        with pytest.raises(EngineError) as error:
            call()
        assert error.value.problems[0].code == "DECIDE-001"
    assert refused(site, reason="  ") == [("UNDO-001", "reason")]
    assert read(site, record).fields["b"] == "x"


def test_a_run_that_did_nothing_is_not_undone(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"b": '"x"'}}, when="a > 5"))
    make(site, a="1")
    assert refused(site) == [("UNDO-003", "")]


def test_the_rule_does_not_act_again_at_once_when_its_run_is_undone(crm):
    site = crm(
        rule("r", "thing", [CREATED, {"changed": ["b"]}], {"set": {"b": '"x"'}}, when="is_empty(b)"),
        rule("s", "thing", {"changed": ["b"]}, {"set": {"secret": 'b & "!"'}}, when="true"),
    )
    record = make(site, a="1")
    assert read(site, record).fields["secret"] == "x!"
    undo(site)
    after = read(site, record)
    assert (after.fields["b"], after.fields["secret"]) == (None, "!"), "other rules look at what is put back"
    assert sorted(one.outcome for one in runs(site, rule="r")) == ["idle", "undone"]


def test_a_rule_that_fires_once_for_a_state_does_not_fire_for_the_state_that_is_put_back(crm):
    site = crm(rule("r", "thing", [CREATED, {"changed": ["b"]}], {"fire": {"transition": "lose"}}, once="state"))
    record = make(site, a="1")
    undo(site)
    site.services.records.update(site.viewer("me"), "crm", "thing", record.id, {"b": "x"}, None)
    site.jobs().run_until_quiet()
    assert read(site, record).state == "new"


def test_who_may_not_read_the_record_is_told_nothing_of_it(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"b": '"hidden words"'}}, when="a > 0"))
    make(site, a="1")
    (found,) = runs(site, "chief")
    assert (found.record.id, found.record.title) == (None, None)
    detail = site.services.runs.read(site.viewer("chief"), "crm", found.id)
    assert (detail.condition, detail.inputs) == (None, ())
    assert "hidden words" not in repr(detail)
    assert "hidden words" in repr(the_run(site))


def test_all_runs_of_a_rule_are_undone_together_when_they_are_of_one_revision(crm):
    site = crm(rule("r", "thing", CREATED, {"set": {"a": "a + 1"}}))
    together = RunsTogether(site.services.runs)
    boss = site.viewer("boss")
    records = [make(site, a=str(number)) for number in (1, 2, 3)]
    site.services.records.update(site.viewer("me"), "crm", "thing", records[1].id, {"a": "9"}, None)
    wanted = Wanted(rule="r", revision="1")
    foreseen = together.foresee(boss, "crm", wanted)
    assert (foreseen.whole, foreseen.partly, foreseen.never) == (2, 0, 1)
    assert [(one.code, one.count) for one in foreseen.reasons] == [("UNDO-010", 1)]
    done = together.undo(boss, "crm", wanted, WHY)
    assert (done.undone, done.partly, done.refused) == (2, 0, 1)
    assert [read(site, one).fields["a"] for one in records] == ["1", "9", "3"]
    again = together.undo(boss, "crm", wanted, WHY)
    assert (again.undone, again.refused) == (0, 1), "what is undone is not found any more"
    assert together.foresee(boss, "crm", Wanted(rule="r", revision="2")).items == ()
    for name, asked, code in (("boss", Wanted(), "RUN-068"), ("me", wanted, "DECIDE-001")):
        with pytest.raises(EngineError) as error:
            together.undo(site.viewer(name), "crm", asked, WHY)
        assert error.value.problems[0].code == code


def test_what_a_rule_did_twice_to_a_record_is_taken_back_in_turn(crm):
    site = crm(rule("r", "thing", [CREATED, {"changed": ["b"]}], {"set": {"a": "a + 1"}}))
    record = make(site, a="1")
    for letter in "xy":
        site.business.moment += 1_000
        site.services.records.update(site.viewer("me"), "crm", "thing", record.id, {"b": letter}, None)
        site.jobs().run_until_quiet()
    assert read(site, record).fields["a"] == "4"
    done = RunsTogether(site.services.runs).undo(site.viewer("boss"), "crm", Wanted(rule="r"), WHY)
    assert (done.undone, done.refused) == (3, 0)
    assert read(site, record).fields["a"] == "1"
