"""Lengths of time as a rule's document states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from engine.kernel.canonical import Json

Unit = Literal["minutes", "hours", "days", "workdays", "work_hours", "weeks"]


@dataclass(frozen=True, slots=True)
class LengthDef:
    """A length of time; a negative one looks back."""

    count: int
    unit: Unit


def length_def(document: Mapping[str, Json]) -> LengthDef:
    """Return the length of time that ``{"hours": 3}`` states."""
    ((unit, count),) = document.items()
    return LengthDef(count, cast("Unit", unit))
