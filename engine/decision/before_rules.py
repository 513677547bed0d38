"""Before-rules: they look at a save from inside it, may set fields of the record and may refuse it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from engine.decision.changeset import Actor
from engine.decision.ledgers import Booking, book
from engine.decision.pending import Saving
from engine.decision.reading_ahead import read_rows_ahead
from engine.decision.words import render
from engine.forms import filling
from engine.kernel.problems import EngineError, Text
from engine.rules import problems
from engine.rules.actions import Action, Branch, Post, Refuse, Reverse, SetFields
from engine.rules.rules import Rule

ROUNDS = 4
"""How often the before-rules may change the record before they must have come to rest."""


def apply_before_rules(saving: Saving, save: Callable[[Saving], object]) -> None:
    """Run the before-rules until none changes the record, at most ``ROUNDS`` rounds, then let them refuse and book.

    What keeps the record from being saved is gathered. ``save`` decides the save of what is booked in ledgers.
    """
    action = saving.transition.key if saving.transition else "save"
    rules = [
        rule
        for rule in saving.app.rules_of(saving.form.key, before=True)
        if rule.looks_before_action(action) and rule.is_valid_on(saving.around.today)
    ]
    for _ in range(ROUNDS):
        changing = [rule for rule in rules if _set_fields(saving, rule)]
        if not changing:
            break
        saving.settle(filling.with_computed(saving.form, saving.row, saving.around))
    else:
        raise EngineError(problems.TOO_MANY_ROUNDS.at(rule=changing[0].key))
    for rule in rules:
        _refuse(saving, rule)
    for rule in rules:
        _book(saving, rule, save)


def _holds(saving: Saving, rule: Rule) -> bool:
    return rule.when is None or rule.when.holds(saving.row, saving.around)


def _chosen(saving: Saving, actions: Iterable[Action]) -> Iterator[Action]:
    """Go through the actions that apply to the record as it is now: of every branch one way."""
    for action in actions:
        if isinstance(action, Branch):
            holds = action.when.holds(saving.row, saving.around)
            yield from _chosen(saving, action.then if holds else action.otherwise)
        else:
            yield action


def _set_fields(saving: Saving, rule: Rule) -> bool:
    """Set what the rule sets; tell whether that changed the record."""
    if not _holds(saving, rule):
        return False
    values = {
        key: source.evaluate(saving.row, saving.around)
        for action in _chosen(saving, rule.then)
        if isinstance(action, SetFields)
        for key, source in action.fields.items()
    }
    if all(saving.row.get(key) == value for key, value in values.items()):
        return False
    saving.settle({**saving.row, **values})
    return True


def _refuse(saving: Saving, rule: Rule) -> None:
    if not any(isinstance(action, Refuse) for action in rule.every_action) or not _holds(saving, rule):
        return
    for action in _chosen(saving, rule.then):
        if not isinstance(action, Refuse):
            continue
        each = (*action.message.zh.each, *action.message.en.each)
        read_rows_ahead(saving.work, saving.around, saving.row, each)
        message: Text = render(saving.work, saving.app.key, saving.row, action.message, saving.around)
        texts: dict[str, Any] = {"message_zh": message.zh, "message_en": message.en}
        labels: dict[str, Any] = {"rule_zh": rule.labels.zh, "rule_en": rule.labels.en}
        saving.found.append(problems.REFUSED.at(action.field or "", **texts, **labels))


def _book(saving: Saving, rule: Rule, save: Callable[[Saving], object]) -> None:
    """Book what the rule books, in the very transaction of the save; what cannot be booked keeps the record back."""
    if not any(isinstance(action, Post | Reverse) for action in rule.every_action) or not _holds(saving, rule):
        return
    booking = Booking(saving.work, saving.around, Actor(None, rule.key), saving.depth)
    for action in _chosen(saving, rule.then):
        if isinstance(action, Post | Reverse):
            try:
                book(booking, action, saving.row, save)
            except EngineError as error:  # the places of its problems are those of the ledger, not of this record
                saving.found.extend(replace(problem, path="") for problem in error.problems)
