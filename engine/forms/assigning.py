"""Giving a field the value of an expression: the same value, brought to the field's scale where it is a number."""

from __future__ import annotations

from engine.forms.definitions import scale_of
from engine.forms.forms import Field
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression, Surroundings
from engine.language.types import NumberType


def rescaled(value: int, scale: int, wanted: int) -> int:
    """Return a scaled integer at another scale; digits that fall away round half away from zero."""
    if wanted >= scale:
        return value * 10 ** (wanted - scale)
    unit = 10 ** (scale - wanted)
    whole = (abs(value) + unit // 2) // unit
    return whole if value >= 0 else -whole


def assigned(field: Field, expression: Expression, row: Row, surroundings: Surroundings) -> Value:
    """Return what ``field`` holds after being set to the expression."""
    value = expression.evaluate(row, surroundings)
    if isinstance(expression.type, NumberType) and value is not None:
        return rescaled(value, expression.type.scale, scale_of(field.definition))
    return value
