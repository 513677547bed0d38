"""Identifiers: UUIDv7 from an injected moment and injected randomness, and ids derived from a command.

Deciding is pure and may be repeated, so the ids that a decision needs are derived from the command's own id: the same
command decided twice names the same records.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID

RandomBytes = Callable[[int], bytes]
"""Gives that many unpredictable bytes; ``secrets.token_bytes`` outside tests."""


def uuid7(moment: int, random: bytes) -> str:
    """Return a UUID version 7 (RFC 9562) for ``moment`` (milliseconds since 1970, UTC) and ten random bytes."""
    number = (moment & (2**48 - 1)) << 80 | int.from_bytes(random[:10], "big")
    number = number & ~(0xF << 76) | 7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def derived_id(command: str, moment: int, ordinal: int) -> str:
    """Return the ``ordinal``-th id that the command brings forth at ``moment``: always the same for the same three.

    The ordinal stands where RFC 9562 has a counter: the ids of one command sort in the order in which they were made.
    """
    counter = min(ordinal, 0xFFF).to_bytes(2, "big")
    return uuid7(moment, counter + hashlib.sha256(f"{command}/{ordinal}".encode()).digest())


def uuid_moment(id: str) -> int:
    """Return the moment that a UUIDv7 carries."""
    return int(id[:8] + id[9:13], 16)


def is_uuid(text: object) -> bool:
    """Tell whether ``text`` is a UUID in the canonical lower-case form."""
    if not isinstance(text, str):
        return False
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
