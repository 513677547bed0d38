"""Canonical JSON: one byte form for one value, so that equal documents have equal digests."""

from __future__ import annotations

import hashlib
import json
from typing import Any

Json = Any
"""A value of JSON: null, boolean, whole number, text, list or object. Decimals travel as text."""

_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def compact(value: Json) -> str:
    """Return the value on one line with sorted keys: the form that digests are taken of."""
    return _COMPACT.encode(value)


def pretty(value: Json) -> str:
    """Return the value indented by two, with sorted keys, ending in one LF: the form that people review."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n"


def digest(value: Json) -> str:
    """Return the SHA-256 of the value's compact form, in hexadecimal; lone surrogates count as they are."""
    return hashlib.sha256(compact(value).encode("utf-8", "surrogatepass")).hexdigest()
