"""The newest seal as head and witness agree on it; knows what must fit, and neither seals nor verifies the chain."""

from __future__ import annotations

import hmac

from sqlalchemy import Connection, select

from engine.kernel.problems import EngineError
from engine.storage import problems, system_tables
from engine.storage.journal_format import head_mac
from engine.storage.witness import NOTHING_SEALED, Witness

_SEAL = system_tables.seal
_HEAD = system_tables.seal_head


def newest_seal(connection: Connection, key: bytes, seen: Witness | None) -> Witness:
    """Return the newest seal; it must be the one that the head names, and what the witness saw must still be there.

    Raises ``EngineError``: AUDIT-015 where the head is wrong, AUDIT-016 where there is no witness, AUDIT-018 where what
    was witnessed is gone. The head may be further on than the witness, after a crash between the two.
    """
    head = connection.execute(select(_HEAD)).one_or_none()
    last = connection.execute(select(_SEAL).order_by(_SEAL.c.number.desc()).limit(1)).one_or_none()
    if head is None and last is None:
        if seen is not None and seen != NOTHING_SEALED:
            raise EngineError(problems.END_CUT_OFF.at(number=seen.number))
        return NOTHING_SEALED
    if head is None or last is None or (head.number, head.hash) != (last.number, last.hash):
        raise EngineError(problems.HEAD_WRONG.at())
    if not hmac.compare_digest(head.mac.encode(), head_mac(key, head.number, head.hash).encode()):
        raise EngineError(problems.HEAD_WRONG.at())
    _check_witness(connection, seen)
    return Witness(last.number, last.hash)


def _check_witness(connection: Connection, seen: Witness | None) -> None:
    if seen is None:
        raise EngineError(problems.WITNESS_MISSING.at())
    if seen == NOTHING_SEALED:
        return
    query = select(_SEAL.c.hash).where(_SEAL.c.number == seen.number)
    if connection.execute(query).scalar_one_or_none() != seen.hash:
        raise EngineError(problems.END_CUT_OFF.at(number=seen.number))
