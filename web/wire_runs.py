"""The JSON of runs of rules: a page of them, one with what it saw and did, and what asks to undo it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from engine.kernel.canonical import Json
from engine.kernel.problems import EngineError, Text
from engine.runtime.explanations import BeforeView
from engine.runtime.runs.together import Foreseen, Outcome, Reason
from engine.runtime.runs.views import EffectView, RecordRef, RunDetail, RunItem, RunPage, Wanted
from web.payloads import body_of, flag, known_parameters, size
from web.problems import WRONG_SHAPE
from web.wire import part_json, table_json

NARROWING = ("rule", "form", "record", "first", "last", "revision")
FILTERS = (*NARROWING, "outcome")


@dataclass(frozen=True)
class Asked:
    """Which runs are asked for, and where the page begins."""

    wanted: Wanted
    limit: int
    after: str | None


def runs_asked() -> Asked:
    """Return what the address asks for; EngineError with every mistake in it."""
    limit = size(*FILTERS, "limit", "after")
    said = {name: request.args.get(name) or None for name in FILTERS}
    return Asked(Wanted(**said), limit, request.args.get("after") or None)


@dataclass(frozen=True)
class UndoAsked:
    """Why a run is to be undone, and whether what cannot be put back may stay."""

    reason: str
    partly: bool


def undo_asked() -> UndoAsked:
    """Return what the body asks for; EngineError with every mistake in it."""
    sent = body_of("reason", "partly")
    reason = sent.get("reason", "")
    if not isinstance(reason, str):
        example = '{"reason": "…"}'
        raise EngineError(WRONG_SHAPE.at("reason", wanted_zh="文本", wanted_en="A text", example=example))
    return UndoAsked(reason, flag(sent, "partly", otherwise=False))


def foreseen_of() -> Wanted:
    """Return the runs that the address asks for; EngineError with every parameter that is not known."""
    known_parameters(*NARROWING)
    return Wanted(**{name: request.args.get(name) or None for name in NARROWING})


@dataclass(frozen=True)
class TogetherAsked:
    """Which runs are to be undone together, and as for one of them."""

    wanted: Wanted
    asked: UndoAsked


def together_asked() -> TogetherAsked:
    """Return what the body asks for; EngineError with every mistake in it."""
    sent = body_of(*NARROWING, "reason", "partly")
    said = {name: sent[name] for name in (*NARROWING, "reason") if sent.get(name) is not None}
    example = '{"rule": "idle", "reason": "…"}'
    problems = [
        WRONG_SHAPE.at(name, wanted_zh="文本", wanted_en="A text", example=example)
        for name, value in said.items()
        if not isinstance(value, str)
    ]
    if problems:
        raise EngineError(problems)
    reason = said.pop("reason", "")
    return TogetherAsked(Wanted(**said), UndoAsked(reason, flag(sent, "partly", otherwise=False)))


def foreseen_json(found: Foreseen) -> Json:
    """Return how many runs would be undone wholly, in part and not at all, and why."""
    return {
        "runs": [item.id for item in found.items],
        "whole": found.whole,
        "partly": found.partly,
        "never": found.never,
        "acts_again": found.acts_again,
        "reasons": _reasons(found.reasons),
        "more": found.more,
    }


def together_json(done: Outcome) -> Json:
    """Return how many runs are undone, and why others are not."""
    return {
        "undone": done.undone,
        "partly": done.partly,
        "refused": done.refused,
        "reasons": _reasons(done.reasons),
        "more": done.more,
    }


def _reasons(reasons: Iterable[Reason]) -> Json:
    return [{"code": one.code, "message": one.message.as_json(), "count": one.count} for one in reasons]


def runs_json(page: RunPage) -> Json:
    """Return ``{"items", "next"}``."""
    return {"items": [_item(one) for one in page.items], "next": page.next}


def run_json(run: RunDetail) -> Json:
    """Return one run whole: what a page says of it, what it saw, what it did, and what undoing it comes to."""
    effects = None if run.effects is None else [_effect(one) for one in run.effects]
    return {
        **_item(run.item),
        "event": run.event.as_json(),
        "inputs": [_read(one) for one in run.inputs],
        "before": [_read(one) for one in run.before],
        "condition": None if run.condition is None else part_json(run.condition),
        "tables": [table_json(one) for one in run.tables],
        "effects": effects,
        "can_be_undone": run.can_be_undone,
        "problems": [problem.as_json() for problem in run.problems],
        "acts_again": run.acts_again,
    }


def _item(item: RunItem) -> dict[str, Json]:
    undone = item.undone
    return {
        "id": item.id,
        "rule": item.rule,
        "revision": item.revision,
        "record": _ref(item.record),
        "at": item.at,
        "outcome": item.outcome,
        "actions": list(item.actions),
        "error": _text(item.error),
        "after_wait": item.after_wait,
        "waits_until": item.waits_until,
        "undone": None
        if undone is None
        else {"at": undone.at, "by": undone.by, "reason": undone.reason, "left": undone.left},
    }


def _ref(ref: RecordRef) -> Json:
    return {"app": ref.app, "form": ref.form, "id": ref.id, "title": ref.title}


def _read(one: BeforeView) -> Json:
    return {"label": one.label.as_json(), "shown": one.shown.as_json()}


def _effect(one: EffectView) -> Json:
    return {
        "kind": one.kind,
        "words": one.words.as_json(),
        "standing": one.standing,
        "because": _text(one.because),
        "record": _ref(one.record),
        "closed": one.closed,
    }


def _text(text: Text | None) -> Json:
    return None if text is None else text.as_json()
