"""What clients do to an instance, step by step, as data; and playing it, also again by clients that got no answer.

A client keeps its idempotency keys: it sends the same request again until it has an answer. Where a request has no key,
it looks first whether it was done. After each step the jobs are delivered; the journal is sealed first and last.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from engine.boot import Instance
from engine.decision.changeset import Actor
from engine.decision.envelopes.commands import AskCode, EnterCode, Place, PutSignature, ReadDocument, SignerBody
from engine.jobs import commands
from engine.jobs.travelling import Travel
from engine.kernel.clocks import Moment
from engine.runtime.publishing import publish
from engine.storage import envelopes
from engine.storage.stored_clock import StoredClock
from engine.workflows.signing.envelope import Signer
from tests.support.receivers import MENDED
from web.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from engine.storage.database import Database
    from tests.support.kill_points import Points

HOUR = 3_600_000
DAY = 24 * HOUR


HERE = Place("192.0.2.1", "a phone")

PARTNERS_SECRET = "what-the-partner-signs-with"

REFUSED = "refused"
"""What an answer says first that no client of the uncrashed run gets."""


@dataclass(frozen=True)
class Send:
    """A request with a key of its own; ``ref`` names the record that it answers with. ``{name}`` in it are such."""

    who: str
    path: str
    body: Mapping[str, Any]
    ref: str
    status: int = 200


@dataclass(frozen=True)
class Act:
    """Doing an action with the task that a client finds in the inbox; gone from there, it was done before."""

    who: str
    task: str
    action: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """A change of fields at the version that the client saw first; where that is over, it was done before."""

    who: str
    path: str
    body: Mapping[str, Any]
    version: int


@dataclass(frozen=True)
class Publish:
    """The next revision of an app, as an administrator brings it in."""

    documents: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Put:
    """A value that a client sets; to set it again changes nothing."""

    who: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Tick:
    """The test clock moves on to a moment; where that was cut short, it is asked for again."""

    moment: Moment


@dataclass(frozen=True)
class Deliver:
    """What a partner sends to a hook, signed; it sends the same again until it has an answer."""

    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Pass:
    """Time passes to a moment, in which nobody does anything."""

    moment: Moment


@dataclass(frozen=True)
class Mend:
    """What was wrong at those who are told from outside is put right there."""


@dataclass(frozen=True)
class Replay:
    """An administrator sends again what died and is listed; none is listed where that was done before.

    ``who`` asks the API; without anybody it is the command that sends all of it.
    """

    who: str | None = None


@dataclass(frozen=True)
class Signs:
    """The first signer of an envelope has a code sent, shows who they are, reads and signs; what was done is left."""

    envelope: str


Step = Send | Act | Change | Publish | Put | Tick | Deliver | Pass | Mend | Replay | Signs


@dataclass(frozen=True)
class Story:
    """Steps, an hour of business time apart; where it ``travels``, only ticks move the time, which the database keeps.

    ``refs`` are ids of records that the base has.
    """

    start: Moment
    steps: tuple[Step, ...]
    refs: Mapping[str, str]
    travels: bool = False


@dataclass
class Clock:
    """Business time, kept in a file or in the database: a server that is started again does not go back in time."""

    path: Path
    moment: Moment
    stored: StoredClock | None = None

    def __post_init__(self) -> None:
        if self.path.exists():
            self.moment = max(self.moment, int(self.path.read_text()))

    def __call__(self) -> Moment:
        return self.moment if self.stored is None else self.stored()

    def store(self, database: Database) -> None:
        """Keep the time in the database from now on."""
        stored = StoredClock(database)
        stored.begin(self.moment)
        self.stored = stored

    def reach(self, moment: Moment) -> None:
        """Move on to a moment, unless time moves by ticks."""
        if self.stored is None and moment > self.moment:
            self.moment = moment
            self.path.write_text(str(moment))


@dataclass
class Player:
    """Plays a story over an instance; tokens are those of the people by name, ``web`` serves an instance over HTTP."""

    instance: Instance
    clock: Clock
    tokens: Mapping[str, str]
    points: Points
    web: Callable[[Instance], Flask] = create_app

    def play(self, story: Story) -> Iterator[list[Any]]:
        """Play the whole story; give each answer that a client gets: the step, the status and the record's id."""
        self._client = self.web(self.instance).test_client()
        self._jobs, self._sealer = self.instance.jobs(), self.instance.sealer()
        self._refs = dict(story.refs)
        if story.travels:
            self.clock.store(self.instance.database)
        self._settle()  # what a server finds when it starts
        self._sealer.seal()
        for number, step in enumerate(story.steps):
            self.clock.reach(story.start + number * HOUR)
            yield [number, *self._take(number, step)]
            self._settle()
        self._sealer.seal()
        self.points.before("the end")

    def _settle(self) -> None:
        self._jobs.run_until_quiet()

    def _take(self, number: int, step: Step) -> tuple[object, object]:
        match step:
            case Send():
                return self._send(number, step)
            case Act():
                return self._act(step)
            case Change():
                return self._change(step)
            case Publish():
                return "published", publish(self.instance.services.execution, step.documents(), Actor(None))
            case Put():
                status, answer = self._ask(step.who, "PUT", step.path, step.body)
                return (status if status == 200 else _refusal(status, answer)), None
            case Deliver():
                return self._deliver(step), None
            case Pass():
                self.clock.reach(step.moment)
                return "passed", None
            case Mend():
                (self.clock.path.parent / MENDED).touch()
                return "mended", None
            case Replay():
                return (self._replay_all() if step.who is None else self._replay(step.who)), None
            case Signs():
                return self._sign(self._refs[step.envelope]), None
            case Tick():
                assert self.clock.stored is not None
                return "arrived", Travel(self.instance.services.execution, self.clock.stored).to(step.moment).end

    def _send(self, number: int, step: Send) -> tuple[int | str, str | None]:
        path, body = step.path.format(**self._refs), self._named(step.body)
        status, answer = self._ask(step.who, "POST", path, body, {"Idempotency-Key": f"story-{number}"})
        if status != step.status:
            return _refusal(status, answer), None
        self._refs[step.ref] = answer["id"]
        return status, answer["id"]

    def _act(self, step: Act) -> tuple[str, None]:
        _, inbox = self._ask(step.who, "GET", "/inbox")
        for task in inbox["items"]:
            if task["key"] == step.task:
                path = f"/inbox/{task['id']}/{step.action}"
                status, answer = self._ask(step.who, "POST", path, self._named(step.body))
                if status != 200:
                    return _refusal(status, answer), None
        return "done", None

    def _change(self, step: Change) -> tuple[str, None]:
        seen = {"If-Match": f'"{step.version}"'}
        path, body = step.path.format(**self._refs), self._named(step.body)
        status, answer = self._ask(step.who, "PATCH", path, body, seen)
        return ("done" if status in (200, 409) else _refusal(status, answer)), None

    def _deliver(self, step: Deliver) -> str:
        body = json.dumps(step.body).encode()
        made = hmac.new(PARTNERS_SECRET.encode(), body, hashlib.sha256).hexdigest()
        answer = self._client.post(step.path, data=body, headers={"X-Signature": made})
        self.points.before("the answer to a delivery")
        return "taken" if answer.status_code in (200, 202) else _refusal(answer.status_code, answer.get_json())

    def _sign(self, id: str) -> str:
        """Do what is left of signing, with a code that the client knows: what is sent to them is another matter."""
        self._signs(id, lambda one: one.codes == 0, lambda _: AskCode(id, 1, 1, HERE, "code", "mail"))
        self._settle()
        self._signs(id, lambda one: one.known_by is None, lambda _: EnterCode(id, 1, 1, HERE, "visit", "code"))
        self._signs(id, lambda one: one.read_at is None, lambda sha256: ReadDocument(id, 1, 1, HERE, "visit", sha256))
        self._signs(
            id, lambda one: not one.done, lambda sha256: PutSignature(id, 1, 1, HERE, "visit", sha256, (), typed="约翰")
        )
        return "signed"

    def _signs(self, id: str, lacks: Callable[[Signer], bool], body: Callable[[str], SignerBody]) -> None:
        execution = self.instance.services.execution
        with self.instance.database.read() as connection:
            envelope = envelopes.by_id(connection, [id])[id].envelope
        if lacks(envelope.signer(1)):
            execution.execute(execution.command(Actor(None), body(envelope.sha256)))

    def _replay(self, who: str) -> str:
        _, letters = self._ask(who, "GET", "/jobs/dead")
        for letter in letters["items"]:
            status, answer = self._ask(who, "POST", f"/jobs/dead/{letter['id']}/replay")
            if status != 200:
                return _refusal(status, answer)
        return "replayed"

    def _replay_all(self) -> str:
        with click.Context(commands.jobs) as context, redirect_stdout(io.StringIO()):
            context.meta["office"] = lambda: self.instance.office
            context.invoke(commands.replay, letter=None, every=True)
        return "replayed"

    def _named(self, body: Mapping[str, Any]) -> Any:
        """Put ids in for names of records."""
        if "fields" not in body:
            return body
        fields = {
            key: self._refs[value[1:-1]] if isinstance(value, str) and value.startswith("{") else value
            for key, value in body.get("fields", {}).items()
        }
        return {**body, "fields": fields}

    def _ask(
        self, who: str, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """Send a request; the answer that leaves is an effect: before it the client does not know what was done."""
        sent = {**(headers or {}), "Authorization": f"Bearer {self.tokens[who]}"}
        answer = self._client.open(f"/api/v1{path}", method=method, json=body, headers=sent)
        self.points.before(f"the answer to {method}")
        return answer.status_code, json.loads(answer.get_data(as_text=True) or "null")


def _refusal(status: int, answer: Any) -> str:
    return f"{REFUSED} {status} {answer['code']} of {answer['errors'][0]['path']}"
