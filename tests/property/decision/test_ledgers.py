"""The law of ledgers: in whatever order things happen, and again, each reference is booked once, balances add up."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decision.commands import Create, Decided, Fire
from tests.support.apps import app, compiled
from tests.support.worlds import World
from tests.unit.decision.conftest import STAFF
from tests.unit.decision.test_ledgers import FLOW, RULES, field, form, ledger

CATALOG = compiled(app(form("job", field("n", "number"), workflow="job"), ledger(), FLOW, *RULES))

steps = st.lists(
    st.tuples(st.sampled_from(["finish", "undo", "spend", "again"]), st.integers(0, 3), st.integers(0, 1)), max_size=25
)


def play(world: World, people: list[str], jobs: list[str], taken: list[tuple[str, int, int]]) -> None:
    done: list[Any] = []
    for key, job, person in taken:
        if key == "again":
            for changeset in done[-2:]:
                world.follow(changeset)
            continue
        outcome = world.decide(people[person], Fire("shop", "job", jobs[job], key, {}))
        if isinstance(outcome, Decided):
            world.apply(outcome.changeset)
            done.append(outcome.changeset)
            world.follow(outcome.changeset)


@settings(max_examples=120, deadline=None)
@given(taken=steps, points=st.lists(st.integers(1, 20), min_size=4, max_size=4))
def test_balances_add_up_and_references_are_booked_once_when_things_happen_in_any_order(taken, points):
    world = World(CATALOG)
    people = [world.person(name, STAFF) for name in ("ann", "bob")]
    jobs = [
        world.make(people[number % 2], Create("shop", "job", {"n": str(count)})) for number, count in enumerate(points)
    ]
    play(world, people, jobs, taken)
    rows = [row for (_, kind, _), row in world.rows.items() if kind == "book"]
    assert len({row["ref"] for row in rows}) == len(rows)
    for person in people:
        own = [row for row in rows if row["who"] == person]
        sums = [sum(row["points"] for row in own[: end + 1]) for end in range(len(own))]
        assert [row["left"] for row in own] == sums
        assert all(left >= 0 for row, left in zip(own, sums, strict=True) if row["ref"].startswith("spent"))
    undone = {row["undone"] for row in rows if row["undone"] is not None}
    assert undone == {row["id"] for row in rows if row["ref"].endswith(":back")}
