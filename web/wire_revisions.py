"""The JSON of designs: revisions, drafts, what publishing comes to; values are passed on as they are."""

from __future__ import annotations

from collections.abc import Iterable

from engine.kernel.canonical import Json
from engine.kernel.clocks import moment_text
from engine.runtime.draft_documents import Differences, DraftFile, Publication, RevisionFile
from engine.runtime.drafts import DraftView, RevisionView
from engine.runtime.purging import Retired
from engine.runtime.types_progress import Progress


def revisions_json(found: Iterable[RevisionView]) -> Json:
    """Return ``{"items": [{"number", "by", "at", "current"}]}``, the newest first."""
    return {
        "items": [{"number": one.number, "by": one.by, "at": one.at, "current": one.is_current} for one in found],
    }


def revision_json(found: RevisionFile) -> Json:
    """Return ``{"number", "by", "at", "current", "digest", "documents"}``."""
    return {
        "number": found.number,
        "by": found.by,
        "at": found.at,
        "current": found.is_current,
        "digest": found.digest,
        "documents": dict(found.documents),
    }


def draft_json(found: DraftFile) -> Json:
    """Return ``{"version", "base", "behind", "by", "at", "pack", "documents"}``."""
    return {
        "version": found.version,
        "base": found.base,
        "behind": found.behind,
        "by": found.by,
        "at": found.at,
        "pack": {"version": found.pack_version, "needs": dict(found.needs)},
        "documents": dict(found.documents),
    }


def changes_json(found: Differences) -> Json:
    """Return ``{"items": [{"kind", "where", "what", "path"}]}``."""
    return {"items": _changes(found)}


def look_json(found: DraftView) -> Json:
    """Return ``{"version", "base", "behind", "publishable", "problems", "advice", "changes", "touched"}``."""
    look = found.look
    return {
        "version": found.version,
        "base": found.base,
        "behind": found.behind,
        "publishable": not look.problems and found.behind is None,
        "problems": [problem.as_json() for problem in look.problems],
        "advice": [problem.as_json() for problem in look.advice],
        "changes": _changes(look.changes),
        "touched": [
            {"what": one.what.as_json(), "path": one.place, "records": one.records, "exact": one.exact}
            for one in look.touched
        ],
    }


def published_json(found: Publication, progress: str | None) -> Json:
    """Return ``{"revision", "progress", "lost"}``."""
    gone = [problem.as_json() for problem in found.lost]
    return {"revision": found.revision, "progress": progress, "lost": gone}


def retired_json(found: Iterable[Retired]) -> Json:
    """Return ``{"items": [{"name", "labels", "records", "entries", "files"}]}``."""
    return {
        "items": [
            {
                "name": one.name,
                "labels": one.labels.as_json(),
                "records": one.kept.records,
                "entries": one.kept.entries,
                "files": one.kept.files,
            }
            for one in found
        ]
    }


def publication_json(current: int, waits: Progress | None) -> Json:
    """Return ``{"state", "revision", "progress"}``; ``state`` is done, converting or refused."""
    if waits is None:
        return {"state": "done", "revision": current, "progress": None}
    return {
        "state": "refused" if waits.refused else "converting",
        "revision": current,
        "progress": {
            "begun": moment_text(waits.begun),
            "records": waits.records,
            "converted": waits.converted,
            "failed": waits.failed,
            "refused": list(waits.refused),
        },
    }


def _changes(found: Differences) -> Json:
    return [
        {"kind": one.kind, "where": one.where.as_json(), "what": one.what.as_json(), "path": one.place} for one in found
    ]
