"""The values that records hold inside the engine: one form for the language, for deciding and for storing.

======================  =============================================================================================
a field of type         holds
======================  =============================================================================================
text, choice, id        ``str`` (NFC, never empty); a choice holds the option's key, a reference the record's id
number                  ``int``, scaled by the field's static scale: 12.50 with scale 2 is 1250
boolean                 ``bool``
date                    ``int``, days since 1970-01-01
datetime                ``int``, milliseconds since 1970-01-01 UTC
several (choices, ids)  ``tuple[str, ...]``, never empty
lines                   ``tuple[Row, ...]``, never empty; every line is a row with its own ``id``
json                    whatever JSON holds
======================  =============================================================================================

Blank is always ``None``. A ``Row`` is a record as a flat mapping: its fields and its system fields side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Value = Any
"""One of the forms in the table above; the checker knows which one an expression gives."""

Row = Mapping[str, Value]

SYSTEM_FIELDS = (
    "id",
    "version",
    "state",
    "state_since",
    "held",
    "owner",
    "department",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "deleted_at",
)
"""On every record, never declared: ``held`` is null or ``{"reason", "since", "releasers"}``."""


class StorageKind(StrEnum):
    """How a field's value is kept; storage maps each kind to a physical type per database."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TEXTS = "texts"
    JSON = "json"
    LINES = "lines"


def decimal_text(value: int, scale: int) -> str:
    """Return a scaled integer as plain decimal text with all its decimals: 1250 with scale 2 is ``12.50``."""
    if scale == 0:
        return str(value)
    digits = f"{abs(value):0{scale + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-scale]}.{digits[-scale:]}"
