"""An app as its documents state it, before any expression is compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.boards.definitions import BoardDef, MetricDef, board_def, metric_def
from engine.catalog import problems
from engine.catalog.connectors.definitions import ConnectorDef, connector_def
from engine.catalog.documents import Documents, option_lists, shape_problems
from engine.catalog.option_names import shared_aliases
from engine.catalog.pages.definitions import PageDef, TabBarDef
from engine.catalog.pages.reading import page_defs, tab_bar_defs
from engine.catalog.printouts.definitions import FOLDER as PRINTOUTS
from engine.catalog.printouts.definitions import PrintoutDef, printout_def
from engine.catalog.quick_actions import FILE as QUICK_ACTIONS
from engine.catalog.quick_actions import QuickActionDef, quick_action_defs
from engine.forms.access import AccessDef, access_def
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.definitions import FieldDef, FormDef, form_def, option_def
from engine.forms.field_types import FieldType
from engine.kernel.canonical import Json, digest
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.registries import Registry
from engine.rules.definitions import RuleDef, rule_def
from engine.rules.tables.definitions import TableDef, table_def
from engine.workflows.definitions import WorkflowDef, workflow_def

LINE_COLUMNS = ("id", "parent", "position")
"""What every line has without being told."""

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class RoleDef:
    """One role and the access that it gives, by form; ``parameters`` lets it set those of the app."""

    uid: str
    key: str
    labels: Text
    access: tuple[AccessDef, ...]
    parameters: bool = False


@dataclass(frozen=True, slots=True)
class ParameterDef:
    """A typed value of the app that an admin edits; ``field`` says its type as a field would."""

    field: FieldDef
    default: Json


@dataclass(frozen=True, slots=True)
class AppDef:
    """A whole app. ``digest`` is the content address of its documents."""

    key: str
    labels: Text
    zone: str
    forms: tuple[FormDef, ...]
    workflows: tuple[WorkflowDef, ...]
    rules: tuple[RuleDef, ...]
    roles: tuple[RoleDef, ...]
    parameters: tuple[ParameterDef, ...]
    pages: tuple[PageDef, ...]
    tab_bars: tuple[TabBarDef, ...]
    decision_tables: tuple[TableDef, ...]
    documents: Documents
    digest: str
    quick_actions: tuple[QuickActionDef, ...] = ()
    metrics: tuple[MetricDef, ...] = ()
    boards: tuple[BoardDef, ...] = ()
    connectors: tuple[ConnectorDef, ...] = ()
    printouts: tuple[PrintoutDef, ...] = ()


def load_app(documents: Documents, types: Registry[FieldType]) -> AppDef:
    """Return the app that the documents state; EngineError with every breach of shape and every key used twice."""
    found = shape_problems(documents, types)
    if found:
        raise EngineError(found)
    app = documents["app.json"]
    lists = option_lists(documents)
    made = AppDef(
        key=app["key"],
        labels=Text.from_json(app["labels"]),
        zone=app.get("timezone", DEFAULT_ZONE),
        forms=tuple(form_def(item, lists) for item in _folder(documents, "forms")),
        workflows=tuple(workflow_def(item) for item in _folder(documents, "workflows")),
        rules=tuple(rule_def(item) for item in _folder(documents, "rules")),
        roles=tuple(_role_def(item) for item in documents.get("roles.json", {}).get("roles", ())),
        parameters=tuple(_parameter_def(item) for item in documents.get("parameters.json", {}).get("parameters", ())),
        pages=page_defs(documents.get("pages.json", {})),
        tab_bars=tab_bar_defs(documents.get("pages.json", {})),
        decision_tables=tuple(table_def(item) for item in _folder(documents, "decision_tables")),
        documents=documents,
        digest=digest(dict(documents)),
        quick_actions=quick_action_defs(documents.get(QUICK_ACTIONS, {})),
        metrics=tuple(metric_def(item) for item in _folder(documents, "metrics")),
        boards=tuple(board_def(item) for item in _folder(documents, "boards")),
        connectors=tuple(connector_def(item) for item in _folder(documents, "connectors")),
        printouts=tuple(printout_def(item) for item in _folder(documents, PRINTOUTS)),
    )
    found = [*_same_keys(made), *_missing_lists(documents, lists), *shared_aliases(documents)]
    if found:
        raise EngineError(found)
    return made


def _folder(documents: Documents, folder: str) -> Iterable[Json]:
    return (document for path, document in sorted(documents.items()) if path.startswith(folder + "/"))


def _role_def(document: Json) -> RoleDef:
    return RoleDef(
        document["uid"],
        document["key"],
        Text.from_json(document["labels"]),
        tuple(map(access_def, document.get("access", ()))),
        document.get("parameters", False),
    )


def _parameter_def(document: Json) -> ParameterDef:
    field = FieldDef(
        uid=document["uid"],
        key=document["key"],
        type=document["type"],
        labels=Text.from_json(document["labels"]),
        help=Text.from_json(document["help"]) if "help" in document else None,
        options=tuple(map(option_def, document.get("options", ()))),
        properties={key: document[key] for key in ("scale", "min", "max") if key in document},
    )
    return ParameterDef(field, document.get("default"))


def _same_keys(app: AppDef) -> Iterable[Problem]:
    yield from _twice("forms", (form.key for form in app.forms))
    yield from _twice("rules", (rule.key for rule in app.rules))
    yield from _twice("roles.json#/roles", (role.key for role in app.roles))
    yield from _twice("parameters.json#/parameters", (item.field.key for item in app.parameters))
    yield from _twice("pages.json#/pages", (page.key for page in app.pages))
    yield from _twice("pages.json#/tab_bars", (bar.key for bar in app.tab_bars))
    listed = app.documents.get("option_lists.json", {}).get("option_lists", ())
    yield from _twice("option_lists.json#/option_lists", (item["key"] for item in listed))
    yield from _twice("workflows", (flow.form for flow in app.workflows))
    yield from _twice("quick_actions.json#/quick_actions", (action.key for action in app.quick_actions))
    for form in app.forms:
        place = f"forms/{form.key}.json#/fields"
        yield from _twice(place, (field.key for field in form.fields))
        yield from (
            problems.SYSTEM_KEY.at(f"{place}/{number}/key", key=field.key)
            for number, field in enumerate(form.fields)
            if field.key in SYSTEM_LABELS
        )
        for field in form.fields:
            yield from _twice(f"{place}/{field.key}/options", (option.key for option in field.options))
            yield from _line_keys(f"{place}/{field.key}/fields", field)
        fields = {field.key for field in form.fields}
        yield from _twice(f"forms/{form.key}.json#/relations", (*fields, *(item.key for item in form.relations)))
        yield from _twice(f"forms/{form.key}.json#/sections", (section.key for section in form.sections))
        placed = (key for section in form.sections for key in section.fields)
        yield from _twice(f"forms/{form.key}.json#/sections/fields", placed)
    for flow in app.workflows:
        yield from _twice(f"workflows/{flow.key}.json#/states", (state.key for state in flow.states))
        yield from _twice(f"workflows/{flow.key}.json#/transitions", (item.key for item in flow.transitions))
    yield from _twice("uid", _uids(app.documents))


def _line_keys(place: str, field: FieldDef) -> Iterable[Problem]:
    yield from _twice(place, (line.key for line in field.lines))
    for number, line in enumerate(field.lines):
        yield from _twice(f"{place}/{line.key}/options", (option.key for option in line.options))
        if line.key in LINE_COLUMNS:
            yield problems.SYSTEM_KEY.at(f"{place}/{number}/key", key=line.key)


def _uids(node: Json) -> Iterable[str]:
    """Go through every uid that stands anywhere in the documents."""
    if isinstance(node, Mapping):
        if isinstance(node.get("uid"), str):
            yield node["uid"]
        for inner in node.values():
            yield from _uids(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _uids(inner)


def _twice(place: str, keys: Iterable[str]) -> Iterable[Problem]:
    return (problems.SAME_KEY.at(place, key=key) for key, count in Counter(keys).items() if count > 1)


def _missing_lists(documents: Documents, lists: Mapping[str, object]) -> Iterable[Problem]:
    for path, document in sorted(documents.items()):
        if not path.startswith("forms/"):
            continue
        for number, field in enumerate(document["fields"]):
            for item in (field, *field.get("fields", ())):
                key = item.get("option_list")
                if key is not None and key not in lists:
                    known = ", ".join(lists)
                    yield problems.NO_SUCH_LIST.at(f"{path}#/fields/{number}/option_list", key=key, known=known)
