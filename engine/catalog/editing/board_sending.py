"""Editing when a board is sent, to whom and how: begun whole, then one word at a time; it knows no pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from engine.catalog.comparing import ABSENT, Absent
from engine.catalog.documents import Documents
from engine.catalog.editing.boards import board_path, with_board_property
from engine.catalog.editing.problems import LAST_ONE, UNFIT
from engine.catalog.editing.rules_events import cron_with
from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError

CHANNELS: Final = ("mail", "wecom", "dingtalk", "feishu")
_FIRST: Final = "0 9 * * *"
_UNTOLD: Final = ["mail"]
"""How a board goes that does not say how."""


def with_sending(documents: Documents, uid: str, word: str, values: Sequence[str]) -> Documents:
    """Return the documents with one word of a board's sending set; ``every`` begins it, blank it ends it.

    EngineError (APP-041) where nobody or no way would be left, (APP-047) for what cannot stand there.
    """
    board = documents[board_path(documents, uid)]
    value = values[0] if values else ""
    if word == "every" and not value:
        return with_board_property(documents, uid, "send", ABSENT)
    roles = [role["key"] for role in documents.get("roles.json", {}).get("roles", ())]
    send = board.get("send") or _begun(board, roles, word)
    schedule = send["schedule"]
    match word:
        case "roles":
            made = {**send, "roles": _some(send["roles"], values, roles, word)}
        case "channels":
            held = send.get("channels", _UNTOLD)
            chosen = _some(held, values, CHANNELS, word)
            made = send if chosen == held else {**send, "channels": chosen}
        case "workdays":
            made = {**send, "schedule": _with(schedule, word, True if value else ABSENT)}
        case "catch_up" if (schedule.get(word) != "none") == bool(value):
            made = send
        case "catch_up":
            made = {**send, "schedule": _with(schedule, word, ABSENT if value else "none")}
        case _:
            made = {**send, "schedule": {**schedule, "cron": cron_with(schedule["cron"], word, value)}}
    return with_board_property(documents, uid, "send", made)


def _begun(board: Json, roles: Sequence[str], word: str) -> Json:
    """Return how a board is sent that was not sent before: to those whose board it is, else to the first role."""
    to = [one for one in board.get("roles", ()) if one in roles] or list(roles[:1])
    if word != "every" or not to:
        raise EngineError(UNFIT.at("send"))
    return {"schedule": {"cron": _FIRST}, "roles": to}


def _some(before: Sequence[str], chosen: Sequence[str], known: Iterable[str], word: str) -> list[str]:
    """Return what was chosen: what was there in its order, then what is new; at least one."""
    held = [one for one in before if one in chosen]
    made = [*held, *(one for one in known if one in chosen and one not in held)]
    if not made:
        raise EngineError(LAST_ONE.at(word))
    return made


def _with(schedule: Json, word: str, value: Json | Absent) -> Json:
    rest = {key: item for key, item in schedule.items() if key != word}
    return rest if isinstance(value, Absent) else {**schedule, word: value}
