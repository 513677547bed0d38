"""Changes between designs as JSON, so that they can be kept and taken back; and which of them touch the same place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from engine.catalog.comparing import ABSENT, Absent, Change, Inserted, Path, Put, Removed, Reordered
from engine.kernel.canonical import Json


def to_json(changes: Iterable[Change]) -> list[Json]:
    """Return changes as JSON: ``from_json(to_json(changes)) == changes``. What was, or is, absent has no key."""
    return [_written(change) for change in changes]


def _written(change: Change) -> Json:
    match change:
        case Put(path, old, new):
            sides = {"old": old, "new": new}
            there = {side: value for side, value in sides.items() if not isinstance(value, Absent)}
            return {"put": list(path), **there}
        case Inserted(path, element, after):
            return {"insert": list(path), "element": element, "after": after}
        case Removed(path, element, after):
            return {"remove": list(path), "element": element, "after": after}
        case Reordered(path, before, now):
            return {"reorder": list(path), "old": list(before), "new": list(now)}
        case _:
            assert_never(change)


def from_json(written: Iterable[Json]) -> tuple[Change, ...]:
    """Return the changes that ``to_json`` wrote."""
    return tuple(map(_read, written))


def _read(item: Json) -> Change:
    match item:
        case {"put": path}:
            return Put(tuple(path), item.get("old", ABSENT), item.get("new", ABSENT))
        case {"insert": path, "element": element, "after": after}:
            return Inserted(tuple(path), element, after)
        case {"remove": path, "element": element, "after": after}:
            return Removed(tuple(path), element, after)
        case {"reorder": path, "old": old, "new": new}:
            return Reordered(tuple(path), tuple(old), tuple(new))
        case _:
            raise ValueError(item)


def place(change: Change) -> Path:
    """Return what a change is about: a property, an element that came or left, or the order of a list."""
    match change:
        case Inserted(path, element) | Removed(path, element):
            return (*path, f"#{element['uid']}")
        case _:
            return change.path


def collision(mine: Iterable[Change], theirs: Iterable[Change]) -> Path | None:
    """Return a place that both have changed, or that one changed within what the other did; None where there is none.

    Two elements that came into one list do not collide, and neither does an order with what stands in it.
    """
    others = [(place(change), isinstance(change, Reordered)) for change in theirs]
    for change in mine:
        here = place(change)
        is_order = isinstance(change, Reordered)
        for there, was_order in others:
            if here == there or (not is_order and not was_order and _is_within(here, there)):
                return here
    return None


def _is_within(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
