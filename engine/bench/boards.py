"""Times a board of six widgets over many records against the statements that one would write by hand for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from engine.bench.boards_by_hand import BY_HAND
from engine.bench.measuring import Line, alternating, compared
from engine.decision.changeset import Actor
from engine.forms.field_types import BUILT_IN
from engine.kernel.canonical import Json
from engine.kernel.clocks import DAY_MS, Clocks, Moment, real_moment
from engine.kernel.identifiers import uuid7
from engine.runtime.boards_views import BoardView
from engine.runtime.publishing import publish
from engine.runtime.services import Services, assemble
from engine.runtime.views import Viewer
from engine.storage.database import Database, open_database
from engine.storage.migrations import migrate
from engine.storage.records import insert_rows
from engine.storage.system_tables import state_log
from engine.storage.write_guard import writing

REACH: Final = 1.2

APP, FORM, BOARD = "bench", "deal", "board"
NOW: Final[Moment] = 1_780_000_000_000
BATCH: Final = 5_000
STAGES: Final = ("lead", "chance", "offer", "won")
KINDS: Final = ("a", "b", "c", "d", "e", "f")
REGIONS: Final = ("north", "east", "south", "west")
CUSTOMERS: Final = 30_000
ROWS: Final = 50


def _labels(key: str) -> Json:
    return {"zh": key, "en": key}


class _Elements:
    """Elements of documents, each with a uid of its own."""

    def __init__(self) -> None:
        self._made = 0

    def __call__(self, key: str, **more: Json) -> dict[str, Json]:
        """Return one more."""
        self._made += 1
        return {"uid": f"b{self._made:011d}", "key": key, "labels": _labels(key), **more}


def documents() -> dict[str, Json]:
    """Return the app: deals that go through stages, figures over them, a board of six widgets, and each by itself."""
    element, head = _Elements(), {"format": 1}
    fields: list[Json] = [element(key) | {"type": "text"} for key in ("name", "customer", "region")]
    options = [element(key) for key in KINDS]
    fields += [element("kind", type="choice", options=options), element("amount", type="money")]
    fields += [element("seen_at", type="datetime")]
    states = [element(key, kind="open") for key in STAGES]
    back = [key for key in STAGES if key != "lead"]
    moves: list[Json] = [
        {**element(f"to_{key}"), "from": [other for other in STAGES if other != key], "to": key, "by": "system"}
        for key in back
    ]
    flow = {**element("deal"), "form": FORM, "initial": "lead", "states": states, "transitions": moves}
    role = element("staff", access=[{"form": FORM, "read": True, "rows": 'region != "north"'}])
    rows = element(
        "rows",
        kind="list",
        form=FORM,
        where='state = "offer" and amount > 15000',
        columns=[{"key": "name"}, {"key": "amount"}, {"key": "kind"}],
        order=["-amount"],
        limit=ROWS,
    )
    made: dict[str, Json] = {
        "app.json": {**head, "kind": "app", **element(APP), "timezone": "Asia/Shanghai"},
        "forms/deal.json": {**head, "kind": "form", **element(FORM), "title": "{{name}}", "fields": fields},
        "workflows/deal.json": {**head, "kind": "workflow", **flow},
        "roles.json": {**head, "kind": "roles", "roles": [role]},
    }
    shapes = {"kinds": "bar", "months": "line", "totals": "number", "stays": "table", "funnel": "funnel"}
    widgets: list[Json] = []
    for key, metric in _metrics(element).items():
        made[f"metrics/{key}.json"] = {**head, "kind": "metric", **metric, "form": FORM}
        widgets.append(element(key, kind=shapes[key], metric=key))
    for widget in (*widgets, rows):
        alone = {**element(f"only_{widget['key']}"), "widgets": [{**widget, **element(widget["key"])}]}
        made[f"boards/{alone['key']}.json"] = {**head, "kind": "board", **alone}
    made["boards/board.json"] = {**head, "kind": "board", **element(BOARD), "widgets": [*widgets, rows]}
    return made


def _metrics(element: _Elements) -> dict[str, dict[str, Json]]:
    """Return the metrics of the board by key: grouped, by time, in all, of stays, of stages."""
    count, amount = element("n", function="count"), element("amount", function="sum", of="amount")
    totals: list[Json] = [
        element("n", function="count"),
        element("mean", function="avg", of="amount"),
        element("of_a", function="share", where='kind = "a"'),
    ]
    stays: list[Json] = [
        element("n", function="count"),
        element("mean", function="avg", of="stay_days"),
        element("middle", function="median", of="stay_days"),
    ]
    stages: list[Json] = [
        element("there", function="distinct", of="customer"),
        element("conversion", function="conversion", of="customer"),
    ]
    month = element("month", by="seen_at", bucket="month")
    return {
        "kinds": element("kinds", dimensions=[element("kind", by="kind")], measures=[count, amount]),
        "months": element(
            "months",
            dimensions=[month],
            measures=[element("amount", function="sum", of="amount"), element("n", function="count")],
        ),
        "totals": element("totals", measures=totals),
        "stays": element("stays", over="stays", dimensions=[element("state", by="stay_state")], measures=stays),
        "funnel": element(
            "funnel",
            over="stages",
            stages=list(STAGES),
            dimensions=[element("stage", by="stage_state")],
            measures=stages,
        ),
    }


@dataclass(frozen=True)
class Ground:
    """An instance with one form of many records that went through stages, and somebody who may see most of them."""

    database: Database
    services: Services
    viewer: Viewer
    rows: int

    def shown(self, board: str = BOARD) -> BoardView:
        """Return a board as it is shown."""
        return self.services.boards.show(self.viewer, APP, board)

    def asked(self, *widgets: str) -> dict[str, list[Any]]:
        """Return what the statements written by hand give."""
        with self.database.read() as connection:
            by_hand = BY_HAND[connection.dialect.name]
            return {key: list(connection.exec_driver_sql(by_hand[key])) for key in widgets or by_hand}


@contextmanager
def ground(url: str, rows: int) -> Iterator[Ground]:
    """Give such an instance in an empty database."""
    database = open_database(url)
    try:
        migrate(database)
        services = assemble(database, Clocks(lambda: NOW, real_moment), os.urandom, BUILT_IN)
        publish(services.execution, documents(), Actor(None))
        person = services.directory.add_user("bench", "bench", None, None)
        services.directory.grant("bench", APP, "staff")
        made = Ground(database, services, services.directory.viewer(person), rows)
        _fill(made)
        yield made
    finally:
        database.close()


def _fill(made: Ground) -> None:
    numbers = iter(range(made.rows))
    with made.database.read() as connection:
        form = made.services.execution.catalogs.current(connection).tables[APP, FORM]
    while batch := list(islice(numbers, BATCH)):
        with made.database.write() as connection, writing(connection):
            insert_rows(connection, form, [_row(number) for number in batch])
            connection.execute(sa.insert(state_log), [move for number in batch for move in _moves(number)])
    if made.database.dialect == "postgresql":
        with made.database.alone() as connection:
            connection.exec_driver_sql("ANALYZE")


def _far(number: int) -> int:
    """Return how many stages a deal went on: half of them none, one in eight all."""
    return (number * 2_654_435_761 % 2**32 & 7).bit_length() if number % 2 else 0


def _begun(number: int) -> Moment:
    return NOW - 400 * DAY_MS + number * 7_919_777 % (360 * DAY_MS)


def _id(number: int) -> str:
    return uuid7(_begun(number), number.to_bytes(10, "big"))


def _row(number: int) -> dict[str, Any]:
    begun = _begun(number)
    return {
        "id": _id(number),
        "version": 1,
        "created_at": begun,
        "updated_at": begun,
        "state": STAGES[_far(number)],
        "state_since": begun + _far(number) * DAY_MS,
        "name": f"Deal {number}",
        "customer": f"Customer {number * 48_271 % CUSTOMERS}",
        "region": REGIONS[number % len(REGIONS)],
        "kind": KINDS[number % len(KINDS)],
        "amount": 20_000 + number * 104_729 % 1_900_000,
        "seen_at": begun,
    }


def _moves(number: int) -> Iterator[dict[str, Any]]:
    """Go through the rows of the log of states for one deal."""
    at, origin = _begun(number), None
    for place in range(_far(number) + 1):
        dwell = None if origin is None else DAY_MS // 3 + (number + place) * 31_337 % (20 * DAY_MS)
        at += dwell or 0
        yield {
            **{"id": f"{number:012d}{place}", "app": APP, "form": FORM, "record": _id(number)},
            **{"origin": origin, "target": STAGES[place], "at": at, "dwell": dwell},
            **dict.fromkeys(("transition", "actor", "rule", "batch")),
        }
        origin = STAGES[place]


def board_lines(url: str, rows: int, rounds: int) -> Iterator[Line]:
    """Yield the figures of a board of six widgets over so many records in an empty database."""
    with ground(url, rows) as made:
        name = f"board {made.database.dialect}"
        _check(made)
        yield compared(f"{name} 6 widgets, {rows} records", made.shown, made.asked, REACH, rounds)
        for key in BY_HAND[made.database.dialect]:
            yield _alone(made, key, f"{name} {key}", rounds)


def _alone(made: Ground, key: str, name: str, rounds: int) -> Line:
    """Return the figure of one widget; it has no bound of its own."""
    found = alternating(lambda: made.shown(f"only_{key}"), lambda: made.asked(key), rounds)
    return Line(name, found[0], "no bound", holds=True, reference=found[1], ratio=found[2])


def _check(made: Ground) -> None:
    """See to it that both give the same figures; ValueError otherwise."""
    shown = {widget.key: [row.values for row in widget.rows] for widget in made.shown().widgets}
    asked = made.asked()
    funnel = asked["funnel"][0]
    pairs = [
        ([row["n"] for row in shown["kinds"]], [str(row[1]) for row in asked["kinds"]]),
        ([row["n"] for row in shown["months"]], [str(row[2]) for row in asked["months"]]),
        ([shown["totals"][0]["n"]], [str(asked["totals"][0][0])]),
        (sorted(str(row["n"]) for row in shown["stays"]), sorted(str(row[1]) for row in asked["stays"])),
        ([row["there"] for row in shown["funnel"]], [str(number) for number in funnel[::2]]),
        ([row["name"] for row in shown["rows"]], [row[1] for row in asked["rows"][:ROWS]]),
    ]
    for mine, theirs in pairs:
        if not mine or mine != theirs:
            message = f"the figures differ: {mine[:9]} and {theirs[:9]}"
            raise ValueError(message)
