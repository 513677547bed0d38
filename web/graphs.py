"""The states of a form as a graph: what the script of graphs draws, out of a workflow's document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from web.display import text_of
from web.texts import gettext

ANY: Final = "*"
"""Where a transition begins that leads away from any state."""

SHOWN_NAME: Final = 14
"""So many letters of a name are drawn; the table has all of it."""


def graph_of(
    flow: Json,
    notes: Mapping[str, str] | None = None,
    state_href: Callable[[Json], str] | None = None,
    way_href: Callable[[Json], str] | None = None,
) -> str:
    """Return as JSON what is drawn of a workflow.

    ``notes`` stand below the names of states; the functions say where a state, and a transition, lead to.
    """
    told = notes or {}
    states = [
        {
            "key": state["key"],
            "label": _short(state["labels"]),
            "kind": state["kind"],
            "note": told.get(state["key"], ""),
            "href": state_href(state) if state_href else "",
            "begins": state["key"] == flow["initial"],
            "faded": bool(state.get("retired")),
        }
        for state in flow["states"]
    ]
    ways = [way for move in flow["transitions"] for way in _ways(move, way_href(move) if way_href else "")]
    if any(way["from"] == ANY for way in ways):
        states.append({"key": ANY, "label": gettext("any state"), "kind": "draft"})
    return json.dumps({"states": states, "ways": ways}, ensure_ascii=False)


def _ways(move: Json, href: str) -> Iterator[dict[str, str]]:
    """Go through the lines of a transition; what lets go of a hold leads nowhere."""
    if "to" not in move:
        return
    for origin in [ANY] if move["from"] == ANY else move["from"]:
        yield {"from": origin, "to": move["to"], "label": _short(move["labels"]), "href": href}


def _short(labels: Json) -> str:
    said = text_of(Text.from_json(labels))
    return said if len(said) <= SHOWN_NAME else f"{said[: SHOWN_NAME - 1]}…"
