"""A design as a scenario changes it: the documents of its app with some places replaced."""

from __future__ import annotations

import copy
from collections.abc import Iterable

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.scenarios import problems
from engine.scenarios.stage import Stage


def edited(stage: Stage, edits: Iterable[Json]) -> dict[str, Json]:
    """Return the documents of the scenario's app with each ``path``, a JSON pointer, replaced by its ``value``.

    EngineError (SCEN-003) with every place that is not there; a new key of an object may be named, and ``-`` is the
    place behind the last item of a list.
    """
    with stage.services.execution.database.read() as connection:
        app = stage.services.execution.catalogs.current(connection).catalog.apps[stage.app]
    documents = copy.deepcopy(dict(app.definition.documents))
    found = [place for edit in edits if (place := _replace(documents, edit)) is not None]
    if found:
        raise EngineError(problems.NO_PLACE.at(place) for place in found)
    return documents


def _replace(documents: dict[str, Json], edit: Json) -> str | None:
    """Put a value into its place; return the place where it is not there."""
    place = f"{edit['document']}#{edit['path']}"
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in edit["path"].split("/")[1:]]
    holder: Json = documents.get(edit["document"])
    for part in way:
        holder = _inside(holder, part)
    match holder:
        case dict():
            holder[last] = edit["value"]
        case list() if last == "-":
            holder.append(edit["value"])
        case list() if last.isdecimal() and int(last) < len(holder):
            holder[int(last)] = edit["value"]
        case _:
            return place
    return None


def _inside(holder: Json, part: str) -> Json:
    match holder:
        case dict():
            return holder.get(part)
        case list() if part.isdecimal() and int(part) < len(holder):
            return holder[int(part)]
        case _:
            return None
