"""What has to be recorded of a record in the period under way, as its page and the API say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from engine.forms.forms import Form
from engine.kernel.clocks import moment_text, start_of_day
from engine.kernel.values import Row
from engine.runtime.pages_look import Look
from engine.runtime.related import relations_of
from engine.runtime.views import DutyView


def duties_of(look: Look, form: Form, row: Row) -> Iterator[DutyView]:
    """Go through the duties of the state that a record is in, as far as the viewer may read what they ask for."""
    reading = look.reading
    flow = reading.app(form.app).workflows.get(form.key)
    found = () if flow is None else flow.duties.get(str(row.get("state")), ())
    around = reading.surroundings(form.app)
    if not found or "state" in reading.access(form).hidden(row, around):
        return
    seen = {relation.definition.key: relation for relation in relations_of(reading, form)}
    for duty in found:
        relation = seen.get(duty.definition.records)
        if relation is None:
            continue
        view = look.view(relation.target)
        direct = view.may_create and relation.definition.reference in view.fields
        yield DutyView(
            labels=duty.definition.labels,
            form=view,
            through=relation.definition.reference if direct else None,
            each=duty.definition.each,
            done=int(cast("int", duty.done.evaluate(row, around))),
            count=duty.definition.count,
            until=moment_text(start_of_day(cast("int", duty.until.evaluate(row, around)), around.zone)),
        )
