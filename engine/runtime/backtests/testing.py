"""Back-tests: a changed rule, or a rule under other parameters, against the one in use, over the records of the past.

Records, also those that a condition reaches, are shown as they were; what the rule itself did meanwhile is left out, so
that both sides look at the same. People, roles and calendars are those of today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from engine.catalog.apps import App
from engine.decision.facts import RecordQuery
from engine.decision.problems import ABSENT
from engine.forms.forms import Form
from engine.kernel.canonical import Json
from engine.kernel.clocks import day_number, day_of, moment_text, start_of_day
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Row
from engine.language.explaining import explain
from engine.rules.rules import Rule
from engine.runtime.backtests.looking import Looked, Looking
from engine.runtime.backtests.sides import Side
from engine.runtime.backtests.views import Asked, BackTest, Differing, Span, Sum
from engine.runtime.desk import Desk
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.explaining import Telling
from engine.runtime.parameters import may_set, proposed
from engine.runtime.problems import BAD_PERIOD
from engine.runtime.reading import Reading
from engine.runtime.showing import prefetch, record_view
from engine.runtime.studio.trials import Trials
from engine.runtime.views import Viewer
from engine.storage.firsts import Firsts, Kind, Pair, Total
from engine.storage.past import Past
from engine.storage.rows import to_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

ABSENT_RULE = Text("没有这条规则,或者它停用了", "the rule is not there, or is disabled")

MOST_DAYS = 366
LISTED = 100
"""So many of the records that differ are listed, the first ones in time."""


class BackTests:
    """Tries rules on the past."""

    def __init__(self, desk: Desk, trials: Trials) -> None:
        """Read through ``desk``; drafts are compiled by ``trials``."""
        self._desk, self._trials = desk, trials

    def rules_reading(self, viewer: Viewer, app: str, parameters: Mapping[str, Json]) -> tuple[str, ...]:
        """Return the enabled rules whose condition or deadline reads one of these parameters, in the app's order.

        EngineError: absent for who may not ask, and every problem with the values.
        """
        with self._desk.reading(viewer) as reading:
            found = _asked_app(reading, viewer, app)
            proposed(self._desk.execution.catalogs.types, found, parameters)
            keys = frozenset(parameters)
            return tuple(rule.key for rule in found.rules if rule.definition.enabled and keys & _parameters(rule))

    def run(self, viewer: Viewer, asked: Asked) -> BackTest:
        """Return what a rule would have come to in a period, as it is asked against as it is in use.

        EngineError: absent for who sets no parameters of the app (and, of a draft, does not design it) and for a rule
        that is on neither side; every problem with the parameters; PAST-001, PAST-002, STORE-065.
        """
        database = self._desk.execution.database
        with database.read() as connection:
            reading = self._desk.over(connection, viewer)
            app = _asked_app(reading, viewer, asked.app)
            old, new = self._sides(reading, app, asked)
            span = _span(reading, app, asked)
        form = _form_of(old, new)
        with database.aside() as connection:
            found = _Testing(connection, viewer, old, new, form, asked).found(span)
        with database.read() as connection:
            return _without_unseen(self._desk.over(connection, viewer), form, found)

    def _sides(self, reading: Reading, app: App, asked: Asked) -> tuple[Side, Side]:
        """Return the rule as it is and as it would be; both read what there is, as the viewer may see it today."""
        current = designed = reading.current
        if asked.draft:
            designed = self._trials.current(reading.connection, reading.viewer, app.key)
        design = designed.catalog.apps[app.key]
        values = proposed(self._desk.execution.catalogs.types, design, asked.parameters)
        own = {**designed.parameters.get(app.key, {}), **values}
        then = replace(current, parameters={**current.parameters, app.key: own})
        old = Side(app.key, _rule(app, asked.rule), current)
        new = Side(app.key, _rule(design, asked.rule), then)
        if old.rule is None and new.rule is None:
            raise EngineError(ABSENT.at())
        for side in (old, new):
            side.refuse_news()
        return old, new


def _asked_app(reading: Reading, viewer: Viewer, app: str) -> App:
    found = reading.current.catalog.apps.get(app)
    if found is None or not (ADMIN_ROLE in viewer.roles or may_set(found, viewer.roles)):
        raise EngineError(ABSENT.at())
    return found


def _rule(app: App, key: str) -> Rule | None:
    return next((rule for rule in app.rules if rule.key == key), None)


def _parameters(rule: Rule) -> frozenset[str]:
    read = rule.deadline_parameters
    return read if rule.when is None else read | rule.when.reads.parameters


def _form_of(old: Side, new: Side) -> Form:
    for side in (new, old):
        if side.rule is not None:
            form = side.current.catalog.form(side.app, side.rule.definition.form)
            if form is not None:
                return form
    raise EngineError(ABSENT.at())


def _span(reading: Reading, app: App, asked: Asked) -> Span:
    today = day_of(reading.moment, app.zone)
    try:
        first, last = (day_number(date.fromisoformat(day)) for day in (asked.first, asked.last))
    except ValueError as error:
        raise EngineError(_bad(asked)) from error
    if not 0 <= last - first < MOST_DAYS or last > today:
        raise EngineError(_bad(asked))
    end = min(start_of_day(last + 1, app.zone) - 1, reading.moment)
    return Span(range(first, last + 1), start_of_day(first, app.zone), end)


def _bad(asked: Asked) -> Problem:
    return BAD_PERIOD.at("first", first=asked.first[:20], last=asked.last[:20], most=MOST_DAYS)


@dataclass
class _Testing:
    """One back-test under way, over a connection that may hold the picture of the past."""

    connection: Connection
    viewer: Viewer
    old: Side
    new: Side
    form: Form
    asked: Asked
    differing: list[Differing] = field(default_factory=list)
    unseen: int = 0

    def found(self, span: Span) -> BackTest:
        """Go through the past and return what came of it."""
        current, place = self.old.current, (self.form.app, self.form.key)
        places = sorted((self.old.forms() | self.new.forms() | {place}) & current.tables.keys())
        own, money = (self.asked.app, self.asked.rule), self._money(span)
        past = Past(self.connection, [current.tables[one] for one in places], span.begin - 1, span.end, own)
        firsts = Firsts(self.connection, current.tables[place], money)
        zone = current.catalog.apps[self.asked.app].zone
        looking = Looking(self.connection, self.viewer, current.tables[place], past, firsts, self.old, self.new, zone)
        looks, every = looking.go(span, lambda looked: self._tell(firsts, money, looked))
        return self._summed(firsts, money, looks, every)

    def _money(self, span: Span) -> str | None:
        """Return the first field of money; none for a viewer who does not see it of every record."""
        access = self.old.reading(self.connection, self.viewer, span.begin).access(self.form)
        if access.rows("read") is not None:
            return None
        fields = (item.definition for item in self.form.live_fields() if item.definition.type == "money")
        return next((one.key for one in fields if one.key not in access.not_always_shown), None)

    def _tell(self, firsts: Firsts, money: str | None, looked: Looked) -> None:
        """Say of the records on which the sides part at this look why, while the picture shows it."""
        wanted = firsts.parted(looked.at, LISTED - len(self.differing)) if len(self.differing) < LISTED else ()
        told = {item.id for item in self.differing}
        new = [id for id in wanted if id not in told and looked.record in (None, id)]
        if not new:
            return
        pairs, sides = firsts.pairs(new), dict[str, tuple[Side, Reading]]()
        for side in (self.old, self.new):
            silent = [id for id in new if (pairs[id].old is None) == (side is self.old)]
            reading = side.reading(self.connection, self.viewer, looked.at)
            prefetch(reading, self.form, _rows(reading, self.form, silent).values())
            sides |= dict.fromkeys(silent, (side, reading))
        for id in new:
            self._differs(*sides[id], id, money, looked)

    def _differs(self, side: Side, reading: Reading, id: str, money: str | None, looked: Looked) -> None:
        row = reading.record(self.form.app, self.form.key, id)
        if row is None or not reading.may_see(self.form, row):
            self.unseen += 1
            return
        seen = record_view(reading, self.form, row)
        worth = None if money is None else seen.fields.get(money)
        because = self._because(side, reading, row, looked)
        self.differing.append(Differing(id, seen.title, "same", None, None, worth, because))

    def _because(self, side: Side, reading: Reading, row: Row, looked: Looked) -> tuple[Text, ...]:
        """Return why a side does not act at this look."""
        rule = side.rule
        if rule is None or not rule.definition.enabled:
            return (ABSENT_RULE,)
        if rule.when is None:
            return ()
        around = side.around(reading, looked.actor, looked.old)
        told = Telling.of(around, rule.when, self.form, row)
        whole = explain(rule.when, row, around)
        return () if whole.holds else tuple(dict.fromkeys(told.because(whole)))

    def _summed(self, firsts: Firsts, money: str | None, looks: int, every: int) -> BackTest:
        side = self.new if self.new.rule is not None else self.old
        totals = firsts.totals()
        pairs = firsts.pairs([item.id for item in self.differing])
        return BackTest(
            rule=self.asked.rule,
            labels=Text("", "") if side.rule is None else side.rule.labels,
            form=self.form.key,
            first=self.asked.first,
            last=self.asked.last,
            looks=looks,
            every=every,
            money=money,
            old=self._sum(money, [total for kind, total in totals.items() if kind != "added"]),
            new=self._sum(money, [total for kind, total in totals.items() if kind != "gone"]),
            totals={kind: self._sum(money, [total]) for kind, total in totals.items()},
            differing=tuple(_standing(item, pairs[item.id]) for item in self.differing),
            unseen=self.unseen,
        )

    def _sum(self, money: str | None, totals: Sequence[Total]) -> Sum:
        count = sum(total.count for total in totals)
        if money is None:
            return Sum(count)
        column = self.old.current.tables[self.form.app, self.form.key].main.columns[money]
        return Sum(count, to_json(sum(int(total.money or 0) for total in totals), column))


def _standing(item: Differing, pair: Pair) -> Differing:
    """Return a record that differs with when each side first acted, in the end."""
    kind: Kind = "later"
    if pair.new is None or pair.old is None:
        kind = "gone" if pair.new is None else "added"
    elif pair.new < pair.old:
        kind = "earlier"
    old, new = (None if at is None else moment_text(at) for at in (pair.old, pair.new))
    return replace(item, kind=kind, old_at=old, new_at=new)


def _without_unseen(reading: Reading, form: Form, found: BackTest) -> BackTest:
    """Leave out the records that the viewer may not see today, as far as they are there."""
    rows = _rows(reading, form, [item.id for item in found.differing])
    seen = tuple(item for item in found.differing if item.id not in rows or reading.may_see(form, rows[item.id]))
    return replace(found, differing=seen, unseen=found.unseen + len(found.differing) - len(seen))


def _rows(reading: Reading, form: Form, ids: Sequence[str]) -> dict[str, Row]:
    """Return those of these records that are there, asked for at once."""
    reading.fetch(RecordQuery(form.app, form.key, id) for id in ids)
    found = ((id, reading.record(form.app, form.key, id)) for id in ids)
    return {id: row for id, row in found if row is not None}
