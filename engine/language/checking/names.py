"""What names mean: fields, paths over references, parameters, old values, and the relations that aggregates go over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.language import problems
from engine.language.checking.fitting import option_of
from engine.language.checking.people import along
from engine.language.checking.report import Named, Report
from engine.language.functions.catalogue import function_named
from engine.language.reading.suggestions import did_you_mean, nearest
from engine.language.reading.syntax import Name, Part
from engine.language.reading.vocabulary import ME_WORDS, OLD_WORDS, PARAMETER_WORDS, names_of, narrowed
from engine.language.scope import FieldScope, FormScope, RelationScope, Scope
from engine.language.tree import (
    Coalesce,
    Field,
    Given,
    IsBlank,
    Literal,
    Node,
    Not,
    OfPerson,
    OldField,
    Parameter,
    Path,
    Span,
    Step,
)
from engine.language.types import (
    ChoicesType,
    ChoiceType,
    NumberType,
    PersonType,
    ReferenceType,
    is_several,
)

MAX_HOPS = 3


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation at the end of ``steps``, and the names that follow it."""

    steps: tuple[Step, ...]
    scope: RelationScope
    rest: tuple[Part, ...]


class Names:
    """Resolves the names of one scope; ``form`` is the form whose fields are in sight."""

    def __init__(self, scope: Scope, form: FormScope | None, report: Report) -> None:
        """Keep what names are looked up in."""
        self._scope = scope
        self._form = form
        self._report = report

    def resolve(self, name: Name) -> Node:
        """Return the node that the name stands for."""
        head, *rest = name.parts
        if not head.quoted:
            if head.text in PARAMETER_WORDS:
                return self._parameter(head, rest, name.at)
            if head.text in OLD_WORDS and rest:
                return self._old(head, rest, name.at)
            if head.text in ME_WORDS and (head.text == "me" or not self._known(head)):
                return along(Given("me", PersonType(), head.at), rest, self._report)
        return self._path(name.parts, name.at)

    def relation(self, name: Name) -> Relation | None:
        """Return the relation that the name leads to, or None if it leads to none."""
        form, steps = self._form, list[Step]()
        for index, part in enumerate(name.parts):
            if form is None or len(steps) > MAX_HOPS:
                return None
            found = relation_of(form, part)
            if found is not None:
                self._report.meant[part.at] = Named(found, form)
                return Relation(tuple(steps), found, name.parts[index + 1 :])
            fields = fields_of(form, part)
            kind = fields[0].type if len(fields) == 1 else None
            if not isinstance(kind, ReferenceType):
                return None
            self._report.meant[part.at] = Named(fields[0], form)
            steps.append(Step(fields[0].key, kind.app, kind.form))
            form = self._scope.forms.get((kind.app, kind.form))
        return None

    def counted(self, name: Name) -> Node | None:
        """Return the field of several that the name leads to, or None where it leads to anything else."""
        form = self._form
        for index, part in enumerate(name.parts):
            fields = () if form is None else fields_of(form, part)
            if len(fields) != 1:
                return None
            kind = fields[0].type
            if index == len(name.parts) - 1:
                return self.resolve(name) if is_several(kind) else None
            form = self._scope.forms.get((kind.app, kind.form)) if isinstance(kind, ReferenceType) else None
        return None

    def unknown_relation(self, name: Name) -> Node:
        """Note that the name leads to no relation."""
        known = (
            [] if self._form is None else [key for scope in self._form.relations.values() for key in _words_of(scope)]
        )
        last = name.parts[-1]
        return self._report.broken(
            problems.UNKNOWN_RELATION, name.at, name=last.text, **did_you_mean(nearest(last.text, known))
        )

    def _known(self, part: Part) -> bool:
        return self._form is not None and bool(fields_of(self._form, part))

    def _parameter(self, head: Part, rest: Sequence[Part], at: Span) -> Node:
        if not rest:
            example = next(iter(self._scope.parameters), "visit.days")
            return self._report.broken(problems.UNKNOWN_AFTER, at, name=head.text, example=f"param.{example}")
        key = ".".join(part.text for part in rest)
        kind = self._scope.parameters.get(key)
        if kind is None:
            suggestion = nearest(key, self._scope.parameters)
            return self._report.broken(
                problems.UNKNOWN_PARAMETER,
                at,
                name=key,
                **did_you_mean(None if suggestion is None else f"param.{suggestion}"),
            )
        return Parameter(key, kind, at)

    def _old(self, head: Part, rest: Sequence[Part], at: Span) -> Node:
        if not self._scope.with_old or self._form is not self._scope.form:
            return self._report.broken(problems.NO_OLD, at)
        now = self._path(rest, (rest[0].at[0], at[1]))
        match now:
            case Field(key, kind):
                return OldField(key, kind, at)
            case Coalesce((Field(key, kind), zero)):
                return Coalesce((OldField(key, kind, at), zero), now.type, at)
            case Not(IsBlank(Field(key, kind))):
                return Not(IsBlank(OldField(key, kind, at), at=at), at=at)
            case OfPerson() if isinstance(_asked(now), Field):
                return _before(now, at)
            case Coalesce((Field() | OfPerson() as person,)) if isinstance(_asked(person), Field):
                return replace(now, items=(_before(person, at),), at=at)
            case Path() | OfPerson() | Coalesce((Path() | OfPerson(),)):
                return self._report.broken(problems.OLD_PATH, at, name=f"{head.text}.{rest[0].text}", next=rest[1].text)
            case _:
                return now

    def _path(self, parts: Sequence[Part], at: Span) -> Node:
        form, steps = self._form, list[Step]()
        for index, part in enumerate(parts):
            found = self._field(form, part)
            if not isinstance(found, FieldScope):
                return found
            if index == len(parts) - 1:
                return _value(found, tuple(steps), at)
            following = parts[index + 1]
            if isinstance(found.type, PersonType):
                person = _value(found, tuple(steps), (at[0], part.at[1]))
                return along(person, parts[index + 1 :], self._report)
            if not isinstance(found.type, ReferenceType):
                return self._report.broken(problems.NOT_A_REFERENCE, part.at, name=part.text, next=following.text)
            if len(steps) == MAX_HOPS:
                return self._report.broken(problems.TOO_MANY_HOPS, at, limit=MAX_HOPS)
            steps.append(Step(found.key, found.type.app, found.type.form))
            form = self._scope.forms.get((found.type.app, found.type.form))
        return self._report.broken(problems.TOO_MANY_HOPS, at, limit=MAX_HOPS)

    def _field(self, form: FormScope | None, part: Part) -> FieldScope | Node:
        fields = () if form is None else fields_of(form, part)
        if form is not None and len(fields) == 1:
            self._report.meant[part.at] = Named(fields[0], form)
            return fields[0]
        if len(fields) > 1:
            keys = ", ".join(field.key for field in fields)
            return self._report.broken(problems.AMBIGUOUS_NAME, part.at, name=part.text, keys=keys)
        if form is not None and relation_of(form, part) is not None:
            return self._report.broken(problems.RELATION_AS_VALUE, part.at, name=part.text)
        known = names_of(form) if form is not None else set[str]()
        meant = f"{part.text}()" if function_named(part.text) else nearest(part.text, known)
        zh, en = self._mend(form, part)
        return self._report.broken(
            problems.UNKNOWN_NAME, part.at, name=part.text, hint_zh=zh, hint_en=en, **did_you_mean(meant)
        )

    def _mend(self, form: FormScope | None, part: Part) -> tuple[str, str]:
        for field in form.fields.values() if form is not None else ():
            if isinstance(field.type, ChoiceType | ChoicesType) and option_of(part.text, field.type.options):
                return f'选项要加引号:"{part.text}"', f'Put an option into quotes: "{part.text}"'
        if form is None or not form.fields:
            return "这里没有字段可用;文本要加引号", "There are no fields here; put a text into quotes"
        return "请用本表单的字段键或字段名;文本要加引号", "Use a field's key or label; put a text into quotes"


def _words_of(scope: FieldScope | RelationScope) -> tuple[str, ...]:
    labels = () if scope.labels is None else (narrowed(scope.labels.zh), narrowed(scope.labels.en))
    return (scope.key, *labels)


def fields_of(form: FormScope, part: Part) -> tuple[FieldScope, ...]:
    """Return the field with that key, else all with that label."""
    if part.text in form.fields:
        return (form.fields[part.text],)
    wanted = narrowed(part.text)
    return tuple(field for field in form.fields.values() if wanted in _words_of(field))


def relation_of(form: FormScope, part: Part) -> RelationScope | None:
    """Return the relation with that key, else the first with that label."""
    if part.text in form.relations:
        return form.relations[part.text]
    wanted = narrowed(part.text)
    return next((scope for scope in form.relations.values() if wanted in _words_of(scope)), None)


def _asked(person: Node) -> Node:
    """Return the person that a path of superiors begins at."""
    return _asked(person.item) if isinstance(person, OfPerson) else person


def _before(person: Node, at: Span) -> Node:
    """Return what is asked of the person who was named before the change, as the directory says it now."""
    match person:
        case OfPerson(item):
            return replace(person, item=_before(item, (at[0], item.at[1])), at=at)
        case Field(key, kind):
            return OldField(key, kind, at)
        case _:
            return person


def _value(found: FieldScope, steps: tuple[Step, ...], at: Span) -> Node:
    node: Node = Path(steps, found.key, found.type, at) if steps else Field(found.key, found.type, at)
    if found.presence:
        return Not(IsBlank(node, at=at), at=at)
    if not found.blank_as_zero or not isinstance(found.type, NumberType):
        return node
    return Coalesce((node, Literal(0, NumberType(found.type.scale, 1), at)), found.type, at)
