"""A process that is killed anywhere loses nothing and does nothing twice: every point of a story, on both databases.

Each class is a group of its own for those who run the tests side by side. Where others are told from outside, points
lie before each connection and each piece that is sent, too; on PostgreSQL those stories are killed before all that
others can see, since being killed within a transaction there is what the other stories are about.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace

import pytest

from tests.fault import grounds, lending, lending_signed
from tests.support.kill_grounds import PostgresGround, SqliteGround
from tests.support.kill_points import visible
from tests.support.killing import Killing, servers
from tests.support.postgres import running_postgres
from tests.support.receivers import receivers

LIVE = "tests.fault.living:live"
STORIES = [story.__name__ for story in lending.STORIES]
FOR_OTHERS = [story.__name__ for story in lending.STORIES_FOR_OTHERS]
NIGHT = lending.held_in_the_night.__name__
SIGNING = lending_signed.signed_by_mail.__name__
MESSAGES = ("link", "code", "seal", "due")
LETTERS = (" 签署验证码 ‹code›", " 请签署:", " 请签署:")

WAYS = ["effect_before_its_mark", "mark_before_its_effect", "answer_kept_after_the_commit", "event_after_the_commit"]
WAYS_OUTSIDE = [
    ("another_key_for_each_try", lending.ordered_from_a_partner.__name__, "called with the keys"),
    ("told_after_the_mark", lending.told_outside.__name__, "letters []"),
    ("another_letter_for_each_try", lending.told_outside.__name__, "letters ["),
    ("told_twice", lending.told_outside.__name__, "the robot said"),
]


@pytest.fixture(scope="module")
def place():
    with grounds.place() as folder:
        yield folder


@pytest.fixture(scope="module")
def server(place):
    """A PostgreSQL server whose files are in that place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(place))
        with running_postgres() as running:
            yield running


@pytest.fixture(scope="module")
def forks():
    with servers("tests.fault.living") as at_hand:
        yield at_hand


@pytest.fixture(scope="module")
def sqlite(place, forks):
    return Killing(SqliteGround(), grounds.play(place / "sqlite", LIVE), forks, place)


@pytest.fixture(scope="module")
def postgresql(place, forks, server):
    play = grounds.play(place / "postgresql", LIVE, server.create("kill"))
    return Killing(PostgresGround(server, "kill"), play, forks, place)


@pytest.fixture
def says(record_property, capsys):
    """Say in every log at how many points a story was killed."""

    def saying(what, story, found):
        line = grounds.told(what, story, found)
        record_property("kill points", line.strip())
        with capsys.disabled():
            print(line, file=sys.stderr)  # noqa: T201 - it is wanted in every log

    return saying


def killed(killing, story, says, *, wanted=None):
    """Kill at all points, or at those that ``wanted`` chooses; nothing may end differently."""
    whole = killing.uncrashed(story)
    points = list(range(1, len(whole.points) + 1)) if wanted is None else wanted(whole.points)
    found = killing.at_points(story, whole, points)
    assert found.points == len(points)
    says("sqlite" if isinstance(killing.ground, SqliteGround) else "postgresql", story, found)
    assert not found.different, found.words()


def ends(points):
    """Return the numbers of the points before commits and files that others can see, and before letters begin.

    How a letter is told piece by piece is what the stories of those who are told are about.
    """
    return [number for number in visible(points) if points[number - 1].split()[0] not in ("send", "open")]


def sent(whole):
    """Return the points before what goes over a network."""
    return [point for point in whole.points if point.startswith(("connect", "send "))]


class TestSqlite:
    @pytest.mark.parametrize("story", [*STORIES, NIGHT])
    def test_the_end_is_that_of_the_uncrashed_run_when_killed_at_any_point(self, sqlite, story, says):
        killed(sqlite, story, says)


class TestPostgresql:
    @pytest.mark.parametrize("story", STORIES)
    def test_the_end_is_that_of_the_uncrashed_run_when_killed_at_any_point(self, postgresql, story, says):
        killed(postgresql, story, says)


class TestSigning:
    """Every message of an envelope: a link, a code, what is sealed, what a rule sends, and that its time is over."""

    def test_it_is_signed_once_when_killed_before_all_that_others_can_see(self, sqlite, says):
        killed(replace(sqlite, outside=receivers), SIGNING, says, wanted=ends)

    def test_it_is_signed_once_when_killed_on_postgresql(self, postgresql, says):
        killed(replace(postgresql, outside=receivers), SIGNING, says, wanted=ends)

    def test_every_message_of_an_envelope_is_delivered_when_nobody_is_killed(self, sqlite):
        whole = replace(sqlite, outside=receivers).uncrashed(SIGNING)
        kinds = [f'"kind": "{kind}"' for kind in ("signing", *(f"signing_{one}" for one in MESSAGES))]
        outbox = [row for row in whole.dump.shallow if row.startswith("youju_outbox")]
        assert [kind for kind in kinds if not any(kind in row and '"done_at": true' in row for row in outbox)] == []
        told = sorted(what.partition(":")[2] for _, what in whole.received.letters)
        assert [one.startswith(begun) for one, begun in zip(told, LETTERS, strict=True)] == [True] * 3, told


class TestOthersAreTold:
    @pytest.mark.parametrize("story", FOR_OTHERS)
    def test_they_are_told_once_when_killed_at_any_point(self, sqlite, story, says):
        killed(replace(sqlite, outside=receivers), story, says)

    @pytest.mark.parametrize("story", FOR_OTHERS)
    def test_they_are_told_once_when_killed_on_postgresql(self, postgresql, story, says):
        killed(replace(postgresql, outside=receivers), story, says, wanted=visible)

    def test_points_lie_within_what_is_sent(self, sqlite):
        here = replace(sqlite, outside=receivers)
        called, told = (here.uncrashed(story) for story in FOR_OTHERS)
        assert sent(called) == ["connect", "send POST", 'send {"isbn":"978'] * 2
        conversation = [f"send {word}" for word in ("ehlo", "mail", "rcpt", "data", "From:", "quit")]
        assert sent(told) == ["connect", *conversation, *["connect", "send POST", 'send {"msgtype":'] * 2]
        assert (len(called.received.booked), len(told.received.letters), len(told.received.said)) == (1, 1, 1)

    @pytest.mark.parametrize(("way", "story", "finding"), WAYS_OUTSIDE)
    def test_it_is_found_when_what_they_are_told_is_broken(self, sqlite, way, story, finding):
        broken = replace(sqlite, outside=receivers, play=replace(sqlite.play, broken=way))
        whole = broken.uncrashed(story)
        found = broken.at_points(story, whole, visible(whole.points), first=True)
        lines = [line for lines in found.different.values() for line in lines]
        assert [line for line in lines if finding in line], found.words()


@pytest.mark.parametrize("story", [*STORIES, NIGHT, *FOR_OTHERS])
def test_two_uncrashed_runs_end_alike_when_chance_differs(sqlite, story):
    here = replace(sqlite, outside=receivers)
    one, other = here.uncrashed(story), here.uncrashed(story)
    assert one.points == other.points
    assert not one.dump.difference(other.dump)
    assert not one.received.broken_promises(other.received, crashes=0)


@pytest.mark.parametrize("way", WAYS)
def test_a_difference_is_found_when_the_spine_is_broken(sqlite, way):
    broken, story = replace(sqlite, play=replace(sqlite.play, broken=way)), STORIES[0]
    whole = broken.uncrashed(story)
    assert not whole.dump.difference(sqlite.uncrashed(story).dump), "without a kill nobody would notice"
    after_commits = [number + 2 for number, effect in enumerate(whole.points) if effect == "COMMIT"]
    found = broken.at_points(story, whole, after_commits, first=True)
    rows = [line for lines in found.different.values() for line in lines if line.startswith(("+ ", "- "))]
    assert rows, f"no row is different after {found.points} commits: {found.words()}"


@pytest.mark.parametrize(
    ("story", "traces"),
    [
        ("lent_and_returned", ['"closed_action": "lend"', '"action": "give_back"', "is back, days overdue"]),
        ("changed_and_published", ['"barcode": "B-1"', '"current_revision": 2', '"target": "lent"']),
        ("pressed_and_waited", ['"waits_until"', '"after_wait": true', "is recalled", '"note": "recalled"']),
        ("held_by_the_clock", ['"rule": "overdue_held", "since"', "is overdue", '"record": "loan.grace"']),
        ("held_in_the_night", ['"rule": "overdue_held", "since"', "is overdue", '"record": "loan.grace"']),
        ("sent_by_a_partner", ['"rule": "trade/prices"', "三国演义", '"APP-056', '"taken": 2']),
    ],
)
def test_a_story_leaves_its_traces_when_nobody_is_killed(sqlite, story, traces):
    rows = "\n".join(sqlite.uncrashed(story).dump.shallow)
    assert not [trace for trace in traces if trace not in rows]


@pytest.mark.parametrize(
    ("story", "traces"),
    [
        ("ordered_from_a_partner", ['"action": "replay"', '"status": 200', '"price": "1.50"', '"error": "CONN-008']),
        ("told_outside", ['"action": "replay"', '"kind": "tell"', '"error": "TELL-008', "is to come"]),
    ],
)
def test_a_story_for_others_leaves_its_traces_when_nobody_is_killed(sqlite, story, traces):
    rows = "\n".join(replace(sqlite, outside=receivers).uncrashed(story).dump.shallow)
    assert not [trace for trace in traces if trace not in rows]
