"""Making documents of records: what stands in them is worked out here, with a viewer's rights or with the app's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from engine.catalog.apps import Catalog
from engine.catalog.printouts.definitions import BreakDef, PicturesDef
from engine.catalog.printouts.filling import MOST_ROWS, Filling, filled
from engine.catalog.printouts.printouts import Block, Code, Fields, Lines, Printout, Words
from engine.catalog.printouts.problems import CODE_TOO_LONG, NOT_MADE_NOW, TOO_MANY_ROWS
from engine.catalog.printouts.sieves import OPEN, Sieve
from engine.decision.facts import Person
from engine.decision.problems import ABSENT
from engine.decision.words import Show, shower, title
from engine.forms.captured.values import files_in
from engine.forms.forms import Form, lines_of
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Text
from engine.kernel.values import Row, Value
from engine.language.expressions import Expression, ReadSet, Surroundings
from engine.language.messages import Message
from engine.language.types import CapturedType, NumberType, Type
from engine.printouts import paper as on_paper
from engine.printouts.pdf import pdf_of
from engine.runtime import files_seen
from engine.runtime.desk import Desk
from engine.runtime.reading import Reading
from engine.runtime.record_sight import sieve_of
from engine.runtime.showing import prefetch
from engine.runtime.views import Viewer
from engine.storage.contents.kinds import clean_name
from engine.storage.contents.store import Contents

Speech = Literal["zh", "en"]
MOST_CODED = 1_500
"""How many bytes a QR code holds: more would be too fine for a phone to read off paper."""

PAGES: dict[str, str] = {"zh": "第 {number} 页", "en": "Page {number}"}


@dataclass(frozen=True)
class MadeDocument:
    """A document as it was made: its name with its ending, its media type, its bytes.

    ``seen`` is the version of the record that it was made of, where that is told.
    """

    name: str
    media: str
    content: bytes
    seen: int | None = None


@dataclass(frozen=True)
class OfferedDocument:
    """A document that can be made of a record."""

    key: str
    labels: Text
    ending: str


@dataclass(frozen=True)
class AppSight:
    """What putting values into words sees with the app's rights."""

    reading: Reading

    @property
    def catalog(self) -> Catalog:
        """The apps."""
        return self.reading.catalog

    def record(self, app: str, form: str, id: str) -> Row | None:
        """Return a record."""
        return self.reading.record(app, form, id)

    def person(self, id: str) -> Person | None:
        """Return a user."""
        return self.reading.person(id)

    def may_see(self, form: Form, row: Row) -> bool:  # noqa: ARG002 - as every sight
        """Tell that the app may know of every record."""
        return True

    def surroundings(self, app: str) -> Surroundings:
        """Return what expressions of an app see; nobody is asking."""
        return replace(self.reading.surroundings(app), me=None)


class Printouts:
    """What a viewer has made of records."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk

    def offered(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[OfferedDocument, ...]:
        """Return the documents that can be made of a record now; EngineError (absent) where it is not to be read."""
        with self._desk.reading(viewer) as reading:
            row, definition = _readable(reading, app, form, id)
            return _offered(reading, definition, row)

    def beside(self, viewer: Viewer, app: str, form: str, id: str) -> tuple[OfferedDocument, ...]:
        """Return the same for the page of a record; where its form has no documents the record is not looked up."""
        with self._desk.reading(viewer) as reading:
            if not any(one.definition.form == form for one in reading.app(app).printouts.values()):
                return ()
            row, definition = _readable(reading, app, form, id)
            return _offered(reading, definition, row)

    def make(self, viewer: Viewer, app: str, form: str, id: str, key: str) -> MadeDocument:
        """Make a document of a record in the viewer's language; what they may not read in it stays blank.

        EngineError where record or document is not there for them, or it cannot be made now.
        """
        with self._desk.reading(viewer) as reading:
            row, definition = _readable(reading, app, form, id)
            printout = reading.app(app).printouts.get(key)
            if printout is None or printout.definition.form != form:
                raise EngineError(ABSENT.at())
            speech: Speech = "en" if viewer.language == "en" else "zh"
            making = Making(reading, definition, row, printout, speech, self._desk.execution.contents)
            made = making.prepared(sieve_of(reading, definition, row))
        return replace(made.drawn(), seen=int(row["version"]))


def _offered(reading: Reading, form: Form, row: Row) -> tuple[OfferedDocument, ...]:
    sieve, around = sieve_of(reading, form, row), reading.surroundings(form.app)
    return tuple(
        OfferedDocument(one.key, one.definition.labels, one.ending)
        for one in reading.app(form.app).printouts.values()
        if one.definition.form == form.key
        and (one.when is None or (sieve.lets(one.when) and one.when.holds(row, around)))
    )


def _readable(reading: Reading, app: str, form: str, id: str) -> tuple[Row, Form]:
    definition = reading.form(app, form)
    row = reading.record(app, form, id) if is_uuid(id) else None
    if row is None or not reading.may_see(definition, row):
        raise EngineError(ABSENT.at())
    return row, definition


@dataclass(frozen=True)
class Prepared:
    """A document whose words are all known: drawing it needs no database any more."""

    name: str
    media: str
    what: on_paper.Paper | bytes

    def drawn(self) -> MadeDocument:
        """Draw it."""
        content = self.what if isinstance(self.what, bytes) else pdf_of(self.what)
        return MadeDocument(self.name, self.media, content)


@dataclass(frozen=True)
class Making:
    """The making of one document of one record, in one language."""

    reading: Reading
    form: Form
    row: Row
    printout: Printout
    speech: Speech
    contents: Contents

    def prepared(self, sieve: Sieve = OPEN) -> Prepared:
        """Work out what stands in it, without what the sieve closes; EngineError (DOC-021) where it is not made now."""
        printout, definition = self.printout, self.printout.definition
        prefetch(self.reading, self.form, [self.row])
        sight = AppSight(self.reading) if sieve is OPEN else self.reading
        show = _shown_with_files(self.reading, shower(sight, self.form.app, self.speech), self.speech)
        around = sight.surroundings(self.form.app)
        when = printout.when
        if when is not None and not (sieve.lets(when) and when.holds(self.row, around)):
            labels = definition.labels
            raise EngineError(NOT_MADE_NOW.at(label_zh=labels.zh, label_en=labels.en))
        filling = Filling(self.row, around, show, self.speech, sieve)
        called = title(sight, self.form, self.row, self.speech)
        usual = f"{definition.labels.in_language(self.speech)} {called}".strip()
        name = clean_name(f"{_words(printout.file_name, filling) or usual}.{printout.ending}", printout.media)
        if printout.template is not None:
            return Prepared(name, printout.media, filled(printout.template, filling))
        return Prepared(name, printout.media, self._paper(filling, name.rpartition(".")[0]))

    def _paper(self, filling: Filling, name: str) -> on_paper.Paper:
        page = self.printout.page
        return on_paper.Paper(
            title=name,
            blocks=tuple(self._blocks(self.printout.blocks, filling)),
            size=page.size,
            landscape=page.landscape,
            header=_words(self.printout.header, filling),
            footer=_words(self.printout.footer, filling),
            page_words=PAGES[self.speech] if page.numbers else None,
        )

    def _blocks(self, blocks: Iterable[Block], filling: Filling) -> Iterator[on_paper.Block]:
        for block in blocks:
            match block:
                case Words(style, text):
                    yield on_paper.Writing(style, _words(text, filling))
                case Fields(items, columns):
                    pairs = ((labels.in_language(self.speech), _value(value, filling)) for labels, value in items)
                    yield on_paper.Pairs(tuple(pairs), columns)
                case Lines():
                    yield from self._lines(block, filling)
                case PicturesDef(of, width):
                    yield on_paper.Pictures(tuple(self._pictures(of, filling)), width)
                case Code(text, size):
                    yield on_paper.Code(_coded(_value(text, filling)), size)
                case BreakDef():
                    yield on_paper.Break()

    def _lines(self, block: Lines, filling: Filling) -> Iterator[on_paper.Block]:
        if filling.sieve.closed(ReadSet(fields=frozenset((block.of,)))):
            return
        app, form = self.form.app, f"{self.form.key}.{block.of}"
        rows = self._rows(block, filling)
        if len(rows) > MOST_ROWS:
            raise EngineError(TOO_MANY_ROWS.at(most=MOST_ROWS))
        columns, speech, around = block.columns, self.speech, filling.around
        cells = [
            [filling.show(one.value.evaluate(line, around), one.value.type) for line in rows]
            if filling.sieve.lets_inside(app, form, one.value)
            else [""] * len(rows)
            for one in columns
        ]
        yield on_paper.Grid(
            heads=tuple(one.labels.in_language(speech) for one in columns),
            rows=tuple(zip(*cells, strict=True)),
            totals=tuple((labels.in_language(speech), _value(value, filling)) for labels, value in block.totals),
            widths=tuple(one.width for one in columns),
            numbers=frozenset(at for at, one in enumerate(columns) if isinstance(one.value.type, NumberType)),
        )

    def _rows(self, block: Lines, filling: Filling) -> list[Row]:
        """Return the lines that stand in the table; none where what chooses them is closed."""
        where, lines = block.where, lines_of(self.row, block.of)
        if where is None:
            return list(lines)
        if not filling.sieve.lets_inside(self.form.app, f"{self.form.key}.{block.of}", where):
            return []
        return [line for line in lines if where.holds(line, filling.around)]

    def _pictures(self, of: str, filling: Filling) -> Iterator[bytes]:
        item = self.form.fields.get(of)
        if item is None or filling.sieve.closed(ReadSet(fields=frozenset((of,)))):
            return
        ids = files_in(item.definition, self.row.get(of))
        files_seen.look_up(self.reading, ids)
        for id in ids:
            known = self.reading.files.get(id)
            if known is not None:
                with self.contents.open(known.sha256) as content:
                    yield content.read()


def _coded(text: str) -> str:
    if len(text.encode()) > MOST_CODED:
        raise EngineError(CODE_TOO_LONG.at(most=MOST_CODED))
    return text


def _words(message: Message | None, filling: Filling) -> str:
    if message is None:
        return ""
    template = filling.sieve.template(message.en if filling.speech == "en" else message.zh)
    return template.render(filling.row, filling.around, filling.show, filling.speech)


def _value(expression: Expression, filling: Filling) -> str:
    """Return a value in words; nothing where it is blank or closed."""
    if not filling.sieve.lets(expression):
        return ""
    return filling.show(expression.evaluate(filling.row, filling.around), expression.type)


def _shown_with_files(reading: Reading, show: Show, speech: str) -> Show:
    """Return how values read, files by their names."""

    def shown(value: Value, kind: Type) -> str:
        if isinstance(kind, CapturedType) and value is not None:
            words = files_seen.captured_words(reading, kind.kind, value)
            listed = words if isinstance(words, list) else [words]
            return ("、" if speech == "zh" else ", ").join(one.in_language(speech) for one in listed)
        return show(value, kind)

    return shown
