"""The ways on which people are told outside: which are set up, where people are reached, a message sent by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.catalog.connectors.definitions import BreakerDef
from engine.catalog.connectors.turns import Standing
from engine.connectors.telling import problems, sending
from engine.connectors.telling.letters import Recipient, Told
from engine.connectors.telling.ways import check_address
from engine.decision.problems import ABSENT
from engine.decision.telling import MAIL, WAYS, standing_of
from engine.kernel.clocks import Moment, moment_text
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError, Problem, Text
from engine.runtime.directory import is_admin
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship, named
from engine.runtime.views import Viewer
from engine.storage import connectors, contacts, directory
from engine.storage.contacts import NOBODY, Unreached
from engine.storage.directory import User

MOST = 50
"""So many of those who could not be told are shown."""

LABELS: Mapping[str, Text] = {
    "mail": Text("邮件", "Mail"),
    "wecom": Text("企业微信", "WeCom"),
    "dingtalk": Text("钉钉", "DingTalk"),
    "feishu": Text("飞书", "Feishu"),
}
TRIAL = Text(
    "这是有据的试发消息:收到说明这条通道通了。",
    "This is a test message of Youju: that it came shows that the way is open.",
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way outside: what it lacks (nothing where it is set up), and whether it rests after failures."""

    key: str
    labels: Text
    lacking: tuple[str, ...]
    is_resting: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """That somebody was told inside alone; without a ``person`` it is the way that is not set up."""

    person: str | None
    way: Text
    times: int
    at: str
    has_left: bool = False


@dataclass(frozen=True)
class Telling:
    """The ways outside of an instance."""

    execution: Execution

    def ways(self) -> tuple[Way, ...]:
        """Return every way and how it stands."""
        with self.execution.database.read() as connection:
            standings = connectors.standings(connection)
        now = self.execution.clocks.real()
        return tuple(self._way(way, standings.get(standing_of(way), Standing()), now) for way in WAYS)

    def _way(self, key: str, standing: Standing, now: Moment) -> Way:
        is_resting = standing.failures >= BreakerDef().failures and now < standing.open_until
        return Way(key, LABELS[key], self._lacking(key), is_resting)

    def _lacking(self, way: str) -> tuple[str, ...]:
        """Return what a way lacks: all secrets, where their file cannot be read, which breaks no page."""
        try:
            return sending.lacking(self.execution.outside, way)
        except EngineError as error:
            return (error.problems[0].code,)

    def missed(self, viewer: Viewer) -> tuple[Missed, ...]:
        """Return who could not be told outside and still cannot; EngineError (absent) for all but administrators."""
        if not is_admin(viewer):
            raise EngineError(ABSENT.at())
        with self.execution.database.read() as connection:
            found = contacts.unreached(connection, MOST)
            users = directory.users_with_roles(connection, (one.recipient for one in found))
            known = {user.id: user for user, _ in users}
        return tuple(
            _missed(one, known.get(one.recipient))
            for one in found
            if (one.recipient == NOBODY and self._lacking(one.way)) or one.recipient in known
        )

    def addresses(self, user: str) -> dict[str, str]:
        """Return where a user (an id) is reached, by way."""
        with self.execution.database.read() as connection:
            return contacts.of_person(connection, user)

    def addresses_of(self, name: str) -> dict[str, str]:
        """Return where the user of a name is reached; EngineError (RUN-012) where there is none."""
        with self.execution.database.read() as connection:
            return contacts.of_person(connection, named(connection, name).id)

    def keep_own(self, viewer: Viewer, addresses: Mapping[str, str]) -> None:
        """Note where the viewer is reached from now on; what is blank is taken away. EngineError where one is none."""
        self._keep(viewer.id, viewer.id, addresses)

    def keep_of(self, name: str, addresses: Mapping[str, str], by: str | None = None) -> None:
        """Do the same for the user of a name; EngineError (RUN-012) where there is none."""
        with self.execution.database.read() as connection:
            user = named(connection, name).id
        self._keep(by, user, addresses)

    def _keep(self, by: str | None, user: str, addresses: Mapping[str, str]) -> None:
        given = {way: written.strip() for way, written in addresses.items()}
        found: list[Problem] = []
        for way, written in given.items():
            try:
                if written or way not in WAYS:
                    check_address(way, written)
            except EngineError as error:
                found.extend(error.problems)
        if found:
            raise EngineError(found)
        with self.execution.database.write() as connection:
            author = authorship(self.execution, by)
            contacts.keep(connection, author, user, {way: written or None for way, written in given.items()})

    def test(self, way: str, to: str | None = None) -> None:
        """Send a message now, past rate and breaker; EngineError where it cannot go out. Mail needs ``to``."""
        execution = self.execution
        if way not in WAYS:
            raise EngineError(problems.UNKNOWN_WAY.at("channel", way=way, known=", ".join(WAYS)))
        if to:
            check_address(way, to)
        told, now = [Told(TRIAL, execution.outside.ways.public_url)], execution.clocks.real()
        if way != MAIL:
            sending.say(execution.outside, way, told, (), (to,) if to else (), now)
            return
        if not to:
            raise EngineError(problems.NOBODY_NAMED.at("to"))
        key = uuid7(now, execution.randomness(10))
        sending.send_letter(execution.outside, Recipient(to, to, "zh"), told, key, now)


def _missed(one: Unreached, user: User | None) -> Missed:
    name, has_left = (None, False) if user is None else (user.display_name, not user.active)
    return Missed(name, LABELS[one.way], one.times, moment_text(one.at), has_left)
