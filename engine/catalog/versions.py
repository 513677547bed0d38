"""Versions of packs and the ranges that other packs need; it knows numbers, not packs."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

Version = tuple[int, int, int]

_TERM = re.compile(r"(>=|<=|=|<|>)(\d{1,9}\.\d{1,9}\.\d{1,9})")
_COMPARED: Mapping[str, Callable[[Version, Version], bool]] = MappingProxyType(
    {">=": operator.ge, "<=": operator.le, "=": operator.eq, "<": operator.lt, ">": operator.gt}
)


def version(written: str) -> Version:
    """Return ``1.20.3`` as three numbers, which compare as versions do."""
    major, minor, patch = (int(part) for part in written.split("."))
    return major, minor, patch


def fits(written: str | None, wanted: str) -> bool:
    """Tell whether a version lies in a range such as ``>=0.2.0 <1.0.0``; every one lies in an empty range.

    What has no version any more, because somebody has changed it, is taken to fit.
    """
    return written is None or all(
        _COMPARED[sign](version(written), version(bound)) for sign, bound in _TERM.findall(wanted)
    )
