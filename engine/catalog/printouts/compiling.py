"""Turning the documents of an app's records into such that can be made: names are found, expressions compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from engine.catalog import problems as catalog_problems
from engine.catalog.printouts import problems
from engine.catalog.printouts.definitions import (
    FOLDER,
    BlockDef,
    BreakDef,
    CodeDef,
    ColumnDef,
    FieldsDef,
    LinesDef,
    PicturesDef,
    PrintoutDef,
    TextDef,
)
from engine.catalog.printouts.office import compile_office
from engine.catalog.printouts.printouts import Block, Code, Column, Fields, Lines, Printout, Words
from engine.catalog.printouts.signing import compile_signing
from engine.kernel.problems import Problem, ProblemKind, Text
from engine.language.expressions import Expression
from engine.language.gathering import Gathering, Placed
from engine.language.messages import compile_message
from engine.language.scope import FormScope, Scope
from engine.language.types import CapturedType

PICTURES = ("photo", "attachment", "signature")
"""The kinds of what is captured that may be pictures; what is none is left out when the document is made."""


def compile_printouts(
    app: str, definitions: Iterable[PrintoutDef], scope: Scope, found: list[Problem], placed: list[Placed]
) -> Mapping[str, Printout]:
    """Return the documents by key without those that have problems; these go to ``found``, sources to ``placed``."""
    made: dict[str, Printout] = {}
    for definition in definitions:
        file = f"{FOLDER}/{definition.key}.json"
        form = scope.forms.get((app, definition.form))
        if form is None:
            known = ", ".join(key for name, key in scope.forms if name == app and "." not in key)
            found.append(catalog_problems.NO_SUCH_FORM.at(f"{file}#/form", form=definition.form, known=known))
            continue
        work = Gathering(replace(scope, form=form, with_old=False))
        printout = _Making(app, definition, form, work).printout()
        found.extend(problem.under(file) for problem in work.found)
        placed.extend(item.under(file) for item in work.placed)
        if not work.found:
            made[definition.key] = printout
    return MappingProxyType(made)


@dataclass(frozen=True)
class _Making:
    """Compiles one document; problems are in ``work``."""

    app: str
    definition: PrintoutDef
    form: FormScope
    work: Gathering

    def printout(self) -> Printout:
        """Return the document as it runs."""
        stated = self.definition
        blocks = (self._block(f"content[{number}]", block) for number, block in enumerate(stated.content))
        return Printout(
            definition=stated,
            when=self.work.condition("when", stated.when),
            file_name=compile_message("file_name", stated.file_name, self.work),
            header=compile_message("page.header", stated.page.header, self.work),
            footer=compile_message("page.footer", stated.page.footer, self.work),
            blocks=tuple(block for block in blocks if block is not None),
            template=None if stated.template is None else compile_office(stated.template, "template.file", self.work),
            signers=compile_signing(stated, self.work),
        )

    def _block(self, place: str, block: BlockDef) -> Block | None:
        match block:
            case TextDef(style, text):
                message = compile_message(f"{place}.{style}", text, self.work)
                return None if message is None else Words(style, message)
            case FieldsDef():
                return self._fields(f"{place}.fields", block)
            case LinesDef():
                return self._lines(f"{place}.lines", block)
            case PicturesDef(of):
                kinds = {key: item.type for key, item in self.form.fields.items()}
                known = [key for key, kind in kinds.items() if isinstance(kind, CapturedType) and kind.kind in PICTURES]
                self._check(f"{place}.pictures.of", of, known, problems.NO_PICTURES)
                return block
            case CodeDef(text, size):
                source = self.work.expression(f"{place}.code.text", text)
                return None if source is None else Code(source, size)
            case BreakDef():
                return block

    def _check(self, place: str, key: str, known: Iterable[str], kind: ProblemKind) -> bool:
        listed = list(known)
        if key not in listed:
            self.work.found.append(kind.at(place, key=key, known=", ".join(listed)))
        return key in listed

    def _fields(self, place: str, block: FieldsDef) -> Fields:
        items: list[tuple[Text, Expression]] = []
        for number, key in enumerate(block.keys):
            at = f"{place}.keys[{number}]"
            if (self.app, f"{self.form.key}.{key}") in self.work.scope.forms:
                self.work.found.append(problems.LINES_APART.at(at, key=key))
            elif self._check(at, key, self.form.fields, problems.NO_FIELD):
                value = _apart(self.work).expression(at, key)
                items += [] if value is None else [(self.form.fields[key].labels or Text(key, key), value)]
        return Fields(tuple(items), block.columns)

    def _lines(self, place: str, block: LinesDef) -> Lines | None:
        form = self.work.scope.forms.get((self.app, f"{self.form.key}.{block.of}"))
        if form is None:
            start = f"{self.form.key}."
            known = (key for app, key in self.work.scope.forms if app == self.app and key.startswith(start))
            self._check(f"{place}.of", block.of, (key.removeprefix(start) for key in known), problems.NO_LINES)
            return None
        inner = self.work.inside(form)
        columns = (
            self._column(f"{place}.columns[{number}]", column, form, inner)
            for number, column in enumerate(block.columns)
        )
        totals = (
            (labels, self.work.expression(f"{place}.totals[{number}].value", source))
            for number, (labels, source) in enumerate(block.totals)
        )
        return Lines(
            of=block.of,
            columns=tuple(column for column in columns if column is not None),
            where=inner.condition(f"{place}.where", block.where),
            totals=tuple((labels, value) for labels, value in totals if value is not None),
        )

    def _column(self, place: str, column: ColumnDef, form: FormScope, inner: Gathering) -> Column | None:
        if column.field is not None:
            if not self._check(f"{place}.field", column.field, form.fields, problems.NO_FIELD):
                return None
            found = form.fields[column.field].labels
            value, labels = _apart(inner).expression(f"{place}.field", column.field), found or Text("", "")
        else:
            value, labels = inner.expression(f"{place}.value", column.value), Text("", "")
        return None if value is None else Column(column.labels or labels, value, column.width)


def _apart(work: Gathering) -> Gathering:
    """Return a gathering of the same problems for what is no source: keys of fields stay keys however one speaks."""
    return Gathering(work.scope, work.found, [])
