"""What a case may leave out, filled in before it is read; knows the JSON of a case and nothing of types or scopes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from engine.kernel.canonical import Json

USUAL_DIGITS = 15
MOST_LEVELS = 50
"""How deep the objects and lists of a line stand inside one another; a case needs a tenth of it."""

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def is_deep(document: Json) -> bool:
    """Tell whether objects and lists stand too deep inside one another to be gone through without a care."""
    level: list[Json] = [document]
    for _ in range(MOST_LEVELS):
        level = [inner for part in level if isinstance(part, dict | list) for inner in _inner(part)]
        if not level:
            return False
    return True


def _inner(part: dict[str, Json] | list[Json]) -> Collection[Json]:
    return part.values() if isinstance(part, dict) else part


def completed(fields: dict[str, Json], rows: Sequence[dict[str, Json]], forms: Collection[str]) -> dict[str, Json]:
    """Return the fields with what they do not say: how many digits, and which form a reference leads to.

    A number whose ``digits`` are not told has 15, and where a value in the rows needs its decimals beside up to 15
    whole digits, these too. A reference without ``form`` leads to the form of its own name, else to the first of
    ``forms``, the record's own.
    """
    return {key: _completed(key, field, rows, forms) for key, field in fields.items()}


def ungrouped(parameters: dict[str, Json], prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the parameters under their whole keys; an object that has no ``type`` is a group of them."""
    for key, value in parameters.items():
        if isinstance(value, dict) and "type" not in value:
            yield from ungrouped(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _completed(key: str, field: Json, rows: Sequence[dict[str, Json]], forms: Collection[str]) -> Json:
    match field:
        case {"type": "number"} if field.get("digits") is None:
            scale = field.get("scale")
            places = scale if isinstance(scale, int) else 0
            digits = max([USUAL_DIGITS, *(_digits(row.get(key), places) for row in rows)])
            return {**field, "scale": 0 if scale is None else scale, "digits": digits}
        case {"type": "reference" | "references"} if field.get("form") is None:
            return {**field, "form": key if key in forms else next(iter(forms))}
        case _:
            return field


def _digits(raw: Json, scale: int) -> int:
    """Return how many digits a value takes at this scale, of whole ones 15 at most; 0 for what is no number."""
    written = str(raw) if isinstance(raw, str | int | float) else ""
    whole = len(written.partition(".")[0].lstrip("-0"))
    return min(whole, USUAL_DIGITS) + scale if _DECIMAL.fullmatch(written) else 0
