"""Two schedulers and four workers on PostgreSQL and Redis, and what may befall them: the end is that of one process.

Each trouble comes after every step of the story, in mid-flight: it waits until something is on its way before it
strikes, so that it hits what it means to hit.
"""

from __future__ import annotations

import itertools
import re
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import psycopg
import pytest

from engine.boot import open_instance
from engine.jobs.relaying import away
from engine.kernel.clocks import Clocks
from engine.kernel.problems import EngineError
from engine.runtime.settings import read_settings
from tests.fault import crew as crews
from tests.fault import lending
from tests.fault.crew import Crew, FileClock, wait_until
from tests.fault.story import DAY, Player, Put, Send
from tests.support.dumping import Dump, dump, ids_in
from tests.support.kill_points import Points
from tests.support.library import NOON
from tests.support.postgres import SUPERUSER, running_postgres
from tests.support.receivers import Receivers, receivers
from tests.support.redis_server import running_redis

TROUBLES = 20
"""More than there are in one story, which has one after each step."""

TRIES = re.compile(r'"attempts": \d+')

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def redis():
    with running_redis() as running:
        yield running


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL of its own: it is restarted."""
    with running_postgres(durable=True) as running:
        yield running


@pytest.fixture(scope="module")
def base(server, tmp_path_factory):
    """The settings of an instance to be copied, and what is in it."""
    crews.preload()
    settings = read_settings(
        {"YOUJU_HOME": str(tmp_path_factory.mktemp("base")), "YOUJU_DATABASE_URL": server.create("crew")}
    )
    instance = open_instance(settings, Clocks(lambda: NOON))  # real time is real: nobody keeps house too early
    found = lending.base(instance)
    found["ids"] = frozenset(ids_in(instance.database))
    instance.close()
    return settings, found


def story(refs):
    """A rule waits, an order is refused by a partner and dies; a loan is asked for, lent and given back damaged.

    What was wrong is mended and the order sent again; then the librarian is strict, and a night falls.
    """
    found = lending.lent_and_returned(refs)
    steps = [
        *lending.pressed_and_waited(refs).steps[:1],
        *lending.ordered_from_a_partner(refs).steps[:1],
        *found.steps,
        *lending.ordered_from_a_partner(refs).steps[1:],
        Put("librarian", "/library/parameters/loan.grace", {"value": "0"}),
        Send("librarian", "/library/member", {"fields": {"name": "读者", "card_no": "C-1"}}, "member", 201),
    ]
    return replace(found, steps=tuple(steps))


class Patient(Player):
    """A client beside whom others do what follows; after each step something befalls them."""

    def play_on(self, one_story, settle):
        self._follow = settle
        yield from self.play(one_story)
        self.clock.reach(NOON + DAY)
        self._settle()
        self._sealer.seal()

    def _settle(self):
        self._follow()


@dataclass
class Ground:
    """One instance in which the story is played, and those who are told by it."""

    instance: object
    clock: FileClock
    found: dict
    others: Receivers

    def play(self, settle):
        tokens = self.found["tokens"]
        player = Patient(self.instance, self.clock, tokens, Points())
        answers = list(player.play_on(story(self.found["refs"]), settle))
        assert not [answer for answer in answers if "refused" in str(answer)], answers
        assert not self.instance.verify_journal().findings
        return dump(self.instance.database, self.found["ids"]), self.others.received()


@contextmanager
def opened(settings, found, folder):
    """Open an instance with a clock of its own in a folder that holds its home, and those who are told by it."""
    clock = FileClock(folder / "clock")
    clock.reach(NOON)
    with receivers(folder) as others:
        mine = replace(settings, home=folder / "home", egress_allow=others.settings["YOUJU_EGRESS_ALLOW"])
        instance = open_instance(mine, Clocks(business=clock))
        instance.services.execution.outside.secrets.keep("trade_address", others.settings["YOUJU_SECRET_TRADE_ADDRESS"])
        yield Ground(instance, clock, found, others)
        instance.close()


@pytest.fixture
def ground(server, base, redis, tmp_path):
    settings, found = base
    name = f"crew_{next(_numbers)}"
    url = server.create(name, "crew")
    shutil.copytree(settings.home, tmp_path / "home")
    mine = replace(settings, database_url=url, redis_url=redis.url(next(_numbers)))
    with opened(mine, found, tmp_path) as made:
        yield made
    server.drop(name)


@pytest.fixture(scope="module")
def whole(server, base, tmp_path_factory):
    """What the story ends as in one embedded process that nobody disturbs."""
    settings, found = base
    folder = tmp_path_factory.mktemp("whole")
    shutil.copytree(settings.home, folder / "home")
    with opened(replace(settings, database_url=server.create("whole", "crew")), found, folder) as ground:
        return ground.play(ground.instance.jobs().run_until_quiet)


@pytest.fixture
def crew(ground):
    made = Crew(ground.instance, ground.clock, may_die=1)
    made.hire(2, 4)
    yield made
    made.end()


@contextmanager
def nobody_delivers(ground):
    """Keep every delivery from ending: each waits in the middle of its transaction; give what looks at who waits."""
    name = ground.instance.database.engine.url.database
    host = ground.instance.database.engine.url.query["host"]
    where = {"host": host, "user": SUPERUSER, "dbname": name}
    with psycopg.connect(**where, autocommit=True) as watcher, psycopg.connect(**where) as holder:
        for table in ("youju_call_receipt", "youju_notification", "youju_rule_run", "youju_task"):
            holder.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE".encode())
        yield lambda: watcher.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,)


def same(ended, whole):
    """Compare what is stored, and what others received: a call may have come again after each trouble."""
    (found, received), (stored, taken) = ended, whole
    lines = found.difference(stored) + received.broken_promises(taken, crashes=TROUBLES)
    assert not lines, "\n".join(lines[:12])
    assert len(received.booked) == 1


def but_for_tries(ended):
    """Leave out how many tries there were: one that the database could not keep is a failed one, if it is back by then.

    Ids are named by all that stands around them, tries too: so they are compared as if they were alike.
    """
    found, received = ended
    kept = [row for row in found.shallow if not row.startswith("youju_call_receipt") or '"status": 200' in row]
    rows = tuple(TRIES.sub('"attempts": "any"', row) for row in kept)
    return Dump(rows, rows), received


def is_due(ground):
    with ground.instance.database.read() as connection:
        return crews.outbox.depth(connection, ground.clock()).waiting > 0


def test_the_end_is_that_of_one_process_when_many_share_the_work(ground, crew, whole):
    same(ground.play(crew.settle), whole)
    found = ground.instance.office.standing()
    assert (len(found.workers), len(found.schedulers)) == (4, 2)
    assert found.leader in found.schedulers
    wait_until(lambda: ground.instance.office.standing().wrong == (), "something stays wrong")


def test_the_end_is_the_same_when_redis_is_flushed_with_work_in_it(ground, crew, whole, redis):
    queue, struck = ground.instance.office.queue, []

    def settle():
        with crew.workers_asleep():
            if is_due(ground):
                wait_until(lambda: queue.waiting() > 0 or not is_due(ground), "no hint comes")
                struck.append(queue.waiting())
                with redis.client(int(queue.url.rpartition("=")[2])) as client:
                    client.flushall()
        crew.settle()

    same(ground.play(settle), whole)
    assert sum(struck) >= 2, "hints were in it"


def test_the_end_is_the_same_when_redis_is_away_for_a_while(ground, crew, whole, redis):
    struck = []

    def settle():
        if is_due(ground) and not struck:
            redis.stop()
            try:
                wait_until(lambda: _away(ground) is not None, "nobody says that the queue is away")
                struck.append(ground.instance.office.standing())
            finally:
                redis.start()
        crew.settle()

    crew.settle()
    with crew.workers_asleep():
        assert ground.instance.office.standing().wrong == ()
    same(ground.play(settle), whole)
    (seen,) = struck
    assert "queue_away" in seen.wrong
    assert "JOB-005" in seen.as_json()["queue"]["error"]
    assert _away(ground) is None, "it is back"


def _away(ground):
    with ground.instance.database.read() as connection:
        return away(connection)


def test_the_end_is_the_same_when_workers_are_killed_in_the_middle_of_deliveries(ground, crew, whole):
    struck = []

    def settle():
        if is_due(ground):
            with nobody_delivers(ground) as is_stuck:
                wait_until(lambda: is_stuck() or not is_due(ground), "no delivery begins")
                struck.append(is_stuck())
                crew.kill_workers()
            crew.hire(0, 4)
        crew.settle()

    same(ground.play(settle), whole)
    assert sum(struck) >= 2, "workers were in the middle of deliveries"


def test_the_end_is_the_same_when_the_leader_is_killed(ground, crew, whole):
    def settle():
        crew.kill_leader()
        crew.hire(1, 0)
        crew.settle()

    same(ground.play(settle), whole)


def test_the_end_is_the_same_when_postgresql_is_restarted_in_the_middle_of_deliveries(ground, crew, whole, server):
    struck = []

    def settle():
        if is_due(ground) and len(struck) < 2:
            with suppress(psycopg.OperationalError), nobody_delivers(ground) as is_stuck:
                wait_until(lambda: is_stuck() or not is_due(ground), "no delivery begins")
                struck.append(is_stuck())
                server.restart()
            with suppress(EngineError):
                is_due(ground)  # what the pool still has is gone
        crew.settle()

    same(but_for_tries(ground.play(settle)), but_for_tries(whole))
    assert any(struck), "deliveries were under way"
