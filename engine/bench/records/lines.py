"""The figures of ``youju bench records``: what is timed, against what, and how far it may go."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from engine.bench.jobs import made_beside
from engine.bench.measuring import Line, Work, alternating, bounded, compared, timed, yardstick
from engine.bench.records import by_hand
from engine.bench.records.documents import APP, CUSTOMER, DEAL, RELATED, SHOWN
from engine.bench.records.ground import Ground, ground
from engine.bench.records.submitting import submit_lines
from engine.decision.changeset import Actor
from engine.decision.commands import Create, Decided, NeedFacts, Outcome
from engine.decision.deciding import decide
from engine.decision.facts import Facts
from engine.runtime.settling import Asking, settle

DECIDE_SECONDS: Final = 0.001
LIST_REACH: Final = 1.5
LIST_SECONDS: Final = 0.005
PAGE_SECONDS: Final = 0.030
PAGE_STATEMENTS: Final = 12
FLAT: Final = 1.3

TIMES: Final = 200
SUBMITTED: Final = 10
"""Records that are made for one round of growth: one alone is over too soon."""
COMMON, RARE = 15_000, 90_900
"""Amounts beyond which five of six deals lie, and a few of a million."""


def record_lines(database: str | None, rows: int, rounds: int) -> Iterator[Line]:
    """Yield the figures over so many records, on SQLite and on databases made and dropped beside ``database``."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="youju-bench-")))
        yield from _lines([f"sqlite:///{folder / name}.db" for name in "abcd"], rows, rounds)
    if database is not None:
        with ExitStack() as stack:
            yield from _lines([stack.enter_context(made_beside(database)) for _ in range(4)], rows, rounds)


def _lines(urls: list[str], rows: int, rounds: int) -> Iterator[Line]:
    """Yield the figures on one kind of database; the first URLs are of instances of growing size, the last a spare."""
    with ExitStack() as stack:
        sizes = (rows // 100, rows // 10, rows)
        few, more, made = (stack.enter_context(ground(url, size)) for url, size in zip(urls, sizes, strict=False))
        yield from submit_lines(made, urls[-1], rounds)
        for figures in FIGURES:
            yield from figures(made, rounds)
        for other in (more, made):
            yield _growing("submit", other, few, _submitting(other), _submitting(few), rounds)
        for other in (more, made):
            yield _growing("list", other, few, _listed(other), _listed(few), rounds)


def deciding(made: Ground, _rounds: int = 0) -> Iterator[Line]:
    """Yield the figure of ``decide()`` alone, once it knows all facts that it asks for."""
    execution = made.instance.services.execution
    command = execution.command(Actor(made.viewer.id), Create(APP, DEAL, made.fields(made.rows)))
    with made.instance.database.read() as connection:
        current = execution.catalogs.current(connection)

        def step(facts: Facts) -> Outcome:
            return decide(command, current.catalog, current.parameters, facts)

        asking: Asking[Any] = Asking(command, step)
        settle(connection, current, (asking,))

    def once() -> None:
        found = decide(command, current.catalog, current.parameters, asking.facts)
        if isinstance(found, NeedFacts) or not isinstance(found, Decided):
            raise TypeError(found)

    seconds = [timed(once) for _ in range(TIMES)]
    yield bounded(f"records {made.dialect} decide() of a submission", seconds, DECIDE_SECONDS, yardstick())


def _shown(amount: int) -> dict[str, Any]:
    """Return what the page of a list asks for: two filters, and the list's columns in words."""
    return {"filter": f'kind = "a" and amount > {amount}', "limit": by_hand.PAGE, "words": SHOWN}


def lists(made: Ground, rounds: int) -> Iterator[Line]:
    """Yield the figures of the first page of the list: under filters that many meet, and under one that few do."""
    yield listing(made, "list, 2 filters", COMMON, rounds)
    yield listing(made, "list, a rare filter", RARE, rounds)


def listing(made: Ground, name: str, amount: int, rounds: int) -> Line:
    """Return the figure of a page of the list, with its count, against the bare statement of its rows."""
    statement = by_hand.page(made.dialect, amount)

    def ours() -> list[str]:
        shown = made.instance.records.list(made.viewer, APP, DEAL, **_shown(amount))
        return [record.id for record in shown.items]

    def theirs() -> list[str]:
        with made.instance.database.read() as connection:
            return [row[0] for row in connection.exec_driver_sql(statement)][: by_hand.PAGE]

    if ours() != theirs():
        message = f"the lists differ: {name}"
        raise ValueError(message)
    value, other, _ = alternating(ours, theirs, rounds)
    reach = LIST_REACH * other + LIST_SECONDS * yardstick()
    return Line(
        f"records {made.dialect} {name}, {made.rows} there",
        value,
        f"≤ {LIST_REACH:g}× + {LIST_SECONDS * 1000:g} ms",
        value <= reach,
        reference=other,
        ratio=value / other,
    )


def opening(made: Ground, _rounds: int = 0) -> Iterator[Line]:
    """Yield the statements and the time of the page of a record with ten related lists."""
    pages = made.instance.services.pages

    def opened() -> None:
        pages.record(made.viewer, APP, CUSTOMER, made.customer)

    opened()
    with _counted(made) as statements:
        opened()
    name = f"records {made.dialect} page with {len(RELATED)} related lists"
    count = len(statements)
    yield Line(f"{name}, statements", count, f"≤ {PAGE_STATEMENTS}", count <= PAGE_STATEMENTS, "")
    yield bounded(name, [timed(opened) for _ in range(TIMES // 4)], PAGE_SECONDS, yardstick())


@contextmanager
def _counted(made: Ground) -> Iterator[list[str]]:
    """Give the list of the statements that are executed while the block runs."""
    statements = list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    engine = made.instance.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _submitting(made: Ground) -> Work:
    """Return what makes a few deals, each in a transaction of its own, without HTTP."""
    records, numbers = made.instance.records, iter(range(made.rows * 2, made.rows * 3))

    def work() -> None:
        for _ in range(SUBMITTED):
            records.create(made.viewer, APP, DEAL, made.fields(next(numbers)))

    return work


def _listed(made: Ground) -> Work:
    """Return what reads a page of the list that has two filters."""
    return lambda: made.instance.records.list(made.viewer, APP, DEAL, **_shown(COMMON))


def _growing(what: str, many: Ground, few: Ground, ours: Work, reference: Work, rounds: int) -> Line:
    return compared(f"records {many.dialect} {what}, {few.rows} → {many.rows}", ours, reference, FLAT, rounds)


FIGURES: Final[tuple[Callable[[Ground, int], Iterator[Line]], ...]] = (deciding, lists, opening)
"""What is measured on the largest instance, in this order; figures of importing and exporting records belong here."""
