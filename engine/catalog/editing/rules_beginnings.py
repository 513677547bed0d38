"""Beginnings of rules: each a whole rule about a form at once, to be adjusted word by word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.catalog.editing.elements import Mint, text
from engine.catalog.editing.problems import UNFIT
from engine.catalog.editing.rules_actions import about
from engine.catalog.editing.rules_conditions import Condition, asked, kind_of, put_together
from engine.catalog.editing.rules_ground import BEHIND, Ground
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text

FORMAT: Final = 1
DAYS: Final = 3
MANAGER: Final[Json] = {"manager_of": "owner"}
OWNER: Final[Json] = {"owner": True}
_MORNING: Final = "0 9 * * *"


@dataclass(frozen=True)
class Beginning:
    """One beginning: what it is called on its button, what its rule is called, and how the rule is made of a form.

    ``fits`` tells of which forms it can be made. In the rule's name ``{form}`` stands for the form.
    """

    key: str
    labels: Text
    name: Text
    made: Callable[[Ground], dict[str, Json]]
    fits: Callable[[Ground], bool] = lambda _: True


def _told(on: Json, message: Json, *persons: Json, when: str | None = None) -> dict[str, Json]:
    condition = {} if when is None else {"when": when}
    return {"on": [on], **condition, "then": [{"notify": {"to": list(persons), "text": message}}]}


def _created(ground: Ground) -> dict[str, Json]:
    return _told({"created": True}, about(ground, "新建了", "was created"), MANAGER)


def _submitted(ground: Ground) -> dict[str, Json]:
    return _told({"submitted": True}, about(ground, "已提交", "was submitted"), MANAGER)


def _entered(ground: Ground) -> dict[str, Json]:
    state = _first_open(ground)
    said = ground.states[state]
    return _told({"entered": state}, about(ground, f"现在是“{said.zh}”", f"is now “{said.en}”"), OWNER)


def _changed(ground: Ground) -> dict[str, Json]:
    key = next(iter(ground.settable))
    said = ground.label(key)
    message = about(ground, f"的“{said.zh}”改了", f": “{said.en}” has changed")
    return _told({"changed": [key]}, message, OWNER)


def _days(ground: Ground) -> list[str]:
    """Return the fields of the form's own that hold a day or a moment."""
    return [key for key in ground.moments if key not in BEHIND]


def _due_soon(ground: Ground) -> dict[str, Json]:
    key = _days(ground)[0]
    said = ground.label(key)
    message = about(ground, f"快到“{said.zh}”了", f": “{said.en}” is coming up")
    return _told({"deadline": {"at": key, "offset": {"days": -DAYS}}}, message, OWNER, when=_open(ground))


def _overdue(ground: Ground) -> dict[str, Json]:
    own = _days(ground)
    key = own[0] if own else "created_at"
    zh = f"“{ground.label(key).zh}”已过" if own else "新建后还没办完"
    en = f": “{ground.label(key).en}” has passed" if own else "was created and is not finished"
    on: Json = {"deadline": {"at": key, "offset": {"days": DAYS}}}
    return _told(on, about(ground, zh, en), OWNER, MANAGER, when=_open(ground))


def _unhandled(ground: Ground) -> dict[str, Json]:
    at, when = (
        ("state_since", f'state = "{_first_open(ground)}"') if ground.states else ("created_at", _waiting(ground))
    )
    message = about(ground, "提交后还没处理", "was submitted and still waits")
    return _told({"deadline": {"at": at, "offset": {"days": DAYS}}}, message, OWNER, MANAGER, when=when)


def _daily(ground: Ground) -> dict[str, Json]:
    own = _days(ground)
    if ground.states:
        when = f'state = "{_first_open(ground)}"'
    else:
        when = asked(ground.fields[own[0] if own else "created_at"], "=", ("today",)).source
    return _told(
        {"schedule": {"cron": _MORNING}}, about(ground, "今天要看一下", "needs a look today"), OWNER, when=when
    )


def _refused(ground: Ground) -> dict[str, Json]:
    """Return a rule that refuses what a field must not be: a number below nought, a blank."""
    own = {key: field for key, field in ground.settable.items() if kind_of(field) != "flag"}
    number = next((key for key, field in own.items() if kind_of(field) == "number"), None)
    key = number or next(iter(own))
    said = ground.label(key)
    zh, en = ("不能小于0", "cannot be less than 0") if number else ("还没填", "is not filled in")
    when = asked(own[key], "<" if number else "empty", ("0",)).source
    message = text(f"“{said.zh}”{zh}", f"“{said.en}” {en}")
    return {"on": [{"before": ["save"]}], "when": when, "then": [{"refuse": {"message": message, "field": key}}]}


def _first_open(ground: Ground) -> str:
    """Return the state into which a record comes when it is submitted."""
    flow: Mapping[str, Json] = ground.flow or {}
    start = flow["initial"]
    leaving = (item["to"] for item in flow.get("transitions", ()) if start in item["from"] and item["to"] != start)
    return str(next(leaving, start))


def _waiting(ground: Ground) -> str | None:
    """Return the condition that nobody has dealt with a record yet: its first choice says nothing, or the first of it.

    None where the form has no choice to tell by.
    """
    field = next((field for key, field in ground.settable.items() if kind_of(field) == "choice"), None)
    if field is None:
        return None
    return put_together(Condition("or", (asked(field, "empty"), asked(field, "="))))


def _open(ground: Ground) -> str | None:
    """Return the condition that a record has not come to an end; None where no state says so."""
    ended = [item["key"] for item in (ground.flow or {}).get("states", ()) if item["kind"] in ("won", "lost")]
    if not ended:
        return None
    rows = tuple(asked(ground.fields["state"], "!=", (key,)) for key in ended) if "state" in ground.fields else ()
    return put_together(Condition("and", rows))


def _has_states(ground: Ground) -> bool:
    return bool(ground.states)


def _is_refusable(ground: Ground) -> bool:
    return any(kind_of(field) != "flag" for field in ground.settable.values())


BEGINNINGS: Final = (
    Beginning(
        "created", Text("新建时通知", "Tell when one is created"), Text("新建{form}时通知", "A new {form}"), _created
    ),
    Beginning(
        "submitted",
        Text("提交时通知", "Tell when one is submitted"),
        Text("{form}提交时通知", "{form}: submitted"),
        _submitted,
    ),
    Beginning(
        *(
            "entered",
            Text("进入某状态时…", "When one enters a state …"),
            Text("{form}进入状态时", "{form}: a state entered"),
        ),
        *(_entered, _has_states),
    ),
    Beginning(
        *(
            "changed",
            Text("字段改动时…", "When a field changes …"),
            Text("{form}字段改动时", "{form}: a field changed"),
        ),
        *(_changed, lambda ground: bool(ground.settable)),
    ),
    Beginning(
        *("due_soon", Text("到期前提醒", "Remind before it is due"), Text("{form}到期前提醒", "{form}: due soon")),
        *(_due_soon, lambda ground: bool(_days(ground))),
    ),
    Beginning(
        *("overdue", Text("逾期几天提醒", "Remind when overdue"), Text("{form}逾期提醒", "{form}: overdue"), _overdue),
    ),
    Beginning(
        "unhandled",
        Text("提交后没处理,提醒", "Remind when still waiting after days"),
        Text("{form}提交后没处理提醒", "{form}: still waiting"),
        _unhandled,
    ),
    Beginning("daily", Text("每天检查", "Check every day"), Text("每天检查{form}", "{form}: checked daily"), _daily),
    Beginning(
        "refused",
        Text("保存前拒绝(校验)", "Refuse before saving (a check)"),
        Text("{form}保存前检查", "{form}: checked before saving"),
        *(_refused, _is_refusable),
    ),
)
"""All beginnings, in the order in which they are offered."""


def offered(ground: Ground) -> tuple[Beginning, ...]:
    """Return the beginnings that rules about a form can have."""
    return tuple(one for one in BEGINNINGS if one.fits(ground))


def begun(key: str, ground: Ground, taken: set[str], mint: Mint) -> Json:
    """Return a whole rule as a beginning makes it; EngineError (APP-047) for one that does not fit the form."""
    found = next((one for one in offered(ground) if one.key == key), None)
    if found is None:
        raise EngineError(UNFIT.at("on"))
    labels = text(found.name.zh.format(form=ground.name.zh), found.name.en.format(form=ground.name.en))
    head = {"format": FORMAT, "kind": "rule", "uid": mint.main or mint.uid(), "key": mint.key(labels, taken)}
    return {**head, "labels": labels, "form": ground.form, **found.made(ground)}
