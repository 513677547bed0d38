"""Verifies the chains of envelopes: every act is what it was, follows the one before, and stands in the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby

from sqlalchemy import Connection, RowMapping, select

from engine.storage import system_tables
from engine.storage.audit_chain import STREAM
from engine.storage.audit_findings import Findings
from engine.storage.envelopes import act_of
from engine.workflows.signing.agreeing import first_contradiction
from engine.workflows.signing.chain import Act, first_break
from engine.workflows.signing.envelope import envelope_of
from engine.workflows.signing.problems import BROKEN_CHAIN

SUBJECT = "envelope"
_ENVELOPE, _ACT, _JOURNAL = system_tables.envelope, system_tables.envelope_act, system_tables.journal


def check_envelopes(connection: Connection, findings: Findings) -> None:
    """Go through all envelopes; an act that was changed, added or taken away is found at the first that does not fit.

    So is an envelope that says other than its acts.
    The journal, whose seals are verified beside this, names the hash of every act.
    """
    chains = dict(_chains(connection))
    query = select(_ENVELOPE.c.id, _ENVELOPE.c.app, _ENVELOPE.c.head, _ENVELOPE.c.acts, _ENVELOPE.c.content)
    for row in connection.execute(query.order_by(_ENVELOPE.c.id)):
        findings.saw("envelopes")
        acts = chains.pop(row.id, ())
        hashes = [act.hash for act in acts]
        broken = first_break(acts) or first_contradiction(envelope_of(json.loads(row.content)), acts)
        told = _told(connection, row.app, row.id)
        if broken is None and (len(hashes) != row.acts or hashes != told or hashes[-1:] != [row.head]):
            pairs = zip(hashes, told, strict=False)
            broken = next((at for at, (one, other) in enumerate(pairs, 1) if one != other), min(len(hashes), len(told)))
        if broken is not None:
            findings.add(BROKEN_CHAIN.at(f"envelope.{row.id}", number=broken))
    for id in chains:
        findings.add(BROKEN_CHAIN.at(f"envelope.{id}", number=1))


def _chains(connection: Connection) -> Iterator[tuple[str, tuple[Act, ...]]]:
    """Go through the acts by envelope."""
    query = select(_ACT).order_by(_ACT.c.envelope, _ACT.c.number)
    with connection.execute(query, execution_options=STREAM) as found:
        for id, rows in groupby(found.mappings(), key=_envelope):
            yield id, tuple(act_of(row) for row in rows)


def _envelope(row: RowMapping) -> str:
    return str(row["envelope"])


def _told(connection: Connection, app: str, id: str) -> list[str]:
    """Return the hashes of an envelope's acts as the journal has them, in their order."""
    about = (_JOURNAL.c.app == app, _JOURNAL.c.subject == SUBJECT, _JOURNAL.c.record == id)
    payloads = connection.execute(select(_JOURNAL.c.payload).where(*about).order_by(_JOURNAL.c.id)).scalars()
    return [str(json.loads(payload)["hash"][1]) for payload in payloads]
