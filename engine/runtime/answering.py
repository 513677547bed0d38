"""What a form answers whoever made a record or moved it on; it reads and words, and decides nothing."""

from __future__ import annotations

from engine.decision.words import render
from engine.forms.forms import Form
from engine.kernel.problems import Text
from engine.kernel.values import Row
from engine.language.messages import Message
from engine.runtime.reading import Reading
from engine.storage.journal import entries_about

STILL_NEWS = 10 * 60 * 1000
"""For so many milliseconds after a change its answer is told on the page that follows it."""


def answer_to(reading: Reading, form: Form, row: Row, action: str) -> Text | None:
    """Return the answer to an action on a record as the record stands now: ``create`` or the key of a transition.

    A record made with a transition gets the answer of that, or else the one to its creation.
    """
    flow = reading.app(form.app).workflows.get(form.key)
    transition = flow.transitions.get(action) if flow is not None else None
    message = transition.answer if transition is not None else None
    if message is None and (action == "create" or (transition is not None and row["version"] == 1)):
        message = form.answer
    if message is None:
        return None
    return worded(reading, form, row, message)


def worded(reading: Reading, form: Form, row: Row, message: Message) -> Text | None:
    """Return an answer over a record as it stands now; None where nothing but blanks is left of it."""
    said = render(reading, form.app, row, message, reading.surroundings(form.app))
    return said if said.zh.strip() and said.en.strip() else None


def latest_answer(reading: Reading, form: Form, row: Row) -> Text | None:
    """Return the answer to what the viewer did last with a record; None where that is no news any more."""
    latest = latest_change(reading, form, row)
    return None if latest is None else answer_to(reading, form, row, latest)


def latest_change(reading: Reading, form: Form, row: Row) -> str | None:
    """Return what the viewer did last with a record, as the journal calls it; None where that is no news any more."""
    entries = entries_about(reading.connection, form.app, form.key, str(row["id"]))
    own = [entry for entry in entries if entry.actor == reading.viewer.id and entry.rule is None]
    return own[-1].action if own and reading.moment - own[-1].at <= STILL_NEWS else None
