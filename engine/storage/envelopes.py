"""Keeps envelopes and the chain of what is done with them, as deciding left them; it judges none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from engine.decision.changeset import EnvelopeWrite
from engine.decision.facts import EnvelopeQuery
from engine.decision.standing import StandingEnvelope
from engine.kernel.canonical import compact
from engine.kernel.problems import EngineError
from engine.storage import system_tables
from engine.storage.problems import BUSY
from engine.workflows.signing.chain import Act
from engine.workflows.signing.envelope import envelope_of

_ENVELOPE, _ACT = system_tables.envelope, system_tables.envelope_act


def put(connection: Connection, writes: Iterable[EnvelopeWrite]) -> None:
    """Write envelopes in the order of their ids; EngineError (BUSY) where another write was faster."""
    for write in sorted(writes, key=lambda one: one.id):
        row = asdict(write) | {"content": compact(dict(write.content))}
        if write.version == 1:
            connection.execute(insert(_ENVELOPE), row)
            continue
        held = (_ENVELOPE.c.id == write.id, _ENVELOPE.c.version == write.version - 1)
        if connection.execute(update(_ENVELOPE).where(*held), row).rowcount != 1:
            raise EngineError(BUSY.at())


def note(connection: Connection, acts: Sequence[tuple[str, Act]]) -> None:
    """Keep acts, each with the app that it belongs to."""
    if acts:
        rows = [asdict(act) | {"said": compact(dict(act.said)), "app": app} for app, act in acts]
        connection.execute(insert(_ACT), rows)


def facts(connection: Connection, queries: Sequence[EnvelopeQuery]) -> Iterator[tuple[EnvelopeQuery, object]]:
    """Answer what deciding asks about envelopes; nobody else changes them until this transaction ends."""
    if queries:
        found = by_id(connection, (query.id for query in queries), held=True)
        yield from ((query, found.get(query.id)) for query in queries)


def by_id(connection: Connection, ids: Iterable[str], *, held: bool = False) -> dict[str, StandingEnvelope]:
    """Return these envelopes by id; ``held`` ones are locked in that order, which SQLite's one writer needs not."""
    query = select(_ENVELOPE).where(_ENVELOPE.c.id.in_(sorted(set(ids)))).order_by(_ENVELOPE.c.id)
    rows = connection.execute(query.with_for_update() if held else query)
    return {row.id: _standing(row) for row in rows}


def of_record(connection: Connection, app: str, form: str, record: str) -> tuple[StandingEnvelope, ...]:
    """Return the envelopes of a record, the latest first."""
    mine = (_ENVELOPE.c.app == app, _ENVELOPE.c.form == form, _ENVELOPE.c.record == record)
    return tuple(map(_standing, connection.execute(select(_ENVELOPE).where(*mine).order_by(_ENVELOPE.c.id.desc()))))


def acts_of(connection: Connection, envelopes: Iterable[str]) -> dict[str, tuple[Act, ...]]:
    """Return what was done with each of these envelopes, in its order."""
    gathered: dict[str, list[Act]] = {id: [] for id in envelopes}
    about = _ACT.c.envelope.in_(sorted(gathered))
    for row in connection.execute(select(_ACT).where(about).order_by(_ACT.c.envelope, _ACT.c.number)).mappings():
        gathered[row["envelope"]].append(act_of(row))
    return {id: tuple(acts) for id, acts in gathered.items()}


def act_of(row: RowMapping) -> Act:
    """Return the act that a row holds."""
    said = json.loads(row["said"])
    return Act(**{name: said if name == "said" else row[name] for name in Act.__slots__})


def _standing(row: Any) -> StandingEnvelope:  # noqa: ANN401 - a row of the table
    return StandingEnvelope(
        id=row.id,
        app=row.app,
        form=row.form,
        record=row.record,
        document=row.document,
        field=row.field,
        file=row.file,
        version=row.version,
        seen=row.seen,
        envelope=envelope_of(json.loads(row.content)),
        sender=row.sender,
        rule=row.rule,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        acts=row.acts,
        head=row.head,
        signed_file=row.signed_file,
        report_file=row.report_file,
    )
