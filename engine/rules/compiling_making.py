"""Turning the making of documents into actions that run: names of documents and fields are checked."""

from __future__ import annotations

from engine.language.gathering import Gathering
from engine.language.types import CapturedType
from engine.rules import problems
from engine.rules.actions import MakeDocument
from engine.rules.announcing import check_retry
from engine.rules.calls import MakeDocumentDef
from engine.rules.naming import Names, check_known


def compile_making(place: str, action: MakeDocumentDef, work: Gathering, names: Names) -> MakeDocument | None:
    """Return the action; None, with the problems in ``work``, where the document or the field does not fit."""
    check_known(work, f"{place}.document", [action.document], names.documents)
    check_retry(action.retry, f"{place}.retry", work)
    fields = names.form.fields
    known = [
        key
        for key, item in fields.items()
        if isinstance(item.type, CapturedType) and item.type.kind == "attachment" and item.settable
    ]
    if action.field is None:
        work.found.append(problems.NO_PLACE.at(place, known=", ".join(known)))
        return None
    if action.field not in known:
        work.found.append(problems.NO_ATTACHMENTS.at(f"{place}.field", key=action.field, known=", ".join(known)))
    return MakeDocument(action.document, action.field, action.retry)
