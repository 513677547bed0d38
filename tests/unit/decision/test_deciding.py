"""decide() itself: pure, asking in few rounds, answering with all or nothing."""

from __future__ import annotations

import copy

import pytest

from engine.decision.changeset import Actor
from engine.decision.commands import Act, Command, Create, Decided, Delete, Fire, NeedFacts, Refusal, Update
from engine.decision.deciding import decide
from engine.decision.facts import AggregateQuery, PersonQuery, RecordQuery
from engine.decision.previewing import Preview, preview
from tests.support import apps
from tests.support.apps import element, field, form, rule
from tests.support.worlds import NOON, number_id


def decided_twice(world, command):
    """Decide with facts gathered anew each time; both outcomes."""
    return world.settle(command), world.settle(command)


def bodies(library):
    member, book = library.member(), library.book(copies=[{"barcode": "1"}])
    loan = library.lend(member, library.book())
    return [
        Create("library", "book", {"title": "a", "isbn": "b", "copies": [{"barcode": "1"}, {"barcode": "2"}]}),
        Create("library", "loan", {"member": member, "book": book}, "lend"),
        Update("library", "book", book, {"copies": [{"barcode": "3"}]}, 1),
        Fire("library", "loan", loan, "give_back", {"returned_on": "2026-12-01", "condition": "good"}),
        Fire("library", "loan", loan, "lend"),
        Delete("library", "loan", loan),
        Create("library", "book", {"title": 1, "nope": 2}),
        Create("library", "nope", {}),
    ]


def test_the_same_answer_is_given_to_the_id_when_command_and_facts_are_the_same(library):
    world = library.world
    for body in bodies(library):
        command = world.command(library.anna, body)
        (first, facts), (second, other_facts) = decided_twice(world, command)
        assert first == second
        assert list(facts) == list(other_facts)
        assert decide(command, world.catalog, world.parameters, facts) == first, "and when the facts are there at once"
        assert decide(command, world.catalog, world.parameters, dict(reversed(facts.items()))) == first


def test_other_ids_are_given_when_the_command_is_another(library):
    world = library.world
    body = Create("library", "book", {"title": "a", "isbn": "b", "copies": [{"barcode": "1"}]})
    one, other = world.settle(world.command(library.anna, body))[0], world.settle(world.command(library.anna, body))[0]
    assert one.record != other.record
    (row,), (other_row,) = ([w.row for w in outcome.changeset.writes] for outcome in (one, other))
    assert row["copies"][0]["id"] != other_row["copies"][0]["id"]
    assert len({row["id"], row["copies"][0]["id"]}) == 2


def test_arguments_stay_as_they_were_when_a_command_is_decided(library):
    world = library.world
    for body in bodies(library):
        command = world.command(library.anna, body)
        _, facts = world.settle(command)
        before = copy.deepcopy((command, world.parameters, list(facts.items())))
        decide(command, world.catalog, world.parameters, facts)
        assert (command, world.parameters, list(facts.items())) == before


def test_what_is_known_to_be_needed_is_asked_first_when_there_are_no_facts(library):
    world = library.world
    outcome = decide(
        world.command(library.anna, Update("library", "book", number_id(1), {})), world.catalog, world.parameters, {}
    )
    assert outcome == NeedFacts((PersonQuery(library.anna), RecordQuery("library", "book", number_id(1))))


def test_nothing_is_asked_again_when_facts_are_given_bit_by_bit(library):
    world = library.world
    body = Create("library", "loan", {"member": library.member(), "book": library.book()}, "lend")
    command, facts = world.command(library.anna, body), {}
    while isinstance(outcome := decide(command, world.catalog, world.parameters, facts), NeedFacts):
        assert not set(outcome.queries) & set(facts)
        assert len(set(outcome.queries)) == len(outcome.queries)
        facts[outcome.queries[0]] = world.answer(outcome.queries[0])
    assert isinstance(outcome, Decided)


ROUNDS = {
    "make a book": (lambda _: Create("library", "book", {"title": "a", "isbn": "x"}), 2),
    "ask for a book": (lambda lib: Create("library", "loan", {"member": lib.member(), "book": lib.book()}), 2),
    "lend at once": (lambda lib: Create("library", "loan", {"member": lib.member(), "book": lib.book()}, "lend"), 3),
    "change a book": (lambda lib: Update("library", "book", lib.book(), {"isbn": "y"}), 2),
    "lend": (
        lambda lib: Fire(
            "library",
            "loan",
            lib.world.make(lib.anna, Create("library", "loan", {"member": lib.member(), "book": lib.book()})),
            "lend",
        ),
        4,
    ),
    "give back": (
        lambda lib: Fire(
            "library",
            "loan",
            lib.lend(lib.member(), lib.book()),
            "give_back",
            {"returned_on": "2026-12-01", "condition": "good"},
        ),
        4,
    ),
    "delete": (lambda lib: Delete("library", "loan", lib.lend(lib.member(), lib.book())), 2),
}


@pytest.mark.parametrize("flow", ROUNDS)
def test_facts_are_asked_for_in_few_rounds_when_the_library_works(library, flow):
    make, most = ROUNDS[flow]
    library.world.do(library.anna, make(library))
    assert library.world.rounds <= most


def test_facts_are_asked_for_in_few_rounds_when_rules_follow(library):
    world, john = library.world, library.john
    asked = world.do(john, Create("library", "loan", {"member": library.member(), "book": library.book()}))
    world.follow(asked)
    assert world.rounds <= 4
    (task,) = world.tasks
    world.do(library.anna, Act(task, "lend"))
    assert world.rounds <= 5


def test_rounds_do_not_grow_when_a_form_has_many_references(shop):
    count = 15
    total = " + ".join(f"or_zero(r{n}.price)" for n in range(count))
    references = [field(f"r{n}", "reference", form="item") for n in range(count)]
    world, me = shop(
        form("item", field("price", "number")), form("thing", *references, field("total", "number", computed=total))
    )
    items = [world.make(me, Create("shop", "item", {"price": "2"})) for _ in range(count)]
    id = world.make(me, Create("shop", "thing", {f"r{n}": item for n, item in enumerate(items)}))
    assert world.rows["shop", "thing", id]["total"] == 2 * count
    assert world.rounds <= 3


def test_rounds_do_not_grow_when_a_form_has_many_aggregates(shop):
    count = 15
    roll_ups = [field(f"a{n}", "number", computed=f"count(parts where n > {n})") for n in range(count)]
    parts = [element("parts", form="part", reference="thing")]
    world, me = shop(
        form("part", field("thing", "reference", form="thing"), field("n", "number")),
        form("thing", field("x"), *roll_ups, relations=parts),
    )
    id = world.make(me, Create("shop", "thing", {}))
    for n in range(5):
        world.do(me, Create("shop", "part", {"thing": id, "n": str(n)}))
    world.do(me, Update("shop", "thing", id, {"x": "1"}))
    assert world.rounds <= 3
    assert [world.rows["shop", "thing", id][f"a{n}"] for n in range(6)] == [4, 3, 2, 1, 0, 0]


def test_rounds_grow_by_one_a_hop_when_paths_are_long(shop):
    world, me = shop(
        form("region", field("rate", "number")),
        form("customer", field("region", "reference", form="region")),
        form("contract", field("customer", "reference", form="customer")),
        form(
            "thing",
            *(field(f"c{n}", "reference", form="contract") for n in range(4)),
            *(field(f"rate{n}", "number", computed=f"c{n}.customer.region.rate") for n in range(4)),
        ),
    )
    contracts = []
    for rate in "4567":
        region = world.make(me, Create("shop", "region", {"rate": rate}))
        customer = world.make(me, Create("shop", "customer", {"region": region}))
        contracts.append(world.make(me, Create("shop", "contract", {"customer": customer})))
    id = world.make(me, Create("shop", "thing", {f"c{n}": contract for n, contract in enumerate(contracts)}))
    assert [world.rows["shop", "thing", id][f"rate{n}"] for n in range(4)] == [4, 5, 6, 7]
    assert world.rounds <= 4


def test_rounds_do_not_grow_when_many_lines_refer_to_many_records(shop):
    price = field("price", "number", computed="item.price")
    lines = field("rows", "lines", fields=[field("item", "reference", form="item"), price])
    world, me = shop(form("item", field("price", "number")), form("thing", lines))
    items = [world.make(me, Create("shop", "item", {"price": str(n)})) for n in range(30)]
    id = world.make(me, Create("shop", "thing", {"rows": [{"item": item} for item in items]}))
    assert [line["price"] for line in world.rows["shop", "thing", id]["rows"]] == list(range(30))
    assert world.rounds <= 3


def test_rounds_do_not_grow_when_rules_read_and_tell_much(shop):
    count = 12
    references = [field(f"r{n}", "reference", form="item") for n in range(count)]
    people = [field(f"p{n}", "person") for n in range(count)]
    texts = "".join(f"{{{{p{n}}}}}" for n in range(count)) + "{{r0.name}}"
    told = {"notify": {"to": [{"person": f"p{n}"} for n in range(count)], "text": {"zh": texts, "en": texts}}}
    made = {"set": {"note": " & ".join(f"r{n}.name" for n in range(count))}}
    world, me = shop(
        form("item", field("name")),
        form("thing", *references, *people, field("note")),
        rule("r", "thing", {"created": True}, [told, made]),
    )
    items = [world.make(me, Create("shop", "item", {"name": str(n % 10)})) for n in range(count)]
    staff = [world.person(f"p{n}") for n in range(count)]
    fields = {f"r{n}": item for n, item in enumerate(items)} | {f"p{n}": person for n, person in enumerate(staff)}
    changeset = world.do(me, Create("shop", "thing", fields))
    (run,) = world.follow(changeset)
    assert world.rounds <= 4
    assert run.messages[0].payload["text"]["en"] == "".join(f"p{n}" for n in range(count)) + "0"
    assert run.writes[0].row["note"] == "012345678901"


def test_an_aggregate_counts_what_the_same_decision_writes_when_it_looks_back(shop):
    parts = [element("parts", form="part", reference="thing")]
    body = {"create": {"form": "part", "fields": {"n": "5", "thing": "other"}}}
    world, me = shop(
        form("part", field("thing", "reference", form="thing"), field("n", "number")),
        form("thing", field("other", "reference", form="thing"), field("total", "number"), relations=parts),
        rule(
            "r",
            "thing",
            {"created": True},
            [body, body, {"set": {"total": "sum(other.parts.n)"}}],
            when="other is not empty",
        ),
    )
    first = world.make(me, Create("shop", "thing", {}))
    world.do(me, Create("shop", "part", {"thing": first, "n": "100"}))
    changeset = world.do(me, Create("shop", "thing", {"other": first}))
    (run,) = world.follow(changeset)
    assert run.writes[-1].row["total"] == 110


def test_an_aggregate_is_asked_without_what_the_decision_changes_when_it_changes_it(shop):
    limit = {"uid": apps.uid(), "holds": "sum(thing.parts.n) <= 10", "message": {"zh": "超", "en": "over"}}
    world, me = shop(
        form("part", field("thing", "reference", form="thing"), field("n", "number", validations=[limit])),
        form("thing", field("x"), relations=[element("parts", form="part", reference="thing")]),
    )
    thing = world.make(me, Create("shop", "thing", {}))
    part = world.make(me, Create("shop", "part", {"thing": thing, "n": "6"}))
    world.do(me, Update("shop", "part", part, {"n": "10"}))
    assert world.refusal(me, Update("shop", "part", part, {"n": "11"})) == [("FORM-013", "fields.n")]
    assert world.refusal(me, Create("shop", "part", {"thing": thing, "n": "1"})) == [("FORM-013", "fields.n")]
    _, facts = world.settle(world.command(me, Update("shop", "part", part, {"n": "9"})))
    assert [query.excluding for query in facts if isinstance(query, AggregateQuery)] == [(part,)]


def test_a_refusal_carries_every_problem_once_when_a_command_does_not_hold(library):
    world = library.world
    outcome = world.decide(library.anna, Create("library", "loan", {"zz": 1, "due_date": "x"}, "lend"))
    assert isinstance(outcome, Refusal)
    assert not hasattr(outcome, "changeset")
    found = [(problem.code, problem.path) for problem in outcome.problems]
    assert len(found) == len(set(found)) > 2


# --- trying without saving


def tried(world, actor, body):
    command, facts = world.command(actor, body), {}
    while isinstance(outcome := preview(command, world.catalog, world.parameters, facts), NeedFacts):
        facts.update((query, world.answer(query)) for query in outcome.queries)
    assert isinstance(outcome, Preview)
    return outcome


def test_a_preview_shows_the_record_and_all_problems_when_it_would_be_refused(library):
    world = library.world
    found = tried(
        world, library.anna, Create("library", "book", {"isbn": "1", "price": "x", "copies": [{"barcode": "b"}]})
    )
    assert found.row["copy_count"] == 1
    assert found.row["reference_only"] is False
    assert found.stands["title"].required
    assert [(p.code, p.path) for p in found.problems] == [("FORM-003", "fields.price"), ("FORM-002", "fields.title")]
    loan = tried(world, library.anna, Create("library", "loan", {}, "lend"))
    hidden = {key for key, stands in loan.stands.items() if not stands.visible}
    assert {"damage", "condition"} <= hidden
    assert not any(loan.stands[key].required for key in hidden)


def test_a_preview_shows_what_stands_in_the_way_when_a_transition_cannot_start(library):
    world = library.world
    loan = library.lend(library.member(), library.book())
    found = tried(world, library.anna, Fire("library", "loan", loan, "lend", {"zz": 1}))
    assert [(p.code, p.path) for p in found.problems] == [("FORM-001", "fields.zz"), ("FLOW-011", "")]


def test_nothing_is_changed_when_a_save_is_only_tried(library):
    world = library.world
    book = library.book()
    before = copy.deepcopy(world.rows)
    found = tried(world, library.anna, Update("library", "book", book, {"title": "neu"}))
    assert (found.row["title"], found.problems) == ("neu", ())
    assert world.rows == before


def test_a_command_has_its_own_moment_when_it_is_decided(library):
    world = library.world
    command = Command(
        number_id(9), NOON + 86_400_000, Actor(library.anna), Create("library", "member", {"name": "a", "card_no": "b"})
    )
    outcome, _ = world.settle(command)
    assert outcome.changeset.moment == NOON + 86_400_000
    assert outcome.changeset.writes[0].row["created_at"] == NOON + 86_400_000
    assert outcome.changeset.command == command.id
    assert outcome.changeset.revisions == {"library": 1}
