"""What a rule may name, and the problems of names that do not exist."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from engine.language.gathering import Gathering
from engine.language.scope import FormScope
from engine.rules import problems


@dataclass(frozen=True)
class Names:
    """What a rule may name, beside what its expressions see: the fields, states and transitions of its form.

    ``begins_in`` is the state in which records of the form begin; ``rules`` are the rules of the form.
    """

    app: str
    form: FormScope
    fields: Collection[str]
    states: Collection[str]
    transitions: Collection[str]
    begins_in: str | None = None
    rules: Collection[str] = ()


def check_known(work: Gathering, place: str, keys: Collection[str], known: Collection[str]) -> None:
    """Gather the keys that are not known."""
    for key in keys:
        if key not in known:
            work.found.append(problems.NO_SUCH_NAME.at(place, key=key, known=", ".join(sorted(known))))
