"""Playing one scenario: its givens and steps through the same doors that people use, then what must hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.forms.writing import row_json
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError, Problem
from engine.scenarios import problems
from engine.scenarios.stage import Stage, moment_of

STEPS = ("create", "patch", "transition", "act")
CLAIMS = ("record", "refused", "notified", "task", "count")
PREFIX = "fields."


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
        failures = [_words(error.problems)]
    return Result(scenario["id"], covers, tuple(failures))


def _play(stage: Stage, scenario: Json) -> Iterable[str]:
    if "clock" in scenario:
        stage.clock.moment = moment_of(scenario["clock"])
    for number, step in enumerate(scenario.get("given", ())):
        try:
            _do(stage, step)
        except EngineError as error:
            yield f"given[{number}] was refused: {_words(error.problems)}"
            return
        if undelivered := stage.settle():
            yield f"given[{number}]: {'; '.join(undelivered)}"
            return
    refused: tuple[Problem, ...] = ()
    may_be_refused = any("refused" in claim for claim in scenario["then"])
    for number, step in enumerate(scenario["when"], 1):
        try:
            _do(stage, step)
        except EngineError as error:
            if not may_be_refused or number < len(scenario["when"]):
                yield f"when[{number - 1}] was refused: {_words(error.problems)}"
                return
            refused = error.problems
        if undelivered := stage.settle():
            yield f"when[{number - 1}]: {'; '.join(undelivered)}"
            return
    for number, claim in enumerate(scenario["then"]):
        yield from (f"then[{number}]: {failure}" for failure in _check(stage, claim, refused))


def _words(found: Iterable[Problem]) -> str:
    return "; ".join(f"{item.code} {item.path} {item.message.en}" for item in found)


def _verb(document: Json, known: tuple[str, ...]) -> tuple[str, Json]:
    for verb in known:
        if verb in document:
            return verb, document[verb]
    unknown = ", ".join(key for key in document if key != "as")
    raise EngineError(problems.UNKNOWN_STEP.at(step=unknown, known=", ".join(known)))


def _do(stage: Stage, step: Json) -> None:
    viewer = stage.viewer(step["as"])
    records = stage.services.records
    verb, body = _verb(step, STEPS)
    fields = stage.names.value(body.get("fields", {}))
    match verb:
        case "create":
            made = records.create(viewer, stage.app, body["form"], fields, body.get("transition"))
            stage.names.refs[body["ref"]] = (body["form"], made.id)
        case "patch":
            form, id = stage.names.ref(body["ref"])
            seen = body.get("version") or records.read(viewer, stage.app, form, id).version
            records.update(viewer, stage.app, form, id, fields, seen)
        case "transition":
            form, id = stage.names.ref(body["ref"])
            records.transition(viewer, stage.app, form, id, body["key"], fields)
        case "act":
            task = _task(stage, step["as"], body["task"], body["ref"])
            stage.services.inbox.act(viewer, task, body["action"], fields)


def _task(stage: Stage, user: str, key: str, ref: str) -> str:
    tasks = stage.services.inbox.open_tasks(stage.viewer(user))
    for task in tasks:
        if task.key == key and task.record["id"] == stage.names.ref(ref)[1]:
            return task.id
    raise EngineError(problems.NO_TASK.at(user=user, key=key, known=", ".join(task.key for task in tasks)))


def _check(stage: Stage, claim: Json, refused: tuple[Problem, ...]) -> Iterable[str]:
    verb, body = _verb(claim, CLAIMS)
    match verb:
        case "refused":
            yield from _check_refused(body, refused)
        case "record":
            yield from _check_record(stage, body)
        case "task":
            yield from _check_task(stage, body)
        case "notified":
            yield from _check_notified(stage, body)
        case "count":
            page = stage.services.records.list(
                stage.viewer(body["as"]), stage.app, body["form"], filter=body.get("filter"), limit=200
            )
            if page.count.value != body["is"]:
                yield f"{page.count.value} {body['form']} records instead of {body['is']}"


def _check_refused(body: Json, refused: tuple[Problem, ...]) -> Iterable[str]:
    if not refused:
        yield "was not refused"
        return
    if "code" in body and body["code"] not in {item.code for item in refused}:
        yield f"no problem has the code {body['code']}: {_words(refused)}"
    if "fields" in body:
        found = {item.path.removeprefix(PREFIX) for item in refused}
        if found != set(body["fields"]):
            yield f"refused on {sorted(found)} instead of {sorted(body['fields'])}: {_words(refused)}"


def _check_record(stage: Stage, body: Json) -> Iterable[str]:
    form_key, id = stage.names.ref(body["ref"])
    if "as" in body:
        shown = _seen(stage, body, form_key, id)
        if isinstance(shown, str):
            if body.get("hidden") is not True:
                yield shown
            return
        state, fields = shown
        yield from _check_hidden(body, fields)
    else:
        with stage.services.desk.reading(stage.viewer(next(iter(stage.names.people)))) as reading:
            row = reading.record(stage.app, form_key, id)
            if row is None:
                yield f"{body['ref']} is not there"
                return
            form = reading.catalog.apps[stage.app].forms[form_key]
            state, fields = row.get("state"), row_json(form, row)
    if "state" in body and state != body["state"]:
        yield f"{body['ref']} is in the state {state} instead of {body['state']}"
    for key, wanted in stage.names.value(body.get("fields", {})).items():
        if not _fits(fields.get(key), wanted):
            yield f"{body['ref']}.{key} is {compact(fields.get(key))} instead of {compact(wanted)}"


def _check_hidden(body: Json, fields: Json) -> Iterable[str]:
    """Check that the record (``true``) or the fields named are not shown."""
    hidden = body.get("hidden", [])
    if hidden is True:
        yield f"{body['as']} can see {body['ref']}"
    elif isinstance(hidden, list):
        yield from (f"{body['as']} can see {body['ref']}.{key}" for key in hidden if key in fields)


def _seen(stage: Stage, body: Json, form: str, id: str) -> str | tuple[str | None, Json]:
    try:
        view = stage.services.records.read(stage.viewer(body["as"]), stage.app, form, id)
    except EngineError as error:
        return f"{body['as']} cannot see {body['ref']}: {_words(error.problems)}"
    return view.state, view.fields


def _fits(found: Json, wanted: Json) -> bool:
    """Tell whether a value is what a scenario wants; of lines, only the keys that it names count."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(_fits(found.get(key), inner) for key, inner in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        pairs = zip(found, wanted, strict=False)
        return len(found) == len(wanted) and all(_fits(one, other) for one, other in pairs)
    return bool(found == wanted)


def _check_task(stage: Stage, body: Json) -> Iterable[str]:
    id = stage.names.ref(body["ref"])[1]
    tasks = stage.services.inbox.open_tasks(stage.viewer(body["user"]))
    count = sum(task.key == body["key"] and task.record["id"] == id for task in tasks)
    wanted = int(body.get("open", True))
    if count != wanted:
        yield f"{body['user']} has {count} open tasks {body['key']} of {body['ref']} instead of {wanted}"


def _check_notified(stage: Stage, body: Json) -> Iterable[str]:
    found = stage.services.inbox.notifications(stage.viewer(body["user"]), 100)
    contains = body.get("contains", "")
    matching = [item for item in found if contains in item.text.zh or contains in item.text.en]
    wanted = body.get("times", 1)
    if len(matching) != wanted:
        texts = " | ".join(item.text.zh for item in found)
        yield f"{body['user']} was told “{contains}” {len(matching)} times instead of {wanted}: {texts}"
