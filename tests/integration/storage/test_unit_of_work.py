"""One changeset, one transaction: all of it is there afterwards, or nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from engine.decision.changeset import (
    Actor,
    Note,
    OutboxMessage,
    RuleRun,
    StateChange,
    TaskAction,
    TaskClosing,
    TaskOpening,
)
from engine.kernel.problems import EngineError, Nature, Text
from engine.storage import journal, problems, revisions, system_tables, tasks
from engine.storage.locks import lock_for_publish, lock_for_write, lock_records
from engine.storage.write_guard import UnguardedWriteError, writing
from tests.support.library import FULL_BOOK, LIBRARIAN, NOON, change, insertion

READER = "22222222-2222-7222-8222-222222222222"
ACTIONS = (TaskAction("done", Text("完成", "Done"), "shelve", ("price",)), TaskAction("skip", Text("跳过", "Skip")))
COUNTED = ("journal", "outbox", "task", "state_log", "rule_run")


def count(library, *tables):
    with library.database.read() as connection:
        found = system_tables.metadata.tables
        return [
            connection.execute(select(func.count()).select_from(found[f"youju_{table}"])).scalar_one()
            for table in tables
        ]


def opening(library, record, dedupe="visit/1", **more):
    return TaskOpening(
        id=library.new_id(),
        key="check",
        app="library",
        form="book",
        record=record,
        assignee=READER,
        title=Text("请核对", "Please check"),
        actions=(
            TaskAction("done", Text("完成", "Done"), "shelve", ("price",)),
            TaskAction("skip", Text("跳过", "Skip")),
        ),
        dedupe=dedupe,
        **{"opened_at": NOON, **more},
    )


def everything(library, write):
    """Return the parts of a changeset that does all that one can do."""
    message = OutboxMessage(library.new_id(), "notify", {"text": {"zh": "好"}}, NOON)
    state = StateChange("library", "book", write.id, "draft", "shelved", "shelve", LIBRARIAN, NOON, 12)
    run = RuleRun(library.new_id(), "library", "greet", 1, "book", write.id, True, {"value": [1]}, NOON)
    return {
        "state_changes": (state,),
        "tasks_opened": (opening(library, write.id),),
        "messages": (message,),
        "rule_runs": (run,),
        "notes": (Note("library", "parameter", "limit", "set", {"value": 3}),),
    }


def test_all_parts_are_there_when_a_changeset_is_applied(library):
    write = insertion("book", library.new_id(), FULL_BOOK)
    library.do(write, **everything(library, write))
    assert count(library, *COUNTED) == [2, 1, 1, 1, 1]


def test_nothing_is_there_when_one_part_fails(library):
    library.create("book", FULL_BOOK)
    before = count(library, *COUNTED)
    member = insertion("member", library.new_id(), {"name": "王芳"})
    twin = insertion("book", library.new_id(), FULL_BOOK)
    with pytest.raises(EngineError, match="STORE-011"):
        library.do(member, twin, **everything(library, member))
    assert count(library, *COUNTED) == before
    library.do(member)


def test_the_journal_says_what_was_written_when_a_record_changes(library):
    first = library.create("book", {**FULL_BOOK, "copies": ({"id": "c1", "cost": 1250, "shelf": None},)})
    library.do(change(first, {"price": None, "title": "石头记"}, "rename"))
    with library.database.read() as connection:
        created, renamed = journal.entries_about(connection, "library", "book", first.id)
        assert journal.entries_about(connection, "library", "book", first.id, after_version=1) == (renamed,)
    assert (created.action, created.version, created.actor, created.at) == ("create", 1, LIBRARIAN.user, NOON)
    assert created.values["price"] == "59.90"
    assert created.values["weight"] == "-123456789012345.678"
    assert created.values["printed_on"] == "1969-12-31"
    assert created.values["scanned_at"] == "1969-12-31T23:59:59.999Z"
    assert created.values["tags"] == ["poetry", "novel"]
    assert created.values["copies"] == [{"id": "c1", "cost": "12.50"}]
    assert created.values["created_at"] == "2026-09-21T14:13:20.123Z"
    assert {"id", "version"}.isdisjoint(created.values)
    assert renamed.values == {"price": None, "title": "石头记", "updated_at": "2026-09-21T14:13:20.124Z"}
    assert (renamed.action, renamed.version) == ("rename", 2)


def test_the_journal_names_the_rule_when_a_rule_acts(library):
    write = insertion("book", library.new_id(), {})
    library.do(replace(write, actor=Actor(None, "tidy_up")))
    with library.database.read() as connection:
        (entry,) = journal.entries_about(connection, "library", "book", write.id)
    assert (entry.actor, entry.rule) == (None, "tidy_up")


def test_equal_values_have_different_digests_when_written(library):
    library.do(*(insertion("member", library.new_id(), {"name": "同名"}) for _ in range(2)))
    with library.database.read() as connection:
        digests = [json.loads(row) for row in connection.execute(select(system_tables.journal.c.digests)).scalars()]
    every = [digest for entry in digests for digest in entry.values()]
    assert len(set(every)) == len(every)


def test_a_task_is_there_once_when_opened_twice(library):
    book = library.create("book", {})
    library.do(tasks_opened=(opening(library, book.id, due_at=NOON + 5, state="draft"),))
    library.do(tasks_opened=(opening(library, book.id), opening(library, book.id, "visit/2", due_at=NOON)))
    with library.database.read() as connection:
        later, sooner = tasks.tasks_on(connection, "library", "book", book.id)
        assert tasks.open_tasks(connection, (READER,), NOON + 5) == (sooner, later)
        assert tasks.open_tasks(connection, (READER,), NOON + 5, 1) == (sooner,)
        assert tasks.count_open(connection, (READER,)) == 2
        assert tasks.open_tasks(connection, ("nobody",), NOON) == ()
    assert later.title == Text("请核对", "Please check")
    assert later.actions == ACTIONS
    assert later.as_fact().actions == {action.key: action for action in ACTIONS}
    assert (later.state, later.due_at) == ("draft", NOON + 5)


def test_what_presses_comes_before_the_newest_when_tasks_are_read(library):
    book = library.create("book", {})
    moments = {"old": (0, None), "far": (1, NOON + 9), "new": (2, None), "due": (3, NOON + 1), "overdue": (4, NOON - 7)}
    library.do(
        tasks_opened=tuple(
            opening(library, book.id, dedupe, opened_at=NOON + opened, due_at=due)
            for dedupe, (opened, due) in moments.items()
        )
    )
    with library.database.read() as connection:
        found = tasks.open_tasks(connection, (READER,), NOON + 1)
    order = [next(key for key, (opened, _) in moments.items() if NOON + opened == task.opened_at) for task in found]
    assert order == ["overdue", "due", "new", "far", "old"]


def test_acting_on_a_task_is_a_conflict_when_it_is_closed_already(library):
    book = library.create("book", {})
    task = opening(library, book.id)
    library.do(tasks_opened=(task,))
    library.do(tasks_closed=(TaskClosing(task.id, "done", LIBRARIAN, NOON),))
    library.do(tasks_closed=(TaskClosing(task.id, None, Actor(None), NOON),))  # overtaken: nothing is left to do
    with pytest.raises(EngineError, match="STORE-015") as caught:
        library.do(tasks_closed=(TaskClosing(task.id, "skip", LIBRARIAN, NOON),))
    assert caught.value.nature is Nature.CONFLICT
    with library.database.read() as connection:
        assert tasks.open_tasks(connection, (READER,), NOON) == ()
        (closed,) = tasks.tasks_on(connection, "library", "book", book.id, closed=True)
    assert closed.closed_action == "done"


def test_a_changeset_is_refused_when_the_app_was_published_since_it_was_decided(library):
    with library.database.write() as connection:
        revisions.publish(connection, "library", 2, "d", {}, NOON, None)
    write = insertion("book", library.new_id(), {})
    with pytest.raises(EngineError, match="STORE-014") as caught:
        library.do(write, revisions={"library": 1})
    assert caught.value.nature is Nature.CONFLICT
    library.do(write, revisions={"library": 2})
    with library.database.read() as connection:
        (entry,) = journal.entries_about(connection, "library", "book", write.id)
    assert entry.revision == 2


def test_a_write_is_refused_when_its_form_is_unknown(library):
    with pytest.raises(EngineError, match="STORE-017"):
        library.do(insertion("film", library.new_id(), {}))


def test_one_of_two_wins_when_they_write_the_same_version(library):
    first = library.create("book", {})

    def write(title):
        try:
            library.do(change(first, {"title": title}))
        except EngineError as error:
            return error.problems[0].code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(write, ["一", "二"])) == ["STORE-010", "done"]


def test_nobody_waits_for_ever_when_many_write_the_same_records_in_any_order(library):
    first, second = library.create("member", {}), library.create("member", {})

    def write(number):
        pair = [change(first, {"name": str(number)}), change(second, {"name": str(number)})]
        try:
            library.do(*(pair if number % 2 else reversed(pair)))
        except EngineError as error:
            return error.problems[0].code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(write, range(8)))
    assert results.count("done") == 1
    assert set(results) == {"done", "STORE-010"}


def test_publishing_waits_for_writes_and_writes_for_publishing_when_they_meet(library):
    """On PostgreSQL by advisory locks; SQLite has one writer anyway."""
    order = []

    def publish():
        with library.database.write() as connection:
            lock_for_publish(connection, "library")
            order.append("published")

    with ThreadPoolExecutor(1) as pool:
        with library.database.write() as connection:
            lock_for_write(connection, ["library", "another"])
            waiting = pool.submit(publish)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
            order.append("written")
        waiting.result(timeout=10)
    assert order == ["written", "published"]


def test_records_are_locked_in_order_when_their_aggregates_guard_a_write(library):
    ids = [library.create("member", {}).id for _ in range(3)]
    table = library.tables["library", "member"].main.table
    with library.database.write() as connection:
        lock_records(connection, table, reversed([*ids, "absent"]))
        lock_records(connection, table, [])


def test_the_mark_of_a_unit_of_work_is_gone_when_it_failed(library):
    table = library.tables["library", "member"].main.table
    with library.database.write() as connection:
        with pytest.raises(EngineError), writing(connection):
            raise EngineError(problems.UNKNOWN_USER.at())
        with pytest.raises(UnguardedWriteError):
            connection.execute(insert(table), {"id": "x"})
