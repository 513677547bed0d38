"""What an export is asked for, and whether the viewer may have it; nothing is read of the records here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.kernel.problems import EngineError, Problem
from engine.runtime.exports import problems
from engine.runtime.listing import asked_for, covered, readable, usual_sort
from engine.runtime.reading import Reading
from engine.runtime.related import narrowed_to

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

Ending = Literal["ndjson", "csv", "xlsx"]
ENDINGS: Final[tuple[Ending, ...]] = ("ndjson", "csv", "xlsx")
USUAL_OF_SYSTEM: Final = ("state", "owner", "created_at", "updated_at")
"""What a table has beside the form's own fields where its columns are not chosen."""

_NO_COLUMNS: Final = frozenset(("held", "deleted_at"))


@dataclass(frozen=True)
class Origin:
    """A record, and the relation of it to whose records an export is narrowed."""

    app: str
    form: str
    relation: str
    id: str


@dataclass(frozen=True)
class Asked:
    """Which records of which form, in which order, and which columns of them: those that are usual where none is named.

    ``filter`` is an expression, ``sort`` a field with ``-`` before it where it goes down, as in a list.
    """

    app: str
    form: str
    filter: str | None = None
    sort: str | None = None
    columns: tuple[str, ...] = ()
    of: Origin | None = None


@dataclass(frozen=True)
class Plan:
    """What was asked for, found to be allowed: the rows, their order, and the columns by key."""

    form: Form
    where: Sequence[ColumnElement[bool]]
    order: str
    columns: tuple[str, ...]
    usual: tuple[str, ...]

    @property
    def sort(self) -> str:
        """The field by which the records are ordered."""
        return self.order.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the highest comes first."""
        return self.order.startswith("-")


def planned(reading: Reading, asked: Asked) -> Plan:
    """Return what an export comes to; EngineError with everything that is wrong with what was asked.

    The rows are those that the viewer may read and may export (EXPORT-001 where there is no such right at all).
    """
    form = reading.form(asked.app, asked.form)
    access = reading.access(form)
    if not (access.may("read") and access.may("export")):
        labels = form.definition.labels
        raise EngineError(problems.MAY_NOT_EXPORT.at(label_zh=labels.zh, label_en=labels.en))
    order = asked.sort or usual_sort(reading, form)
    met, wrong = asked_for(reading, form, asked.filter, order)
    known = columns_known(reading, form)
    found = [*wrong, *_unknown(asked.columns, known)]
    if found:
        raise EngineError(found)
    where = [*readable(reading, form), *covered(reading, form, "export"), *met]
    if asked.of is not None:
        of = asked.of
        where.append(narrowed_to(reading, form, of.app, of.form, of.id, of.relation))
    own = tuple(key for key in known if key in form.fields)
    usual = (*own, *(key for key in USUAL_OF_SYSTEM if key in known))
    return Plan(form, where, order, tuple(dict.fromkeys(asked.columns)), usual)


def columns_known(reading: Reading, form: Form) -> tuple[str, ...]:
    """Return what a viewer may choose as columns: the form's fields that they see somewhere, then the system's."""
    hidden = reading.access(form).never_shown
    is_stateful = form.key in reading.app(form.app).workflows
    own = [item.key for item in form.live_fields()]
    system = [key for key in ("id", *SYSTEM_LABELS) if key not in _NO_COLUMNS and (key != "state" or is_stateful)]
    return tuple(key for key in dict.fromkeys((*own, *system)) if key not in hidden)


def _unknown(wanted: Sequence[str], known: Sequence[str]) -> list[Problem]:
    names = ", ".join(known)
    return [problems.NO_SUCH_COLUMN.at("fields", key=key[:60], known=names) for key in wanted if key not in known]
