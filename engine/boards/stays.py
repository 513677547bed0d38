"""What a metric over stays in states knows of each stay, besides the record that stayed; knows no storage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.kernel.problems import Text
from engine.language import types as language
from engine.language.expressions import Expression
from engine.language.scope import FieldScope, FormScope

STATE, DAYS, SINCE, UNTIL = "stay_state", "stay_days", "stay_since", "stay_until"
KEYS = (STATE, DAYS, SINCE, UNTIL)

DAYS_TYPE = language.NumberType(2, 9)
"""Days that a stay lasted, to the hundredth."""

_LABELS = {
    STATE: Text("停留的状态", "State of the stay"),
    DAYS: Text("停留天数", "Days of the stay"),
    SINCE: Text("停留开始", "Start of the stay"),
    UNTIL: Text("停留结束", "End of the stay"),
}


def states_of(form: FormScope) -> language.ChoiceType | None:
    """Return the type of the states of a form's records, or None where these have no workflow."""
    found = form.fields.get("state")
    kind = None if found is None else found.type
    return kind if isinstance(kind, language.ChoiceType) and kind.options else None


def with_stays(form: FormScope, states: language.ChoiceType) -> FormScope:
    """Return the scope of a stay: all that the record has, and what the stay was."""
    kinds: dict[str, language.Type] = {
        STATE: states,
        DAYS: DAYS_TYPE,
        SINCE: language.DateTimeType(),
        UNTIL: language.DateTimeType(),
    }
    own = {key: FieldScope(key, key, kind, _LABELS[key], settable=False) for key, kind in kinds.items()}
    return replace(form, fields={**form.fields, **own})


def reads_stay(expressions: Iterable[Expression]) -> bool:
    """Tell whether one of these reads what only a stay has, so that no list of records can ask it."""
    return any(key in KEYS for expression in expressions for key in expression.reads.fields)
