"""What a stand-in answers: a request in, a reply out, with its failures; it knows no sockets."""

from __future__ import annotations

import hmac
import re
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from threading import Lock

from engine.kernel.canonical import Json, digest
from engine.kernel.clocks import FIRST_MOMENT, Moment
from engine.kernel.problems import EngineError, Nature, Problem
from engine.kernel.strict_json import read_json
from engine.standin import problems
from engine.standin.definitions import ResourceDef
from engine.standin.failing import Drawn, Failures, changed, disturbed, drawn
from engine.standin.shelf import Kept, Shelf
from engine.standin.values import moment_of, one_value, taken

API = "api"
USUAL, MOST = 50, 500
REMEMBERED = 1_000
STATUS = {
    Nature.ABSENT: 404,
    Nature.UNSIGNED: 401,
    Nature.CONFLICT: 409,
    Nature.UNAVAILABLE: 500,
}
REFUSED = 422


@dataclass(frozen=True)
class Asked:
    """A request: ``query`` as it stands, ``headers`` by names in small letters, ``parts`` those of the path.

    ``is_near`` tells that it came from this machine and meant it.
    """

    method: str
    parts: tuple[str, ...]
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_near: bool = True


@dataclass(frozen=True)
class Reply:
    """What is answered, after so many milliseconds; ``way`` says what becomes of it on its way out."""

    status: int
    body: Json
    way: str = "well"
    wait_ms: int = 0


@dataclass(frozen=True)
class Noted:
    """One request that came in, as it is told to tests."""

    number: int
    method: str
    path: str
    key: str | None
    status: int
    way: str
    repeated: bool

    def as_json(self) -> dict[str, Json]:
        """Return it as JSON."""
        return asdict(self)


class Service:
    """A partner's service: its rows, its token, how it fails and what it was asked."""

    def __init__(self, shelf: Shelf, token: str, failures: Failures) -> None:
        """Serve the rows of a shelf to whoever has the token."""
        self.failures = failures
        self._shelf = shelf
        self._token = token
        self._lock = Lock()
        self._number = 0
        self._noted: deque[Noted] = deque(maxlen=REMEMBERED)
        self._counted: Counter[tuple[str, str, int, str]] = Counter()

    def answer(self, asked: Asked) -> Reply:
        """Return the reply to a request; whatever is wrong with it is told in the reply."""
        try:
            self._require_token(asked)
            if asked.parts[:1] == (API,):
                return self._partner(asked, asked.parts[1:])
            return Reply(200, self._controlled(asked))
        except EngineError as error:
            return refusal(error)

    def _require_token(self, asked: Asked) -> None:
        scheme, _, given = asked.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self._token.encode()):
            raise EngineError(problems.NO_TOKEN.at("Authorization"))

    def _partner(self, asked: Asked, rest: tuple[str, ...]) -> Reply:
        """Answer as the partner does, with what is drawn to go wrong with it, and note it."""
        with self._lock:
            self._number += 1
            number, failures = self._number, self.failures
        draw = drawn(failures, number)
        key = asked.headers.get("idempotency-key")
        repeated = key is not None and asked.method != "GET" and self._shelf.kept(key) is not None
        if draw.way == "fail":
            reply = refusal(EngineError(problems.FAILING.at()))
        else:
            try:
                reply = self._done(asked, rest, failures, draw)
            except EngineError as error:
                reply = refusal(error)
        with self._lock:
            self._noted.append(Noted(number, asked.method, "/".join(rest), key, reply.status, draw.way, repeated))
            self._counted[asked.method, rest[0] if rest else "", reply.status, draw.way] += 1
        return replace(reply, way=draw.way, wait_ms=draw.wait_ms)

    def _done(self, asked: Asked, rest: tuple[str, ...], failures: Failures, draw: Drawn) -> Reply:
        if rest == ("ping",) and asked.method == "GET":
            return Reply(200, {"ok": True, "partner": self._shelf.partner.key})
        resource = self._shelf.partner.resources.get(rest[0]) if rest else None
        match asked.method, rest:
            case "GET", (_,) if resource is not None:
                return Reply(200, self._listed(resource, asked, failures, draw))
            case "GET", (_, id) if resource is not None:
                return Reply(200, self._found(resource, id))
            case "POST", (_,) if resource is not None:
                return self._once(asked, resource, None)
            case "PATCH", (_, id) if resource is not None:
                return self._once(asked, resource, id)
            case _:
                raise EngineError(problems.NOTHING_THERE.at("/".join(rest)))

    def _found(self, resource: ResourceDef, id: str) -> Json:
        found = self._shelf.find(resource.key, id)
        if found is None:
            raise EngineError(problems.NOTHING_THERE.at(f"{resource.key}/{id}"))
        return found

    def _listed(self, resource: ResourceDef, asked: Asked, failures: Failures, draw: Drawn) -> Json:
        wanted, since, after, limit = _query(resource, asked.query, self._shelf.partner.zone)
        page = self._shelf.page(resource.key, wanted, since, after, limit)
        items = disturbed(page.items, failures, draw.chance)
        return {"items": items, "count": page.count, "next": page.next}

    def _once(self, asked: Asked, resource: ResourceDef, id: str | None) -> Reply:
        """Create or change a row; under an idempotency key that came before, only answer again as then."""
        given = _object(asked.body)
        request = digest([asked.method, *asked.parts, given])
        key = asked.headers.get("idempotency-key")
        with self._shelf.changing():
            kept = None if key is None else self._shelf.kept(key)
            if kept is not None and kept.request != request:
                raise EngineError(problems.KEY_REUSED.at("Idempotency-Key"))
            if kept is not None:
                return Reply(kept.status, kept.body)
            row = self._created(resource, given) if id is None else self._changed(resource, id, given)
            reply = Reply(201 if id is None else 200, row)
            if key is not None:
                self._shelf.keep(key, Kept(request, reply.status, reply.body))
        return reply

    def _created(self, resource: ResourceDef, given: Mapping[str, Json]) -> Json:
        _allow(resource, "create")
        named = dict(given)
        if named.get(resource.id) in (None, ""):
            named[resource.id] = self._shelf.next_id(resource)
        values, found = taken(resource.fields, named, "", self._shelf.holds)
        if not found and self._shelf.holds(resource.key, values[resource.id]):
            found = [problems.ROW_TWICE.at(resource.id, resource=resource.key, id=values[resource.id])]
        if found:
            raise EngineError(found)
        return self._shelf.put(resource, values)

    def _changed(self, resource: ResourceDef, id: str, given: Mapping[str, Json]) -> Json:
        _allow(resource, "change")
        before = {key: value for key, value in self._found(resource, id).items() if key != "changed_at"}
        values, found = taken(resource.fields, {**before, **given}, "", self._shelf.holds)
        if not found and values[resource.id] != id:
            found = [
                problems.NOT_ALLOWED.at(resource.id, resource=resource.key, known=", ".join(sorted(resource.allow)))
            ]
        if found:
            raise EngineError(found)
        return self._shelf.put(resource, values)

    def _controlled(self, asked: Asked) -> Json:
        """Tell and change how it fails, tell and forget what came in; nothing of this is counted or fails."""
        if not asked.is_near:
            raise EngineError(problems.NOT_NEAR.at())
        match asked.method, asked.parts:
            case "GET", ("_control", "failures"):
                return self.failures.as_json()
            case "PUT", ("_control", "failures"):
                with self._lock:
                    self.failures = changed(self.failures, _object(asked.body))
                return self.failures.as_json()
            case "GET", ("_control", "requests"):
                return self._told()
            case "DELETE", ("_control", "requests"):
                with self._lock:
                    self._noted.clear()
                    self._counted.clear()
                return self._told()
            case _:
                raise EngineError(problems.NOTHING_THERE.at("/".join(asked.parts)))

    def _told(self) -> Json:
        with self._lock:
            noted, counted = tuple(self._noted), dict(self._counted)
        names = ("method", "resource", "status", "way")
        return {
            "count": sum(counted.values()),
            "by": [{**dict(zip(names, key, strict=True)), "count": counted[key]} for key in sorted(counted)],
            "latest": [one.as_json() for one in noted],
        }


def refusal(error: EngineError) -> Reply:
    """Return the reply that tells what is wrong."""
    status = STATUS.get(error.nature, REFUSED)
    return Reply(status, {"errors": [problem.as_json() for problem in error.problems]})


def _allow(resource: ResourceDef, what: str) -> None:
    if what not in resource.allow:
        known = ", ".join(["read", *sorted(resource.allow)])
        raise EngineError(problems.NOT_ALLOWED.at(resource=resource.key, known=known))


def _object(body: bytes) -> dict[str, Json]:
    read = read_json(body)
    if not isinstance(read, dict):
        raise EngineError(problems.NO_OBJECT.at())
    return read


def _query(
    resource: ResourceDef, query: Iterable[tuple[str, str]], zone: str
) -> tuple[dict[str, Json], Moment, int, int]:
    """Return what a list is asked for: values by field, since when, behind which row, how many."""
    fields = {one.key: one for one in resource.fields if one.type != "lines"}
    wanted: dict[str, Json] = {}
    since, after, limit = FIRST_MOMENT, 0, USUAL
    found: list[Problem] = []
    seen: set[str] = set()
    for name, value in query:
        problem: Problem | None = problems.BAD_QUERY.at(name, name=name, most=MOST)
        if name in seen:
            problem = problems.BAD_QUERY.at(name, name=name, most=MOST)
        elif name in fields:
            read = one_value(fields[name], value, name)
            problem = read if isinstance(read, Problem) else None
            wanted[name] = read
        elif name == "since" and (moment := moment_of(value, zone)) is not None:
            since, problem = moment, None
        elif name == "after" and re.fullmatch(r"\d{1,18}", value, re.ASCII):
            after, problem = int(value), None
        elif name == "limit" and re.fullmatch(r"[1-9]\d{0,2}", value, re.ASCII) and int(value) <= MOST:
            limit, problem = int(value), None
        seen.add(name)
        found += [problem] if problem is not None else []
    if found:
        raise EngineError(found)
    return wanted, since, after, limit
