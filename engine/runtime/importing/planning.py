"""What the columns of a file are taken for: guessed by their names, checked against the form; it reads no row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from engine.decision.importing.rows import ID
from engine.forms.access import Access
from engine.forms.captured.values import CAPTURED
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.forms.numbers import TYPE as NUMBERED
from engine.forms.payloads import SENDABLE
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import StorageKind
from engine.runtime.importing import problems
from engine.workflows.workflows import Transition, Workflow

Mode = Literal["add", "change", "both"]
MODES: Final[tuple[Mode, ...]] = ("add", "change", "both")
MOST_KEYS: Final = 3
_SIGNS: Final = re.compile(r"[\s_\-*::]+|[((](必填|required)[))]")
_COMPARED: Final = frozenset((StorageKind.TEXT, StorageKind.NUMBER, StorageKind.DATE, StorageKind.DATETIME))
_PERSONS: Final = frozenset(("owner",))


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column can be imported into; ``finds`` says whether records are found by it."""

    key: str
    labels: Text
    finds: bool
    required: bool = False
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with the rows of a file.

    ``fields`` are the keys that its columns are imported into, None where one is left out. ``by`` are the fields by
    which a record is found. A cell that is blank leaves a record's value as it is, unless it ``clears`` it. New records
    go on by ``transition``.
    """

    fields: tuple[str | None, ...]
    mode: Mode = "add"
    by: tuple[str, ...] = ()
    clears: bool = False
    transition: str | None = None

    def as_json(self) -> dict[str, Json]:
        """Return the plan as it is kept."""
        return {
            "fields": list(self.fields),
            "mode": self.mode,
            "by": list(self.by),
            "clears": self.clears,
            "transition": self.transition,
        }


def plan_of(kept: Mapping[str, Json]) -> Plan:
    """Return the plan that was kept."""
    by, fields = tuple(kept["by"]), tuple(kept["fields"])
    return Plan(fields, kept["mode"], by, kept["clears"], kept["transition"])


def targets(form: Form, access: Access, kind: str) -> tuple[Target, ...]:
    """Return what a file of a kind can bring to a form, for whoever has this access.

    What the system fills is not among it, but for numbers. Lines and what is captured come in JSON alone.
    """
    closed, covered = _closed(access), access.not_always_shown
    found = []
    for item in form.live_fields():
        definition = item.definition
        ours = definition.computed is not None or (definition.set_by_system and definition.type != NUMBERED)
        nested = item.type is None or definition.type in CAPTURED
        if ours or item.key in closed or (nested and kind != "ndjson"):
            continue
        compared = item.type is not None and item.type.storage in _COMPARED and definition.type not in CAPTURED
        finds = compared and definition.type != "long_text" and item.key not in covered
        required = definition.required is not None and definition.default is None
        found.append(Target(item.key, item.labels, finds, required, definition.unique))
    own = [Target(key, SYSTEM_LABELS[key], finds=False) for key in SENDABLE if key not in closed]
    named = [Target(ID, SYSTEM_LABELS[ID], finds=True, unique=True)] if access.may("update") else []
    return (*found, *own, *named)


def _closed(access: Access) -> frozenset[str]:
    """Return the fields that are hidden or read-only in every row that may be written."""
    writing = [grant.definition for grant in access.grants if grant.definition.rights & {"create", "update"}]
    if not writing:
        return frozenset()
    return frozenset.intersection(*(one.read_only_fields | one.hidden_fields for one in writing))


def ways_on(flow: Workflow | None) -> tuple[Transition, ...]:
    """Return the transitions by which a person may take a new record out of its first state."""
    if flow is None:
        return ()
    listed = (one for one in flow.transitions.values() if not one.by_system)
    return tuple(one for one in listed if flow.may_start(one, flow.definition.initial))


def guessed(columns: Sequence[str], known: Iterable[Target]) -> Plan:
    """Return what the columns are by their names: a key, or a label of a field."""
    listed = tuple(known)
    found: list[str | None] = [None] * len(columns)
    taken: set[str] = set()
    for names_of in (_keys, _labels):
        for number, column in enumerate(columns):
            name = _bare(column)
            fit = [one for one in listed if one.key not in taken and name in names_of(one)]
            if found[number] is None and fit:
                found[number] = fit[0].key
                taken.add(fit[0].key)
    if ID in taken:
        return Plan(tuple(found), "change", (ID,))
    return Plan(tuple(found))


def _keys(one: Target) -> frozenset[str]:
    return frozenset((_bare(one.key),))


def _labels(one: Target) -> frozenset[str]:
    return frozenset((_bare(one.labels.zh), _bare(one.labels.en)))


def _bare(name: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", name).casefold())


def check(plan: Plan, known: Sequence[Target], ways: Collection[str], access: Access, columns: int) -> None:
    """Raise EngineError with all that is wrong with a plan for so many columns; ``ways`` are transitions."""
    by_key = {one.key: one for one in known}
    wrong = [] if len(plan.fields) == columns else [problems.NOTHING_CHOSEN.at("fields")]
    wrong += [
        problems.NO_FIELD.at(f"fields[{at}]", key=key, known=", ".join(by_key))
        for at, key in enumerate(plan.fields)
        if key is not None and key not in by_key
    ]
    mapped = [key for key in plan.fields if key in by_key]
    for key in sorted({key for key in mapped if mapped.count(key) > 1}, key=str):
        labels = by_key[str(key)].labels
        wrong.append(problems.TWICE.at("fields", label_zh=labels.zh, label_en=labels.en))
    if not set(mapped) - {ID}:
        wrong.append(problems.NOTHING_CHOSEN.at("fields"))
    wrong += _mode_problems(plan, access)
    wrong += _key_problems(plan, [one for one in known if one.finds and one.key in mapped])
    if plan.transition is not None and plan.transition not in ways:
        said = ", ".join(ways) or "-"
        wrong.append(problems.NO_WAY_ON.at("transition", key=plan.transition, known=said))
    if wrong:
        raise EngineError(wrong)


def _mode_problems(plan: Plan, access: Access) -> list[Problem]:
    if plan.mode not in MODES:
        return [problems.NO_MODE.at("mode", mode=plan.mode)]
    wanted = {"add": ("create",), "change": ("update",), "both": ("create", "update")}[plan.mode]
    said = {"create": ("新建", "make"), "update": ("修改", "change")}
    return [
        problems.NO_RIGHT.at("mode", what_zh=said[right][0], what_en=said[right][1])
        for right in wanted
        if not access.may("create" if right == "create" else "update")
    ]


def _key_problems(plan: Plan, finding: Sequence[Target]) -> list[Problem]:
    if plan.mode not in ("change", "both"):
        return []
    if not plan.by:
        return [problems.NO_KEY.at("by")]
    known = [one.key for one in finding]
    wrong = [key for key in plan.by if key not in known]
    if not wrong and (len(plan.by) > MOST_KEYS or (ID in plan.by and len(plan.by) > 1)):
        wrong = [", ".join(plan.by)]
    return [problems.BAD_KEY.at("by", key=key, known=", ".join(known)) for key in wrong]
