"""What can be changed of the boards of a design, each change a value that makes the next documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import board_sending, boards, forms
from engine.catalog.editing.board_sending import CHANNELS
from engine.catalog.editing.boards import (
    boards_in,
    days_of,
    groups_of,
    kinds_of,
    kinds_over,
    metrics_in,
    numbers_of,
    places_of,
)
from engine.catalog.editing.elements import Mint, named
from engine.catalog.editing.problems import GONE
from engine.catalog.editing.rules_events import plan_of
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError
from engine.runtime.studio.edits import Language, form_in

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CHANNELS",
    "AddBoard",
    "AddWidget",
    "CountSomething",
    "Function",
    "MoveWidget",
    "NameBoard",
    "NameMetric",
    "NameWidget",
    "RemoveBoard",
    "RemoveWidget",
    "SetBoard",
    "SetMetric",
    "SetSending",
    "SetWidget",
    "Source",
    "boards_in",
    "days_of",
    "groups_of",
    "kinds_of",
    "kinds_over",
    "metrics_in",
    "numbers_of",
    "places_of",
    "plan_of",
]

Source = Literal["metric", "records", "text"]
Function = Literal["count", "sum", "avg", "min", "max"]
MetricProperty = Literal["where", "red", "yellow", "snapshot", "limit", "order", "bucket"]


def _board(documents: Documents, uid: str) -> Json:
    return documents[boards.board_path(documents, uid)]


@dataclass(frozen=True)
class AddBoard:
    """A new board of this name and uid."""

    uid: str
    name: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the board."""
        own = Mint(mint.random, mint.spelled, self.uid)
        return boards.with_board(documents, forms.first_labels(self.name, self.language), own)


@dataclass(frozen=True)
class NameBoard:
    """A board (a uid) gets another name in one language."""

    board: str
    name: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the name."""
        return boards.with_board_named(documents, self.board, self.name, self.language)


@dataclass(frozen=True)
class SetBoard:
    """A property of a board: whose it is, where it stands; ``help`` is what it is for, in one language."""

    board: str
    key: str
    value: Json | Absent
    language: Language = "zh"

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        value = self.value
        if self.key == "help" and not isinstance(value, Absent):
            value = named(str(value), self.language, _board(documents, self.board).get("help"))
        return boards.with_board_property(documents, self.board, self.key, value)


@dataclass(frozen=True)
class SetSending:
    """One word of when a board is sent, to whom and how; ``every`` begins it, blank it ends it."""

    board: str
    word: str
    values: tuple[str, ...]

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the word; EngineError (APP-041) where nobody or no way would be left."""
        return board_sending.with_sending(documents, self.board, self.word, self.values)


@dataclass(frozen=True)
class RemoveBoard:
    """A board goes; its metrics stay."""

    board: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the board."""
        return boards.without_board(documents, self.board)


@dataclass(frozen=True)
class AddWidget:
    """A new widget of a uid: of a metric (its key), of the records of a form (its key), or a text of this name."""

    board: str
    uid: str
    source: Source
    of: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the widget behind the others."""
        own, taken = Mint(mint.random, mint.spelled, self.uid), _board(documents, self.board)["widgets"]
        match self.source:
            case "metric":
                made = boards.metric_widget(metric_in(documents, self.of), taken, own)
            case "records":
                made = boards.records_widget(form_in(documents, self.of), taken, own)
            case "text":
                made = boards.text_widget(forms.first_labels(self.of, self.language), taken, own)
        return boards.with_widget(documents, self.board, made)


def metric_in(documents: Documents, key: str) -> Json:
    """Return the metric of a key; EngineError (APP-040) where it is gone."""
    found = next((item for item in metrics_in(documents) if item["key"] == key), None)
    if found is None:
        raise EngineError(GONE.at(key))
    return found


@dataclass(frozen=True)
class CountSomething:
    """A new metric of a form by three answers, and a widget (a uid) that shows it.

    ``function`` is count, sum, avg, min or max, ``field`` what it goes over, ``by`` what is grouped by, if anything.
    """

    board: str
    uid: str
    name: str
    language: Language
    form: str
    function: Function
    field: str = ""
    by: str = ""

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with both."""
        labels = forms.first_labels(self.name, self.language)
        asked = (self.function, self.field, self.by)
        made, metric = boards.with_metric(documents, labels, form_in(documents, self.form), asked, mint)
        own, taken = Mint(mint.random, mint.spelled, self.uid), _board(made, self.board)["widgets"]
        return boards.with_widget(made, self.board, boards.metric_widget(metric, taken, own))


@dataclass(frozen=True)
class NameWidget:
    """A widget (a uid) gets another name in one language."""

    board: str
    widget: str
    name: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the name."""

        def change(item: Json) -> Json:
            return forms.renamed(item, self.name, self.language)

        return boards.with_widget_changed(documents, self.board, self.widget, change)


@dataclass(frozen=True)
class SetWidget:
    """A property of a widget. Its kind brings along what that needs, of columns only those of fields are chosen.

    ``text`` is what a text says in one language.
    """

    board: str
    widget: str
    key: str
    value: Json | Absent
    language: Language = "zh"

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        return boards.with_widget_changed(documents, self.board, self.widget, self._change(documents))

    def _change(self, documents: Documents) -> Callable[[Json], Json]:
        def change(item: Json) -> Json:
            form = form_in(documents, item["form"]) if "form" in item else None
            if self.key in ("red", "yellow"):
                return boards.with_light(item, self.key, self.value)
            if self.key == "trend":
                return boards.with_trend(item, metric_in(documents, item["metric"]), is_trend=self.value is True)
            if self.key == "help" and not isinstance(self.value, Absent):
                return {**item, "help": named(str(self.value), self.language, item.get("help"))}
            if self.key == "kind":
                return boards.with_kind(item, str(self.value), form)
            if self.key == "columns" and form is not None and isinstance(self.value, list):
                return boards.with_chosen_columns(item, form, [str(one) for one in self.value])
            if self.key == "text":
                return {**item, "text": named(str(self.value), self.language, item.get("text"))}
            if self.key in ("start", "end", "place"):
                return boards.with_columns({**item, self.key: self.value}, [str(self.value)])
            made = {key: value for key, value in item.items() if key != self.key}
            return made if isinstance(self.value, Absent) else {**made, self.key: self.value}

        return change


@dataclass(frozen=True)
class MoveWidget:
    """A widget goes in front of another (uids) or to the end, or by a step up (-1) or down (1)."""

    board: str
    widget: str
    before: str | None = None
    step: Literal[-1, 0, 1] = 0

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents in the new order."""
        if self.step:
            return boards.with_widget_stepped(documents, self.board, self.widget, self.step)
        return boards.with_widget_moved(documents, self.board, self.widget, self.before)


@dataclass(frozen=True)
class RemoveWidget:
    """A widget goes; its metric stays."""

    board: str
    widget: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the widget."""
        return boards.without_widget(documents, self.board, self.widget)


@dataclass(frozen=True)
class SetMetric:
    """A property of a metric (its key): which records count, its light, order and length, what is kept of it."""

    metric: str
    name: MetricProperty
    value: Json | Absent = ABSENT

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""
        return boards.with_metric_property(documents, self.metric, self.name, self.value)


@dataclass(frozen=True)
class NameMetric:
    """A metric (its key) gets another name in one language."""

    metric: str
    name: str
    language: Language

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the name."""
        return boards.with_metric_named(documents, self.metric, self.name, self.language)
