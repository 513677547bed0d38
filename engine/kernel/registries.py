"""Registries: explicit lists of named things, frozen when built and passed to whoever needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol, TypeVar


class Named(Protocol):
    """A thing with a name that is unique among its kind."""

    @property
    def name(self) -> str:
        """The name."""
        ...


T = TypeVar("T", bound=Named)


class Registry(Mapping[str, T]):
    """A frozen mapping from names to things of one kind."""

    def __init__(self, things: Iterable[T]) -> None:
        """Keep the things; two of one name are a mistake of the programmer."""
        named: dict[str, T] = {}
        for thing in things:
            if thing.name in named:
                message = f"two things are named {thing.name}"
                raise ValueError(message)
            named[thing.name] = thing
        self._named = MappingProxyType(named)

    def __getitem__(self, name: str) -> T:
        """Return the thing of that name."""
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names in the order in which they were given."""
        return iter(self._named)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._named)
