"""What one decision has read is told apart from what another changes, kind of question by kind of question."""

from __future__ import annotations

import pytest

from engine.decision.changeset import (
    Actor,
    Changeset,
    Firing,
    Holding,
    RecordWrite,
    TaskClosing,
    TaskOpening,
    TokenUse,
)
from engine.decision.facts import (
    AggregateQuery,
    BalanceQuery,
    CaptureQuery,
    EntriesQuery,
    FileQuery,
    FiredQuery,
    LoadsQuery,
    OpenTasksQuery,
    PersonQuery,
    RecordQuery,
    RepeatQuery,
    RoleQuery,
    RowsQuery,
    SameQuery,
    TaskQuery,
)
from engine.decision.overlapping import Changes
from engine.kernel.problems import Text
from engine.language.tree import Aggregate, Field, Path, Step
from engine.language.types import NumberType

RULE = Actor(None, "r")
NUMBER = NumberType(0)
WRITES = {"writes": (RecordWrite("update", "a", "f", "1", 2, {}, {}, "update", RULE),)}
MAKES = {"writes": (RecordWrite("insert", "a", "f", "1", 1, {"n": 1}, {"n": 1}, "create", RULE),)}
CHANGES = {"writes": (RecordWrite("update", "a", "f", "1", 2, {"n": 1}, {"n": 1}, "update", RULE),)}
DELETES = {"writes": (RecordWrite("update", "a", "f", "1", 2, {"deleted_at": 5}, {"n": 1}, "delete", RULE),)}
OPENS = {"tasks_opened": (TaskOpening("t", "k", "a", "f", "1", "me", Text("x", "x"), (), "d", 0),)}
CLOSES = {"tasks_closed": (TaskClosing("t", None, RULE, 0),)}
FIRES = {"firings": (Firing("a", "r", "1", "p", 0, None),)}
HOLDS = {"holdings": (Holding("x", "a", "f", "1", "file"),)}
USES = {"tokens_used": (TokenUse("x", "s", "a", "f", "1"),)}


def over(form, where=None):
    return Aggregate("sum", "a", form, "up", Field("n", NUMBER), where, NUMBER)


def same(value, form="f", field="n"):
    return SameQuery("a", form, (field,), (value,), "2")


NEAR = over("f")
FAR = over("g", Path((Step("up", "a", "h"),), "n", NUMBER))


@pytest.mark.parametrize(
    ("changes", "met", "left_alone"),
    [
        (WRITES, RecordQuery("a", "f", "1"), RecordQuery("a", "f", "2")),
        (WRITES, RecordQuery("a", "f", "1", deleted=True), RecordQuery("a", "g", "1")),
        (WRITES, EntriesQuery("a", "f", "1"), EntriesQuery("a", "f", "2")),
        (MAKES, same(1), same(2)),
        (MAKES, same(1), same(1, form="g")),
        (MAKES, same(None, field="m"), same(1, field="m")),
        (CHANGES, same(1), same(None, field="m")),
        (CHANGES, same(2), same(1, form="g")),
        (DELETES, same(2), same(2, form="g")),
        (WRITES, BalanceQuery("a", "f", "n", "d", 1), BalanceQuery("a", "g", "n", "d", 1)),
        (WRITES, AggregateQuery("a", "f", "9", NEAR), AggregateQuery("a", "g", "9", over("g"))),
        (WRITES, RowsQuery("a", "f", "9", NEAR, 5), RowsQuery("a", "g", "9", over("g"), 5)),
        (WRITES, AggregateQuery("a", "g", "9", FAR), TaskQuery("t")),
        (WRITES | CLOSES, OpenTasksQuery("a", "f", "1"), OpenTasksQuery("a", "f", "2")),
        (CLOSES, OpenTasksQuery("a", "f", "2"), RecordQuery("a", "f", "1")),
        (OPENS, LoadsQuery("a", "staff"), RoleQuery("a", "staff")),
        (CLOSES, LoadsQuery("a", "staff"), RoleQuery("a", "staff")),
        (WRITES, LoadsQuery("a", "staff"), RoleQuery("a", "staff")),
        (CLOSES, TaskQuery("t"), TaskQuery("u")),
        (OPENS, OpenTasksQuery("a", "f", "1"), OpenTasksQuery("a", "f", "2")),
        (FIRES, FiredQuery("a", "r", "1", "p"), FiredQuery("a", "r", "1", "q")),
        (HOLDS, FileQuery("x", "a", "f", "1"), RecordQuery("a", "f", "1")),
        (HOLDS, RepeatQuery("s", "a", "f", "file", "1"), AggregateQuery("a", "f", "9", NEAR)),
        (USES, CaptureQuery("x"), TaskQuery("t")),
        (WRITES, RecordQuery("a", "f", "1"), PersonQuery("me")),
        (WRITES, RecordQuery("a", "f", "1"), RoleQuery("a", "staff")),
    ],
)
def test_only_what_may_be_another_answer_is_met(changes, met, left_alone):
    made = Changes()
    assert not made.meet([met, left_alone])
    made.add(Changeset("c", 0, RULE, **changes))
    assert made.meet([left_alone, met])
    assert not made.meet([left_alone])
