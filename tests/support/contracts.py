"""The API's description as a contract: whether what was sent and answered fits it, and what fits it at random."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

FORMATS = FormatChecker(["uuid", "date", "date-time", "email"])


@dataclass
class Contract:
    """A description, and what was seen of it."""

    document: dict[str, Any]
    exercised: set[tuple[str, str, int]] = field(default_factory=set)

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """Return the operation that an address under ``/api/v1`` belongs to; the most literal one wins."""
        found = []
        for template, operations in self.document["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
            if method.lower() in operations and re.fullmatch(pattern, path):
                found.append((template.count("{"), template))
        return self.document["paths"][min(found)[1]][method.lower()] if found else None

    def resolved(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow a reference."""
        while "$ref" in node:
            target: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def breaches(self, schema: dict[str, Any], value: Any) -> list[str]:
        """Return how a value breaks a schema of the description."""
        whole = {**schema, "components": self.document["components"]}
        errors = Draft202012Validator(whole, format_checker=FORMATS).iter_errors(value)
        return [f"{error.json_path}: {error.message}"[:300] for error in errors]

    def body_schema(self, operation: dict[str, Any]) -> dict[str, Any] | None:
        body = operation.get("requestBody")
        json_body = None if body is None else body["content"].get("application/json")
        return None if json_body is None else json_body["schema"]

    def check(self, method: str, target: str, sent: Any, answer: Any) -> None:
        """Fail where a request that was granted, or an answer, is not as described."""
        path = urlsplit(target).path
        operation = self.operation(method, path)
        if operation is None:
            assert answer.status_code >= 400, f"{method} {path} was granted and is not described"
            return
        self.exercised.add((method, operation["operationId"], answer.status_code))
        described = operation["responses"].get(str(answer.status_code))
        assert described is not None, f"{method} {path} answered {answer.status_code}, which is not described"
        schema = self.body_schema(operation)
        if answer.status_code < 300 and schema is not None and sent is not None:
            assert not self.breaches(schema, sent), f"{method} {path} took {sent}"
        content = self.resolved(described).get("content", {})
        for kind, media in content.items():
            if kind == "*/*":  # a content of whatever type it has
                assert answer.data, f"{method} {path} gave nothing"
                continue
            assert answer.mimetype == kind
            assert not self.breaches(media["schema"], json.loads(answer.data)), f"{method} {path}"
        assert content or not answer.data


def fitting(contract: Contract, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that fit a schema of the description; it knows the words of JSON Schema that we use."""
    schema = contract.resolved(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema.get("type", ["null", "string", "integer", "boolean"])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return st.one_of(*(_of_kind(contract, schema, kind) for kind in kinds))


def _of_kind(contract: Contract, schema: dict[str, Any], kind: str) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers()
        case "array":
            return st.lists(fitting(contract, schema["items"]), max_size=3, unique=schema.get("uniqueItems", False))
        case "object":
            needed = schema.get("required", [])
            members = {key: fitting(contract, inner) for key, inner in schema.get("properties", {}).items()}
            return st.fixed_dictionaries(
                {key: members[key] for key in needed},
                optional={key: inner for key, inner in members.items() if key not in needed},
            )
        case _:
            return _texts(schema)


def _texts(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"], fullmatch=True)
    match schema.get("format"):
        case "uuid":
            return st.uuids().map(str)
        case "date":
            return st.dates().map(lambda day: day.isoformat())
        case "date-time":
            return st.datetimes().map(lambda at: f"{at.isoformat(timespec='seconds')}Z")
        case "email":
            return st.just("li.wei@example.com")
        case _:
            return st.text(max_size=min(schema.get("maxLength", 30), 30))
