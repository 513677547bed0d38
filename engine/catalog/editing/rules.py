"""Editing rules: a word, an event, a condition or an action of a rule's document at a time; it knows no pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Final

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import rules_actions as actions
from engine.catalog.editing import rules_events as events
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.problems import GONE, LAST_ONE, UNFIT
from engine.catalog.editing.rules_conditions import Condition, Row, asked, put_together, taken_apart
from engine.catalog.editing.rules_details import with_detail, with_detail_word, without_detail
from engine.catalog.editing.rules_ground import Ground
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

SEVERITIES: Final = ("info", "warning", "critical")
ONCE: Final = ("record", "state", "day", "week", "month")
DETAILS: Final = frozenset(
    ("channels", "copy", "urgent", "digest", "amount", "quiet_hours", "due", "priority", "workdays")
)
"""What events and actions can say beside what they must."""
_ORDER: Final = re.compile(r"-?[0-9]{1,6}", re.ASCII)
PROPERTIES: Final[Mapping[str, tuple[str, ...]]] = {"severity": SEVERITIES, "once": ONCE}
_NUMBERED: Final = re.compile(r"(on|then)\[(\d+)\](.*)")


def path_of(key: str) -> str:
    """Return where the document of a rule is."""
    return f"rules/{key}.json"


def rule_in(documents: Documents, key: str) -> Json:
    """Return the document of a rule; EngineError (APP-040) where it is gone."""
    found = documents.get(path_of(key))
    if found is None:
        raise EngineError(GONE.at(path_of(key)))
    return found


def rules_in(documents: Documents) -> tuple[Json, ...]:
    """Return the documents of all rules, in their order."""
    return tuple(item for path, item in documents.items() if path.startswith("rules/"))


def condition_of(rule: Json, ground: Ground) -> Condition:
    """Return the condition of a rule row by row."""
    return taken_apart(rule.get("when"), ground.fields, ground.scope)


def with_word(rule: Json, at: str, values: Sequence[str], ground: Ground, speech: str, mint: Mint) -> Json:
    """Return the rule with one word of its sentence set; ``at`` is ``on/0/kind``, ``when/1/value`` or the like.

    EngineError (APP-040) where the word is gone, (APP-047) for what cannot stand there.
    """
    part, _, rest = at.partition("/")
    if part == "when":
        return _with_condition(rule, _word_of_condition(condition_of(rule, ground), rest, values, ground))
    number, _, word = rest.partition("/")
    index = _index(rule, part, number)
    made = deepcopy(rule)
    before = made[part][index]
    if word.partition("/")[0] in DETAILS:
        made[part][index] = with_detail_word(before, word, values, actions.persons_offered(ground))
    elif part == "on":
        made[part][index] = events.with_word(before, word, values, ground)
    elif word == "kind":
        kind = values[0] if values else ""
        if kind != actions.kind_of(before):
            made[part][index] = actions.action_of(kind, ground, mint, tasks_of(rule))
    else:
        made[part][index] = actions.with_word(before, word, values, ground, speech)
    return made


def _index(rule: Json, part: str, number: str) -> int:
    if part not in ("on", "then") or not number.isdecimal() or int(number) >= len(rule[part]):
        raise EngineError(GONE.at(part))
    return int(number)


def _with_condition(rule: Json, condition: Condition) -> Json:
    """Return the rule with a condition; where it has none any more, what was noted beside it goes to the whole rule."""
    source = put_together(condition)
    if source is not None:
        made = {**deepcopy(rule), "when": source}
        return made if "when" in rule else _in_order(made)
    made = deepcopy({key: item for key, item in rule.items() if key != "when"})
    noted = made.get("comments", {}).pop("when", [])
    if noted:
        made["comments"]["rule"] = [*made["comments"].get("rule", []), *noted]
    return made


def _in_order(rule: Json) -> Json:
    """Return the rule with its condition in front of what it does, as rules are written."""
    keys = [key for key in rule if key not in ("when", "then")]
    place = keys.index("on") + 1
    return {key: rule[key] for key in (*keys[:place], "when", "then", *keys[place:]) if key in rule}


def _word_of_condition(condition: Condition, at: str, values: Sequence[str], ground: Ground) -> Condition:
    value = values[0] if values else ""
    if at == "joins":
        if value not in ("and", "or"):
            raise EngineError(UNFIT.at("when"))
        return replace(condition, joins="or" if value == "or" else "and")
    number, _, word = at.partition("/")
    row = _row(condition, number)
    match word:
        case "field" if value in ground.fields:
            made = row if value == row.field else asked(ground.fields[value])
        case "operator" if row.field:
            made = asked(ground.fields[row.field], value, row.values)
        case "value" if row.field:
            made = asked(ground.fields[row.field], row.operator, [one for one in values if one.strip()])
        case "text" if value.strip():
            again = taken_apart(value.strip(), ground.fields, ground.scope)
            made = Row(value.strip(), joined=len(again.rows) > 1)
        case _:
            raise EngineError(UNFIT.at("when"))
    rows = [made if one is row else one for one in condition.rows]
    return replace(condition, rows=tuple(rows))


def _row(condition: Condition, number: str) -> Row:
    if not number.isdecimal() or int(number) >= len(condition.rows):
        raise EngineError(GONE.at("when"))
    return condition.rows[int(number)]


def with_part(rule: Json, part: str, kind: str, ground: Ground, mint: Mint) -> Json:
    """Return the rule with one more event (``on``), condition (``when``, of a field) or action (``then``) at the end.

    ``then/2`` of an action that sets fields is one more field of it; with a ``kind`` it is one more detail.
    """
    made = deepcopy(rule)
    match part.split("/"):
        case ["on"]:
            made["on"].append(events.event_of(kind, ground))
        case ["then"]:
            made["then"].append(actions.action_of(kind, ground, mint, tasks_of(rule)))
        case ["on" | "then" as where, number] if kind:
            index = _index(rule, where, number)
            made[where][index] = with_detail(made[where][index], kind, ground)
        case ["then", number]:
            index = _index(rule, "then", number)
            made["then"][index] = actions.with_more_set(made["then"][index], ground)
        case ["when"] if kind in ground.fields:
            condition = condition_of(rule, ground)
            return _with_condition(rule, replace(condition, rows=(*condition.rows, asked(ground.fields[kind]))))
        case _:
            raise EngineError(UNFIT.at(part))
    return made


def without_part(rule: Json, at: str, ground: Ground) -> Json:
    """Return the rule without an event, a condition or an action; EngineError (APP-041) for its last event or action.

    What was noted beside it stays with what follows, or at the end.
    """
    part, _, rest = at.partition("/")
    number, _, inner = rest.partition("/")
    if part == "when":
        condition = condition_of(rule, ground)
        gone = _row(condition, number)
        return _with_condition(rule, replace(condition, rows=tuple(one for one in condition.rows if one is not gone)))
    index = _index(rule, part, number)
    made = deepcopy(rule)
    if inner in DETAILS:
        made[part][index] = without_detail(made[part][index], inner)
        return made
    if inner:
        made[part][index] = actions.without_set(made[part][index], inner.removeprefix("set/"))
        return made
    if len(made[part]) == 1:
        raise EngineError(LAST_ONE.at(part))
    del made[part][index]
    if "comments" in made:
        made["comments"] = _comments(made["comments"], part, index, len(made[part]))
    return made


def _comments(comments: Json, part: str, gone: int, left: int) -> Json:
    """Return the comments after one part is gone: those behind it move up, its own go to what stands there then."""
    made: dict[str, list[Json]] = {}
    for place, noted in comments.items():
        found = _NUMBERED.fullmatch(place)
        to = place
        if found is not None and found[1] == part and int(found[2]) >= gone:
            number, tail = int(found[2]), found[3] if int(found[2]) > gone else ""
            moved = number - 1 if number > gone else min(gone, left - 1)
            to = f"{part}[{moved}]{tail}"
        made[to] = [*made.get(to, []), *noted]
    return made


def with_property(rule: Json, key: str, value: Json | Absent) -> Json:
    """Return the rule with one of its own properties set, or taken away where the value is ABSENT."""
    made = deepcopy(rule)
    if isinstance(value, Absent):
        made.pop(key, None)
    else:
        made[key] = value
    return made


def property_of(key: str, typed: str) -> Json | Absent:
    """Return a property of a rule as it was chosen or typed, blank takes it away; EngineError (APP-047) for another."""
    value = typed.strip()
    if not value:
        return ABSENT
    if value not in PROPERTIES.get(key, (value,)) or (key == "order" and not _ORDER.fullmatch(value)):
        raise EngineError(UNFIT.at(key))
    return int(value) if key == "order" else value


def tasks_of(rule: Json) -> set[str]:
    """Return the keys of the tasks that a rule opens."""
    return {action["open_task"]["key"] for action in rule["then"] if "open_task" in action}


def restored(rule: Json, read: Json) -> Json:
    """Return a rule as it was read from its text: it is still the same rule, by its key and uid.

    What says the same as before is kept as it was written.
    """
    made = {**read, "key": rule["key"], "uid": rule["uid"]}
    if made == rule:
        return rule
    known = [key for key in rule if key in made]
    kept = {key: rule[key] if rule[key] == made[key] else made[key] for key in known}
    more = {key: item for key, item in made.items() if key not in rule}
    return _in_order({**kept, **more})
