"""The API of an app's design: its draft, what publishing that comes to, its revisions; with the rights of the pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from flask import Response, request

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Problem, Text
from engine.runtime.problems import NO_DRAFT
from web import api
from web.doors import instance, viewer
from web.payloads import body_of, flag, known_parameters, version, version_needed
from web.problems import BAD_REVISION, NOT_FOUND, WRONG_SHAPE, RequestRefused
from web.wire_revisions import (
    changes_json,
    draft_json,
    look_json,
    publication_json,
    published_json,
    retired_json,
    revision_json,
    revisions_json,
)

if TYPE_CHECKING:
    from engine.runtime.draft_documents import DraftDocuments, Publication
    from engine.runtime.drafts import Drafts

WIDE: Final = ("api.put_draft", "api.change_draft")
"""What takes whole designs: such a body may be as large as a file."""

DRAFT: Final = "/<app>/revisions/draft"
REVISION: Final = "/<app>/revisions/<number>"
FILE_KEYS: Final = ("format", "kind", "app", "version", "needs", "digest", "documents")
MOST_DIGITS: Final = 9
COUNTS: Final = ("records", "entries", "files")
"""What is counted of what is to be purged."""


def _drafts() -> Drafts:
    return instance().services.drafts


def _documents() -> DraftDocuments:
    return instance().services.draft_documents


def _number(text: str, place: str) -> int:
    """Return the number of a revision; what cannot be one is as absent as one that there is not."""
    if not text.isascii() or not text.isdecimal() or len(text) > MOST_DIGITS:
        raise RequestRefused(404, NOT_FOUND.at(place))
    return int(text)


def _kept(app: str, draft: int, status: int = 200) -> Response:
    """Answer a change of the draft with its version, which the next change names."""
    response = api.answer({"version": draft}, status)
    response.headers["ETag"] = f'"{draft}"'
    response.headers["Location"] = f"/api/v1/{app}/revisions/draft"
    return response


def _published(app: str, found: Publication) -> Response:
    """Answer a publication: done, or where to ask how far it is."""
    if found.revision is not None:
        return api.answer(published_json(found, None))
    address = f"/api/v1/{app}/revisions/publication"
    response = api.answer(published_json(found, address), 202)
    response.headers["Location"] = address
    return response


@api.blueprint.get("/<app>/revisions")
def revisions(app: str) -> Response:
    """List an app's revisions, the newest first; for administrators."""
    return api.answer(revisions_json(_drafts().history(viewer(), app)))


@api.blueprint.get(REVISION)
def revision(app: str, number: str) -> Response:
    """Return one revision with its documents."""
    return api.answer(revision_json(_documents().revision(viewer(), app, _number(number, "number"))))


@api.blueprint.get(f"{REVISION}/changes")
def revision_changes(app: str, number: str) -> Response:
    """Say in words what a revision changes of the one `since`, which is the one before unless it is said."""
    known_parameters("since")
    new = _number(number, "number")
    since = request.args.get("since")
    if since is not None and not (since.isascii() and since.isdecimal() and len(since) <= MOST_DIGITS):
        raise EngineError(BAD_REVISION.at("since", got=since[:40]))
    old = new - 1 if since is None else int(since)
    return api.answer(changes_json(_documents().between(viewer(), app, old, new)))


@api.blueprint.get(DRAFT)
def draft(app: str) -> Response:
    """Return the draft with its documents; its version is the ETag. 404 where there is none."""
    found = _documents().draft(viewer(), app)
    if found is None:
        raise RequestRefused(404, NO_DRAFT.at())
    response = api.answer(draft_json(found))
    response.headers["ETag"] = f'"{found.version}"'
    return response


@api.blueprint.put(DRAFT)
def put_draft(app: str) -> Response:
    """Make a whole design the draft, as `GET /apps/{app}/export` gives one: If-Match names the draft that it replaces.

    Without If-Match there must be no draft.
    """
    asking, seen, content = viewer(), version(), _design(FILE_KEYS)
    return _kept(app, _documents().put(asking, app, content, seen), 200 if seen else 201)


@api.blueprint.patch(DRAFT)
def change_draft(app: str) -> Response:
    """Put single documents into the draft by their paths, null taking one away: If-Match names the draft that was seen.

    Without If-Match there must be no draft: one begins with the current revision.
    """
    asking, seen, content = viewer(), version(), _design(("documents",))
    return _kept(app, _documents().change(asking, app, content["documents"], seen), 200 if seen else 201)


@api.blueprint.delete(DRAFT)
def discard_draft(app: str) -> Response:
    """Throw away the draft that If-Match names, also where it waits to be published: 204."""
    _drafts().discard(viewer(), app, version_needed())
    return Response(status=204)


@api.blueprint.get(f"{DRAFT}/check")
def check_draft(app: str) -> Response:
    """Say what publishing the draft comes to: what refuses it, advice, changes in words, records that they touch."""
    found = _drafts().show(viewer(), app)
    if found is None:
        raise RequestRefused(404, NO_DRAFT.at())
    response = api.answer(look_json(found))
    response.headers["ETag"] = f'"{found.version}"'
    return response


@api.blueprint.post(f"{DRAFT}/renew")
def renew_draft(app: str) -> Response:
    """Take what was published meanwhile into the draft that If-Match names, change by change."""
    body_of()
    return _kept(app, _drafts().renew(viewer(), app, version_needed()))


@api.blueprint.post(f"{DRAFT}/publish")
def publish_draft(app: str) -> Response:
    """Publish the draft that If-Match names; with `"wait": false` 202 where many records are converted before."""
    asking, seen, wait = viewer(), version_needed(), _wait()
    return _published(app, _documents().publish(asking, app, seen, wait=wait))


@api.blueprint.get("/<app>/revisions/publication")
def publication(app: str) -> Response:
    """Say how far a publication is that waits for records to be converted."""
    current, waits = _documents().waiting(viewer(), app)
    return api.answer(publication_json(current, waits))


@api.blueprint.post(f"{REVISION}/draft")
def take_back(app: str, number: str) -> Response:
    """Make an earlier revision the draft, so that going back is looked over first; If-Match as in changing it."""
    body_of()
    seen = version()
    return _kept(app, _drafts().take_back(viewer(), app, _number(number, "number"), seen), 200 if seen else 201)


@api.blueprint.post(f"{REVISION}/publish")
def roll_back(app: str, number: str) -> Response:
    """Publish an earlier revision at once, as the next one; If-Match names the revision that is current."""
    asking, seen, wait = viewer(), version_needed(), _wait()
    return _published(app, _documents().roll_back(asking, app, _number(number, "number"), seen, wait=wait))


@api.blueprint.get("/<app>/revisions/retired")
def retired(app: str) -> Response:
    """List the removed forms and fields of which something is kept, each with how much; for administrators."""
    return api.answer(retired_json(instance().services.purging.retired(viewer(), app)))


@api.blueprint.post("/<app>/revisions/purge")
def purge(app: str) -> Response:
    """Destroy what is kept of removed forms and fields, confirmed by the very counts; nothing brings it back."""
    asking, confirmed = viewer(), _confirmed(body_of("items"))
    return api.answer(retired_json(instance().services.purging.purge(asking, app, confirmed)))


def _confirmed(document: Mapping[str, Json]) -> dict[str, tuple[int, int, int]]:
    """Return what is to be purged, by name with its counts; EngineError with every item that does not say so."""
    items, example = document.get("items"), '{"name": "book.note", "records": 2, "entries": 3, "files": 0}'
    wanted = Text("清除的内容和数量", "What to purge, with its counts")
    if not isinstance(items, list) or not items:
        raise EngineError(WRONG_SHAPE.at("items", wanted_zh=wanted.zh, wanted_en=wanted.en, example=f"[{example}]"))
    wrong = [place for place, item in enumerate(items) if not _is_confirmation(item)]
    if wrong:
        raise EngineError(
            WRONG_SHAPE.at(f"items/{place}", wanted_zh=wanted.zh, wanted_en=wanted.en, example=example)
            for place in wrong
        )
    return {item["name"]: (item["records"], item["entries"], item["files"]) for item in items}


def _is_confirmation(item: Json) -> bool:
    if not isinstance(item, dict) or item.keys() - {"labels"} != {"name", *COUNTS} or not isinstance(item["name"], str):
        return False
    return all(isinstance(item[key], int) and not isinstance(item[key], bool) for key in COUNTS)


def _wait() -> bool:
    return flag(body_of("wait"), "wait", otherwise=True)


def _design(known: tuple[str, ...]) -> Mapping[str, Json]:
    """Return a design that was sent: its documents by path, and what else an exported file says."""
    document = body_of(*known)
    documents = document.get("documents")
    example = '{"documents": {"app.json": {…}}}'
    problems: list[Problem] = []
    if not isinstance(documents, dict) or not documents:
        zh, en = "应用的文档,按路径", "The documents of an app by their paths"
        problems.append(WRONG_SHAPE.at("documents", wanted_zh=zh, wanted_en=en, example=example))
    if problems:
        raise EngineError(problems)
    return document
