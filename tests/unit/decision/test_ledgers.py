"""Ledgers: booked once for a reference, taken back by the opposite, never below the minimum, never changed."""

from __future__ import annotations

from typing import Any

import pytest

from engine.decision.commands import Create, Delete, Fire, Update
from tests.support.apps import app, field, form, places, problems_of, rule, state, transition, workflow

BOOK = {
    "account": "who",
    "delta": "points",
    "reference": "ref",
    "balance": "left",
    "minimum": "0",
    "reversed_by": "undone",
}


def ledger(**changed: Any) -> Any:
    parts = {key: value for key, value in {**BOOK, **changed}.items() if value is not None}
    return form(
        "book",
        field("who", "person", required="create"),
        field("points", "number", required="create"),
        field("ref", required="create", unique=True),
        field("left", "number", set_by="system"),
        field("undone", "reference", form="book", set_by="system"),
        field("why"),
        ledger=parts,
    )


def post(delta: str = "n", reference: str = '"job:" & id', **more: Any) -> Any:
    return {"post": {"ledger": "book", "account": "owner", "delta": delta, "reference": reference, **more}}


TAKE_BACK = {"reverse": {"ledger": "book", "of": '"job:" & id', "reference": '"job:" & id & ":back"'}}
FLOW = workflow(
    "job",
    [state("new"), state("done"), state("back"), state("paid", "won")],
    [
        transition("finish", ["new", "back"], "done"),
        transition("undo", ["done"], "back"),
        transition("spend", ["new"], "paid"),
    ],
)
RULES = (
    rule("earn", "job", {"entered": "done"}, post(fields={"why": '"earned"'})),
    rule("lose", "job", {"entered": "back"}, TAKE_BACK),
    rule("pay", "job", {"before": ["spend"]}, post("-n", '"spent:" & id')),
)


@pytest.fixture
def jobs(shop):
    """A world of jobs that earn points when they are done, lose them when they come back, and cost points when paid."""
    return shop(form("job", field("n", "number"), workflow="job"), ledger(), FLOW, *RULES)


def booked(world: Any) -> list[tuple[str, int, int]]:
    rows = [row for (_, kind, _), row in world.rows.items() if kind == "book"]
    return [(":".join(row["ref"].split(":")[::2]), row["points"], row["left"]) for row in rows]


def fire(world: Any, me: str, job: str, key: str) -> None:
    world.follow(world.do(me, Fire("shop", "job", job, key, {})))


def test_a_rule_books_once_when_it_runs_again(jobs):
    world, me = jobs
    job = world.make(me, Create("shop", "job", {"n": "10"}))
    changeset = world.do(me, Fire("shop", "job", job, "finish", {}))
    assert booked(world) == []
    world.follow(changeset)
    assert booked(world) == [("job", 10, 10)]
    world.follow(changeset)
    assert booked(world) == [("job", 10, 10)]
    (row,) = [row for (_, kind, _), row in world.rows.items() if kind == "book"]
    assert (row["who"], row["why"], row["ref"]) == (me, "earned", f"job:{job}")


def test_the_opposite_is_booked_once_when_it_is_taken_back(jobs):
    world, me = jobs
    job = world.make(me, Create("shop", "job", {"n": "10"}))
    fire(world, me, job, "finish")
    fire(world, me, job, "undo")
    assert booked(world) == [("job", 10, 10), ("job:back", -10, 0)]
    first, second = [row for (_, kind, _), row in world.rows.items() if kind == "book"]
    assert (first["undone"], second["undone"]) == (second["id"], None)
    fire(world, me, job, "finish")
    fire(world, me, job, "undo")
    assert booked(world) == [("job", 10, 10), ("job:back", -10, 0)]


def test_nothing_is_taken_back_when_nothing_was_booked(shop):
    world, me = shop(form("job", field("n", "number"), workflow="job"), ledger(), FLOW, RULES[1])
    job = world.make(me, Create("shop", "job", {"n": "10"}))
    fire(world, me, job, "finish")
    fire(world, me, job, "undo")
    assert booked(world) == []


def test_a_record_is_refused_with_its_other_faults_when_the_account_has_too_little(shop):
    spend = transition("spend", ["new"], "paid", fields=["why"], acknowledgement=True)
    guarded = workflow("job", [state("new"), state("paid", "won")], [spend])
    job_form = form("job", field("n", "number"), field("why"), workflow="job")
    world, me = shop(job_form, ledger(), guarded, RULES[2])
    world.make(me, Create("shop", "book", {"who": me, "points": "30", "ref": "gift"}))
    job = world.make(me, Create("shop", "job", {"n": "31"}))
    assert world.refusal(me, Fire("shop", "job", job, "spend", {})) == [
        ("FORM-026", ""),
        ("FORM-002", "fields.why"),
    ]
    (problem,) = world.problems(me, Fire("shop", "job", job, "spend", {"why": "x"}))
    assert problem.message.zh == "余额不足:现有30,还要31"
    assert len(booked(world)) == 1


def test_it_is_booked_in_the_same_changeset_when_the_rule_runs_before(jobs):
    world, me = jobs
    world.make(me, Create("shop", "book", {"who": me, "points": "30", "ref": "gift"}))
    job = world.make(me, Create("shop", "job", {"n": "30"}))
    changeset = world.do(me, Fire("shop", "job", job, "spend", {}))
    assert [(write.form, write.actor.rule) for write in changeset.writes] == [("book", "pay"), ("job", None)]
    assert booked(world)[-1] == ("spent", -30, 0)


def test_taking_back_goes_below_the_minimum_when_it_has_been_spent(jobs):
    world, me = jobs
    earned = world.make(me, Create("shop", "job", {"n": "10"}))
    fire(world, me, earned, "finish")
    fire(world, me, world.make(me, Create("shop", "job", {"n": "10"})), "spend")
    fire(world, me, earned, "undo")
    assert [left for _, _, left in booked(world)] == [10, 0, -10]


@pytest.mark.parametrize(
    "body",
    [
        lambda id: Update("shop", "book", id, {"points": "99"}),
        lambda id: Update("shop", "book", id, {"why": "x"}),
        lambda id: Delete("shop", "book", id),
    ],
)
def test_what_is_booked_stays_when_somebody_would_change_it(jobs, body):
    world, me = jobs
    id = world.make(me, Create("shop", "book", {"who": me, "points": "30", "ref": "gift"}))
    assert [code for code, _ in world.refusal(me, body(id))] == ["FORM-025"]


def test_a_rule_cannot_change_what_is_booked_when_it_updates(shop):
    touching = rule("touch", "book", {"created": True}, {"set": {"why": '"x"'}})
    world, me = shop(ledger(), touching)
    changeset = world.do(me, Create("shop", "book", {"who": me, "points": "30", "ref": "gift"}))
    with pytest.raises(AssertionError, match="FORM-025"):
        world.follow(changeset)


@pytest.mark.parametrize(
    ("part", "key"),
    [("account", "points"), ("delta", "why"), ("reference", "why"), ("balance", "points"), ("reversed_by", "who")],
)
def test_a_ledger_is_refused_when_a_field_cannot_be_what_it_says(part, key):
    listed = places(problems_of(app(ledger(**{part: key}))))
    assert ("FORM-024", f"forms/book.json#ledger.{part}") in listed


@pytest.mark.parametrize(
    ("then", "problem"),
    [
        ({"post": {**post()["post"], "ledger": "zz"}}, ("RULE-001", "post.ledger")),
        ({"post": {**post()["post"], "ledger": "job"}}, ("RULE-050", "post.ledger")),
        ({"post": {**post()["post"], "delta": '"x"'}}, ("LANG-040", "post.delta")),
        ({"post": {**post()["post"], "account": "n"}}, ("LANG-040", "post.account")),
        ({"post": {**post()["post"], "fields": {"points": "1"}}}, ("RULE-051", "post.fields.points")),
        ({"post": {**post()["post"], "fields": {"zz": "1"}}}, ("RULE-001", "post.fields")),
        ({"reverse": {**TAKE_BACK["reverse"], "of": "n"}}, ("LANG-040", "reverse.of")),
    ],
)
def test_a_rule_is_refused_when_it_cannot_book(then, problem):
    parts = app(
        form("job", field("n", "number"), workflow="job"), ledger(), FLOW, rule("r", "job", {"created": True}, then)
    )
    assert [(code, path.removeprefix("rules/r.json#then[0].")) for code, path in places(problems_of(parts))] == [
        problem
    ]
