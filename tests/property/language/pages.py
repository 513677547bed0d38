"""The world as a page has it: its rows as JSON in a Node process that evaluates trees."""

from __future__ import annotations

from contextlib import ExitStack

from engine.language.backends.javascript.trees import to_json
from engine.language.backends.javascript.worlds import world_json
from engine.language.cases import shown
from engine.storage.javascript import evaluator, find_node
from tests.property.language.worlds import APP, SCOPE, plain


class Page:
    """A process that holds the rows of every form; another zone is another world."""

    def __init__(self, rows) -> None:
        node = find_node()
        assert node is not None, "no Node.js: make setup brings one"
        self._rows = rows
        self._zone = None
        self._opened = ExitStack()
        self._process = self._opened.enter_context(evaluator(node))

    def answers(self, expressions, zone):
        """For every expression the values of all deals by id, as they are shown."""
        deals = self._rows[APP, "deal"]
        world = None if zone == self._zone else world_json(plain(self._rows, zone), SCOPE, deals)
        found = self._process.answer([to_json(expression.tree) for expression in expressions], world)
        self._zone = zone
        return [
            dict(zip((row["id"] for row in deals), values, strict=True)) if isinstance(values, list) else values
            for values in found
        ]

    def close(self) -> None:
        self._opened.close()


def as_shown(values, kind):
    """What the page must answer where Python gave these values."""
    return {key: shown(value, kind) for key, value in values.items()}
