"""The plain types of list filters: what a filter asks part by part, and what may be clicked to ask more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.kernel.problems import Text

FacetKind = Literal["choices", "persons", "days", "numbers", "texts"]


@dataclass(frozen=True)
class PartView:
    """One condition of a filter in words; ``without`` is the filter that is left when it is taken away."""

    words: Text
    without: str | None


@dataclass(frozen=True)
class ChoiceView:
    """Something to be clicked: ``filter`` is what the list then asks; ``chosen`` says that it asks it already."""

    labels: Text
    filter: str | None
    chosen: bool


@dataclass(frozen=True)
class FacetView:
    """One field by which a list may be narrowed: values to be clicked, and for ranges what they are now."""

    key: str
    labels: Text
    kind: FacetKind
    choices: tuple[ChoiceView, ...] = ()
    low: str = ""
    high: str = ""
    is_set: bool = False


@dataclass(frozen=True)
class FilterView:
    """A filter as one viewer sees it; without ``parts`` it asks nothing, or is no expression."""

    parts: tuple[PartView, ...]
    facets: tuple[FacetView, ...]


@dataclass(frozen=True)
class SavedFilter:
    """A filter that somebody keeps for a list; ``is_default`` says that their list opens with it."""

    id: str
    name: str
    filter: str
    sort: str | None
    is_default: bool
