"""Compiles the pages of an app: whatever a block names must exist, and its expressions must fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.boards.boards import Widget
from engine.catalog import problems as app_problems
from engine.catalog.naming import form_name
from engine.catalog.pages import problems
from engine.catalog.pages.blocks import (
    Actions,
    Block,
    Button,
    CallButton,
    Cards,
    CreateButton,
    Event,
    Figure,
    Figures,
    FormName,
    Light,
    OpenButton,
    Page,
    Pages,
    Source,
    Timeline,
)
from engine.catalog.pages.definitions import (
    ActionButtonDef,
    ActionsBlockDef,
    BlockDef,
    BoardBlockDef,
    BoardsBlockDef,
    ButtonDef,
    CallButtonDef,
    CardsBlockDef,
    CreateBlockDef,
    CreateButtonDef,
    EventDef,
    FactsBlockDef,
    FigureDef,
    FiguresBlockDef,
    InboxBlockDef,
    LightDef,
    ListBlockDef,
    OpenButtonDef,
    PageDef,
    RelatedBlockDef,
    RowsDef,
    SourceDef,
    TabBarDef,
    TabDef,
    TextBlockDef,
    TimelineBlockDef,
    TransitionButtonDef,
)
from engine.kernel.problems import ProblemKind, Text
from engine.language import types as language
from engine.language.expressions import Expression
from engine.language.gathering import Gathering
from engine.language.messages import Message
from engine.language.pushdown import pushes_down
from engine.language.scope import FormScope
from engine.workflows.definitions import WorkflowDef

FILE = "pages.json#/"
TIMES = (language.DateType, language.DateTimeType)


@dataclass(frozen=True)
class Surroundings:
    """What pages may name besides forms: the app's roles, workflows by app and form, its quick actions, its boards."""

    app: str
    roles: frozenset[str]
    flows: Mapping[FormName, WorkflowDef]
    actions: frozenset[str] = field(default_factory=frozenset)
    boards: Mapping[str, Mapping[str, Widget]] = field(default_factory=dict)


def compile_pages(
    pages: Iterable[PageDef], tab_bars: Iterable[TabBarDef], around: Surroundings, work: Gathering
) -> Pages:
    """Return the pages that could be compiled; problems and what is placed go to ``work``."""
    listed = tuple(pages)
    compiler = _Compiler(around, work)
    bars = tuple(tab_bars)
    compiler.check_tab_bars(bars, listed)
    return Pages(tuple(compiler.page(item) for item in listed), bars)


@dataclass(frozen=True)
class _Compiler:
    """Compiles block after block; a problem never ends the work."""

    around: Surroundings
    work: Gathering

    def page(self, page: PageDef) -> Page:
        place = f"{FILE}pages/{page.key}"
        self._check_roles(f"{place}/for_roles", page.for_roles)
        own = self._form(f"{place}/record", page.record) if page.record is not None else None
        if page.record is not None and page.home:
            self._note(problems.RECORD_AND_HOME, f"{place}/home")
        if page.personal and (page.record is not None or page.labels is None):
            self._note(problems.NOT_PERSONAL, f"{place}/personal")
        blocks = [self._block(f"{place}/blocks[{n}]", block, own) for n, block in enumerate(page.blocks)]
        return Page(
            page,
            tuple(block for block in blocks if block is not None),
            None if own is None else self._message(own, f"{place}/summary", page.summary),
            None if own is None else self._light(own, f"{place}/light", page.light),
        )

    def check_tab_bars(self, bars: Iterable[TabBarDef], pages: Iterable[PageDef]) -> None:
        """Note what a tab names and does not exist."""
        known = {page.key for page in pages if page.record is None}
        for bar in bars:
            place = f"{FILE}tab_bars/{bar.key}"
            self._check_roles(f"{place}/for_roles", bar.for_roles)
            for number, tab in enumerate(bar.tabs):
                self._check_tab(f"{place}/entries[{number}]", tab, known)

    def _check_tab(self, place: str, tab: TabDef, pages: set[str]) -> None:
        if tab.page is not None and tab.page not in pages:
            self._note(problems.NO_SUCH_PAGE, f"{place}.page", key=tab.page, known=", ".join(sorted(pages)))
        form = self._form(f"{place}.form", tab.form) if tab.form is not None else None
        if form is not None:
            self._at(form).sought(f"{place}.filter", tab.filter)

    def _block(self, place: str, block: BlockDef, own: FormScope | None) -> Block | None:
        match block:
            case InboxBlockDef() | TextBlockDef() | BoardsBlockDef():
                return block
            case BoardBlockDef():
                self._widget(place, block)
                return block
            case CreateBlockDef(form=form):
                return block if self._form(f"{place}.form", form) else None
            case ListBlockDef():
                return self._list(place, block)
            case CardsBlockDef(sources=sources):
                made = [self._source(f"{place}.sources[{n}]", source) for n, source in enumerate(sources)]
                return Cards(block, tuple(source for source in made if source is not None))
            case FiguresBlockDef(figures=figures):
                numbers = [self._figure(f"{place}.figures[{n}]", figure) for n, figure in enumerate(figures)]
                return Figures(block, tuple(figure for figure in numbers if figure is not None))
            case ActionsBlockDef(buttons=buttons):
                return Actions(block, self._buttons(place, buttons, own))
            case _:
                if own is None:
                    self._note(problems.OF_A_RECORD, f"{place}.kind")
                    return None
                return self._of_record(place, block, own)

    def _of_record(
        self, place: str, block: FactsBlockDef | RelatedBlockDef | TimelineBlockDef, own: FormScope
    ) -> Block:
        match block:
            case FactsBlockDef(fields=fields):
                for number, key in enumerate(fields):
                    if key not in own.fields and key not in own.relations:
                        self._note(app_problems.NO_SUCH_FIELD, f"{place}.fields[{number}]", key=key)
                return block
            case RelatedBlockDef(relations=relations):
                for number, key in enumerate(relations or ()):
                    self._relation(f"{place}.relations[{number}]", own, key)
                return block
            case TimelineBlockDef(events=events):
                made = [self._event(f"{place}.events[{n}]", event, own) for n, event in enumerate(events)]
                return Timeline(block, tuple(event for event in made if event is not None))

    def _widget(self, place: str, named: BoardBlockDef | RowsDef) -> Widget | None:
        widgets = self.around.boards.get(named.board)
        if widgets is None:
            self._note(problems.NO_SUCH_BOARD, f"{place}.board", key=named.board, known=", ".join(self.around.boards))
            return None
        if named.widget not in widgets:
            known = ", ".join(widgets)
            self._note(problems.NO_SUCH_WIDGET, f"{place}.widget", board=named.board, key=named.widget, known=known)
        return widgets.get(named.widget)

    def _list(self, place: str, block: ListBlockDef) -> Block | None:
        form = self._form(f"{place}.form", block.form)
        if form is None:
            return None
        self._at(form).sought(f"{place}.filter", block.filter)
        if block.sort is not None and block.sort.removeprefix("-") not in form.fields:
            self._note(app_problems.NO_SUCH_FIELD, f"{place}.sort", key=block.sort.removeprefix("-"))
        return block

    def _source(self, place: str, source: SourceDef) -> Source | None:
        form = self._form(f"{place}.form", source.form)
        if form is None:
            return None
        at = self._at(form)
        rank = at.expression(f"{place}.rank", source.rank, language.NumberType)
        if rank is not None:
            at.found.extend(problem.under(f"{place}.rank") for problem in pushes_down(rank))
        return Source(
            definition=source,
            form=(form.app, form.key),
            filter=at.sought(f"{place}.filter", source.filter),
            rank=rank,
            sentence=self._message(form, f"{place}.sentence", source.sentence),
            light=self._light(form, f"{place}.light", source.light),
            buttons=self._buttons(place, source.buttons, form),
            rows=None if source.rows is None else self._rows(f"{place}.rows", source.rows, form),
        )

    def _rows(self, place: str, rows: RowsDef, form: FormScope) -> Widget | None:
        """Return the list whose rows are the cards; one of this form, with the columns that are named."""
        widget = self._widget(place, rows)
        if widget is None:
            return None
        if widget.metric is not None or (self.around.app, widget.form) != (form.app, form.key):
            self._note(problems.NO_LIST_OF_FORM, f"{place}.widget", key=rows.widget, form=form.key)
            return None
        ranks = [item.key for item in widget.columns if isinstance(item.type, language.NumberType)]
        sentences = [item.key for item in widget.columns if item.sentence is not None]
        for part, key, known in (("rank", rows.rank, ranks), ("sentence", rows.sentence, sentences)):
            if key is not None and key not in known:
                self._note(problems.NO_SUCH_COLUMN, f"{place}.{part}", key=key, known=", ".join(known))
        return widget

    def _figure(self, place: str, figure: FigureDef) -> Figure | None:
        form = self._form(f"{place}.form", figure.form)
        if form is None:
            return None
        at = self._at(form)
        if (figure.measure == "count") is not (figure.of is None):
            self._note(problems.NEEDS_A_NUMBER, f"{place}.measure", measure=figure.measure)
        of = at.expression(f"{place}.of", figure.of, language.NumberType)
        if of is not None:
            at.found.extend(problem.under(f"{place}.of") for problem in pushes_down(of))
        return Figure(figure, (form.app, form.key), at.sought(f"{place}.filter", figure.filter), of)

    def _event(self, place: str, event: EventDef, own: FormScope) -> Event | None:
        form = self._relation(f"{place}.relation", own, event.relation)
        if form is None:
            return None
        known = sorted(key for key, item in form.fields.items() if isinstance(item.type, TIMES))
        if event.at not in known:
            self._note(problems.NOT_A_TIME, f"{place}.at", key=event.at, known=", ".join(known))
        at = self._at(form)
        chosen = at.sought(f"{place}.filter", event.filter)
        return Event(event, (form.app, form.key), chosen, self._message(form, f"{place}.sentence", event.sentence))

    def _relation(self, place: str, own: FormScope, key: str) -> FormScope | None:
        """Return the form of the records of a relation, if there is one of that key."""
        found = own.relations.get(key)
        if found is None or found.reference == "parent":
            known = ", ".join(sorted(key for key, item in own.relations.items() if item.reference != "parent"))
            self._note(problems.NO_SUCH_RELATION, place, form=own.key, key=key, known=known)
            return None
        return self.work.scope.forms.get((found.app, found.form.partition(".")[0]))

    def _buttons(self, place: str, buttons: Iterable[ButtonDef], form: FormScope | None) -> tuple[Button, ...]:
        made = [self._button(f"{place}.buttons[{n}]", button, form) for n, button in enumerate(buttons)]
        return tuple(button for button in made if button is not None)

    def _button(self, place: str, button: ButtonDef, form: FormScope | None) -> Button | None:
        at = self._at(form)
        match button:
            case CreateButtonDef():
                return self._create(place, button, form)
            case OpenButtonDef(labels, source, str(named)):
                pointed = at.expression(f"{place}.form", named, language.TextType)
                id = at.expression(f"{place}.record", source, language.TextType)
                return None if pointed is None or id is None else OpenButton(labels, pointed, id)
            case OpenButtonDef(labels, source):
                record = at.expression(f"{place}.record", source, language.ReferenceType)
                if record is None or not isinstance(record.type, language.ReferenceType):
                    return None
                return OpenButton(labels, (record.type.app, record.type.form), record)
            case CallButtonDef(labels, source, named):
                phone = at.expression(f"{place}.phone", source, language.TextType)
                who = at.expression(f"{place}.who", named, language.TextType)
                return None if phone is None else CallButton(labels, phone, who)
            case TransitionButtonDef(transition=key):
                flow = self.around.flows.get((form.app, form.key)) if form else None
                known = [item.key for item in flow.transitions] if flow else []
                if key not in known:
                    listed = ", ".join(known)
                    self._note(
                        problems.NO_SUCH_TRANSITION,
                        f"{place}.transition",
                        form=form.key if form else "",
                        key=key,
                        known=listed,
                    )
                return button
            case ActionButtonDef(action=key):
                if key not in self.around.actions:
                    known_actions = ", ".join(sorted(self.around.actions))
                    self._note(problems.NO_SUCH_ACTION, f"{place}.action", key=key, known=known_actions)
                return button

    def _create(self, place: str, button: CreateButtonDef, form: FormScope | None) -> Button | None:
        target = self._form(f"{place}.form", button.form)
        if target is None:
            return None
        values: dict[str, Expression] = {}
        for key, source in button.values.items():
            wanted = target.fields.get(key)
            if wanted is None:
                self._note(app_problems.NO_SUCH_FIELD, f"{place}.values.{key}", key=key)
                continue
            value = self._at(form).expression(f"{place}.values.{key}", source, wanted.type)
            if value is not None:
                values[key] = value
        return CreateButton(button.labels, (target.app, target.key), values)

    def _light(self, form: FormScope, place: str, light: LightDef | None) -> Light | None:
        if light is None:
            return None
        at = self._at(form)
        return Light(at.condition(f"{place}.red", light.red), at.condition(f"{place}.yellow", light.yellow))

    def _message(self, form: FormScope, place: str, text: Text | None) -> Message | None:
        if text is None:
            return None
        at = self._at(form)
        zh, en = (
            at.template(f"{place}.zh", text.zh, with_each=False),
            at.template(f"{place}.en", text.en, with_each=False),
        )
        return Message(zh, en) if zh is not None and en is not None else None

    def _at(self, form: FormScope | None) -> Gathering:
        """Return where expressions over a form's records are gathered, or such that name no fields."""
        return self.work if form is None else self.work.inside(form)

    def _form(self, place: str, name: str) -> FormScope | None:
        """Return a form of this app, or one of another by ``app.form``; None after noting that there is none."""
        found = self.work.scope.forms.get(form_name(self.around.app, name))
        if found is None:
            known = ", ".join(key for app, key in self.work.scope.forms if app == self.around.app and "." not in key)
            self._note(app_problems.NO_SUCH_FORM, place, form=name, known=known)
        return found

    def _check_roles(self, place: str, roles: Iterable[str]) -> None:
        known = ", ".join(sorted(self.around.roles))
        for role in sorted(set(roles) - self.around.roles):
            self._note(app_problems.NO_SUCH_ROLE, place, key=role, known=known)

    def _note(self, kind: ProblemKind, place: str, **values: str) -> None:
        written: dict[str, Any] = dict(values)
        self.work.found.append(kind.at(place, **written))
