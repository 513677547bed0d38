"""Playing one scenario: its givens and steps through the same doors that people use, then what must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.decision.changeset import Actor
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.packs.capturing import capture
from engine.runtime.publishing import publish
from engine.runtime.views import Viewer
from engine.scenarios import problems
from engine.scenarios.claiming import Outcome, check, verb_of, words
from engine.scenarios.editing import edited
from engine.scenarios.stage import Stage, moment_of

STEPS = ("create", "patch", "transition", "find", "act", "take", "publish", "parameter", "tick")


@dataclass(frozen=True)
class Result:
    """How one scenario ended: ``failures`` say in words what did not hold."""

    id: str
    covers: tuple[str, ...]
    failures: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything that the scenario claims holds."""
        return not self.failures


def play(stage: Stage, scenario: Json) -> Result:
    """Play one scenario on a fresh stage."""
    covers = tuple(scenario.get("covers", ()))
    try:
        failures = list(_play(stage, scenario))
    except EngineError as error:
        failures = [words(error.problems)]
    return Result(scenario["id"], covers, tuple(failures))


def _play(stage: Stage, scenario: Json) -> Iterable[str]:
    stage.begin(moment_of(scenario["clock"]) if "clock" in scenario else stage.clock.moment)
    for number, step in enumerate(scenario.get("given", ())):
        try:
            _do(stage, step)
        except EngineError as error:
            yield f"given[{number}] was refused: {words(error.problems)}"
            return
        if undelivered := stage.settle():
            yield f"given[{number}]: {'; '.join(undelivered)}"
            return
    outcome = Outcome()
    may_be_refused = any("refused" in claim for claim in scenario["then"])
    for number, step in enumerate(scenario["when"], 1):
        try:
            outcome.published = _do(stage, step) == "publish" or outcome.published
        except EngineError as error:
            if not may_be_refused or number < len(scenario["when"]):
                yield f"when[{number - 1}] was refused: {words(error.problems)}"
                return
            outcome.refused = error.problems
        if undelivered := stage.settle():
            yield f"when[{number - 1}]: {'; '.join(undelivered)}"
            return
    for number, claim in enumerate(scenario["then"]):
        yield from (f"then[{number}]: {failure}" for failure in check(stage, claim, outcome))


def _do(stage: Stage, step: Json) -> str:
    """Take one step; return what it was."""
    verb, body = verb_of(step, STEPS)
    if verb == "tick":
        stage.travel.to(moment_of(body) if isinstance(body, str) else stage.names.moment(body))
        return verb
    viewer = stage.viewer(step["as"])
    match verb:
        case "publish":
            publish(stage.services.execution, edited(stage, body), Actor(viewer.id))
        case "parameter":
            stage.services.parameters.set(viewer, stage.app, {body["key"]: stage.names.value(body["value"])})
        case "take":
            _take(stage, viewer, body)
        case "find":
            _find(stage, viewer, body)
        case _:
            _write(stage, viewer, verb, body)
    return verb


def _write(stage: Stage, viewer: Viewer, verb: str, body: Json) -> None:
    """Take a step that writes a record."""
    records = stage.services.records
    fields = capture(stage.services, viewer, stage.names.value(body.get("fields", {})))
    if verb == "create":
        made = records.create(viewer, *stage.form(body["form"]), fields, body.get("transition"))
        stage.names.refs[body["ref"]] = (body["form"], made.id)
        stage.entered[body["ref"]] = body.get("fields", {})
        return
    named, id = stage.names.ref(body["ref"])
    app, form = stage.form(named)
    match verb:
        case "patch":
            seen = body.get("version") or records.read(viewer, app, form, id).version
            records.update(viewer, app, form, id, fields, seen)
        case "transition":
            records.transition(viewer, app, form, id, body["key"], fields)
        case _:
            task = _task(stage, viewer, body["task"], id)
            stage.services.inbox.act(viewer, task, body["action"], fields)


def _take(stage: Stage, viewer: Viewer, body: Json) -> None:
    """Do a quick action, over the record that is named where it is offered on one."""
    record = stage.names.ref(body["record"])[1] if "record" in body else None
    fields = capture(stage.services, viewer, stage.names.value(body.get("fields", {})))
    taken = stage.services.quick_actions.take(viewer, stage.app, body["action"], record, fields)
    made = taken.record
    named = made.form if made.app == stage.app else f"{made.app}.{made.form}"
    stage.names.refs[body.get("ref", body["action"])] = (named, made.id)


def _find(stage: Stage, viewer: Viewer, body: Json) -> None:
    """Give a name to the one record of a list; EngineError where there is none, or more than one."""
    page = stage.services.records.list(viewer, *stage.form(body["form"]), filter=body.get("filter"), limit=2)
    if len(page.items) != 1:
        raise EngineError(problems.NOT_ONE.at(form=body["form"], user=viewer.name, count=page.count.value))
    stage.names.refs[body["ref"]] = (body["form"], page.items[0].id)


def _task(stage: Stage, viewer: Viewer, key: str, record: str) -> str:
    tasks = stage.services.inbox.open_tasks(viewer)
    for task in tasks:
        if task.key == key and task.record["id"] == record:
            return task.id
    raise EngineError(problems.NO_TASK.at(user=viewer.name, key=key, known=", ".join(task.key for task in tasks)))
