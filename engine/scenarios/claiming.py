"""What a scenario claims, looked up where people would see it; knows nothing of how it came to be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.forms.writing import row_json
from engine.kernel.canonical import Json, compact
from engine.kernel.problems import EngineError, Problem
from engine.runtime.showing import held_json
from engine.scenarios import problems
from engine.scenarios.burden import burden
from engine.scenarios.stage import Stage

CLAIMS = ("record", "refused", "published", "notified", "task", "count", "held", "explains", "burden", "board")
PREFIX = "fields."


@dataclass
class Outcome:
    """How the last steps ended: why the last one was refused, and whether an app was published."""

    refused: tuple[Problem, ...] = ()
    published: bool = False


def words(found: Iterable[Problem]) -> str:
    """Return problems in words."""
    return "; ".join(f"{item.code} {item.path} {item.message.en}" for item in found)


def verb_of(document: Json, known: tuple[str, ...]) -> tuple[str, Json]:
    """Return what a step or claim is about, and its body; EngineError (SCEN-001) where it is none that is known."""
    for verb in known:
        if verb in document:
            return verb, document[verb]
    unknown = ", ".join(key for key in document if key != "as")
    raise EngineError(problems.UNKNOWN_STEP.at(step=unknown, known=", ".join(known)))


def check(stage: Stage, claim: Json, outcome: Outcome) -> Iterable[str]:
    """Go through what does not hold of a claim, in words."""
    verb, body = verb_of(claim, CLAIMS)
    match verb:
        case "refused":
            yield from _check_refused(body, outcome.refused)
        case "published":
            if outcome.published != body:
                yield "nothing was published" if body else "something was published"
        case "held":
            yield from _check_held(stage, body)
        case "explains":
            yield from _check_explained(stage, body)
        case "burden":
            yield from _check_burden(stage, body)
        case "board":
            yield from _check_board(stage, body)
        case "record":
            yield from _check_record(stage, body)
        case "task":
            yield from _check_task(stage, body)
        case "notified":
            yield from _check_notified(stage, body)
        case "count":
            page = stage.services.records.list(
                stage.viewer(body["as"]), *stage.form(body["form"]), filter=body.get("filter"), limit=200
            )
            if page.count.value != body["is"]:
                yield f"{page.count.value} {body['form']} records instead of {body['is']}"


def _check_refused(body: Json, refused: tuple[Problem, ...]) -> Iterable[str]:
    if not refused:
        yield "was not refused"
        return
    if "code" in body and body["code"] not in {item.code for item in refused}:
        yield f"no problem has the code {body['code']}: {words(refused)}"
    if "fields" in body:
        found = {item.path.removeprefix(PREFIX) for item in refused}
        if found != set(body["fields"]):
            yield f"refused on {sorted(found)} instead of {sorted(body['fields'])}: {words(refused)}"


def _check_record(stage: Stage, body: Json) -> Iterable[str]:
    named, id = stage.names.ref(body["ref"])
    app, form_key = stage.form(named)
    if "as" in body:
        shown = _seen(stage, body, id)
        if isinstance(shown, str):
            if body.get("hidden") is not True:
                yield shown
            return
        state, fields = shown
        yield from _check_hidden(body, fields)
    else:
        with stage.services.desk.reading(stage.viewer(next(iter(stage.names.people)))) as reading:
            row = reading.record(app, form_key, id)
            if row is None:
                yield f"{body['ref']} is not there"
                return
            form = reading.catalog.apps[app].forms[form_key]
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


def _seen(stage: Stage, body: Json, id: str) -> str | tuple[str | None, Json]:
    app, form = stage.form(stage.names.ref(body["ref"])[0])
    try:
        view = stage.services.records.read(stage.viewer(body["as"]), app, form, id)
    except EngineError as error:
        return f"{body['as']} cannot see {body['ref']}: {words(error.problems)}"
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


def _check_held(stage: Stage, body: Json) -> Iterable[str]:
    named, id = stage.names.ref(body["ref"])
    app, form_key = stage.form(named)
    with stage.services.desk.reading(stage.viewer(next(iter(stage.names.people)))) as reading:
        row = reading.record(app, form_key, id)
        form = reading.catalog.apps[app].forms[form_key]
        held = None if row is None else held_json(reading, form, row)
    wanted = body.get("is", True)
    if (held is not None) != wanted:
        yield f"{body['ref']} is {'not held' if wanted else 'held'}"
        return
    if held is None:
        return
    contains, texts = body.get("reason_contains", ""), held["reason"]
    if contains not in texts["zh"] and contains not in texts["en"]:
        yield f"{body['ref']} is held because of “{texts['zh']}” and not of “{contains}”"
    names = {id: name for name, id in stage.names.people.items()}
    found = sorted(names.get(id, id) for id in held["releasers"])
    if "releasers" in body and found != sorted(body["releasers"]):
        yield f"{body['ref']} can be let go by {found} instead of {sorted(body['releasers'])}"


def _check_explained(stage: Stage, body: Json) -> Iterable[str]:
    named, id = stage.names.ref(body["ref"])
    found = stage.services.explaining.explain(stage.viewer(body["as"]), *stage.form(named), id, body["rule"])
    if "holds" in body and found.rule.holds != body["holds"]:
        yield f"{body['rule']} {'holds' if found.rule.holds else 'does not hold'} for {body['ref']}"
    told = [text for because in found.because for text in (because.zh, because.en)]
    if not any(body.get("contains", "") in text for text in told or [""]):
        yield f"{body['rule']} is not explained by “{body['contains']}”: {' | '.join(told)}"


def _check_burden(stage: Stage, body: Json) -> Iterable[str]:
    """Check that what was filled in to make a record was no more than people should have to fill in."""
    app, key = stage.form(stage.names.ref(body["ref"])[0])
    with stage.services.desk.reading(stage.viewer(next(iter(stage.names.people)))) as reading:
        took = burden(reading.catalog.apps[app].forms[key], stage.entered[body["ref"]])
    if "typed" in body and took.typed > body["typed"]:
        yield f"{body['ref']} takes {took.typed} typed inputs instead of at most {body['typed']}"
    if "seconds" in body and took.seconds > body["seconds"]:
        yield f"{body['ref']} takes {took.seconds:g} seconds instead of at most {body['seconds']}"


def _check_board(stage: Stage, body: Json) -> Iterable[str]:
    """Check that a widget shows just these rows in this order; of a row, only the values that are named count."""
    try:
        board = stage.services.boards.show(stage.viewer(body["as"]), stage.app, body["board"])
    except EngineError as error:
        yield f"{body['as']} cannot see the board {body['board']}: {words(error.problems)}"
        return
    place = f"{body['board']}.{body['widget']}"
    widget = next((item for item in board.widgets if item.key == body["widget"]), None)
    if widget is None:
        yield f"{body['as']} cannot see {place}"
        return
    found = [{**row.values, "light": row.light} for row in widget.rows]
    wanted = stage.names.value(body["rows"])
    if len(found) != len(wanted):
        yield f"{place} has {len(found)} rows instead of {len(wanted)}: {compact(found)}"
        return
    for number, (row, one) in enumerate(zip(found, wanted, strict=True), 1):
        yield from (
            f"row {number} of {place}: {key} is {compact(row.get(key))} instead of {compact(value)}"
            for key, value in one.items()
            if not _fits(row.get(key), value)
        )
