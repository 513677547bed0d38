"""Documents with every expression by keys: what an app stores does not change when something is called otherwise.

Where expressions stand is known to those who compile them; this module knows how a place is found in a document.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from engine.catalog.documents import Documents
from engine.kernel.canonical import Json
from engine.language.gathering import Placed
from engine.language.printing.formatting import print_expression
from engine.language.printing.spelling import Speech
from engine.language.printing.templating import print_template

_STEP = re.compile(r"[^./\[\]#]+")
_OF_LANGUAGE: Mapping[str, Speech] = {"zh": "zh", "en": "en"}


def restated(documents: Documents, placed: Iterable[Placed]) -> Documents:
    """Return the documents with every placed expression and template by keys; the very same where none changes."""
    return labelled(documents, placed, "keys")


def labelled(documents: Documents, placed: Iterable[Placed], speech: Speech) -> Documents:
    """Return the documents with every placed expression and template as one speaks; the very same where none changes.

    The templates of one language are in that language whatever is asked for.
    """
    changed = [(item.place, said) for item in placed if (said := _said(item, speech)) != item.source]
    if not changed:
        return documents
    copied: dict[str, Json] = copy.deepcopy(dict(documents))
    for place, source in changed:
        _put(copied, place, source)
    return copied


def missed(documents: Documents, placed: Iterable[Placed]) -> Iterator[str]:
    """Go through the places that are not found in the documents, or where something else stands than was compiled."""
    for item in placed:
        found = _holder(documents, item.place)
        if found is None or found[0][found[1]] != item.source:
            yield item.place


def _said(item: Placed, speech: Speech) -> str:
    if item.template:
        own: Speech = speech if speech == "keys" else _OF_LANGUAGE.get(item.place.rpartition(".")[2], speech)
        return print_template(item.source, item.scope, own)
    return print_expression(item.source, item.scope, speech, expects=item.expects)


def _put(documents: Documents, place: str, source: str) -> None:
    found = _holder(documents, place)
    if found is None:
        message = f"{place} is no place of the documents"
        raise LookupError(message)
    holder, key = found
    holder[key] = source


def _holder(documents: Documents, place: str) -> tuple[Any, Any] | None:
    """Return what holds the place, and the key or the number in it; None where there is no such place."""
    file, _, path = place.partition("#")
    here: Json = documents.get(file)
    steps = _STEP.findall(path)
    if isinstance(here, dict) and steps and steps[0] not in here:  # the members of roles.json need no name for the list
        here = here.get(file.removesuffix(".json"))
    for number, step in enumerate(steps):
        key = _key(here, step)
        if key is None:
            return None
        if number == len(steps) - 1:
            return here, key
        here = cast("Any", here)[key]
    return None


def _key(here: Json, step: str) -> str | int | None:
    """Return the key or the number by which a step goes on; a member of a list may be named by its own key."""
    if isinstance(here, dict):
        return step if step in here else None
    if not isinstance(here, list):
        return None
    if step.isdecimal():
        return int(step) if int(step) < len(here) else None
    return next(
        (number for number, item in enumerate(here) if isinstance(item, dict) and item.get("key") == step), None
    )
