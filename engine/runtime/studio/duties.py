"""What can be changed of the duties of states, and how one is said in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing import duties
from engine.catalog.editing.duties import EACH, duty_in, references_to, relations_of
from engine.catalog.editing.elements import Mint
from engine.catalog.editing.rules_events import WEEKDAYS, plan_of
from engine.forms.compiling import SYSTEM_LABELS
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.rules.text.schedule_words import cron_of
from engine.runtime import problems
from engine.runtime.studio.approvals import on_flow, whole
from engine.runtime.studio.edits import Language, form_in, path_of
from engine.runtime.studio.flows import person_said
from engine.runtime.studio.persons import PersonChange

__all__ = ["duty_in", "relations_of"]

Told = Literal["tell", "late"]

EACH_NAMES: Final = {
    "day": Text("每天", "every day"),
    "week": Text("每周", "every week"),
    "month": Text("每月", "every month"),
}
DAY_NAMES: Final = {
    "daily": Text("每天", "every day"),
    **{day: Text(f"每周{zh}", f"every {day.capitalize()}") for day, zh in zip(WEEKDAYS, "一二三四五六日", strict=True)},
    **{str(day): Text(f"每月 {day} 日", f"on day {day} of the month") for day in range(1, 29)},
}
"""On which days somebody can be reminded."""
DUTY_PARTS: Final = ("name", "records", "each", "count", "where", "dated", "remind")
_NINE: Final = "09:00"
_COUNT: Final = (1, 1000)
_MOMENTS: Final = ("date", "datetime")
_OWNER: Final = {"owner": True}


@dataclass(frozen=True)
class ReminderView:
    """When somebody is reminded: a day of ``DAY_NAMES`` and a time, or a schedule that is more than these.

    ``day`` is blank where nobody is, ``kept`` is that schedule, blank unless there is one.
    """

    day: str = ""
    time: str = _NINE
    kept: str = ""


def reminder_of(duty: Json) -> ReminderView:
    """Return when somebody is reminded of a duty."""
    cron = duty.get("remind")
    if cron is None:
        return ReminderView()
    plan = plan_of(cron) or {}
    day = {"daily": "daily", "weekly": plan.get("weekday", ""), "monthly": plan.get("monthday", "")}
    found = day.get(plan.get("every", ""), "")
    return ReminderView(found, plan["time"]) if found in DAY_NAMES else ReminderView(kept=cron)


def records_offered(documents: Documents, form: str) -> tuple[tuple[str, Text], ...]:
    """Return which records a new duty can ask for: relations by key, then fields that refer to the form."""
    document = form_in(documents, form)
    relations = [(one["key"], Text.from_json(one["labels"])) for one in relations_of(document)]
    for other, field in references_to(documents, document):
        of, by = Text.from_json(other["labels"]), Text.from_json(field["labels"])
        said = Text(f"{of.zh}({by.zh})", f"{of.en} ({by.en})")
        relations.append((f"{other['key']}.{field['key']}", said))
    return tuple(relations)


def related_form(documents: Documents, form: str, duty: Json) -> Json:
    """Return the form whose records a duty asks for; None where the relation or the form is gone."""
    relation = next((one for one in relations_of(form_in(documents, form)) if one["key"] == duty["records"]), None)
    return None if relation is None else documents.get(path_of(relation["form"]))


def days_of(documents: Documents, form: str, duty: Json) -> tuple[tuple[str, Text], ...]:
    """Return by which days the records of a duty can be counted, those of their own first."""
    related = related_form(documents, form, duty)
    own = [one for one in related["fields"] if one["type"] in _MOMENTS and not one.get("retired")] if related else []
    listed = [(one["key"], Text.from_json(one["labels"])) for one in own]
    held = duty.get("dated")
    if held and held not in dict(listed):
        listed.append((held, SYSTEM_LABELS.get(held, Text(held, held))))
    return tuple(listed)


def duty_said(documents: Documents, form: str, duty: Json, where: str | None) -> Text:
    """Return one duty as a sentence; ``where`` is its condition as people say it."""
    parts = list(_parts(documents, form, duty, where))
    return Text(";".join(one.zh for one in parts), "; ".join(one.en for one in parts))


def _parts(documents: Documents, form: str, duty: Json, where: str | None) -> Iterator[Text]:
    count, each = duty.get("count", 1), EACH_NAMES[duty["each"]]
    relations = {one["key"]: Text.from_json(one["labels"]) for one in form_in(documents, form).get("relations", ())}
    records = relations.get(duty["records"], Text(duty["records"], duty["records"]))
    only = Text(f"(仅 {where})", f" (only where {where})") if where else Text("", "")
    beginning = each.en[:1].upper() + each.en[1:]
    yield Text(
        f"{each.zh}至少 {count} 条“{records.zh}”{only.zh}", f"{beginning} {count} of “{records.en}” at least{only.en}"
    )
    if "remind" in duty:
        when = _when(reminder_of(duty))
        told = _people(documents, form, duty.get("tell", [_OWNER]))
        yield Text(f"还不够时{when.zh}提醒{told.zh}", f"while there are too few, {told.en} told {when.en}")
    if "late" in duty:
        told = _people(documents, form, duty["late"])
        yield Text(f"整期没做够,第二天告诉{told.zh}", f"after a period with too few, {told.en} told")


def _when(reminder: ReminderView) -> Text:
    day = DAY_NAMES.get(reminder.day)
    if day is None:
        return Text(f"按 {reminder.kept} ", f"at {reminder.kept}")
    return Text(f"{day.zh} {reminder.time} ", f"{day.en} at {reminder.time}")


def _people(documents: Documents, form: str, persons: Json) -> Text:
    said = [person_said(documents, form, one) for one in persons]
    are = " is" if len(said) == 1 else " are"
    return Text("、".join(one.zh for one in said), ", ".join(one.en for one in said) + are)


@dataclass(frozen=True)
class AddDuty:
    """A new duty of a uid in a state (a uid): a record in every week.

    ``records`` is the key of a relation, or ``form.field`` for a field that refers to this form: the relation is made.
    """

    form: str
    uid: str
    state: str
    name: str
    records: str
    language: Language

    def __call__(self, documents: Documents, mint: Mint) -> Documents:
        """Return the documents with the duty."""
        made, records = self._related(documents, Mint(mint.random, mint.spelled))
        inner = Mint(mint.random, mint.spelled, self.uid)

        def change(flow: Json) -> Json:
            return duties.with_duty(flow, self.state, self.name, self.language, records, inner)

        return on_flow(made, self.form, change)

    def _related(self, documents: Documents, mint: Mint) -> tuple[Documents, str]:
        """Return the documents in which the relation is there, and its key."""
        other, _, reference = self.records.partition(".")
        if not reference:
            return documents, _known_relation(documents, self.form, self.records, "")
        form, key = duties.with_relation(documents, form_in(documents, self.form), other, reference, mint)
        return {**documents, path_of(self.form): form}, key


def _known_relation(documents: Documents, form: str, key: str, before: str) -> str:
    known = [one["key"] for one in relations_of(form_in(documents, form))]
    if key not in known and key != before:
        raise EngineError(problems.BAD_PROPERTY.at("records", got=key[:60]))
    return key


@dataclass(frozen=True)
class RemoveDuty:
    """A duty goes."""

    form: str
    duty: str

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents without the duty."""
        return on_flow(documents, self.form, lambda flow: duties.without_duty(flow, self.duty))


@dataclass(frozen=True)
class SetDuty:
    """A property of a duty (``DUTY_PARTS``) as a page sends it; ``time`` goes with a reminder.

    EngineError (DRAFT-008) for what cannot stand there.
    """

    form: str
    duty: str
    key: str
    value: str
    language: Language = "zh"
    time: str = ""

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with the property."""

        def change(flow: Json) -> Json:
            if self.key == "name":
                return duties.with_duty_named(flow, self.duty, self.value, self.language)
            value = self._value(documents, duty_in(flow, self.duty))
            return duties.with_duty_property(flow, self.duty, self.key, value)

        return on_flow(documents, self.form, change)

    def _value(self, documents: Documents, held: Json) -> Json | Absent:
        value = self.value.strip()
        match self.key:
            case "records":
                return _known_relation(documents, self.form, value, held["records"])
            case "each" if value in EACH:
                return value
            case "count":
                count = whole(value or "1", self.key, _COUNT)
                return ABSENT if count == 1 and "count" not in held else count
            case "where":
                return value or ABSENT
            case "dated" if not value or value in dict(days_of(documents, self.form, held)):
                return value or ABSENT
            case "remind":
                return self._remind(held)
            case _:
                raise EngineError(problems.BAD_PROPERTY.at(self.key, got=value[:60]))

    def _remind(self, held: Json) -> Json | Absent:
        """Return when somebody is reminded; what stands there already stays as it was written."""
        day, before = self.value.strip(), reminder_of(held)
        if not day:
            return ABSENT
        time = self.time.strip()[:5] or _NINE
        if before.kept == day or (before.day, before.time) == (day, time):
            return held["remind"]
        said = f"daily {time}" if day == "daily" else f"{'monthly' if day.isdecimal() else 'weekly'} {day} {time}"
        cron = cron_of(said) if day in DAY_NAMES else None
        if cron is None:
            raise EngineError(problems.BAD_PROPERTY.at("remind", got=f"{day} {time}"[:60]))
        return cron


@dataclass(frozen=True)
class TellOfDuty:
    """Who is reminded of a duty, or told that too little was done; with nobody named it is as if nothing was said."""

    form: str
    duty: str
    part: Told
    person: PersonChange

    def __call__(self, documents: Documents, _: Mint) -> Documents:
        """Return the documents with who is told."""

        def change(flow: Json) -> Json:
            told = self.person(documents, self.form, duty_in(flow, self.duty).get(self.part, ()))
            return duties.with_duty_property(flow, self.duty, self.part, told or ABSENT)

        return on_flow(documents, self.form, change)
