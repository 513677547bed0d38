"""Deals that go forward and back through stages: an app, metrics over the log of states, and what they must give."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from engine.runtime.views import RecordView, Viewer
from tests.support import apps
from tests.support.apps import element

if TYPE_CHECKING:
    from tests.support.sites import Site

APP, FORM = "crm", "deal"
STAGES = ("lead", "chance", "offer", "won")
STATES = (*STAGES, "lost")
DAY = 86_400_000


FLOW = apps.workflow(
    FORM,
    [apps.state(key) for key in STATES],
    [apps.transition(f"to_{key}", [other for other in STATES if other != key], key) for key in STATES],
)
"""One may go from every state to every other one."""

DEALS = apps.form(FORM, apps.field("customer"), apps.field("run", "number"))
ROLES = [
    apps.role("staff", apps.access(FORM)),
    apps.role("own", apps.access(FORM, rows="owner = me")),
    apps.role("blind", apps.access(FORM, "read", hidden_fields=["state"])),
]
DESIGN = apps.app(DEALS, FLOW, key=APP, roles=ROLES)


def metric(key: str, **more: Any) -> dict[str, Any]:
    return {"format": 1, "kind": "metric", **element(key), "form": FORM, **more}


def of_stages(key: str, *more: dict[str, Any]) -> dict[str, Any]:
    """Return a metric of stages by run, with who was there, who went on, and more measures."""
    return metric(
        key,
        over="stages",
        stages=list(STAGES),
        dimensions=[element("run", by="run"), element("stage", by="stage_state")],
        measures=[
            element("there", function="distinct", of="customer"),
            element("conversion", function="conversion", of="customer"),
            *more,
        ],
        order=["run", "stage"],
        limit=200,
    )


FUNNEL = of_stages(
    "funnel",
    element("deals", function="conversion"),
    element("rollbacks", function="sum", of="stage_backs"),
    element("times", function="sum", of="stage_times"),
    element("ahead", function="count", where='stage_furthest = "won"'),
    element("longest", function="max", of="stage_days"),
    element("again", function="share", where="stage_times > 1"),
)
ALIKE = of_stages("alike", element("won", function="distinct", of="customer", where='stage_furthest = "won"'))
"""Of different values alone: deals that are alike need to be looked at once."""
PACE = of_stages("pace", element("days", function="median", of="stage_days", scale=2))
COHORTS = metric(
    "cohorts",
    over="stages",
    stages=list(STAGES),
    where='stage_state = "lead"',
    dimensions=[element("month", by="stage_begun", bucket="month")],
    measures=[element("conversion", function="conversion", of="customer")],
)


def of_stays(key: str, over: str, **more: Any) -> dict[str, Any]:
    """Return a metric of stays by run and state."""
    lasted = {"of": "stay_days", "scale": 2}
    between = "workdays_between(date(stay_since), date(coalesce(stay_until, now())))"
    measures = [
        element("stays", function="count"),
        element("days", function="avg", **lasted),
        element("middle", function="median", **lasted),
        element("p90", function="percentile", p=90, **lasted),
        element("p25", function="percentile", p=25, **lasted),
        element("workdays", function="sum", of=between),
    ]
    by = [element("run", by="run"), element("state", by="stay_state")]
    return metric(key, over=over, dimensions=by, measures=measures, **more)


ENDED, ALL = of_stays("ended", "stays"), of_stays("all", "all_stays")
GOING = of_stays("going", "all_stays", where="not stay_ended")
METRICS = (FUNNEL, ALIKE, PACE, COHORTS, ENDED, ALL, GOING)
BOARD = {
    "format": 1,
    "kind": "board",
    **element("flow"),
    "widgets": [element(one["key"], kind="table", metric=one["key"]) for one in METRICS],
}


def documents(*, retired: Sequence[str] = ()) -> apps.Documents:
    """Return the app's documents; nothing leads to states that are retired."""
    found = copy.deepcopy(DESIGN)
    found |= {f"metrics/{one['key']}.json": one for one in METRICS} | {"boards/flow.json": BOARD}
    flow = found[f"workflows/{FORM}.json"]
    flow["states"] = [{**one, "retired": True} if one["key"] in retired else one for one in flow["states"]]
    flow["transitions"] = [one for one in flow["transitions"] if one["to"] not in retired]
    return found


@dataclass
class Ground:
    """An instance with deals, and the words for what is done to them."""

    site: Site
    rep: Viewer
    boss: Viewer

    def deal(self, customer: str, run: int = 0) -> RecordView:
        return self.site.services.records.create(self.rep, APP, FORM, {"customer": customer, "run": str(run)})

    def go(self, deal: str, state: str) -> None:
        self.site.services.records.transition(self.rep, APP, FORM, deal, f"to_{state}", {})

    def later(self, milliseconds: int) -> None:
        self.site.business.moment += milliseconds

    def rows(self, key: str, viewer: Viewer | None = None) -> list[Mapping[str, Any]]:
        """Return the values of the rows of a widget."""
        view = self.site.services.boards.show(viewer or self.rep, APP, "flow")
        return [dict(row.values) for widget in view.widgets if widget.key == key for row in widget.rows]


def begun(site: Site) -> Ground:
    site.publish(documents())
    site.services.directory.add_user("boss", "boss", None, None)
    rep, boss = site.person("rep", (APP, "staff")), site.person("chief", (APP, "staff"), ("youju", "admin"))
    return Ground(site, rep, boss)


@dataclass
class Walk:
    """One deal as a plain program sees it: where it came to, and when."""

    customer: str
    came: list[tuple[str, int]] = field(default_factory=list)
    deleted: bool = False

    def reached(self, *states: str) -> list[int]:
        return [at for state, at in self.came if state in states]


def percent(part: int, whole: int) -> str | None:
    """Return a rate as the board gives it: blank of nothing, one decimal, rounded half up."""
    if not whole:
        return None
    return str((Decimal(part * 100) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def percentile(values: Iterable[Decimal], p: int) -> str | None:
    """Return a percentile as ``PERCENTILE.INC`` of spreadsheets has it, exactly; to the hundredth, blank of nothing."""
    found = sorted(values)
    if not found:
        return None
    whole, rest = divmod((len(found) - 1) * p, 100)
    upper = found[min(whole + 1, len(found) - 1)]
    exact = found[whole] + (upper - found[whole]) * rest / 100
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def days(milliseconds: int) -> Decimal:
    return (Decimal(milliseconds) / DAY).quantize(Decimal("0.01"), ROUND_HALF_UP)


def funnel(walks: Iterable[Walk]) -> dict[str, dict[str, str | None]]:
    """Return by stage what the funnel must show of these deals."""
    alive = [walk for walk in walks if not walk.deleted]
    found = {}
    for at, stage in enumerate(STAGES):
        later, before = STAGES[at + 1 :], STAGES[:at]
        here = [walk for walk in alive if walk.reached(stage)]
        if not here:
            continue
        on = [walk for walk in here if walk.reached(*later)]
        took = [min(walk.reached(*later)) - min(walk.reached(stage)) for walk in on]
        lasted = [days(one) for one in took if one >= 0]
        back = [pair for walk in here for pair in zip(walk.came, walk.came[1:], strict=False)]
        customers, gone = {walk.customer for walk in here}, {walk.customer for walk in on}
        found[stage] = {
            "there": str(len(customers)),
            "conversion": percent(len(gone), len(customers)) if later else None,
            "deals": percent(len(on), len(here)) if later else None,
            "rollbacks": str(sum(one[0] == stage and other[0] in before for one, other in back)),
            "times": str(sum(len(walk.reached(stage)) for walk in here)),
            "won": str(len({walk.customer for walk in here if walk.reached("won")})),
            "ahead": str(sum(bool(walk.reached("won")) for walk in here)),
            "longest": str(max(lasted)) if lasted else None,
            "again": percent(sum(len(walk.reached(stage)) > 1 for walk in here), len(here)),
            "days": percentile(lasted, 50),
        }
    return found
