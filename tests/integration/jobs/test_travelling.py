"""The test clock moves on: what is due on the way is played at its own moment, once, however often it is begun."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from engine.forms.field_types import BUILT_IN
from engine.jobs.loop import JobsLoop
from engine.jobs.travelling import Journey, Travel
from engine.kernel.clocks import Clocks, moment_text, real_moment
from engine.kernel.problems import EngineError
from engine.runtime.execution import Execution
from engine.runtime.services import Services, assemble
from engine.storage import outbox, system_tables
from engine.storage.stored_clock import StoredClock
from tests.integration.jobs.shops import (
    DAY,
    HOUR,
    START,
    moment,
    open_shop,
    runs,
    scheduled,
    things,
    timed,
    undelivered,
)
from tests.support.apps import rule
from tests.support.statements import recorded

if TYPE_CHECKING:
    from tests.support.sites import Site

TEN = moment("2026-03-02T10:00")
COUNT = {"set": {"n": "coalesce(n, 0) + 1"}}


@dataclass
class Machine:
    """A site whose business clock is kept in its database; ``real`` is the machine's clock."""

    site: Site
    real: Callable[[], int] = real_moment
    clock: StoredClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = StoredClock(self.site.database)
        self.clock.begin(self.site.business.moment)

    def services(self) -> Services:
        """Return services of their own, as another process would have them."""
        return assemble(self.site.database, Clocks(self.clock, self.real), self.site.chance.randbytes, BUILT_IN)

    def travel(self, patience: float = 5.0) -> Travel:
        return Travel(self.services().execution, self.clock, patience)

    def to(self, end: int) -> Journey:
        return self.travel().to(end)


def make(site, me, *names, **fields):
    return [site.services.records.create(me, "shop", "thing", {"name": name, **fields}).id for name in names]


def played(site):
    """Return what ran when: the rule, the moment for which it ran and the business moment at which it did."""
    found = []
    for run in runs(site):
        event = run["trace"]["event"]
        found.append((run["rule"], event.get("scheduled", event.get("deadline")), run["at"]))
    return sorted(found, key=lambda item: (item[2], item[0]))


def test_slots_and_deadlines_are_played_at_their_own_moment_when_the_clock_moves_over_them(site):
    rules = (scheduled("tick", COUNT), timed("late", "seen_at", COUNT))
    me = open_shop(site, *rules)
    due = TEN + HOUR // 2
    make(site, me, "a", seen_at=moment_text(due))
    found = Machine(site).to(TEN + 2 * HOUR)
    assert (found.slots, found.timers, found.deliveries) == (3, 1, 4)
    assert (found.waiting, found.dead, found.arrived_whole) == (0, 0, True)
    wanted = [("tick", TEN), ("late", due), ("tick", TEN + HOUR), ("tick", TEN + 2 * HOUR)]
    assert played(site) == [(key, at, at) for key, at in wanted]
    assert things(site)["a"]["n"] == 4


def test_what_follows_is_delivered_at_the_moment_of_its_cause_when_the_clock_moves_on(site):
    follows = rule("follows", "thing", {"changed": ["n"]}, {"set": {"seen_at": "now()"}})
    me = open_shop(site, scheduled("once", COUNT, when="n = empty"), follows)
    make(site, me, "a")
    Machine(site).to(TEN + 5 * HOUR)
    assert [item for item in played(site) if item[0] == "follows"] == [("follows", None, TEN)]


def test_deadlines_come_before_slots_when_both_are_due_at_one_moment(site):
    rules = (scheduled("a_slot", {"set": {"n": "n * 10"}}, when="n > 0"), timed("late", "seen_at", {"set": {"n": "7"}}))
    me = open_shop(site, *rules)
    make(site, me, "a", seen_at=moment_text(TEN))
    Machine(site).to(TEN)
    assert things(site)["a"]["n"] == 70


def test_one_slot_sees_what_the_one_before_it_did_when_both_come_at_one_moment(site):
    first = scheduled("first", {"set": {"n": "1"}}, when="n = empty")
    second = scheduled("second", {"set": {"n": "n + 10"}}, when="n = 1")
    me = open_shop(site, first, second)
    make(site, me, "a")
    Machine(site).to(TEN)
    assert things(site)["a"]["n"] == 11


@pytest.mark.parametrize("catch_up", ["all", "latest", "none"])
def test_every_slot_is_played_however_the_schedule_catches_up_when_the_clock_moves_over_it(site, catch_up):
    me = open_shop(site, scheduled("tick", COUNT, catch_up=catch_up))
    make(site, me, "a")
    assert Machine(site).to(TEN + 4 * HOUR).slots == 5
    assert things(site)["a"]["n"] == 5


def test_the_clock_does_not_move_when_it_is_asked_to_go_back(site):
    open_shop(site, scheduled("tick", COUNT))
    machine = Machine(site)
    machine.to(START + DAY)
    with pytest.raises(EngineError, match="JOB-003"):
        machine.to(START + DAY - 1)
    assert machine.clock() == START + DAY
    assert machine.to(START + DAY).slots == 0


def test_slots_that_match_nothing_cost_few_statements_and_leave_no_message(site):
    me = open_shop(site, scheduled("tick", COUNT, when='name = "z"'))
    make(site, me, *(f"t{number}" for number in range(12)))
    machine = Machine(site)
    statements: list[str] = []
    with recorded(site.database, statements):
        found = machine.to(TEN + 49 * HOUR)
    assert (found.slots, found.deliveries) == (50, 0)
    assert site.count("youju_outbox") == 0
    assert len(statements) < 50 * 15


class KilledError(BaseException):
    """What ends a process, as far as one process can try it."""


@pytest.mark.parametrize("fatal", range(1, 14, 2))
def test_the_end_is_the_same_when_the_journey_is_cut_short_and_begun_again(site, monkeypatch, fatal):
    follows = rule("follows", "thing", {"changed": ["n"]}, {"set": {"seen_at": "now()"}})
    me = open_shop(site, scheduled("tick", COUNT, when="coalesce(n, 0) < 3"), follows, timed("late", "day", COUNT))
    make(site, me, "a", "b", day="2026-03-03")
    machine, left = Machine(site), itertools.count(1)

    def counting(part):
        def carried(*arguments: Any) -> Any:
            if next(left) == fatal:
                raise KilledError
            return part(*arguments)

        return carried

    monkeypatch.setattr(Execution, "carry_out", counting(Execution.carry_out))
    monkeypatch.setattr(StoredClock, "move", counting(StoredClock.move))
    with pytest.raises(KilledError):
        machine.to(START + 2 * DAY)
    machine.to(START + 2 * DAY)
    late = moment("2026-03-03T00:00")
    first = [("tick", TEN + hours * HOUR) for hours in range(3) for _ in range(2)]
    assert [item for item in played(site) if item[0] == "tick"] == [(*item, item[1]) for item in first]
    assert [item[1:] for item in played(site) if item[0] == "late"] == [(late, late)] * 2
    assert {item["n"] for item in things(site).values()} == {4}
    assert undelivered(site) == 0


def test_everything_happens_once_at_its_moment_when_a_worker_runs_beside(site):
    follows = rule("follows", "thing", {"changed": ["n"]}, {"set": {"seen_at": "now()"}})
    me = open_shop(site, scheduled("tick", COUNT), follows)
    make(site, me, "a", "b")
    machine, stop = Machine(site), threading.Event()
    jobs = JobsLoop(machine.services().execution)
    worker = threading.Thread(target=lambda: jobs.run(stop.is_set))
    worker.start()
    try:
        found = machine.to(TEN + 9 * HOUR)
    finally:
        stop.set()
        worker.join()
    assert (found.slots, found.waiting, found.dead) == (10, 0, 0)
    hours = [TEN + number * HOUR for number in range(10) for _ in range(2)]
    assert [item[1:] for item in played(site) if item[0] == "tick"] == [(at, at) for at in hours]
    assert [item[2] for item in played(site) if item[0] == "follows"] == hours
    assert {item["n"] for item in things(site).values()} == {10}


def send(site, kind, due):
    row = {"id": f"{kind}-1", "command": "c", "kind": kind, "payload": json.dumps({}), "due_at": due}
    with site.database.write() as connection:
        connection.execute(insert(system_tables.outbox), row | {"available_at": 0, "fence": 0, "attempts": 0})


def test_the_journey_tells_what_it_could_not_deliver_and_goes_on_when_a_message_fails(site):
    me = open_shop(site, scheduled("tick", COUNT))
    make(site, me, "a")
    send(site, "letter", START + 1)
    fast = itertools.count(START, 700)
    found = Machine(site, lambda: next(fast)).to(TEN)
    assert (found.slots, found.deliveries, found.waiting, found.arrived_whole) == (1, 1, 1, False)
    assert site.query("SELECT attempts FROM youju_outbox WHERE kind = 'letter'")[0][0] >= 4


def test_the_clock_waits_when_somebody_else_holds_what_is_due(site):
    me = open_shop(site, rule("told", "thing", {"created": True}, COUNT))
    make(site, me, "a")
    machine = Machine(site)
    now = real_moment()
    with site.database.write() as connection:
        assert len(outbox.claim(connection, business_now=START, real_now=now, lease=700)) == 1
    assert machine.to(START + DAY).deliveries == 1
    assert real_moment() - now >= 700
    assert [item[2] for item in played(site)] == [START]


def test_two_journeys_do_not_disturb_each_other_when_they_run_side_by_side(site):
    me = open_shop(site, scheduled("tick", COUNT))
    make(site, me, "a")
    machine = Machine(site)
    threads = [threading.Thread(target=machine.to, args=(TEN + 9 * HOUR,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert machine.clock() == TEN + 9 * HOUR
    assert [item[1] for item in played(site)] == [TEN + hours * HOUR for hours in range(10)]


@pytest.mark.parametrize("stops", [[1], [HOUR // 2, HOUR // 2 + 1, 7 * HOUR], [3 * HOUR, 3 * HOUR, 11 * HOUR]])
def test_the_end_is_the_same_when_the_way_is_gone_in_pieces(site, stops):
    follows = rule("follows", "thing", {"changed": ["n"]}, {"set": {"seen_at": "now()"}})
    me = open_shop(site, scheduled("tick", COUNT, when="coalesce(n, 0) < 9"), follows, timed("late", "day", COUNT))
    make(site, me, "a", day="2026-03-03")
    machine = Machine(site)
    journeys = [machine.to(START + stop) for stop in (*stops, DAY)]
    assert sum(found.slots for found in journeys) == 24
    assert sum(found.timers for found in journeys) == 1
    assert [item[1] for item in played(site) if item[0] == "tick"] == [TEN + hours * HOUR for hours in range(9)]
    assert things(site)["a"]["n"] == 10
