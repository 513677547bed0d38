"""Turning what comes in into what runs: intakes, the hooks that bring them items, and the pulls that fetch them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.catalog import problems as catalog_problems
from engine.catalog.connectors import problems
from engine.catalog.connectors.connectors import Intake, Link, Operation, Taken
from engine.catalog.connectors.definitions import ConnectorDef
from engine.catalog.connectors.intakes import HookDef, IntakeDef, PullDef
from engine.catalog.connectors.values import as_fields, typed
from engine.catalog.definitions import AppDef
from engine.forms.field_types import FieldType
from engine.kernel.problems import Problem, ProblemKind
from engine.kernel.registries import Registry
from engine.kernel.values import SYSTEM_FIELDS
from engine.language.expressions import Expression
from engine.language.gathering import Gathering, Placed
from engine.language.scope import FieldScope, FormScope, Scope
from engine.language.types import (
    ChoiceType,
    DateTimeType,
    DateType,
    NumberType,
    ReferenceType,
    TextType,
    Type,
)
from engine.rules.schedules import is_cron

KEYS = (TextType, NumberType, DateType, DateTimeType, ChoiceType)
"""Types of fields by which a record is found."""

AGES = (NumberType, DateType, DateTimeType)
"""Types of fields that tell what is newer."""

_PLACE = re.compile(r"\{([^{}]*)\}")


class _Named(Protocol):
    @property
    def key(self) -> str: ...


N = TypeVar("N", bound=_Named)


@dataclass(frozen=True)
class Ground:
    """What the intakes of a connector are compiled on; problems go to ``found``, sources to ``placed``."""

    app: AppDef
    file: str
    scope: Scope
    types: Registry[FieldType]
    found: list[Problem]
    placed: list[Placed]


def compile_intakes(definition: ConnectorDef, ground: Ground) -> Mapping[str, Intake]:
    """Return the intakes of a connector by key."""
    made: dict[str, Intake] = {}
    for number, item in _listed(definition.intakes, f"{ground.file}#intakes", ground.found):
        place = f"{ground.file}#intakes[{number}]"
        making = _Making(item, ground)
        intake = making.intake()
        ground.found.extend(problem.under(place) for problem in making.found)
        ground.placed.extend(one.under(place) for one in making.placed)
        if intake is not None:
            made[item.key] = intake
    return MappingProxyType(made)


def _listed(items: Iterable[N], place: str, found: list[Problem]) -> Iterator[tuple[int, N]]:
    """Go through items with their numbers; a key that stands twice goes to ``found``."""
    seen: set[str] = set()
    for number, item in enumerate(items):
        if item.key in seen:
            found.append(catalog_problems.SAME_KEY.at(f"{place}[{number}].key", key=item.key))
        seen.add(item.key)
        yield number, item


@dataclass
class _Making:
    """Compiles one intake; where something is wrong, what it gives is never run."""

    item: IntakeDef
    ground: Ground
    found: list[Problem] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    def intake(self) -> Intake | None:
        """Return the intake; what is wrong with it is in ``found``. None where there is no such form."""
        item, app = self.item, self.ground.app
        form = self.ground.scope.forms.get((app.key, item.form))
        if form is None:
            known = ", ".join(one.key for one in app.forms)
            self.found.append(catalog_problems.NO_SUCH_FORM.at("form", form=item.form, known=known))
            return None
        types = typed(item.values, "values", app.key, self.ground.types, self.found)
        seen = FormScope(app.key, "", as_fields(item.values, types))
        work = Gathering(replace(self.ground.scope, form=seen, with_old=False), self.found, self.placed)
        by = self._expressions("by", item.by, form, work, (catalog_problems.NOT_TO_BE_FILLED, KEYS))
        return Intake(
            definition=item,
            taken=tuple(Taken(one, self.ground.types[one.field.type].parse) for one in item.values),
            by=by,
            key_types=MappingProxyType({key: form.fields[key].type for key in by}),
            sets=self._expressions("set", item.sets, form, work),
            links=self._links(form, work),
            when=work.condition("when", item.when),
            newest=self._expressions("newest", item.newest, form, work, (problems.NO_AGE, AGES)),
        )

    def _expressions(
        self,
        part: str,
        sources: Mapping[str, str],
        form: FormScope,
        work: Gathering,
        needs: tuple[ProblemKind, tuple[type[Type], ...]] | None = None,
    ) -> Mapping[str, Expression]:
        """Return the values of fields of the record; ``needs`` says of which types, and what is wrong with others."""
        kind, wanted = needs or (catalog_problems.NOT_TO_BE_FILLED, None)
        fields = self._settable(form)
        known = {name: one for name, one in fields.items() if wanted is None or isinstance(one.type, wanted)}
        made: dict[str, Expression] = {}
        for key, source in sources.items():
            if key not in known:
                self.found.append(kind.at(f"{part}.{key}", key=key, known=", ".join(known)))
                continue
            one = work.expression(f"{part}.{key}", source, known[key].type)
            made |= {} if one is None else {key: one}
        return MappingProxyType(made)

    @staticmethod
    def _settable(form: FormScope) -> dict[str, FieldScope]:
        return {key: one for key, one in form.fields.items() if one.settable and key not in SYSTEM_FIELDS}

    def _links(self, form: FormScope, work: Gathering) -> Mapping[str, Link]:
        known = {key: one.type for key, one in self._settable(form).items() if isinstance(one.type, ReferenceType)}
        made: dict[str, Link] = {}
        for key, sources in self.item.links.items():
            kind = known.get(key)
            target = None if kind is None else self.ground.scope.forms.get((kind.app, kind.form))
            if kind is None or target is None:
                self.found.append(problems.NO_LINK.at(f"set.{key}", key=key, known=", ".join(known)))
                continue
            by: dict[str, Expression] = {}
            fields = {name: one for name, one in target.fields.items() if isinstance(one.type, KEYS)}
            for name, source in sources.items():
                if name not in fields:
                    self.found.append(catalog_problems.NO_SUCH_FIELD.at(f"set.{key}.{name}", key=name))
                    continue
                one = work.expression(f"set.{key}.{name}", source, fields[name].type)
                by |= {} if one is None else {name: one}
            made[key] = Link(kind.app, kind.form, MappingProxyType(by))
        return MappingProxyType(made)


def hooks_of(
    definition: ConnectorDef, intakes: Collection[str], file: str, found: list[Problem]
) -> Mapping[str, HookDef]:
    """Return the hooks of a connector by key; what is wrong with them goes to ``found``."""
    made: dict[str, HookDef] = {}
    for number, hook in _listed(definition.hooks, f"{file}#hooks", found):
        place = f"{file}#hooks[{number}]"
        found.extend(_no_intake(hook.intake, intakes, place))
        signed = hook.signature
        named = _PLACE.findall(signed.content)
        needed = {"body"} if signed.timestamp is None else {"body", "timestamp"}
        if not needed <= set(named) or set(named) - needed - {"id"}:
            found.append(problems.UNSIGNED_TIME.at(f"{place}.signature.content", written=signed.content))
        elif "id" in named and hook.id_header is None:
            found.append(problems.UNSIGNED_ID.at(f"{place}.signature.content", written=signed.content))
        made[hook.key] = hook
    return MappingProxyType(made)


def _no_intake(key: str, intakes: Collection[str], place: str) -> Iterator[Problem]:
    if key not in intakes:
        yield problems.NO_SUCH_PART.at(f"{place}.intake", key=key, known=", ".join(intakes) or "–")


def compile_pulls(
    definition: ConnectorDef,
    operations: Mapping[str, Operation],
    intakes: Collection[str],
    file: str,
    found: list[Problem],
) -> Mapping[str, PullDef]:
    """Return the pulls of a connector by key; what is wrong with them goes to ``found``."""
    made: dict[str, PullDef] = {}
    for number, pull in _listed(definition.pulls, f"{file}#pulls", found):
        place = f"{file}#pulls[{number}]"
        found.extend(_no_intake(pull.intake, intakes, place))
        operation = operations.get(pull.operation)
        if operation is None:
            known = ", ".join(operations) or "–"
            found.append(problems.NO_SUCH_PART.at(f"{place}.operation", key=pull.operation, known=known))
        else:
            found.extend(problem.under(place) for problem in _misused(pull, operation))
        found.extend(problem.under(f"{place}.schedule") for problem in _wrong_line(pull))
        made[pull.key] = pull
    return MappingProxyType(made)


def _misused(pull: PullDef, operation: Operation) -> Iterator[Problem]:
    """Go through what the operation of a pull does not take; the first page is asked for without a cursor."""
    paging = pull.paging
    given = {paging.argument} if paging is not None and paging.kind == "page" else set()
    if operation.definition.form is not None or operation.required - given:
        yield problems.NOT_PULLED.at("operation", key=operation.key)
    text, number, moment = ("文字", "a text"), ("数字", "a number"), ("日期或日期时间", "a date or a moment")
    if paging is not None and paging.argument:
        of_text = paging.kind == "cursor"
        kinds: tuple[type[Type], ...] = (TextType,) if of_text else (NumberType,)
        wanted = text if of_text else number
        yield from _argument(operation, paging.argument, kinds, wanted, f"paging.{paging.kind}.argument")
    if pull.since is not None:
        yield from _argument(operation, pull.since, (DateType, DateTimeType), moment, "since.argument")


def _argument(
    operation: Operation, key: str, kinds: tuple[type[Type], ...], wanted: tuple[str, str], place: str
) -> Iterator[Problem]:
    known = [name for name, one in operation.arguments.items() if isinstance(one, kinds)]
    if key not in known:
        named = ", ".join(known) or "–"
        yield problems.WRONG_ARGUMENT.at(place, key=key, known=named, wanted_zh=wanted[0], wanted_en=wanted[1])


def _wrong_line(pull: PullDef) -> Iterator[Problem]:
    if pull.cron is not None and not is_cron(pull.cron):
        yield problems.BAD_LINE.at("cron", written=pull.cron)
    try:
        ZoneInfo(pull.zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield problems.BAD_LINE.at("timezone", written=pull.zone)
