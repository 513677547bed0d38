"""Effects and events of runs in words, as far as a viewer may see what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.decision.effects import Effect
from engine.decision.facts import PersonQuery, RecordQuery
from engine.decision.words import title
from engine.decision.work import Key
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import datetime_of, zone
from engine.kernel.problems import Text
from engine.kernel.values import Row, Value
from engine.runtime.reading import Reading
from engine.runtime.runs.views import EffectView, RecordRef
from engine.runtime.showing import field_labels, field_words, pointed_at

UNSEEN = Text("(您无权查看的内容)", "(what you may not see)")
BLANK = Text("空", "blank")


@dataclass
class Sight:
    """Records that runs are about, as one viewer sees them; what is asked for together is fetched together."""

    reading: Reading
    rows: dict[Key, Row | None] = field(default_factory=dict)

    def look_up(self, keys: list[Key]) -> None:
        """Fetch these records and what their titles point at."""
        reading = self.reading
        known = [key for key in dict.fromkeys(keys) if reading.catalog.form(*key[:2]) is not None]
        reading.fetch(RecordQuery(*key) for key in known)
        for key in known:
            form, row = reading.catalog.form(*key[:2]), reading.record(*key)
            seen = form is not None and row is not None and reading.may_see(form, row)
            self.rows[key] = row if seen else None
        listed = [(self._form(key), row) for key, row in self.rows.items() if row is not None]
        reading.fetch(query for form, row in listed for query in pointed_at(form, [row]))

    def _form(self, key: Key) -> Form:
        found = self.reading.catalog.form(*key[:2])
        if found is None:
            raise AssertionError
        return found

    def row(self, key: Key) -> Row | None:
        """Return a record where the viewer may see it."""
        if key not in self.rows:
            self.look_up([key])
        return self.rows.get(key)

    def ref(self, key: Key) -> RecordRef:
        """Return a record by its title; of one that is not to be seen no more than its form."""
        form, row = self.reading.catalog.form(*key[:2]), self.row(key)
        labels = Text(key[1], key[1]) if form is None else form.definition.labels
        if form is None or row is None:
            return RecordRef(key[0], key[1], labels, None, None)
        return RecordRef(*key[:2], labels, key[2], title(self.reading, form, row, self.reading.viewer.language))

    def hidden(self, key: Key) -> frozenset[str] | None:
        """Return the fields of a record that are closed to the viewer; None where the record is."""
        row = self.row(key)
        if row is None:
            return None
        form = self._form(key)
        return self.reading.access(form).hidden(row, self.reading.surroundings(form.app))

    def effect(self, one: Effect) -> EffectView:
        """Return an effect in words."""
        ref = self.ref(one.record)
        hidden = self.hidden(one.record)
        messages = one.kind in ("notify", "call", "wait", "task")
        closed = hidden is None and not messages and one.standing != "as_before"
        closed = closed or (one.kind in ("field", "state", "held") and (hidden is None or one.key in hidden))
        because = None if one.problem is None else one.problem.message
        if closed:
            return EffectView(one.kind, UNSEEN, one.standing, None if because is None else UNSEEN, ref, closed=True)
        return EffectView(one.kind, self._words(one), one.standing, because, ref, problem=one.problem)

    def _words(self, one: Effect) -> Text:
        form = self.reading.catalog.form(*one.record[:2])
        labels = Text(one.record[1], one.record[1]) if form is None else form.definition.labels
        match one.kind:
            case "field" | "state":
                return self._changed(form, one)
            case "held":
                return Text("解除了冻结", "let it go") if one.after is None else _hold(one.after)
            case "record":
                return Text(f"新建了{labels.zh}", f"made: {labels.en}")
            case "posting":
                return Text(f"在“{labels.zh}”记了一笔", f"posted to “{labels.en}”")
            case "task":
                return Text(f"给{self._names(one, '、')}开了待办", f"opened a task for {self._names(one, ', ')}")
            case "notify":
                return Text(f"告诉了{self._names(one, '、')}", f"told {self._names(one, ', ')}")
            case "call":
                return Text(f"调用了 {one.key}", f"called {one.key}")
            case "wait":
                return Text("开始等待,到时接着做", "began to wait, to go on later")

    def _changed(self, form: Form | None, one: Effect) -> Text:
        if form is None or not one.key:
            return Text("改了记录", "changed a record")
        labels = field_labels(form, one.key)
        before, after = (self._shown(form, one.key, value) for value in (one.before, one.after))
        return Text(f"{labels.zh}:{before.zh} → {after.zh}", f"{labels.en}: {before.en} → {after.en}")

    def _shown(self, form: Form, key: str, value: Value) -> Text:
        if value is None:
            return BLANK
        item = form.fields.get(key)
        if item is not None and item.type is None:
            return Text(f"{len(value)} 行", f"{len(value)} lines")
        self.reading.fetch(pointed_at(form, [{key: value}]))
        found = field_words(self.reading, form, key, value)
        if isinstance(found, list):
            texts = [one if isinstance(one, Text) else Text(str(one), str(one)) for one in found]
            return Text("、".join(one.zh for one in texts), ", ".join(one.en for one in texts))
        return found if isinstance(found, Text) else Text(str(found), str(found))

    def _names(self, one: Effect, joint: str) -> str:
        self.reading.fetch(PersonQuery(id) for id in one.people)
        people = (self.reading.person(id) for id in one.people)
        return joint.join(person.display_name for person in people if person is not None)


def _hold(held: Value) -> Text:
    reason = Text.from_json(held["reason"])
    return Text(f"冻结:{reason.zh}", f"put it on hold: {reason.en}")


def event_words(event: Mapping[str, Json], form: Form | None, zone_name: str, states: Mapping[str, Text]) -> Text:
    """Return what a run looked at: a change, a slot of a schedule, a deadline, a button and so on."""
    if "button" in event:
        return Text("有人按了按钮", "somebody pressed its button")
    for key, zh, en in (
        ("scheduled", "到了定时", "its time had come"),
        ("deadline", "到了期限", "its deadline had come"),
    ):
        if isinstance(event.get(key), int):
            at = datetime_of(event[key]).astimezone(zone(zone_name)).strftime("%Y-%m-%d %H:%M")
            return Text(f"{zh}:{at}", f"{en}: {at}")
    if event.get("task"):
        return Text("有人办了待办", "somebody did a task")
    if event.get("deleted"):
        return Text("记录被删除", "the record was deleted")
    if event.get("created"):
        return Text("记录被新建", "the record was created")
    if event.get("entered"):
        labels = states.get(event["entered"], Text(event["entered"], event["entered"]))
        return Text(f"进入“{labels.zh}”", f"it came into “{labels.en}”")
    if event.get("changed") and form is not None:
        return Text("记录被修改", "the record was changed")
    return Text("记录上有事发生", "something happened to the record")
