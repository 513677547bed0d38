"""Programs that read and write members of the library over HTTP, as fast as they can or at a pace, and keep count."""

from __future__ import annotations

import itertools
import json
import statistics
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

MEMBERS = "/api/v1/library/member"
READS_OF_TEN = 7
PATIENCE_SECONDS = 30
RETRIES = 5
RETRIED = (409, 422)
"""What a program may be answered and has to deal with: somebody was faster, or the design is another by now."""


@dataclass
class Seen:
    """What came of it: milliseconds by request, what failed, what was retried, and every record that was accepted."""

    latencies: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    retried: Counter[int] = field(default_factory=Counter)
    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: int) -> float:
        """Return within how many milliseconds so many of a hundred requests were answered."""
        return statistics.quantiles(self.latencies, n=100)[share - 1]

    def add(self, other: Seen) -> None:
        """Take in what another program has seen."""
        self.latencies += other.latencies
        self.failures += other.failures
        self.retried += other.retried
        self.accepted |= other.accepted


class Caller:
    """One program with its own connection and token; whatever it is answered is JSON."""

    def __init__(self, address: str, token: str) -> None:
        """Speak to the server at ``host:port``."""
        self._connection = HTTPConnection(address, timeout=PATIENCE_SECONDS)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Return the status and the document of an answer; OSError where the connection breaks."""
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = self._connection.getresponse()
        raw = answer.read()
        return answer.status, json.loads(raw) if raw else None

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


class Program:
    """Seven of ten requests read, the others make members and change them; it knows the fields that it was told of."""

    def __init__(self, caller: Caller, name: str) -> None:
        """Work for itself: nobody else changes what it makes."""
        self.seen = Seen()
        self._caller = caller
        self._name = name
        self._numbers = itertools.count(1)
        self._versions: dict[str, int] = {}
        self._needed: set[str] = {"name", "card_no"}

    def close(self) -> None:
        """End its connection."""
        self._caller.close()

    def act(self, number: int, since: float) -> None:
        """Do one request; its time counts from when it was due."""
        try:
            self._acted(number)
        except (OSError, ValueError, HTTPException) as error:
            self._caller.close()  # the next request opens another connection
            self.seen.failures.append(f"{type(error).__name__} {error}")
        self.seen.latencies.append((time.perf_counter() - since) * 1000)

    def _acted(self, number: int) -> None:
        known = list(self._versions)
        turn = number * 3 % 10  # reads and writes stand among each other
        if turn < READS_OF_TEN:
            paths = (MEMBERS + "?limit=20", "/api/v1/library/book?limit=20", "/api/v1/inbox")
            path = f"{MEMBERS}/{known[number % len(known)]}" if known and number % 2 else paths[number % len(paths)]
            self._sure(*self._caller.call("GET", path))
        elif turn == 9 and known:
            self._change(known[number % len(known)])
        else:
            self._make()

    def _make(self) -> None:
        number, key = next(self._numbers), str(uuid.uuid4())
        for _ in range(RETRIES):
            fields = self._filled(number)
            status, said = self._caller.call("POST", MEMBERS, {"fields": fields}, Idempotency_Key=key)
            if status not in RETRIED:
                break
            self._learn(status)
        if self._sure(status, said):
            self._versions[said["id"]] = said["version"]
            self.seen.accepted[said["id"]] = {key: said["fields"][key] for key in ("name", "card_no")}

    def _change(self, id: str) -> None:
        note = f"{self._name} {next(self._numbers)}"
        for _ in range(RETRIES):
            fields = {"note": note} | dict.fromkeys(sorted(self._needed - {"name", "card_no"}), "x")
            match = str(self._versions[id])
            status, said = self._caller.call("PATCH", f"{MEMBERS}/{id}", {"fields": fields}, If_Match=match)
            if status not in RETRIED:
                break
            self._learn(status)
            self._versions[id] = self._caller.call("GET", f"{MEMBERS}/{id}")[1]["version"]
        if self._sure(status, said):
            self._versions[id] = said["version"]
            self.seen.accepted[id]["note"] = note

    def _filled(self, number: int) -> dict[str, str]:
        mine = f"{self._name}-{number}"
        values = {"name": mine, "card_no": mine, "email": f"{mine}@example.com"}
        return {key: values.get(key, "x") for key in sorted(self._needed | {"email"})}

    def _learn(self, status: int) -> None:
        """Look which fields are asked for now, as every program has to that was refused."""
        self.seen.retried[status] += 1
        _, said = self._caller.call("GET", "/api/v1/apps/library/definition")
        fields = said["documents"]["forms/member.json"]["fields"]
        self._needed = {one["key"] for one in fields if one.get("required") == "create"}

    def _sure(self, status: int, said: Any) -> bool:
        if status >= 300:
            self.seen.failures.append(f"{status} {json.dumps(said, ensure_ascii=False)[:300]}")
        return status < 300


def load(addresses: list[str], token: str, programs: int, seconds: float, rate: float | None, name: str) -> Seen:
    """Let programs work at these servers for so long, as fast as they can or so many requests a second in all."""
    whole, begun = Seen(), time.perf_counter()
    working = [Program(Caller(addresses[one % len(addresses)], token), f"{name}{one}") for one in range(programs)]

    def work(one: int) -> None:
        pace = None if rate is None else programs / rate
        due = begun if pace is None else begun + pace * one / programs
        for number in itertools.count(one):
            now = time.perf_counter()
            if pace is None:
                due = now
            elif due > now:
                time.sleep(due - now)
            if due > begun + seconds:
                return
            working[one].act(number, due)
            due += pace or 0

    threads = [threading.Thread(target=work, args=(one,)) for one in range(programs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole.seconds = time.perf_counter() - begun
    for program in working:
        program.close()
        whole.add(program.seen)
    return whole
