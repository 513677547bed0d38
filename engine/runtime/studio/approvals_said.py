"""Approvals of a design in plain words: who agrees and how, by when, and where each outcome leads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from engine.catalog.documents import Documents
from engine.catalog.editing.access import ROLES
from engine.catalog.editing.approvals import approvals_of, ways_of
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.studio.edits import form_in
from engine.runtime.studio.flows import person_said

OUTCOME_NAMES: Final = {
    "approved": Text("全部同意", "approved"),
    "rejected": Text("驳回", "rejected"),
    "returned": Text("退回给申请人", "sent back to the applicant"),
    "withdrawn": Text("申请人撤回", "withdrawn by the applicant"),
    "apart": Text("打分相差过大", "scores too far apart"),
}
NEED_NAMES: Final = {
    "any": Text("任一人同意", "any one agrees"),
    "all": Text("全部同意", "all agree"),
    "each": Text("每一方有一人同意", "one of each party agrees"),
    "sequence": Text("依次同意", "all agree, one after the other"),
    "percent": Text("按比例同意", "a percentage agrees"),
}
LATE_NAMES: Final = {
    "remind": Text("只提醒", "only remind"),
    "superior": Text("转交上级", "hand on to the superior"),
    "approve": Text("自动同意", "approve by itself"),
    "reject": Text("自动驳回", "reject by itself"),
}
WITHDRAW_NAMES: Final = {
    "always": Text("随时可以", "at any time"),
    "before_first": Text("有人决定之前", "before anybody has decided"),
    "never": Text("不可以", "never"),
}
_LATE_SAID: Final = {
    "remind": Text("超时只提醒", "when late, they are only reminded"),
    "superior": Text("超时转交上级", "when late, it is handed on to the superior"),
    "approve": Text("超时自动同意", "when late, it is approved by itself"),
    "reject": Text("超时自动驳回", "when late, it is rejected by itself"),
}
_SINGLE: Final = ("owner", "creator", "person", "manager_of")


def step_said(documents: Documents, form: str, step: Json, when: str | None) -> Text:
    """Return one step as a sentence; ``when`` is its condition as people say it."""
    parts = list(_parts(documents, form, step))
    zh, en = ",".join(part.zh for part in parts), ", ".join(part.en for part in parts)
    if step.get("due"):
        late = _LATE_SAID[step["due"].get("late", "remind")]
        zh, en = f"{zh};{late.zh}", f"{en}; {late.en}"
    if when:
        return Text(f"仅当 {when}:{zh}", f"Only where {when}: {en}")
    return Text(zh, en[:1].upper() + en[1:])


def _parts(documents: Documents, form: str, step: Json) -> Iterator[Text]:
    yield _who(documents, form, step)
    need = _need(step)
    if need is not None:
        yield need
    if step.get("fields"):
        said = _fields(documents, form, step["fields"])
        yield Text(f"要填写{said.zh}", f"filling in {said.en}")
    if "score" in step:
        yield _score(documents, form, step["score"])
    due = step.get("due", {})
    if "hours" in due:
        yield Text(f"{due['hours']} 小时内", f"within {_count(due['hours'], 'hour')}")
    if "work_hours" in due:
        yield Text(f"{due['work_hours']} 个工作小时内", f"within {_count(due['work_hours'], 'working hour')}")
    if "workdays" in due:
        yield Text(f"{due['workdays']} 个工作日内", f"within {_count(due['workdays'], 'workday')}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _who(documents: Documents, form: str, step: Json) -> Text:
    said = [person_said(documents, form, one) for one in step["who"]]
    bounds = list(_bounds(documents, step))
    who = Text("、".join(one.zh for one in said), ", ".join(one.en for one in said))
    if not bounds:
        return who
    within = Text(",".join(one.zh for one in bounds), ", ".join(one.en for one in bounds))
    return Text(f"{who.zh}({within.zh})", f"{who.en} ({within.en})")


def _bounds(documents: Documents, step: Json) -> Iterator[Text]:
    """Go through how far up a chain is asked."""
    if "levels" in step:
        yield Text(f"最多 {step['levels']} 级", f"{_count(step['levels'], 'level')} at most")
    if "up_to" in step:
        roles = documents.get(ROLES, {}).get("roles", ())
        own = next((Text.from_json(one["labels"]) for one in roles if one["key"] == step["up_to"]), None)
        role = own or Text(step["up_to"], step["up_to"])
        yield Text(f"到“{role.zh}”为止", f"up to “{role.en}”")


def _need(step: Json) -> Text | None:
    """Return whose agreement is needed; None where one alone is asked, so that nothing is to be said."""
    need = step.get("need", "any")
    if isinstance(need, dict):
        return Text(f"{need['percent']}% 同意即通过", f"{need['percent']} % have to agree")
    alone = len(step["who"]) == 1 and next(iter(step["who"][0])) in _SINGLE
    if alone and need in ("any", "all", "each", "sequence"):
        return None
    return {
        "any": Text("任一人同意即可", "any one of them is enough"),
        "all": Text("全部同意", "all have to agree"),
        "each": Text("每一方有一人同意", "one of each party has to agree"),
        "sequence": Text("依次同意", "all have to agree, one after the other"),
    }[need]


def _fields(documents: Documents, form: str, keys: Json) -> Text:
    labels = {one["key"]: Text.from_json(one["labels"]) for one in form_in(documents, form)["fields"]}
    said = [labels.get(key, Text(key, key)) for key in keys]
    return Text("、".join(f"“{one.zh}”" for one in said), ", ".join(f"“{one.en}”" for one in said))


def _score(documents: Documents, form: str, score: Json) -> Text:
    zh, en = f"打 {score['least']}–{score['most']} 分", f"giving {score['least']}–{score['most']} points"
    if "tolerance" in score:
        zh += f"(相差超过 {score['tolerance']}% 即结束)"
        en += f" (over when they are more than {score['tolerance']} % apart)"
    if "into" in score:
        into = _fields(documents, form, [score["into"]])
        zh, en = f"{zh},平均分写入{into.zh}", f"{en}, their mean goes into {into.en}"
    return Text(zh, en)


@dataclass(frozen=True)
class Way:
    """A transition that an outcome can fire: the value that is sent, its name, and where it leads."""

    value: str
    labels: Text
    target: Text


@dataclass(frozen=True)
class EndView:
    """An outcome of an approval: what it fires (a key, blank for nothing), and among what one chooses.

    ``new`` are the states to which a new transition could lead; ``leads`` is where it leads now, None for nowhere.
    """

    outcome: str
    labels: Text
    value: str
    is_needed: bool
    ways: tuple[Way, ...]
    new: tuple[Way, ...]
    leads: Text | None


def ends_of(flow: Json, approval: Json) -> tuple[EndView, ...]:
    """Return the outcomes of an approval, each with what it fires and could fire."""
    states = {one["key"]: Text.from_json(one["labels"]) for one in flow["states"]}
    moves = {one["key"]: one for one in flow["transitions"]}
    state = approval.get("state")
    fitting = tuple(_way(move, states) for move in ways_of(flow, state))
    reached = {move.get("to") for move in ways_of(flow, state)}
    left = [one for one in flow["states"] if one["key"] not in {state, *reached} and not one.get("retired")]
    new = tuple(Way(f"+{one['key']}", states[one["key"]], states[one["key"]]) for one in left)
    ends, needed = approval.get("ends", {}), _needed(approval)
    found = []
    for outcome, labels in OUTCOME_NAMES.items():
        value = ends.get(outcome, "")
        ways = fitting
        if value and value not in {way.value for way in fitting}:
            ways = (*fitting, _way(moves.get(value, {"key": value}), states))
        leads = next((way.target for way in ways if way.value == value), None)
        found.append(EndView(outcome, labels, value, outcome in needed, ways, new, leads))
    return tuple(found)


def _way(move: Json, states: dict[str, Text]) -> Way:
    labels = Text.from_json(move["labels"]) if "labels" in move else Text(move["key"], move["key"])
    target = move.get("to", "")
    return Way(move["key"], labels, states.get(target, Text(target, target)) if target else Text("—", "—"))


def _needed(approval: Json) -> set[str]:
    """Return the outcomes without which the approval cannot be published."""
    if "state" not in approval:
        return set()
    apart = any("tolerance" in step.get("score", {}) for step in approval["steps"])
    return {"approved", "rejected", *(("apart",) if apart else ())}


def beside_of(flow: Json, approval: Json) -> tuple[Json, ...]:
    """Return the other approvals that start in the same state: they run side by side."""
    state = approval.get("state")
    listed = approvals_of(flow) if state else ()
    return tuple(one for one in listed if one.get("state") == state and one["uid"] != approval["uid"])
