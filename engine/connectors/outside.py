"""The way out of one installation: its guard and its secrets; and a request of a connector as it goes over the wire."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from engine.catalog.connectors.definitions import AuthDef, ConnectorDef
from engine.connectors import problems
from engine.connectors.calling import Answer, Request, call
from engine.connectors.egress import Guard, target_of
from engine.connectors.secrets import Secrets, hidden
from engine.connectors.telling.ways import Ways
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

EXCERPT = 300
"""Code points of an answer that are kept in receipts and errors."""

WELL, BROKEN = 2, 5
"""What the statuses of an answer begin with that went well, or that broke the partner's service."""

AGAIN = frozenset((408, 425, 429))
"""Answers below 500 that mean: not now."""


@dataclass(frozen=True)
class Outside:
    """What may be called and with which secrets, and how people are told; one that is not ``is_open`` calls nobody."""

    guard: Guard = field(default_factory=Guard)
    secrets: Secrets = field(default_factory=Secrets)
    is_open: bool = False
    ways: Ways = field(default_factory=Ways)

    def ask(self, connector: ConnectorDef, prepared: Mapping[str, Json], key: str) -> Answer:
        """Send a prepared request; ``key`` is its idempotency key. EngineError where it cannot go or is not answered.

        See ``engine.catalog.connectors.preparing`` for what is prepared.
        """
        if not self.is_open:
            raise EngineError(problems.CLOSED.at())
        base = connector.base_url if connector.base_secret is None else self.secrets[connector.base_secret]
        target = target_of(base or "")
        body = None if prepared["body"] is None else str(prepared["body"]).encode()
        headers = {"Accept": "application/json", **prepared["headers"], "Idempotency-Key": key}
        if body is not None:
            headers["Content-Type"] = "application/json"
        headers |= {} if connector.auth is None else self._shown(connector.auth)
        path = target.base + path_of(prepared)
        return call(Request(prepared["method"], target, path, headers, body, connector.seconds), self.guard)

    def followed(self, connector: ConnectorDef, prepared: Mapping[str, Json], link: str) -> dict[str, Json]:
        """Return the request of the page that a link of an answer leads to, which may say only where it is.

        EngineError (CONN-026) where that is not in the connector's own service.
        """
        base = connector.base_url if connector.base_secret is None else self.secrets[connector.base_secret]
        here = target_of(base or "")
        try:
            parts = urlsplit(urljoin(f"{here.scheme}://{here.shown}{here.base}{path_of(prepared)}", link))
            there = target_of(f"{parts.scheme}://{parts.netloc}")
        except (ValueError, EngineError):
            raise EngineError(problems.ELSEWHERE.at(host=here.shown)) from None
        same = (there.scheme, there.host, there.port) == (here.scheme, here.host, here.port)
        within = parts.path.startswith(f"{here.base}/") and not _strays(parts.path)
        if not same or not within or not link.isascii() or not link.isprintable():
            raise EngineError(problems.ELSEWHERE.at(host=here.shown))
        query = parse_qsl(parts.query, keep_blank_values=True)
        return {**prepared, "path": [parts.path.removeprefix(here.base)], "query": query}

    def _shown(self, auth: AuthDef) -> dict[str, str]:
        secret = self.secrets[auth.secret]
        match auth.kind:
            case "bearer":
                return {"Authorization": f"Bearer {secret}"}
            case "basic":
                both = base64.b64encode(f"{auth.name}:{secret}".encode()).decode()
                return {"Authorization": f"Basic {both}"}
            case "header":
                return {auth.name: secret}

    def excerpt(self, answer: Answer, connector: ConnectorDef) -> str:
        """Return the beginning of an answer, without the secrets that the connector knows."""
        known = [self.secrets[name] for name in connector.secrets]
        known += [base64.b64encode(f"{connector.auth.name}:{known[-1]}".encode()).decode()] if connector.auth else []
        return excerpt_of(answer, known)


def _strays(path: str) -> bool:
    """Tell whether a path may lead elsewhere for anybody who reads it, however often its escapes are undone."""
    while (plain := unquote(path)) != path:
        path = plain
    return "\\" in path or any(part.partition(";")[0] in (".", "..") for part in path.split("/"))


def excerpt_of(answer: Answer, known: Iterable[str]) -> str:
    """Return the beginning of an answer on one line, without these secrets."""
    text = "".join(one if one.isprintable() else " " for one in answer.body[: EXCERPT * 4].decode(errors="replace"))
    return hidden(text, known)[:EXCERPT]


def path_of(prepared: Mapping[str, Json]) -> str:
    """Return the path and the query of a prepared request, escaped: a value is one segment, whatever is in it."""
    parts = prepared["path"]
    path = "".join(quote(part, safe="" if number % 2 else "/~!$&'()*+,;=:@%") for number, part in enumerate(parts))
    return path + (f"?{urlencode(prepared['query'])}" if prepared["query"] else "")


def read_json(answer: Answer, excerpt: str) -> Json:
    """Return the JSON of an answer that went well, fractions as text, so that they stay exact; an empty one is null.

    EngineError (CONN-008 to 010) where it did not go well or is none; CONN-008 means that trying again is no use.
    """
    if answer.status // 100 != WELL:
        passes = answer.status // 100 == BROKEN or answer.status in AGAIN
        kind = problems.FAILED if passes else problems.REFUSED
        raise EngineError(kind.at(status=answer.status, excerpt=excerpt))
    if not answer.body.strip():
        return None
    try:
        return json.loads(answer.body, parse_float=str, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise EngineError(problems.NOT_JSON.at(excerpt=excerpt)) from error


def _no_constant(written: str) -> Json:
    raise ValueError(written)
