"""The steps of a draft: kept as far as is of use, and never fewer than a comparison with somebody else's needs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.catalog.comparing import Put
from engine.kernel.canonical import compact
from engine.runtime.draft_steps import SIZE_KEPT, STEPS_KEPT, Step, since, steps_of, undoable, with_step
from engine.storage.drafts import Draft

EMPTY = Draft("shop", 0, 1, {}, "anna", 0)


def stepped(draft, size=10, kind="edit", user="anna"):
    """Return the draft after one more step of about this size."""
    version = draft.version + 1
    change = Put(("forms/thing.json", f"p{version}"), "", "x" * size)
    step = Step(version, user, 0, kind, (change,))
    return replace(draft, version=version, content=with_step(draft if draft.version else None, step))


def steps(many, size=10):
    draft = EMPTY
    for _ in range(many):
        draft = stepped(draft, size)
    return draft


def test_steps_of_much_are_kept_to_a_size_when_whole_designs_are_sent():
    draft = steps(40, SIZE_KEPT // 8)
    assert len(compact(draft.content)) <= SIZE_KEPT * 1.1
    assert 2 <= len(steps_of(draft)) < 40
    assert undoable(steps_of(draft), "anna").version == 40


def test_the_last_step_is_kept_when_it_is_longer_than_all_that_is_kept():
    assert [step.version for step in steps_of(stepped(steps(3), SIZE_KEPT * 2))] == [4]


@pytest.mark.parametrize(("many", "size"), [(3, 10), (STEPS_KEPT, 10)])
def test_all_that_came_since_is_told_when_every_step_is_kept(many, size):
    draft = steps(many, size)
    assert [step.version for step in since(draft, 0)] == list(range(1, many + 1))
    assert [step.version for step in since(draft, many - 1)] == [many]
    assert since(draft, many) == ()


@pytest.mark.parametrize(("many", "size"), [(STEPS_KEPT + 1, 10), (12, SIZE_KEPT // 4)])
def test_nobody_is_told_that_they_know_what_was_changed_when_some_of_it_is_not_kept(many, size):
    draft = steps(many, size)
    assert since(draft, 0) is None
    assert since(draft, 1) is None
    assert since(draft, many - 1) is not None


def test_a_version_of_another_draft_is_none_of_this_one():
    draft = stepped(replace(EMPTY, version=7))
    assert since(replace(draft, content=with_step(None, steps_of(draft)[0])), 5) is None


def test_the_steps_of_a_draft_that_was_begun_before_they_were_counted_are_told():
    draft = steps(3)
    old = replace(
        draft, content={"steps": [{k: v for k, v in one.items() if k != "size"} for one in draft.content["steps"]]}
    )
    assert [step.version for step in since(old, 0)] == [1, 2, 3]
    assert [step.version for step in since(stepped(old), 0)] == [1, 2, 3, 4]
