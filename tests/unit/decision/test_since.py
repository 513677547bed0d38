"""What has become of a record since somebody saw it: what the journal no longer tells is not guessed."""

from __future__ import annotations

import pytest

from engine.decision.changeset import Actor
from engine.decision.commands import Command, Create, Update
from engine.decision.facts import Changes, ChangesQuery
from engine.decision.since import MOST_VERSIONS, Rebasing, since
from engine.decision.work import Work
from engine.kernel.problems import EngineError


@pytest.fixture
def work(library):
    """A decision about a book at version 1,500, of which the journal answers as a test says."""
    id = library.world.make(library.anna, Create("library", "book", {"title": "a", "isbn": "1", "author": "now"}))
    row = {**library.world.rows["library", "book", id], "version": 1_500}

    def make(seen: int, answer: Changes | None) -> tuple[Work, dict]:
        command = Command("c", library.world.moment, Actor(None), Update("library", "book", id, {}, seen))
        asked = ChangesQuery("library", "book", id, tuple(range(seen + 1, 1_501)))
        return Work(command, library.world.catalog, {}, {asked: answer}), row

    return make


@pytest.mark.parametrize(
    ("seen", "answer"),
    [(1_499, None), (1_501, None), (0, None), (1_499 - MOST_VERSIONS, Changes({}, {}))],
    ids=["nothing kept", "not yet written", "before the first", "too long ago"],
)
def test_the_whole_record_is_a_conflict_when_nobody_can_tell_what_changed(work, seen, answer):
    deciding, row = work(seen, answer)
    with pytest.raises(EngineError) as raised:
        since(deciding, deciding.form("library", "book"), row, seen)
    assert [(problem.code, problem.path) for problem in raised.value.problems] == [("DECIDE-002", "")]


def test_a_field_is_a_conflict_when_what_it_was_is_erased_unless_it_is_what_is_wanted(work):
    deciding, row = work(1_400, Changes({"title": "a"}, {"title": "b"}, frozenset({"author"})))
    form = deciding.form("library", "book")
    rebasing = Rebasing(deciding, form, row, since(deciding, form, row, 1_400))
    assert rebasing.given({"title": "mine", "author": "now"}) == {"title": "mine", "author": "now"}
    assert not rebasing.found, "the title is what it was, whatever it was in between"
    rebasing.given({"author": "mine"})
    assert [(problem.code, problem.path) for problem in rebasing.found] == [("DECIDE-009", "author")]
