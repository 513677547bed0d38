"""What rules do beyond their own record: others updated, lines gone through, options chosen, people found far away."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from engine.decision.commands import Create, Delete, Fire, RunRules, Update
from engine.kernel.clocks import day_number, moment_number
from tests.support.apps import app as app_of
from tests.support.apps import field, form, options, places, problems_of, rule, state, transition, workflow
from tests.unit.decision.conftest import STAFF

CREATED = {"created": True}


def payments(*more: Any) -> list[Any]:
    """Return the parts of an app in which a payment is split over invoices, and invoices know what was paid."""
    relation = {
        "uid": "t99999999999",
        "key": "splits",
        "labels": {"zh": "核销", "en": "Splits"},
        "form": "payment",
        "lines": "splits",
        "reference": "invoice",
    }
    invoice = form(
        "invoice",
        field("amount", "money"),
        field("paid", "money", set_by="system"),
        field("customer", "reference", form="customer"),
        relations=[relation],
    )
    payment = form(
        "payment",
        field("day", "date"),
        field("customer", "reference", form="customer"),
        field("splits", "lines", fields=[field("invoice", "reference", form="invoice"), field("part", "money")]),
    )
    return [form("customer", field("last_day", "date"), field("tag")), invoice, payment, *more]


PAID = {
    "for_each": {
        "lines": "splits",
        "do": [
            {
                "update": {
                    "record": "invoice",
                    "fields": {"paid": "sum(invoice.splits.part where parent.day is not empty)"},
                }
            }
        ],
    }
}
LATEST = {
    "update": {
        "record": "customer",
        "fields": {"last_day": "if(customer.last_day is empty or day > customer.last_day, day, customer.last_day)"},
    }
}


def test_every_line_updates_its_record_when_a_rule_goes_through_them(shop):
    effects = rule("effects", "payment", [CREATED, {"changed": ["splits", "day"]}], [PAID, LATEST])
    world, me = shop(*payments(effects))
    customer = world.make(me, Create("shop", "customer", {}))
    first, second = (
        world.make(me, Create("shop", "invoice", {"amount": "100", "customer": customer})) for _ in range(2)
    )

    def pay(day: str, *splits: tuple[str, str]) -> None:
        lines = [{"invoice": invoice, "part": part} for invoice, part in splits]
        body = Create("shop", "payment", {"day": day, "customer": customer, "splits": lines})
        world.follow(world.do(me, body))

    pay("2026-03-05", (first, "30"), (second, "20"), (first, "5"))
    pay("2026-03-01", (first, "10"))
    assert world.rows["shop", "invoice", first]["paid"] == 4500
    assert world.rows["shop", "invoice", second]["paid"] == 2000
    day = world.rows["shop", "customer", customer]["last_day"]
    assert day == moment_day("2026-03-05"), "an earlier payment does not put it back"


def moment_day(text: str) -> int:
    return day_number(date.fromisoformat(text))


def test_lines_of_other_records_count_with_what_is_pending(shop):
    over = rule(
        "over", "payment", {"before": ["save"]}, {"refuse": {"message": {"zh": "超额", "en": "too much"}}},
        when="exists(splits where part > 0) and sum(customer.splits_all.part where parent.day is not empty) > 100",
    )  # fmt: skip
    parts = payments(over)
    parts[0]["relations"] = [
        {
            "uid": "t99999999998",
            "key": "splits_all",
            "labels": {"zh": "全部核销", "en": "All splits"},
            "form": "payment",
            "lines": "splits",
            "reference": "payer",
        }
    ]
    parts[2]["fields"][2]["fields"].append(field("payer", "reference", form="customer"))
    world, me = shop(*parts)
    customer = world.make(me, Create("shop", "customer", {}))

    def pay(part: str) -> Create:
        lines = [{"part": part, "payer": customer}]
        return Create("shop", "payment", {"day": "2026-03-01", "customer": customer, "splits": lines})

    world.do(me, pay("60"))
    assert world.refusal(me, pay("41")) == [("RULE-010", "")]
    second = world.make(me, pay("40"))
    bigger = {"splits": [{"part": "41", "payer": customer}]}
    assert world.refusal(me, Update("shop", "payment", second, bigger)) == [("RULE-010", "")], "not counted twice"
    world.do(me, Update("shop", "payment", second, {"splits": [{"part": "39", "payer": customer}]}))


def test_nothing_is_updated_when_the_way_breaks_off(shop):
    world, me = shop(*payments(rule("r", "payment", CREATED, LATEST)))
    (run,) = world.follow(world.do(me, Create("shop", "payment", {"day": "2026-03-05"})))
    assert (run.writes, run.rule_runs[0].fired) == ((), True)


def test_a_record_two_references_away_is_updated(shop):
    tag = {"update": {"record": "invoice.customer", "fields": {"tag": "text"}}}
    note = form("note", field("text"), field("invoice", "reference", form="invoice"))
    world, me = shop(*payments(note, rule("r", "note", CREATED, tag)))
    customer = world.make(me, Create("shop", "customer", {}))
    invoice = world.make(me, Create("shop", "invoice", {"customer": customer}))
    world.follow(world.do(me, Create("shop", "note", {"invoice": invoice, "text": "重点"})))
    assert world.rows["shop", "customer", customer]["tag"] == "重点"


def test_what_was_wrong_before_is_not_held_against_a_rule(shop):
    strict = field("tag", required_when="last_day is not empty")
    parts = payments(rule("r", "payment", CREATED, LATEST))
    parts[0] = form("customer", field("last_day", "date"), field("name", required="create"), strict)
    world, me = shop(*parts)
    customer = world.make(me, Create("shop", "customer", {"name": "九江"}))
    world.rows["shop", "customer", customer]["name"] = None
    payment = world.do(me, Create("shop", "payment", {"day": "2026-03-05", "customer": customer}))
    body = payment.messages[0].payload
    found = world.refusal(me, RunRules("shop", "payment", body["record"], body["event"]))
    assert found == [("FORM-002", "fields.tag")], "the name was missing before; the tag is missing because of the rule"


def test_options_are_chosen_when_their_conditions_hold(shop):
    chosen = {"set": {"causes": {"late": "n > 2", "poor": "n > 1"}}}
    causes = field("causes", "multi_choice", options=options("poor", "late"))
    thing = form("thing", field("n", "number"), causes)
    world, me = shop(thing, rule("r", "thing", [CREATED, {"changed": ["n"]}], chosen))
    found = []
    for n in ("3", "2", "1"):
        id = world.make(me, Create("shop", "thing", {"n": n}))
        world.do(me, Update("shop", "thing", id, {"causes": ["poor"]}))
        event = {"created": True, "deleted": False, "changed": [], "left": None, "entered": None, "version": 1}
        world.do(me, RunRules("shop", "thing", id, event))
        found.append(world.rows["shop", "thing", id]["causes"])
    assert found == [("poor", "late"), ("poor",), None]


def test_persons_at_the_end_of_references_are_told(shop):
    told = {
        "notify": {
            "to": [{"person": "customer.banker"}, {"manager_of": "customer.banker"}],
            "copy": [{"owner": True}, {"person": "customer.banker"}],
            "text": {"zh": "好", "en": "ok"},
        }
    }
    parts = [
        form("customer", field("banker", "person")),
        form("deal", field("customer", "reference", form="customer")),
        rule("r", "deal", CREATED, told),
    ]
    world, me = shop(*parts)
    boss = world.person("boss", STAFF)
    banker = world.person("banker", STAFF, manager=boss)
    customer = world.make(me, Create("shop", "customer", {"banker": banker}))
    (run,) = world.follow(world.do(me, Create("shop", "deal", {"customer": customer})))
    told, copied = (message.payload for message in run.messages)
    assert (told["recipients"], told["text"]["zh"]) == ([banker, boss], "好")
    assert (copied["recipients"], copied["text"]["zh"]) == ([me], "抄送:好"), "nobody is told twice"


def test_one_field_of_a_group_is_enough_when_a_transition_asks_for_one_of_several(shop):
    move = transition("go", ["new"], "done", fields=["a", "b"], one_of=[["c", "none"]])
    thing = form("thing", field("a"), field("b"), field("c"), field("none", "boolean"))
    world, me = shop(thing, workflow("thing", [state("new"), state("done", "won")], [move]))
    id = world.make(me, Create("shop", "thing", {"a": "1", "b": "2"}))
    for fields in ({}, {"none": False}):
        assert world.refusal(me, Fire("shop", "thing", id, "go", fields)) == [("FLOW-018", "fields.c")]
    for fields in ({"none": True}, {"c": "x"}):
        world.do(me, Fire("shop", "thing", world.make(me, Create("shop", "thing", {"a": "1", "b": "2"})), "go", fields))


# --- deadlines


@pytest.fixture
def loans(shop):
    late = rule("late", "loan", {"deadline": "due"}, {"set": {"late": "true"}}, when="late is empty")
    soon = rule("soon", "loan", {"deadline": "day"}, {"set": {"late": "false"}})
    loan = form("loan", field("due", "datetime"), field("day", "date"), field("late", "boolean"), field("note"))
    return shop(loan, late, soon)


def timers(changeset: Any) -> dict[str, Any]:
    return {item.rule: item.due for item in changeset.timers}


def test_timers_follow_the_fields_that_deadlines_read(loans):
    world, me = loans
    made = world.do(me, Create("shop", "loan", {"due": "2026-03-01T10:00:00Z", "day": "2026-03-02"}))
    id = made.writes[0].id
    due = at("2026-03-01T10:00:00+00:00")
    assert timers(made) == {"late": due, "soon": at("2026-03-02T00:00:00+08:00")}, "a day begins in the app's zone"
    assert timers(world.do(me, Update("shop", "loan", id, {"note": "x"}))) == {}
    moved = world.do(me, Update("shop", "loan", id, {"due": "2026-03-05T10:00:00Z"}))
    assert timers(moved) == {"late": at("2026-03-05T10:00:00+00:00")}
    assert timers(world.do(me, Update("shop", "loan", id, {"due": None}))) == {"late": None}
    assert timers(world.do(me, Delete("shop", "loan", id))) == {"soon": None}


def at(text: str) -> int:
    return moment_number(datetime.fromisoformat(text))


def test_one_rule_looks_when_its_timer_has_come(loans):
    world, me = loans
    id = world.make(me, Create("shop", "loan", {"due": "2026-03-01T10:00:00Z", "day": "2026-03-02"}))
    event = {"created": False, "deleted": False, "changed": [], "left": None, "entered": None, "version": "due:1"}
    changeset = world.do(None, RunRules("shop", "loan", id, event, rule="late"))
    assert [run.rule for run in changeset.rule_runs] == ["late"]
    assert world.rows["shop", "loan", id]["late"] is True


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        ({"schedule": {"cron": "61 * * * *"}}, ("RULE-007", "on[0].schedule.cron")),
        ({"schedule": {"cron": "0 0 31 2 *"}}, ("RULE-007", "on[0].schedule.cron")),
        ({"schedule": {"cron": "* * * * * *"}}, ("RULE-007", "on[0].schedule.cron")),
        ({"deadline": "n"}, ("RULE-005", "on[0].deadline")),
        ({"deadline": "now()"}, ("RULE-008", "on[0].deadline")),
        ({"deadline": "other.due"}, ("RULE-008", "on[0].deadline")),
    ],
)
def test_a_design_is_refused_when_no_time_can_come_of_it(event, wanted):
    loan = form("loan", field("due", "date"), field("n", "number"), field("other", "reference", form="loan"))
    documents = app_of(loan, rule("r", "loan", event, {"set": {"n": "1"}}))
    assert wanted in [(code, place.rpartition("#")[2]) for code, place in places(problems_of(documents))]


def test_many_lines_update_their_records_when_saving_each_reads_around_it(shop):
    parts = payments(rule("effects", "payment", CREATED, PAID))
    parts[0]["fields"].append(field("level", "number"))
    parts[1]["fields"] += [
        field("weight", "number", computed="customer.level"),
        field("open", "number", computed="count(splits)"),
    ]
    world, me = shop(*parts)
    invoices = []
    for level in range(12):
        customer = world.make(me, Create("shop", "customer", {"level": str(level)}))
        invoices.append(world.make(me, Create("shop", "invoice", {"customer": customer})))
    lines = [{"invoice": invoice, "part": "10"} for invoice in invoices]
    world.follow(world.do(me, Create("shop", "payment", {"day": "2026-03-01", "splits": lines})))
    assert [world.rows["shop", "invoice", invoice]["paid"] for invoice in invoices] == [1000] * 12
    assert world.rounds <= 4, "they are read ahead, not one after the other"


def test_a_rule_looks_at_what_the_one_before_it_has_set(shop):
    first = rule("first", "thing", CREATED, {"set": {"n": "1"}}, order=1)
    second = rule("second", "thing", CREATED, {"set": {"m": "1"}}, order=2, when="n is empty")
    world, me = shop(form("thing", field("n", "number"), field("m", "number")), first, second)
    id = world.make(me, Create("shop", "thing", {}))
    event = {"created": True, "deleted": False, "changed": [], "left": None, "entered": None, "version": 1}
    world.do(me, RunRules("shop", "thing", id, event))
    assert (world.rows["shop", "thing", id]["n"], world.rows["shop", "thing", id]["m"]) == (1, None)


def test_people_at_the_end_of_long_paths_are_found_in_few_rounds(shop):
    chain = [form("a", field("boss", "person"))]
    chain += [form(key, field("up", "reference", form=below)) for key, below in (("b", "a"), ("c", "b"), ("d", "c"))]
    to = [{"manager_of": "up.up.up.boss"}, {"person": "up.up.up.boss"}, {"role": "staff"}]
    told = {"notify": {"to": to, "copy": [{"manager_of": "up.up.up.boss"}], "text": {"zh": "好", "en": "ok"}}}
    world, me = shop(*chain, rule("r", "d", CREATED, told))
    head = world.person("head", STAFF)
    boss = world.person("boss", STAFF, manager=head)
    id = world.make(me, Create("shop", "a", {"boss": boss}))
    for key in "bcd":
        id = world.make(me, Create("shop", key, {"up": id}))
    event = {"created": True, "deleted": False, "changed": [], "left": None, "entered": None, "version": 1}
    (message,) = world.do(me, RunRules("shop", "d", id, event)).messages
    assert message.payload["recipients"][:2] == [head, boss]


@pytest.mark.parametrize("wrong", ["total", "gone"])
def test_what_is_computed_or_retired_is_not_set_by_a_rule(wrong):
    thing = form("thing", field("n", "number"), field("total", "number", computed="n"), field("gone", retired=True))
    documents = app_of(thing, rule("r", "thing", CREATED, {"set": {wrong: "1"}}))
    assert ("RULE-001", "rules/r.json#then[0].set") in places(problems_of(documents))


def test_groups_count_once_when_their_fields_are_asked_for_already():
    move = transition("go", ["new"], "done", fields=["a"], one_of=[["a", "b"], ["a", "b"]])
    thing = form("thing", field("a"), field("b"))
    documents = app_of(thing, workflow("thing", [state("new"), state("done", "won")], [move]))
    assert "FLOW-003" in [code for code, _ in places(problems_of(documents))]
