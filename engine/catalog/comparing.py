"""What differs between two designs, element by element by uid; changes can be applied and turned round.

It knows JSON and uids, not what a document means: order counts where it can be seen, never the order of keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum
from typing import Final, assert_never

from engine.catalog import problems
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

Path = tuple[str, ...]
"""The way to a place: keys of objects, and ``#uid`` for an element of a list."""


class Absent(Enum):
    """What stands where nothing stands; null is something."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Put:
    """A property, or a whole document, that is there now, is gone, or is another: ``old`` and ``new`` may be ABSENT."""

    path: Path
    old: Json | Absent
    new: Json | Absent


@dataclass(frozen=True, slots=True)
class Inserted:
    """An element that came into the list at ``path``, behind the element ``after`` (None: first)."""

    path: Path
    element: Json
    after: str | None


@dataclass(frozen=True, slots=True)
class Removed:
    """An element that left the list at ``path``, where it stood behind ``after``."""

    path: Path
    element: Json
    after: str | None


@dataclass(frozen=True, slots=True)
class Reordered:
    """The elements of the list at ``path``, by uid, in their order before and after."""

    path: Path
    old: tuple[str, ...]
    new: tuple[str, ...]


Change = Put | Inserted | Removed | Reordered


def compare(old: Mapping[str, Json], new: Mapping[str, Json]) -> tuple[Change, ...]:
    """Return what has to change for ``old`` to become ``new``: ``apply(compare(a, b), a) == b``."""
    return tuple(_objects((), old, new))


def _objects(path: Path, old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Change]:
    for key in sorted({*old, *new}):
        yield from _values((*path, key), old.get(key, ABSENT), new.get(key, ABSENT))


def _values(path: Path, old: Json | Absent, new: Json | Absent) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict) and old.get("uid") == new.get("uid"):
        yield from _objects(path, old, new)
    elif isinstance(old, list) and isinstance(new, list) and _is_of_elements(old) and _is_of_elements(new):
        yield from _elements(path, old, new)
    elif not _same(old, new):
        yield Put(path, old, new)


def _same(old: Json | Absent, new: Json | Absent) -> bool:
    """Tell whether two values are one in JSON, where ``true`` is no ``1``."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return type(old) is type(new) and bool(old == new)


def _is_of_elements(items: Sequence[Json]) -> bool:
    """Tell whether every item has a uid of its own, so that each can be followed."""
    uids = [item.get("uid") if isinstance(item, dict) else None for item in items]
    return all(isinstance(uid, str) for uid in uids) and len(set(uids)) == len(uids)


def _uids(items: Iterable[Json]) -> list[str]:
    return [item["uid"] for item in items]


def _elements(path: Path, old: Sequence[Json], new: Sequence[Json]) -> Iterator[Change]:
    """Compare two lists of elements: which left, which came, how they stand, and what changed in those that stay."""
    before, after = {item["uid"]: item for item in old}, {item["uid"]: item for item in new}
    standing = _uids(old)
    for uid in [uid for uid in standing if uid not in after]:
        at = standing.index(uid)
        yield Removed(path, before[uid], standing[at - 1] if at else None)
        standing.remove(uid)
    wanted = [uid for uid in after if uid in before]
    if standing != wanted:
        yield Reordered(path, tuple(standing), tuple(wanted))
    place: str | None = None
    for uid, element in after.items():
        if uid not in before:
            yield Inserted(path, element, place)
        place = uid
    for uid in wanted:
        yield from _objects((*path, f"#{uid}"), before[uid], after[uid])


def turned_round(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes that lead back: ``apply(turned_round(compare(a, b)), b) == a``."""
    return tuple(_inverse(change) for change in reversed(tuple(changes)))


def _inverse(change: Change) -> Change:
    match change:
        case Put(path, old, new):
            return Put(path, new, old)
        case Reordered(path, old_order, new_order):
            return Reordered(path, new_order, old_order)
        case Inserted(path, element, after):
            return Removed(path, element, after)
        case Removed(path, element, after):
            return Inserted(path, element, after)
        case _:
            assert_never(change)


def apply(changes: Iterable[Change], documents: Mapping[str, Json]) -> dict[str, Json]:
    """Return the documents after the changes; EngineError (APP-023) where one does not fit what stands there."""
    applying = _Applying(deepcopy(dict(documents)))
    for change in changes:
        match change:
            case Put(path, old, new):
                applying.put(path, old, new)
            case Inserted(path, element, after):
                applying.insert(path, element, after)
            case Removed(path, element):
                applying.remove(path, element)
            case Reordered(path, old_order, new_order):
                applying.reorder(path, old_order, new_order)
            case _:
                assert_never(change)
    return applying.made


class _Applying:
    """Changes documents in place; remembers the uids of each list that it has been to, for some have thousands."""

    def __init__(self, made: dict[str, Json]) -> None:
        """Go on from these documents, which nobody else holds."""
        self.made = made
        self._known: dict[int, tuple[list[Json], list[str]]] = {}

    def put(self, path: Path, old: Json | Absent, new: Json | Absent) -> None:
        """Let a property be another, come or go."""
        holder = self._holder(path)
        if not _same(holder.get(path[-1], ABSENT), old):
            raise _unfit(path)
        if new is ABSENT:
            del holder[path[-1]]
        else:
            holder[path[-1]] = deepcopy(new)
        if path[-1] == "uid":
            self._known.clear()

    def insert(self, path: Path, element: Json, after: str | None) -> None:
        """Let an element come into a list."""
        items, uids = self._list(path)
        if element["uid"] in uids:
            raise _unfit((*path, f"#{element['uid']}"))
        at = 0 if after is None else _at(uids, path, after) + 1
        items.insert(at, deepcopy(element))
        uids.insert(at, element["uid"])

    def remove(self, path: Path, element: Json) -> None:
        """Let an element leave a list."""
        items, uids = self._list(path)
        at = _at(uids, path, element["uid"])
        if not _same(items[at], element):
            raise _unfit((*path, f"#{element['uid']}"))
        del items[at], uids[at]

    def reorder(self, path: Path, old: Sequence[str], new: Sequence[str]) -> None:
        """Let the elements of a list stand otherwise."""
        items, uids = self._list(path)
        if tuple(uids) != tuple(old):
            raise _unfit(path)
        known = dict(zip(uids, items, strict=True))
        items[:], uids[:] = [known[uid] for uid in new], new

    def _holder(self, path: Path) -> dict[str, Json]:
        """Return the object that has the last step of a path."""
        found: Json = self.made
        for number, step in enumerate(path[:-1]):
            if step.startswith("#") and isinstance(found, list):
                found = found[_at(self._uids(found, path), path[:number], step.removeprefix("#"))]
            elif isinstance(found, dict) and step in found:
                found = found[step]
            else:
                raise _unfit(path)
        if not isinstance(found, dict):
            raise _unfit(path)
        return found

    def _list(self, path: Path) -> tuple[list[Json], list[str]]:
        found = self._holder(path).get(path[-1])
        if not isinstance(found, list):
            raise _unfit(path)
        return found, self._uids(found, path)

    def _uids(self, items: list[Json], path: Path) -> list[str]:
        """Return the uids of a list of elements, in their order; whoever changes the one changes the other."""
        known = self._known.get(id(items))
        if known is None:
            if not _is_of_elements(items):
                raise _unfit(path)
            known = self._known[id(items)] = items, _uids(items)  # held, so that no other list gets its id
        return known[1]


def _at(uids: Sequence[str], path: Path, uid: str) -> int:
    if uid not in uids:
        raise _unfit((*path, f"#{uid}"))
    return uids.index(uid)


def _unfit(path: Path) -> EngineError:
    return EngineError(problems.DOES_NOT_FIT.at(place_of(path)))


def place_of(path: Path) -> str:
    """Return a path as problems write places: ``forms/visit.json#/fields/#uid/labels``."""
    return path[0] + ("#/" + "/".join(path[1:]) if len(path) > 1 else "") if path else ""
