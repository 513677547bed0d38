"""Items on their way to becoming records: they wait in the outbox, a few together, until jobs take them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from engine.catalog.connectors.connectors import Connector, Intake
from engine.connectors.problems import MANY_ITEMS, NO_ITEMS
from engine.decision.changeset import OutboxMessage
from engine.kernel.canonical import Json
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import derived_id
from engine.kernel.problems import EngineError

INTAKE, PULL = "intake", "pull"
"""The kinds of messages that bring items, and that fetch a page of them."""

TOGETHER = 50
"""How many items one message brings: so many become records in one transaction."""


MOST = 10_000
"""How many items may come at once, in a delivery or on a page."""


def checked(items: list[Json] | None, at: str) -> list[Json]:
    """Return what came at a pointer; EngineError (CONN-023, CONN-030) where that is nothing, or too much at once."""
    if items is None:
        raise EngineError(NO_ITEMS.at(at, at=at or "/"))
    if len(items) > MOST:
        raise EngineError(MANY_ITEMS.at(at, most=MOST))
    return items


@dataclass(frozen=True, slots=True)
class Origin:
    """What brought items: a hook with its delivery, or a pull. Neither is counted for items that are taken again.

    ``again`` is what had brought those.
    """

    hook: str | None = None
    pull: str | None = None
    delivery: str | None = None
    again: str = ""

    @property
    def name(self) -> str:
        """What it is called where items are told of."""
        return self.hook or self.pull or self.again


def item_messages(
    app: str, connector: Connector, intake: Intake, items: Sequence[Json], origin: Origin, sent: tuple[str, Moment]
) -> list[OutboxMessage]:
    """Return the messages that bring items, in their order; ``sent`` are the id that names them, and the moment.

    The items stand in them as text in ASCII: whatever a partner sends can be kept.
    """
    command, moment = sent
    about = {
        "app": app,
        "connector": connector.key,
        "operation": intake.key,
        "form": intake.definition.form,
        "hook": origin.hook,
        "pull": origin.pull,
        "delivery": origin.delivery,
        "source": origin.name,
    }
    return [
        OutboxMessage(
            derived_id(f"{command}/items", moment, number),
            INTAKE,
            {**about, "items": json.dumps(items[start : start + TOGETHER])},
            moment,
        )
        for number, start in enumerate(range(0, len(items), TOGETHER))
    ]
