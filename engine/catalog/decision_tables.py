"""Decision tables of an app: the types of their columns come from its fields, option lists and field types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.catalog import problems
from engine.catalog.definitions import AppDef
from engine.catalog.documents import option_lists
from engine.forms.compiling import language_type
from engine.forms.definitions import FieldDef, OptionDef, option_def
from engine.forms.field_types import FieldType
from engine.kernel.problems import Problem, Text
from engine.kernel.registries import Registry
from engine.language.checking.answering import Decider
from engine.language.scope import FieldScope, FormScope
from engine.language.tables import Column, Decides
from engine.language.types import Type
from engine.rules.tables.compiling import column_of, compile_table
from engine.rules.tables.definitions import ColumnDef, TableDef

FOLDER = "decision_tables"


@dataclass(frozen=True)
class Surroundings:
    """What the columns and cells of an app's tables may name."""

    app: AppDef
    forms: Mapping[tuple[str, str], FormScope]
    parameters: Mapping[str, Type]
    types: Registry[FieldType]


def compile_tables(around: Surroundings, found: list[Problem]) -> Mapping[str, Decides]:
    """Return the tables of an app by key; problems go to ``found``, each with its file, row and column."""
    made: dict[str, Decides] = {}
    lists = option_lists(around.app.documents)
    for definition in around.app.decision_tables:
        file = f"{FOLDER}/{definition.key}.json"
        wrong = list(_shape_problems(definition, lists))
        columns = {} if wrong else _columns(definition, around, lists)
        wrong += [item for item in columns.values() if isinstance(item, Problem)]
        found.extend(problem.under(file) for problem in wrong)
        if wrong:
            continue
        inputs, outputs = (
            tuple(column for item in items if isinstance(column := columns[item.uid], Column))
            for items in (definition.inputs, definition.outputs)
        )
        table, inside = compile_table(definition, inputs, outputs, around.parameters)
        found.extend(problem.under(file) for problem in inside)
        made[table.key] = Decider(table)
    return MappingProxyType(made)


def _shape_problems(table: TableDef, lists: Mapping[str, object]) -> Iterator[Problem]:
    """Go through keys that stand twice in a table, and lists of options that do not exist."""
    groups = {
        "inputs": [column.key for column in table.inputs],
        "outputs": [column.key for column in table.outputs],
        "rows": [row.key for row in table.rows if row.key is not None],
    }
    for group, keys in groups.items():
        twice = sorted({key for key in keys if keys.count(key) > 1})
        yield from (problems.SAME_KEY.at(group, key=key) for key in twice)
    for group, columns in (("inputs", table.inputs), ("outputs", table.outputs)):
        for number, column in enumerate(columns):
            yield from _column_problems(f"{group}[{number}]", column, lists)


def _column_problems(place: str, column: ColumnDef, lists: Mapping[str, object]) -> Iterator[Problem]:
    document = column.document
    listed = document.get("option_list")
    if listed is not None and listed not in lists:
        yield problems.NO_SUCH_LIST.at(f"{place}.option_list", key=listed, known=", ".join(lists))
    if document.get("type") == "choice" and listed is None and not document.get("options"):
        yield problems.NEEDS_OPTIONS.at(place, key=column.key)


def _columns(
    definition: TableDef, around: Surroundings, lists: Mapping[str, tuple[OptionDef, ...]]
) -> dict[str, Column | Problem]:
    made: dict[str, Column | Problem] = {}
    for group, columns in (("inputs", definition.inputs), ("outputs", definition.outputs)):
        for number, item in enumerate(columns):
            made[item.uid] = _column(f"{group}[{number}]", item, around, lists)
    return made


def _column(
    place: str, item: ColumnDef, around: Surroundings, lists: Mapping[str, tuple[OptionDef, ...]]
) -> Column | Problem:
    if item.field is None:
        return column_of(item, language_type(_field(item, lists), around.app.key, around.types), item.labels, place)
    form, _, key = item.field.rpartition(".")
    scope = around.forms.get((around.app.key, form))
    lent: FieldScope | None = None if scope is None else scope.fields.get(key)
    if lent is None:
        return problems.NO_SUCH_FIELD.at(f"{place}.field", key=item.field)
    return column_of(item, lent.type, item.labels or lent.labels, f"{place}.field")


def _field(item: ColumnDef, lists: Mapping[str, tuple[OptionDef, ...]]) -> FieldDef:
    """Return the field whose type the column has."""
    document = item.document
    listed = document.get("option_list")
    options = lists[listed] if listed else tuple(map(option_def, document.get("options", ())))
    properties = {"scale": document["scale"]} if "scale" in document else {}
    labels = item.labels or Text(item.key, item.key)
    return FieldDef(item.uid, item.key, document["type"], labels, options=options, properties=properties)
