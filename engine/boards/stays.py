"""What a metric over the log of states knows besides the record: of each stay, or of each stage; knows no storage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.kernel.problems import Text
from engine.language import types as language
from engine.language.expressions import Expression
from engine.language.scope import FieldScope, FormScope

STATE, DAYS, SINCE, UNTIL = "stay_state", "stay_days", "stay_since", "stay_until"
ENDED = "stay_ended"

STAGE, NEXT, FURTHEST = "stage_state", "stage_next", "stage_furthest"
FIRST, BEGUN, PASSED = "stage_since", "stage_begun", "stage_days"
TIMES, BACKS = "stage_times", "stage_backs"

KEYS = frozenset({STATE, DAYS, SINCE, UNTIL, ENDED, STAGE, NEXT, FURTHEST, FIRST, BEGUN, PASSED, TIMES, BACKS})
"""All that a record does not have by itself."""

STATES = (STATE, STAGE)
"""What stands for the state of a record where its list is opened."""

DAYS_TYPE = language.NumberType(2, 9)
"""Days that something lasted, to the hundredth."""

OFTEN = language.NumberType(0, 9)
"""How often something happened to one record."""

_LABELS: Mapping[str, Text] = {
    STATE: Text("停留的状态", "State of the stay"),
    DAYS: Text("停留天数", "Days of the stay"),
    SINCE: Text("停留开始", "Start of the stay"),
    UNTIL: Text("停留结束", "End of the stay"),
    ENDED: Text("已离开", "Whether the stay has ended"),
    STAGE: Text("到过的阶段", "Stage reached"),
    NEXT: Text("到过后面的阶段", "Whether a later stage was reached"),
    FURTHEST: Text("到过的最后阶段", "Furthest stage reached"),
    FIRST: Text("首次到达", "First reached"),
    BEGUN: Text("进入漏斗", "Came to the first of its stages"),
    PASSED: Text("到后面阶段的天数", "Days until a later stage"),
    TIMES: Text("到达次数", "Times reached"),
    BACKS: Text("退回次数", "Times gone back from it"),
}


def states_of(form: FormScope) -> language.ChoiceType | None:
    """Return the type of the states of a form's records, or None where these have no workflow."""
    found = form.fields.get("state")
    kind = None if found is None else found.type
    return kind if isinstance(kind, language.ChoiceType) and kind.options else None


def with_stays(form: FormScope, states: language.ChoiceType) -> FormScope:
    """Return the scope of a stay: all that the record has, and what the stay was; what goes on has no end."""
    moment = language.DateTimeType()
    kinds: dict[str, language.Type] = {
        STATE: states,
        DAYS: DAYS_TYPE,
        SINCE: moment,
        UNTIL: moment,
        ENDED: language.BooleanType(),
    }
    return _with(form, kinds)


def with_stages(form: FormScope, states: language.ChoiceType) -> FormScope:
    """Return the scope of a stage that a record has reached: all that the record has, and how it went through."""
    moment = language.DateTimeType()
    return _with(
        form,
        {
            **{STAGE: states, FURTHEST: states, NEXT: language.BooleanType()},
            **{FIRST: moment, BEGUN: moment, PASSED: DAYS_TYPE, TIMES: OFTEN, BACKS: OFTEN},
        },
    )


def _with(form: FormScope, kinds: Mapping[str, language.Type]) -> FormScope:
    own = {key: FieldScope(key, key, kind, _LABELS[key], settable=False) for key, kind in kinds.items()}
    return replace(form, fields={**form.fields, **own})


def reads_log(expressions: Iterable[Expression]) -> bool:
    """Tell whether one of these reads what only the log of states knows, so that no list of records can ask it."""
    return any(key in KEYS for expression in expressions for key in expression.reads.fields)
