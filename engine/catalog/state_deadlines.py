"""Deadlines of states: what a workflow says of them becomes rules on a deadline, which run, wait and explain as others.

Such a rule is called ``FLOW.STATE.due_50``; no rule of a document can be called so.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.kernel.canonical import Json
from engine.kernel.persons import PersonsDef
from engine.rules.definitions import RuleDef, rule_def
from engine.workflows.definitions import DueDef, StateDef, WorkflowDef

WHOLE = 100


def rules_of(flow: WorkflowDef) -> Iterator[RuleDef]:
    """Go through the rules that the deadlines of a workflow's states stand for."""
    for state in flow.states:
        if state.due is not None:
            yield from map(rule_def, _documents(flow, state, state.due))


def persons_in(flow: WorkflowDef) -> Iterator[tuple[str, tuple[PersonsDef, ...]]]:
    """Go through whom the deadlines of a workflow's states tell, each with its place."""
    for state in flow.states:
        if state.due is None:
            continue
        place = f"states.{state.key}.due"
        yield f"{place}.tell", state.due.tell
        yield from ((f"{place}.escalate[{n}].to", one.to) for n, one in enumerate(state.due.escalate))


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
        yield _rule(flow, state, f"due_{percent}", {"at": at, **ahead}, here, due.tell, said)
    for number, one in enumerate(due.escalate, 1):
        said = {"zh": f"“{zh}”已超时,请过问", "en": f"“{en}” is late: please look into it"}
        event = {"at": at, **({} if one.after is None else {"offset": dict(one.after)})}
        yield _rule(flow, state, f"late_{number}", event, here, one.to, said)


def _rule(
    flow: WorkflowDef, state: StateDef, name: str, event: Json, when: str, to: tuple[PersonsDef, ...], text: Json
) -> Json:
    labels = {
        "zh": f"{state.labels.zh}:{text['zh']}",
        "en": f"{state.labels.en}: {text['en']}",
    }
    return {
        "uid": f"{state.uid}.{name}",
        "key": f"{flow.key}.{state.key}.{name}",
        "labels": labels,
        "form": flow.form,
        "on": [{"deadline": event}],
        "when": when,
        "once": "state",
        "then": [{"notify": {"to": [one.as_json() for one in to], "text": text}}],
    }
