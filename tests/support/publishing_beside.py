"""A library served by two processes over one database, and its design that goes through five revisions meanwhile."""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.boot import open_instance
from engine.decision.changeset import Actor
from engine.packs.installing import install_with_needs
from engine.packs.people import add_people
from engine.packs.reading import read_pack
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.settings import read_settings
from tests.support.load import MEMBERS, Caller, Seen, load

LIBRARY = Path(__file__).parents[1] / "apps" / "library"
SERVE = "from web.commands import serve; serve()"
PASSWORD = "correct horse"
DESIGN = "/api/v1/library/revisions"
PAGE = 200


@dataclass(frozen=True)
class Site:
    """Where the two processes are, and the tokens of a librarian and of an administrator."""

    addresses: list[str]
    librarian: str
    admin: str


@contextmanager
def served(home: Path, url: str | None) -> Iterator[Site]:
    """Serve a new library by two processes, one with the jobs beside it, and end them."""
    environment = {"YOUJU_HOME": str(home)} | ({} if url is None else {"YOUJU_DATABASE_URL": url})
    opened = open_instance(read_settings(environment))
    pack = read_pack(LIBRARY)
    install_with_needs(opened.services, pack, Actor(None))
    add_people(opened.directory, pack.key, pack.users, {user["name"]: PASSWORD for user in pack.users})
    opened.directory.add_user("root", "Root", PASSWORD)
    opened.directory.grant("root", *ADMIN_ROLE)
    tokens = [opened.directory.issue_token(name, "load") for name in ("librarian", "root")]
    opened.close()
    command = [sys.executable, "-c", SERVE, "--port", "0"]
    more = os.environ | environment | {"PYTHONUNBUFFERED": "1"}
    running = [
        subprocess.Popen([*command, *beside], env=more, stdout=subprocess.PIPE, text=True)
        for beside in ((), ("--no-jobs",))
    ]
    try:
        said = [process.stdout.readline() if process.stdout else "" for process in running]
        assert all(line.startswith("http://") for line in said), "a server did not start"
        yield Site([line.strip().removeprefix("http://") for line in said], *tokens)
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            process.wait(30)
            if process.stdout:
                process.stdout.close()


def _member(documents: dict[str, Any]) -> Any:
    return documents["forms/member.json"]


def _field(key: str, uid: str, **more: Any) -> dict[str, Any]:
    return {"uid": uid, "key": key, "type": "text", "labels": {"zh": key, "en": key}, **more}


def _new_field(documents: dict[str, Any]) -> None:
    _member(documents)["fields"].append(_field("nickname", "n1ckn4mef1el"))


def _required_field(documents: dict[str, Any]) -> None:
    _member(documents)["fields"].append(_field("level", "l3velf1eld12", required="create"))


def _rule(documents: dict[str, Any]) -> None:
    documents["rules/damage_noted.json"]["when"] = 'condition = "damaged" and note is empty'


def _type(documents: dict[str, Any]) -> None:
    next(one for one in _member(documents)["fields"] if one["key"] == "email")["type"] = "text"


CHANGES: dict[str, Callable[[dict[str, Any]], None]] = {
    "a new field": _new_field,
    "a new required field": _required_field,
    "a changed rule": _rule,
    "a field of another type": _type,
}


@dataclass
class Publisher:
    """Publishes five revisions over the API, evenly over some seconds; the last one is the first again."""

    site: Site
    seconds: float
    took: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Publish all, the one after the other; what goes wrong is kept."""
        caller = Caller(self.site.addresses[0], self.site.admin)
        begun, pause = time.perf_counter(), self.seconds / (len(CHANGES) + 1)
        for number, (name, change) in enumerate(CHANGES.items()):
            time.sleep(max(0.0, begun + pause * (number + 0.5) - time.perf_counter()))
            self._timed(name, lambda change=change, number=number: self._publish(caller, number + 1, change))
        time.sleep(max(0.0, begun + pause * (len(CHANGES) + 0.5) - time.perf_counter()))
        self._timed("rolled back", lambda: self._back(caller, len(CHANGES) + 1))
        caller.close()

    def _timed(self, name: str, work: Callable[[], None]) -> None:
        begun = time.perf_counter()
        try:
            work()
        except (OSError, AssertionError, LookupError, TypeError) as error:
            self.wrong.append(f"{name}: {error!r}")
        self.took[name] = (time.perf_counter() - begun) * 1000

    def _publish(self, caller: Caller, current: int, change: Callable[[dict[str, Any]], None]) -> None:
        _, said = caller.call("GET", f"{DESIGN}/{current}")
        before = said["documents"]
        after = copy.deepcopy(before)
        change(after)
        changed = {path: after[path] for path in after if after[path] != before[path]}
        status, kept = caller.call("PATCH", f"{DESIGN}/draft", {"documents": changed})
        assert status == 201, kept
        status, done = caller.call("POST", f"{DESIGN}/draft/publish", {}, If_Match=str(kept["version"]))
        assert (status, done["revision"]) == (200, current + 1), done

    def _back(self, caller: Caller, current: int) -> None:
        status, done = caller.call("POST", f"{DESIGN}/1/publish", {}, If_Match=str(current))
        assert (status, done["revision"]) == (200, current + 1), done


def published_beside(site: Site, rate: float, programs: int, seconds: float) -> tuple[Seen, Publisher]:
    """Publish five revisions while programs work at that rate; return what these saw, and how publishing went."""
    publisher = Publisher(site, seconds)
    thread = threading.Thread(target=publisher.run)
    thread.start()
    seen = load(site.addresses, site.librarian, programs, seconds, rate, "half")
    thread.join()
    return seen, publisher


def missing(site: Site, seen: Seen) -> list[str]:
    """Return every record that was accepted and is not as it was accepted, and every one that nobody accepted."""
    caller = Caller(site.addresses[1], site.librarian)
    there: dict[str, dict[str, Any]] = {}
    after = ""
    while True:
        _, page = caller.call("GET", f"{MEMBERS}?limit={PAGE}&sort=card_no&after={after}".removesuffix("&after="))
        there |= {one["id"]: one["fields"] for one in page["items"] if one["fields"]["name"].startswith("half")}
        after = page["next"]
        if after is None:
            break
    caller.close()
    lost = [f"{id} {said}" for id, said in seen.accepted.items() if there.get(id, {}).items() < said.items()]
    lost += [id for id, said in seen.accepted.items() if any(there.get(id, {}).get(key) != said[key] for key in said)]
    return lost + sorted(there.keys() - seen.accepted.keys())
