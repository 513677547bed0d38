"""What each operation of the API takes and answers, by the name of its view; addresses come from the routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

OWN: Final = "~"
"""Before the name of a schema: that of the form (or the parameter) that the address is about."""

JSON: Final = "application/json"
ALWAYS: Final = (401, 503)
OF_A_RECORD: Final = (404,)
OF_A_BODY: Final = (400, 403, 404, 409, 413, 415, 422)


@dataclass(frozen=True)
class Operation:
    """One operation. ``answer`` and ``body`` name schemas; no answer is an empty one with status 204.

    ``or_else`` is another status with which the same is answered. ``takes`` and ``gives`` are media types; where it
    ``needs_body``, one of the address's own or not, an empty one is refused.
    """

    answer: str | None
    status: int = 200
    body: str | None = None
    parameters: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    refusals: tuple[int, ...] = ()
    or_else: int | None = None
    takes: str = JSON
    gives: str = JSON
    needs_body: bool = False


def _reading(answer: str, *refusals: int, parameters: tuple[str, ...] = ()) -> Operation:
    return Operation(answer, parameters=parameters, refusals=refusals)


OF_A_CHANGE: Final = (400, 403, 404, 409, 413, 415, 422)
_DRAFT_KEPT: Final = Operation(
    "DraftKept",
    body="Nothing",
    parameters=("IfMatch",),
    headers=("ETag", "Location"),
    refusals=OF_A_CHANGE,
    or_else=201,
)
_PUBLISHES: Final = Operation(
    "Published",
    body="Publishing",
    parameters=("IfMatchNeeded",),
    headers=("Location",),
    refusals=(*OF_A_CHANGE, 428),
    or_else=202,
)
_NARROWING: Final = ("rule", "form", "record", "first", "last", "revision")
DESIGNS: Final[Mapping[str, Operation]] = {
    "revisions": _reading("Revisions", *OF_A_RECORD),
    "revision": _reading("Revision", *OF_A_RECORD),
    "revision_changes": _reading("Differences", 404, 422, parameters=("since",)),
    "draft": Operation("Draft", headers=("ETag",), refusals=OF_A_RECORD),
    "put_draft": replace(_DRAFT_KEPT, body="Design", needs_body=True),
    "change_draft": replace(_DRAFT_KEPT, body="DesignChange", needs_body=True),
    "discard_draft": Operation(None, status=204, parameters=("IfMatchNeeded",), refusals=(403, 404, 409, 422, 428)),
    "check_draft": Operation("DraftCheck", headers=("ETag",), refusals=OF_A_RECORD),
    "renew_draft": replace(_DRAFT_KEPT, parameters=("IfMatchNeeded",), refusals=(*OF_A_CHANGE, 428), or_else=None),
    "publish_draft": _PUBLISHES,
    "publication": _reading("Publication", *OF_A_RECORD),
    "take_back": _DRAFT_KEPT,
    "roll_back": _PUBLISHES,
    "retired": _reading("Retired", *OF_A_RECORD),
    "purge": Operation("Retired", body="Purge", refusals=OF_A_CHANGE, needs_body=True),
    "moves": _reading("RecordsByState", *OF_A_RECORD),
    "move_records": Operation("Moved", body="MoveAsked", refusals=OF_A_CHANGE, needs_body=True),
    "move_back": Operation("Moved", body="MoveBackAsked", refusals=OF_A_CHANGE, needs_body=True),
    "runs": _reading("Runs", 404, 422, parameters=(*_NARROWING, "outcome", "limit", "after")),
    "foresee_undo": _reading("UndoForeseen", 404, 422, parameters=_NARROWING),
    "undo_together": Operation("UndoneTogether", body="UndoTogether", refusals=OF_A_CHANGE, needs_body=True),
    "run": _reading("Run", 404, 422),
    "undo_run": Operation(
        "Run", body="UndoAsked", parameters=("IdempotencyKey",), refusals=OF_A_CHANGE, needs_body=True
    ),
}
"""What is there for administrators alone."""

OF_ADMINISTRATORS: Final = frozenset(("dead_letters", "replay_letter"))
"""What is about no app and there for administrators alone."""

OPERATIONS: Final[Mapping[str, Operation]] = {
    "apps": _reading("Apps"),
    "openapi": _reading("OpenApi"),
    "definition": _reading("Definition", *OF_A_RECORD),
    "export": _reading("Export", *OF_A_RECORD),
    "me": _reading("Me"),
    "attention": _reading("Attention"),
    "send_file": Operation(
        "File",
        status=201,
        body="FileSent",
        headers=("Location",),
        refusals=(403, 413, 422, 429),
        takes="multipart/form-data",
        needs_body=True,
    ),
    "file": Operation("Content", headers=("ETag",), refusals=OF_A_RECORD, gives="*/*"),
    "capture_tokens": Operation(
        "CaptureTokens", status=201, body="CaptureTokensAsked", refusals=(400, 403, 413, 415, 422, 429), needs_body=True
    ),
    "notifications": _reading("Notifications", 422, parameters=("limit",)),
    "inbox": _reading("Inbox"),
    "dead_letters": _reading("DeadLetters", 404, 422, parameters=("limit",)),
    "replay_letter": Operation("Replayed", refusals=(403, 404)),
    "approvals": _reading("Approvals", 422, parameters=("of", "limit", "after")),
    "approval": _reading("Approval", *OF_A_RECORD),
    "approvals_of": _reading("ApprovalsOfRecord", *OF_A_RECORD),
    "sign": Operation("Approval", body="Signing", parameters=("IdempotencyKey",), refusals=OF_A_BODY),
    "envelopes_of": _reading("Envelopes", *OF_A_RECORD),
    "send_for_signing": Operation(
        "Envelope",
        status=201,
        body="SendingForSigning",
        parameters=("IdempotencyKey",),
        headers=("Location",),
        refusals=OF_A_BODY,
        needs_body=True,
    ),
    "envelope": _reading("Envelope", *OF_A_RECORD),
    "withdraw_envelope": Operation("Envelope", body="Nothing", refusals=OF_A_BODY),
    "signing_link": _reading("SigningLink", 404, 422),
    "renew_link": Operation("SigningLink", body="Nothing", refusals=OF_A_BODY),
    "absences": _reading("Absences", 404, 422, parameters=("user",)),
    "add_absence": Operation(
        "AwayKept",
        status=201,
        body="Away",
        parameters=("IdempotencyKey",),
        headers=("Location",),
        refusals=OF_A_BODY,
        needs_body=True,
    ),
    "remove_absence": Operation(None, status=204, parameters=("user",), refusals=(403, 404, 422)),
    "calendar": _reading("CalendarYear", 422, parameters=("zone", "year")),
    "say_days": Operation("DaysKept", body="DaysSaid", refusals=OF_A_BODY, needs_body=True),
    "set_hours": Operation("HoursKept", body="HoursSaid", refusals=OF_A_BODY, needs_body=True),
    "act": Operation("Acted", body="Doing", parameters=("IfMatch",), refusals=OF_A_BODY),
    "boards": _reading("Boards", *OF_A_RECORD),
    "board": _reading("Board", *OF_A_RECORD),
    "snapshots": _reading("Snapshots", *OF_A_RECORD),
    "board_file": Operation("Content", refusals=OF_A_RECORD, gives="*/*"),
    "parameters": _reading("Parameters", *OF_A_RECORD),
    "set_parameter": Operation(
        "Parameter", body=f"{OWN}value", parameters=("IfMatch",), headers=("ETag",), refusals=OF_A_BODY
    ),
    "actions": _reading("Actions", *OF_A_RECORD),
    "actions_of": _reading("Actions", *OF_A_RECORD),
    "take": Operation(
        "Taken",
        status=201,
        body="Taking",
        parameters=("IdempotencyKey",),
        headers=("ETag", "Location"),
        refusals=OF_A_BODY,
        or_else=200,
    ),
    "create": Operation(
        f"{OWN}record",
        status=201,
        body=f"{OWN}create",
        parameters=("IdempotencyKey",),
        headers=("ETag", "Location"),
        refusals=OF_A_BODY,
    ),
    "records": _reading(f"{OWN}page", 404, 422, parameters=("filter", "sort", "limit", "after")),
    "export_records": Operation("Content", parameters=("filter", "sort", "fields"), refusals=(404, 422), gives="*/*"),
    "preview_new": Operation(f"{OWN}state", body=f"{OWN}try", refusals=OF_A_BODY),
    "preview": Operation(f"{OWN}state", body=f"{OWN}try", refusals=OF_A_BODY),
    "read": Operation(f"{OWN}record", headers=("ETag",), refusals=OF_A_RECORD),
    "update": Operation(
        f"{OWN}record",
        body=f"{OWN}change",
        parameters=("IfMatchNeeded",),
        headers=("ETag",),
        refusals=(*OF_A_BODY, 428),
    ),
    "delete": Operation(None, status=204, parameters=("IfMatchNeeded",), refusals=(403, 404, 409, 422, 428)),
    "transition": Operation(
        f"{OWN}record",
        body=f"{OWN}change",
        parameters=("IfMatch", "IdempotencyKey"),
        headers=("ETag",),
        refusals=OF_A_BODY,
    ),
    "press": Operation(
        f"{OWN}record",
        body="Nothing",
        parameters=("IfMatch", "IdempotencyKey"),
        headers=("ETag",),
        refusals=OF_A_BODY,
    ),
    "binned": _reading("Binned", 404, 422, parameters=("limit", "after")),
    "restore": Operation(
        f"{OWN}record", body="Nothing", parameters=("IfMatch",), headers=("ETag",), refusals=OF_A_BODY
    ),
    "destroy": Operation(None, status=204, refusals=(403, 404, 409, 422)),
    "history": _reading("History", *OF_A_RECORD),
    "documents": _reading("Documents", *OF_A_RECORD),
    "document": Operation("Content", refusals=OF_A_BODY, gives="*/*"),
    **DESIGNS,
    "imports": _reading("Imports", 404, 422),
    "bring_import": Operation(
        "Import",
        status=201,
        body="ImportFile",
        headers=("Location",),
        refusals=(403, 404, 413, 422),
        takes="multipart/form-data",
        needs_body=True,
    ),
    "import_": _reading("Import", 404, 422),
    "plan_import": Operation("Import", body="ImportPlan", refusals=OF_A_BODY),
    "preview_import": _reading("ImportPreview", 404, 422),
    "start_import": Operation("Import", body="Nothing", refusals=OF_A_BODY),
    "stop_import": Operation("Import", body="Nothing", refusals=OF_A_BODY),
    "resume_import": Operation("Import", body="Nothing", refusals=OF_A_BODY),
    "refused_import": _reading("RefusedRows", 404, 422),
    "refused_file": Operation("Content", refusals=OF_A_RECORD, gives="*/*"),
    "rules": _reading("Rules", *OF_A_RECORD),
    "explanation": _reading("Explanation", *OF_A_RECORD),
    "backtest": Operation("BackTest", body="BackTestAsked", refusals=OF_A_BODY, needs_body=True),
}
