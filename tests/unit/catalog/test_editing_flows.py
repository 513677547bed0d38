"""Editing state machines: each edit does what it says, the documents stay sound, and nothing else is touched."""

from __future__ import annotations

from itertools import count

import pytest

from engine.catalog.comparing import ABSENT, compare
from engine.catalog.editing import flows
from engine.catalog.editing.elements import Mint
from engine.kernel.canonical import compact
from engine.kernel.problems import EngineError
from tests.support.apps import app, field, form, library, parameter, problems_of

FIELDS = [field("name"), field("amount", "number"), field("due", "date"), field("total", "number", computed="amount")]


def mint():
    numbers = count(1)
    return Mint(lambda size: next(numbers).to_bytes(size, "big"), lambda name: name if name.isascii() else "shen he")


def design(*fields, **lists):
    return app(form("thing", *(fields or FIELDS)), **lists)


def with_flow(documents):
    made = flows.new_flow(documents, documents["forms/thing.json"], mint())
    return {**documents, "workflows/thing.json": made}


@pytest.fixture
def loan():
    return library()["workflows/loan.json"]


def code(action, *arguments):
    with pytest.raises(EngineError) as caught:
        action(*arguments)
    return [problem.code for problem in caught.value.problems]


def uid(flow, part, key):
    return next(one["uid"] for one in flow[part] if one["key"] == key)


def keys(flow, part):
    return [one["key"] for one in flow[part]]


def test_a_first_flow_compiles_and_names_as_many_fields_as_have_to_be():
    made = with_flow(design())
    assert problems_of(made) == []
    flow = made["workflows/thing.json"]
    assert (keys(flow, "states"), flow["initial"]) == (["draft", "submitted", "done"], "draft")
    assert [move["fields"] for move in flow["transitions"]] == [["name", "amount", "due"]] * 2
    assert flows.path_of_flow(made, "thing") == "workflows/thing.json"


def test_a_form_of_few_fields_is_confirmed_and_a_parameter_says_how_many_there_have_to_be():
    few = with_flow(design(field("name")))
    assert problems_of(few) == []
    assert few["workflows/thing.json"]["transitions"][0]["acknowledgement"] is True
    one = design(field("name"), parameters=[parameter("transition.min_fields", "number", scale=0, default="1")])
    assert with_flow(one)["workflows/thing.json"]["transitions"][0]["fields"] == ["name"]
    assert problems_of(with_flow(one)) == []


def test_a_state_is_added_and_one_that_goes_takes_its_transitions_along(loan):
    more = flows.with_state(loan, "审核", "zh", mint())
    assert keys(more, "states") == ["requested", "lent", "returned", "lost", "shen_he"]
    assert code(flows.with_state, loan, " ", "zh", mint()) == ["APP-042"]
    less = flows.without_state(loan, uid(loan, "states", "lent"))
    assert keys(less, "states") == ["requested", "returned", "lost"]
    assert keys(less, "transitions") == []
    first = flows.without_state(loan, uid(loan, "states", "requested"))
    assert first["initial"] == "lent"
    assert keys(first, "transitions") == ["give_back", "report_lost"]
    alone = {**loan, "states": loan["states"][:1]}
    assert code(flows.without_state, alone, loan["states"][0]["uid"]) == ["APP-041"]
    assert code(flows.without_state, loan, "gonegonegone") == ["APP-040"]


def test_a_transition_that_starts_anywhere_stays_and_one_of_several_origins_loses_one(loan):
    several = flows.with_part(loan, "transitions", uid(loan, "transitions", "report_lost"), "from", "*")
    less = flows.without_state(several, uid(loan, "states", "returned"))
    assert keys(less, "transitions") == ["lend", "report_lost"]
    both = flows.with_part(loan, "transitions", uid(loan, "transitions", "report_lost"), "from", ["requested", "lent"])
    assert flows.without_state(both, uid(loan, "states", "lent"))["transitions"][0]["from"] == ["requested"]


def test_a_transition_is_added_between_states_that_there_are(loan):
    made = flows.with_transition(loan, "Renew", "en", "lent", "lent", mint())
    assert made["transitions"][-1]["key"] == "renew"
    documents = {**library(), "workflows/loan.json": made}
    assert problems_of(documents) == []
    assert code(flows.with_transition, loan, "Renew", "en", "lent", "nowhere", mint()) == ["APP-040"]
    assert flows.without_transition(made, made["transitions"][-1]["uid"]) == loan


def test_names_places_and_the_first_state_change_and_nothing_else(loan):
    one = uid(loan, "states", "lent")
    named = flows.with_part_named(loan, "states", one, "在外", "zh")
    assert named["states"][1]["labels"] == {"zh": "在外", "en": "Lent"}
    assert len(compare({"a": loan}, {"a": named})) == 1
    assert code(flows.with_part_named, loan, "states", one, "", "zh") == ["APP-042"]
    moved = flows.with_moved(loan, "states", one, loan["states"][0]["uid"])
    assert keys(moved, "states") == ["lent", "requested", "returned", "lost"]
    assert flows.with_initial(loan, "lent") == {**loan, "initial": "lent"}
    assert code(flows.with_initial, loan, "nowhere") == ["APP-040"]
    unlocked = flows.with_part(loan, "states", uid(loan, "states", "lost"), "locked", ABSENT)
    assert "locked" not in unlocked["states"][3]


def test_origins_are_states_or_any():
    states = ["a", "b", "c"]
    assert flows.origins_of(["b"], ["a", "b"], states) == ["b", "a"]
    assert flows.origins_of(["a"], ["*", "a"], states) == "*"
    assert flows.origins_of("*", ["*", "c"], states) == ["c"]
    assert flows.origins_of("*", ["*"], states) == "*"
    assert flows.origins_of(["a"], ["nowhere"], states) == "*"


def test_persons_keep_their_order_and_what_is_more_than_is_offered():
    far, owner, role = {"person": "customer.finance"}, {"owner": True}, {"role": "staff"}
    held = [far, owner]
    assert flows.persons_of(held, [compact(one) for one in (owner, role, far)], [owner, role]) == [far, owner, role]
    assert flows.persons_of(held, [], [owner, role]) == "system"
    assert flows.persons_of("system", [compact(role), '{"role":"made up"}'], [owner, role]) == [role]


def test_fields_keep_their_order():
    assert flows.fields_of(["b", "a"], ["a", "b", "c"], ["a", "b", "c"]) == ["b", "a", "c"]
    assert flows.fields_of(["b"], [], ["a"]) is ABSENT
