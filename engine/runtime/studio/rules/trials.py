"""A rule of a draft tried on a record: whether it would act there, and why; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass

from engine.catalog.editing.rules import rule_in
from engine.kernel.canonical import Json
from engine.kernel.problems import Text
from engine.runtime.desk import Desk
from engine.runtime.explaining import Explaining
from engine.runtime.explanations import Obstacle, PartView
from engine.runtime.records import Records
from engine.runtime.studio.edits import path_of
from engine.runtime.studio.studio import Design
from engine.runtime.studio.trials import Trials
from engine.runtime.views import RecordView, Viewer

SHOWN = 20


@dataclass(frozen=True)
class Trial:
    """What a rule would do with one record: whether its condition holds, and by what that is decided."""

    title: str
    enabled: bool
    holds: bool | None
    because: tuple[Text, ...]
    condition: PartView | None
    kept_by: tuple[Obstacle, ...] = ()
    next_at: str | None = None

    @property
    def acts(self) -> bool | None:
        """Whether it would act: None where what nobody here may see decides."""
        return False if not self.enabled or self.kept_by else self.holds


@dataclass(frozen=True)
class Tried:
    """The records on which a rule can be tried, the latest first, and what it would do with the one that is chosen.

    ``is_new`` tells that the form, or a field of it, is not published: no record has what the rule may ask for.
    ``is_closed`` tells that the records are none that whoever tries it may read.
    """

    records: tuple[RecordView, ...] = ()
    chosen: str = ""
    trial: Trial | None = None
    is_new: bool = False
    is_closed: bool = False


def tried(trials: Trials, viewer: Viewer, design: Design, key: str, record: str) -> Tried:
    """Return how a rule of the draft stands to a record (an id; blank chooses none), as far as the viewer may see it.

    EngineError with all that is wrong where the draft does not compile, absent where there is no such record.
    """
    rule = rule_in(design.documents, key)
    form = rule["form"]
    if not _is_stored(design, form):
        return Tried(is_new=True)
    desk = trials.own_desk(design.app)
    if not (_may_read(desk, viewer, design.app, form) and _may_read(Desk(desk.execution), viewer, design.app, form)):
        return Tried(is_closed=True)
    records = Records(desk)
    page = records.list(viewer, design.app, form, sort="-updated_at", limit=SHOWN)
    if not record:
        return Tried(page.items)
    title = records.read(viewer, design.app, form, record).title
    return Tried(page.items, record, _trial(Explaining(desk), viewer, design.app, rule, record, title))


def _may_read(desk: Desk, viewer: Viewer, app: str, form: str) -> bool:
    with desk.reading(viewer) as reading:
        found = reading.catalog.form(app, form)
        return found is not None and reading.access(found).may("read")


def _is_stored(design: Design, form: str) -> bool:
    """Tell whether records hold every field that the form has in the draft."""
    now, before = (documents.get(path_of(form)) for documents in (design.documents, design.published))
    return before is not None and _uids(now) <= _uids(before)


def _uids(form: Json) -> set[str]:
    return {field["uid"] for field in form["fields"]}


def _trial(explaining: Explaining, viewer: Viewer, app: str, rule: Json, record: str, title: str) -> Trial:
    enabled = rule.get("enabled", True)
    if not any("before" in event for event in rule["on"]):
        found = explaining.explain(viewer, app, rule["form"], record, rule["key"])
        return Trial(title, enabled, found.rule.holds, found.because, found.condition, found.kept_by, found.next_at)
    if "when" not in rule:
        return Trial(title, enabled, holds=True, because=(), condition=None)
    part, because = explaining.expression(viewer, app, rule["form"], record, rule["when"])
    return Trial(title, enabled, part.holds, because, part)
