"""One row of an imported file, inside of a decision: it makes a record, or changes the one that it names.

It is decided as if its importer had filled in the form: their rights, every condition of the form, every rule. Apart
from that, an import never clears a field that is hidden, and a number that the file brings along is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from engine.decision.changing import changed, opened, refuse_locked
from engine.decision.checks import unique_queries
from engine.decision.commands import Create, ImportRow
from engine.decision.facts import RecordQuery, SameQuery
from engine.decision.importing import problems
from engine.decision.pending import Saving
from engine.decision.permissions import access_to, readable, require, require_still
from engine.decision.problems import ABSENT
from engine.decision.saving import save
from engine.decision.work import Key, Work
from engine.forms.compiling import SYSTEM_LABELS
from engine.forms.forms import Form
from engine.forms.payloads import read_payload
from engine.kernel.canonical import Json
from engine.kernel.identifiers import is_uuid
from engine.kernel.problems import EngineError, Problem, Text
from engine.kernel.values import Row, Value

ID = "id"
"""The key by which a row names its record outright."""


def import_row(work: Work, body: ImportRow) -> Key:
    """Decide one row; EngineError with every reason why it is not taken."""
    form = work.form(body.app, body.form)
    before = _named(work, form, body) if body.by else None
    if before is None:
        return _made(work, form, body)
    require(work, form, "update", before)
    refuse_locked(work.app(body.app).workflows.get(form.key), before)
    saving = changed(work, form, before, {key: value for key, value in body.fields.items() if key != ID})
    _save(saving)
    require_still(saving, "update")
    return saving.key


def _made(work: Work, form: Form, body: ImportRow) -> Key:
    if work.command.actor.user is not None and not access_to(work, form).may("create"):
        raise EngineError(ABSENT.at())
    given = {key: value for key, value in body.fields.items() if value is not None}
    saving = opened(work, Create(body.app, body.form, given, body.transition))
    _save(saving)
    require_still(saving, "create")
    return saving.key


def _save(saving: Saving) -> None:
    """Save what a row brings; what is known to be asked in the end is asked first: there are many rows."""
    saving.imported = True
    saving.work.fetch(unique_queries(saving).values())
    save(saving)


def _named(work: Work, form: Form, body: ImportRow) -> Row | None:
    """Return the record that a row names by its key; None where it is to be made.

    Records that the importer may not read are as good as not there: an import tells nothing of them.
    """
    if body.by == (ID,):
        return _by_id(work, form, body)
    wanted = {key: body.fields.get(key) for key in body.by}
    values, found = read_payload(form, wanted)
    blank = [_blank(form, key) for key in body.by if wanted[key] is None]
    if found or blank:
        raise EngineError([*found, *blank])
    query = SameQuery(body.app, body.form, body.by, tuple(values.get(key) for key in body.by), "")
    ids = cast("tuple[str, ...]", work.fact(query))
    work.fetch(RecordQuery(body.app, body.form, id) for id in ids)
    rows = [
        row for id in ids if (row := work.record(body.app, body.form, id)) is not None and readable(work, form, row)
    ]
    if len(rows) == 1:
        return rows[0]
    if rows or body.must_exist:
        kind = problems.SEVERAL_RECORDS if rows else problems.NO_RECORD_YET
        raise EngineError(kind.at(body.by[0], **_said(form, wanted)))
    return None


def _by_id(work: Work, form: Form, body: ImportRow) -> Row:
    """Return the record of an id; nothing is made where there is none, for ids are the system's to give."""
    id = body.fields.get(ID)
    if id is None:
        raise EngineError(_blank(form, ID))
    row = work.record(body.app, body.form, id) if is_uuid(id) else None
    if row is None or not readable(work, form, row):
        raise EngineError(problems.NO_RECORD_YET.at(ID, **_said(form, {ID: id})))
    return row


def _labels(form: Form, key: str) -> Text:
    return form.fields[key].labels if key in form.fields else SYSTEM_LABELS[key]


def _blank(form: Form, key: str) -> Problem:
    labels = _labels(form, key)
    return problems.BLANK_KEY.at(key, label_zh=labels.zh, label_en=labels.en)


def _said(form: Form, wanted: Mapping[str, Json]) -> dict[str, Any]:
    labels = [_labels(form, key) for key in wanted]
    value: list[Value] = [str(one) for one in wanted.values()]
    return {
        "key_zh": "、".join(one.zh for one in labels),
        "key_en": ", ".join(one.en for one in labels),
        "value": ", ".join(value),
    }
