"""Deadlines and duties of states: what a workflow says of them becomes rules, which run, wait and explain as others.

Such a rule is called ``FLOW.STATE.due_50`` or ``FLOW.STATE.DUTY_remind``; no rule of a document can be called so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef
from engine.kernel.problems import Problem
from engine.rules.definitions import RuleDef, rule_def
from engine.rules.problems import BAD_CRON
from engine.rules.schedules import is_cron
from engine.workflows.definitions import DueDef, StateDef, WorkflowDef
from engine.workflows.duties import BEGAN, BEGINS, DutyDef, Each, done_since

WHOLE = 100


def rules_of(flow: WorkflowDef) -> Iterator[RuleDef]:
    """Go through the rules that the deadlines of a workflow's states stand for."""
    for state in flow.states:
        if state.due is not None:
            yield from map(rule_def, _documents(flow, state, state.due))
        for duty in state.duties:
            yield from map(rule_def, _of_duty(flow, state, duty))


def persons_in(flow: WorkflowDef) -> Iterator[tuple[str, tuple[PersonsDef, ...]]]:
    """Go through whom the deadlines of a workflow's states tell, each with its place."""
    for state in flow.states:
        for duty in state.duties:
            yield f"states.{state.key}.duties.{duty.key}.tell", duty.tell
            yield f"states.{state.key}.duties.{duty.key}.late", duty.late
        if state.due is None:
            continue
        place = f"states.{state.key}.due"
        yield f"{place}.tell", state.due.tell
        yield from ((f"{place}.escalate[{n}].to", one.to) for n, one in enumerate(state.due.escalate))


def cron_problems(flow: WorkflowDef) -> Iterator[Problem]:
    """Go through the reminders of duties that never come."""
    for state in flow.states:
        for duty in state.duties:
            if duty.remind is not None and not is_cron(duty.remind):
                yield BAD_CRON.at(f"states.{state.key}.duties.{duty.key}.remind", cron=duty.remind)


def _documents(flow: WorkflowDef, state: StateDef, due: DueDef) -> Iterator[Json]:
    here = f'state = "{state.key}"'
    at = f"if({here}, {due.at})"
    zh, en = state.labels.zh, state.labels.en
    for percent in due.remind:
        ahead = {} if percent == WHOLE else {"percent": percent, "since": "state_since"}
        late = percent == WHOLE
        said = {
            "zh": f"“{zh}”的时限已到" if late else f"“{zh}”的时限已过{percent}%",
            "en": f"The time for “{en}” is over" if late else f"{percent} % of the time for “{en}” are over",
        }
        yield _rule(flow, state, f"due_{percent}", _deadline({"at": at, **ahead}, here), due.tell, said)
    for number, one in enumerate(due.escalate, 1):
        said = {"zh": f"“{zh}”已超时,请过问", "en": f"“{en}” is late: please look into it"}
        event = {"at": at, **({} if one.after is None else {"offset": dict(one.after)})}
        yield _rule(flow, state, f"late_{number}", _deadline(event, here), one.to, said)


def _deadline(event: Json, when: str) -> Json:
    return {"on": [{"deadline": event}], "when": when, "once": "state"}


_SPOKEN: Mapping[Each, tuple[str, str, str, str]] = {
    "day": ("今天", "today", "昨天", "yesterday"),
    "week": ("本周", "this week", "上周", "last week"),
    "month": ("本月", "this month", "上月", "last month"),
}
_AFTERWARDS: Mapping[Each, str] = {"day": "0 8 * * *", "week": "0 8 * * 1", "month": "0 8 1 * *"}
"""When is said that a period has gone by with too little in it: in the morning after its last day."""


def _of_duty(flow: WorkflowDef, state: StateDef, duty: DutyDef) -> Iterator[Json]:
    now_zh, now_en, before_zh, before_en = _SPOKEN[duty.each]
    here, least, label = f'state = "{state.key}"', duty.count, duty.labels
    if duty.remind is not None and duty.tell:
        said = {
            "zh": f"{now_zh}要有{least}条“{label.zh}”,还没有够",
            "en": f"{now_en.capitalize()} needs “{label.en}” ({least}), and that is not there yet",
        }
        when = f"{here} and {done_since(duty, BEGINS[duty.each])} < {least}"
        yield _rule(flow, state, f"{duty.key}_remind", _schedule(duty.remind, when), duty.tell, said)
    if duty.late:
        first, end = BEGAN[duty.each], BEGINS[duty.each]
        said = {
            "zh": f"{before_zh}没有做够“{label.zh}”({least}条),请过问",
            "en": f"Too little “{label.en}” {before_en} ({least} wanted): please look into it",
        }
        when = f"{here} and date(state_since) <= {first} and {done_since(duty, first, end)} < {least}"
        yield _rule(flow, state, f"{duty.key}_late", _schedule(_AFTERWARDS[duty.each], when), duty.late, said)


def _schedule(cron: str, when: str) -> Json:
    return {"on": [{"schedule": {"cron": cron}}], "when": when}


def _rule(flow: WorkflowDef, state: StateDef, name: str, looking: Json, to: tuple[PersonsDef, ...], text: Json) -> Json:
    """Return the document of a rule that tells people; ``looking`` says when it looks, and under which condition."""
    labels = {
        "zh": f"{state.labels.zh}:{text['zh']}",
        "en": f"{state.labels.en}: {text['en']}",
    }
    return {
        "uid": f"{state.uid}.{name}",
        "key": f"{flow.key}.{state.key}.{name}",
        "labels": labels,
        "form": flow.form,
        **looking,
        "then": [{"notify": {"to": [one.as_json() for one in to], "text": text}}],
    }
