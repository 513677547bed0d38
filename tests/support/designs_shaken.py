"""Documents with one thing wrong in them, somewhere: what is changed by hand and sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

ODD = (None, True, 0, -1, 1.5, "", "x", "nothing.at.all", "{{x}}", [], {}, ["x"], {"x": 1}, "a" * 300)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Go through every place in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*way, key)
        yield from places(one, (*way, key))


def shaken(document: Any, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Any:
    """Return the document with one value that is another, gone, or there twice."""
    *way, last = draw(st.sampled_from(list(places(document))))
    holder = document
    for key in way:
        holder = holder[key]
    match draw(st.sampled_from(("put", "take", "twice"))):
        case "put":
            holder[last] = draw(st.sampled_from(ODD))
        case "take":
            del holder[last]
        case _ if isinstance(holder, list):
            holder.append(holder[last])
        case _:
            holder[f"{last}2"] = holder[last]
    return document
