"""Items become records: each by a command of its own, many written together; those refused are kept with the reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.connectors import problems
from engine.catalog.connectors.answers import read_values
from engine.catalog.connectors.connectors import Intake
from engine.catalog.connectors.intakes import acting_as
from engine.decision.changeset import Actor, Changeset
from engine.decision.commands import Command, TakeItem
from engine.jobs.isolating import Problems, carry_out_each
from engine.jobs.problems import NO_CONNECTOR
from engine.kernel.canonical import Json, compact, digest
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError
from engine.kernel.values import Value
from engine.language.cases import shown
from engine.language.plain import Plain
from engine.runtime.catalogs import Current
from engine.runtime.execution import Execution
from engine.storage import intakes
from engine.storage.intakes import RefusedItem
from engine.storage.locks import lock_name
from engine.storage.outbox import Message

if TYPE_CHECKING:
    from sqlalchemy import Connection


LONGEST_NAME = 300
"""Code points of the key by which a refused item is called; with a longer one it is called by its content."""


@dataclass(frozen=True, slots=True)
class _Read:
    """One item: its JSON, what it is called where it is refused, its values and what is wrong with them.

    ``age`` is by what the newest of a key is told, if anything; an item that is ``left`` is none of the intake's.
    """

    content: Json
    name: str
    values: Mapping[str, Value]
    problems: Problems
    age: Value = None
    left: bool = False

    def is_older(self, other: _Read) -> bool:
        """Tell whether it is known to be older than the other."""
        return self.age is not None and other.age is not None and bool(self.age < other.age)


def take(execution: Execution, connection: Connection, message: Message) -> None:
    """Let the items of a message become records, all in one transaction; those that are refused cost no other one.

    Items for one form come one message after the other, whoever brings them: two of one key never make two records.
    """
    payload = message.payload
    current = execution.locked(connection)
    intake = _found(current, payload)
    lock_name(connection, f"intake/{payload['app']}/{intake.definition.form}")
    around = Plain.around(current.around(payload["app"], execution.clocks.business(), None))
    read = [_read(intake, item, around) for item in json.loads(payload["items"])]
    fit = [number for number, one in enumerate(read) if not one.problems]
    commands = [_command(execution, message, intake, number, read[number]) for number in fit]
    found = carry_out_each(execution, connection, current, commands, _nothing)
    why = {number: one.problems for number, one in enumerate(read) if one.problems}
    why |= {number: refused for number, refused in zip(fit, found, strict=True) if refused}
    named = sorted({one.name for one in read})
    stored = intakes.refused_contents(connection, payload["app"], payload["connector"], payload["operation"], named)
    before = {name: _read(intake, json.loads(text, parse_float=str), around) for name, text in stored.items()}
    _settle(execution, connection, message, read, why, _standing(read, why, before))


def _standing(read: list[_Read], why: Mapping[int, Problems], before: Mapping[str, _Read]) -> dict[str, int | None]:
    """Return which item of each key stands refused now, None where none does; without those where nothing changes.

    The last one that came, unless it is older than the one that stands. An item that is left alone says nothing of
    others of its key.
    """
    found: dict[str, int | None] = {}
    stands = dict(before)
    for number, one in enumerate(read):
        known = stands.get(one.name)
        if known is not None and one.is_older(known):
            continue
        if number in why:
            stands[one.name], found[one.name] = one, number
        elif known is not None and (not one.left or one.content == known.content):
            del stands[one.name]
            found[one.name] = None
    return found


def _found(current: Current, payload: Json) -> Intake:
    app = current.catalog.apps.get(payload["app"])
    connector = None if app is None else app.connectors.get(payload["connector"])
    intake = None if connector is None else connector.intakes.get(payload["operation"])
    if intake is None:
        raise EngineError(NO_CONNECTOR.at(connector=payload["connector"], operation=payload["operation"]))
    return intake


def _read(intake: Intake, item: Json, around: Plain) -> _Read:
    """Read one item. It is called by its key; where it has none, by its content."""
    unnamed = f"sha256:{digest(item)}"
    if not isinstance(item, dict):
        return _Read(item, unnamed, {}, (problems.NO_ITEM.at(),))
    values, found = read_values(intake.taken, item)
    key = {name: one.evaluate(values, around) for name, one in intake.by.items()}
    said = {name: shown(value, intake.key_types[name]) for name, value in key.items()}
    named = unnamed if None in key.values() else compact(said)
    age = next((one.evaluate(values, around) for one in intake.newest.values()), None)
    left = not found and intake.when is not None and not intake.when.holds(values, around)
    return _Read(item, named if len(named) <= LONGEST_NAME else unnamed, values, tuple(found), age, left)


def _command(execution: Execution, message: Message, intake: Intake, number: int, item: _Read) -> Command:
    payload = message.payload
    body = TakeItem(
        app=payload["app"],
        form=intake.definition.form,
        connector=payload["connector"],
        intake=intake.key,
        values=item.values,
        hook=payload["hook"],
    )
    id = derived_id(f"{message.id}/{number}", message.due_at, 0)
    return Command(id, execution.clocks.business(), Actor(None, acting_as(payload["connector"], intake.key)), body)


def _nothing(_current: Current, command: Command, _problems: Problems) -> Changeset:
    """Return what is written of a refused item in its place: it is kept when all are through."""
    return Changeset(command.id, command.moment, command.actor)


def _settle(
    execution: Execution,
    connection: Connection,
    message: Message,
    read: list[_Read],
    why: Mapping[int, Problems],
    standing: Mapping[str, int | None],
) -> None:
    """Keep what was refused, forget what was refused before and is taken now, and count both for what brought them."""
    payload, real = message.payload, execution.clocks.real()
    about = payload["app"], payload["connector"]
    taken = [name for name, number in standing.items() if number is None]
    intakes.forget_taken(connection, *about, payload["operation"], taken)
    source = payload.get("source") or payload["hook"] or payload["pull"] or ""
    intakes.note_refused(
        connection,
        (
            RefusedItem(
                id=derived_id(f"{message.id}/refused/{number}", message.due_at, 0),
                app=payload["app"],
                connector=payload["connector"],
                intake=payload["operation"],
                item=name,
                source=source,
                hook=payload["hook"],
                content=json.dumps(read[number].content),
                problems=json.dumps([one.as_json() for one in why[number]]),
                at=real,
            )
            for name, number in standing.items()
            if number is not None
        ),
    )
    if payload["hook"] is not None and payload["delivery"] is not None:
        delivery = (*about, payload["hook"], payload["delivery"])
        intakes.count_delivered(connection, delivery, len(read) - len(why), len(why))
    elif payload["pull"] is not None:
        intakes.count_pulled(connection, (*about, payload["pull"]), len(read) - len(why), len(why))
