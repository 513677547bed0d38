"""Turning the connectors of an app into such that run: names are looked up, expressions compiled, problems gathered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from engine.catalog import problems as catalog_problems
from engine.catalog.connectors import problems
from engine.catalog.connectors.compiling_intakes import Ground, compile_intakes, compile_pulls, hooks_of
from engine.catalog.connectors.connectors import Connector, Each, Items, Members, Operation, Taken, Tree
from engine.catalog.connectors.definitions import ConnectorDef, OperationDef
from engine.catalog.connectors.values import ValueDef, as_fields, typed
from engine.catalog.definitions import AppDef
from engine.forms.field_types import FieldType
from engine.forms.parsing import Parse
from engine.kernel.canonical import Json
from engine.kernel.problems import Problem
from engine.kernel.registries import Registry
from engine.kernel.values import SYSTEM_FIELDS
from engine.language.expressions import Expression
from engine.language.gathering import Gathering, Placed
from engine.language.scope import FormScope, Scope
from engine.language.types import BooleanType, Type


def compile_connectors(
    app: AppDef, scope: Scope, types: Registry[FieldType], found: list[Problem], placed: list[Placed]
) -> Mapping[str, Connector]:
    """Return the connectors of an app by key; problems go to ``found``, sources to ``placed``."""
    made: dict[str, Connector] = {}
    heard: set[str] = set()
    for definition in app.connectors:
        file = f"connectors/{definition.key}.json"
        if definition.operations and definition.base_url is None and definition.base_secret is None:
            found.append(problems.NO_ADDRESS.at(f"{file}#base_url"))
        operations: dict[str, Operation] = {}
        for number, item in enumerate(definition.operations):
            place = f"{file}#operations[{number}]"
            if item.key in operations:
                found.append(catalog_problems.SAME_KEY.at(f"{place}.key", key=item.key))
            making = _Making(app, item, scope, types)
            operations[item.key] = making.operation()
            found.extend(problem.under(place) for problem in making.found)
            placed.extend(one.under(place) for one in making.placed)
        found.extend(_unhealthy(definition, operations, file))
        intakes = compile_intakes(definition, Ground(app, file, scope, types, found, placed))
        hooks = hooks_of(definition, intakes, file, found)
        found.extend(problems.SAME_HOOK.at(f"{file}#hooks", key=key) for key in sorted(hooks.keys() & heard))
        heard |= hooks.keys()
        pulls = compile_pulls(definition, operations, intakes, file, found)
        made[definition.key] = Connector(definition, MappingProxyType(operations), intakes, hooks, pulls)
    return MappingProxyType(made)


def _unhealthy(definition: ConnectorDef, operations: Mapping[str, Operation], file: str) -> Iterator[Problem]:
    if definition.health is None:
        return
    chosen = operations.get(definition.health)
    if chosen is None or chosen.definition.method != "GET" or chosen.definition.form is not None or chosen.required:
        yield problems.UNHEALTHY.at(f"{file}#health", key=definition.health)


@dataclass
class _Making:
    """Compiles one operation; where something is wrong, what it gives is never run."""

    app: AppDef
    item: OperationDef
    scope: Scope
    types: Registry[FieldType]
    found: list[Problem] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    def operation(self) -> Operation:
        """Return the operation; what is wrong with it is in ``found``."""
        item = self.item
        arguments = typed(item.arguments, "arguments", self.app.key, self.types, self.found)
        asking = self._asking(arguments)
        values = typed(item.values, "answer.values", self.app.key, self.types, self.found)
        answered = self._gathering(FormScope(self.app.key, "", as_fields(item.values, values)))
        return Operation(
            definition=item,
            arguments=MappingProxyType(arguments),
            parsers=MappingProxyType({one.field.key: self._parse(one) for one in item.arguments}),
            path=self._path(asking),
            query=self._expressions("query", item.query, asking),
            headers=self._expressions("headers", item.headers, asking),
            body=None if item.body is None else self._tree("body", item.body, asking),
            taken=tuple(Taken(one, self._parse(one)) for one in item.values),
            answered=MappingProxyType(values),
            accepted=answered.expression("answer.accepted_when", item.accepted_when, BooleanType),
            sets=self._sets(answered),
        )

    def _gathering(self, form: FormScope) -> Gathering:
        return Gathering(replace(self.scope, form=form, with_old=False), self.found, self.placed)

    def _parse(self, value: ValueDef) -> Parse:
        return self.types[value.field.type].parse

    def _asking(self, arguments: Mapping[str, Type]) -> Gathering:
        """Return the gathering of what a call sends: it sees the record, if there is one, and the arguments."""
        own = as_fields(self.item.arguments, arguments)
        form = self._form()
        if form is None:
            return self._gathering(FormScope(self.app.key, "", own))
        for number, one in enumerate(self.item.arguments):
            if one.field.key in form.fields or one.field.key in form.relations:
                place = f"arguments[{number}].key"
                self.found.append(catalog_problems.SAME_KEY.at(place, key=one.field.key))
        return self._gathering(replace(form, fields={**own, **form.fields}))

    def _form(self) -> FormScope | None:
        key = self.item.form
        found = None if key is None else self.scope.forms.get((self.app.key, key))
        if key is not None and found is None:
            known = ", ".join(form.key for form in self.app.forms)
            self.found.append(catalog_problems.NO_SUCH_FORM.at("form", form=key, known=known))
        return found

    def _expressions(self, place: str, sources: Mapping[str, str], work: Gathering) -> Mapping[str, Expression]:
        made = {name: work.expression(f"{place}.{name}", source) for name, source in sources.items()}
        return MappingProxyType({name: one for name, one in made.items() if one is not None})

    def _path(self, work: Gathering) -> tuple[str | Expression, ...]:
        """Return the path, text and expressions by turns, text first."""
        template = work.template("path", self.item.path, with_each=False)
        made: list[str | Expression] = [""]
        for part in () if template is None else template.parts:
            if isinstance(part, str):
                made[-1] = f"{made[-1]}{part}"
            elif isinstance(part, Expression):
                made += [part, ""]
            else:
                self.found.append(problems.BAD_PATH.at("path", written=self.item.path))
        literal = "".join(part for part in made if isinstance(part, str))
        if not literal.isprintable() or set(literal) & set(" ?#{}\\"):
            self.found.append(problems.BAD_PATH.at("path", written=self.item.path))
        return tuple(made)

    def _tree(self, place: str, node: Json, work: Gathering) -> Tree | None:
        match node:
            case str():
                return work.expression(place, node)
            case list():
                parts = [self._tree(f"{place}[{number}]", one, work) for number, one in enumerate(node)]
                return Items(tuple(part for part in parts if part is not None))
            case {"each": str(key), "item": item}:
                return self._each(place, key, item, work)
            case _:
                made = {name: self._tree(f"{place}.{name}", one, work) for name, one in node.items()}
                return Members({name: part for name, part in made.items() if part is not None})

    def _each(self, place: str, key: str, item: Json, work: Gathering) -> Each | None:
        lines = self.scope.forms.get((self.app.key, f"{self.item.form}.{key}"))
        if lines is None:
            start = f"{self.item.form}."
            forms = (form for app, form in self.scope.forms if app == self.app.key)
            known = ", ".join(sorted(form.removeprefix(start) for form in forms if form.startswith(start)))
            self.found.append(problems.NO_LINES.at(f"{place}.each", key=key, known=known))
            return None
        made = self._tree(f"{place}.item", item, work.inside(lines))
        return None if made is None else Each(key, made)

    def _sets(self, work: Gathering) -> Mapping[str, Expression]:
        if not self.item.sets:
            return {}
        form = self.scope.forms.get((self.app.key, self.item.form or ""))
        if form is None:
            self.found.append(problems.NO_RECORD.at("answer.set"))
            return {}
        open_fields = {key: one for key, one in form.fields.items() if one.settable and key not in SYSTEM_FIELDS}
        made: dict[str, Expression] = {}
        for key, source in self.item.sets.items():
            if key not in open_fields:
                known = ", ".join(open_fields)
                self.found.append(catalog_problems.NOT_TO_BE_FILLED.at(f"answer.set.{key}", key=key, known=known))
                continue
            one = work.expression(f"answer.set.{key}", source, open_fields[key].type)
            made |= {} if one is None else {key: one}
        return MappingProxyType(made)
