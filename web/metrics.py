"""What a monitor reads: how the jobs of the instance stand, and what this process has answered; nobody's data.

It is open to who shows the token of the settings, and to nobody where they name none: behind a proxy everybody comes
from this machine itself, so that an address proves nothing.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final, cast

from flask import Blueprint, Response, current_app, request
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector

from engine.kernel.problems import EngineError
from web.doors import instance
from web.problems import NOT_FOUND, UNSIGNED, RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Flask
    from flask.sansio.blueprints import BlueprintSetupState
    from prometheus_client.metrics_core import Metric
    from werkzeug.wrappers import Response as BaseResponse

_EXTENSION: Final = "youju-metrics"
HELP: Final[Mapping[str, str]] = {
    "up": "Whether the database answers.",
    "outbox_waiting": "Messages that are due and not delivered.",
    "outbox_lag_seconds": "How long the oldest message that is due has been due, in business time.",
    "dead_letters": "Messages that were given up.",
    "delivered_last_hour": "Messages that were delivered in the last hour.",
    "queue_up": "Whether the queue answers.",
    "queue_batches": "Batches of hints that wait in the queue.",
    "workers": "Workers that say that they are there.",
    "scheduler_leads": "Whether a scheduler leads.",
    "journal_unsealed": "Entries of the journal that are not sealed yet.",
    "journal_sealed_timestamp_seconds": "When the journal was last sealed, in real time.",
}

blueprint = Blueprint("metrics", __name__)


@blueprint.record_once
def _install(setup: BlueprintSetupState) -> None:
    """Count what the app answers, by method and status."""
    app = cast("Flask", setup.app)
    counter = Counter("youju_http_requests", "Requests answered by this process.", ("method", "status"), registry=None)
    app.extensions[_EXTENSION] = counter

    def count(response: BaseResponse) -> BaseResponse:
        method = request.method if request.url_rule is not None else "none"
        counter.labels(method, str(response.status_code)).inc()
        return response

    app.after_request(count)


@blueprint.get("/metrics")
def read() -> Response:
    """Return the figures as Prometheus reads them; they are never kept."""
    token = instance().settings.metrics_token
    if token is None:
        raise RequestRefused(404, NOT_FOUND.at())
    shown = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(shown, f"Bearer {token}".encode()):
        raise RequestRefused(401, UNSIGNED.at(), {"WWW-Authenticate": 'Bearer realm="youju"'})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Standing())
    registry.register(cast("Counter", current_app.extensions[_EXTENSION]))
    response = Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response


class _Standing(Collector):
    """How the instance stands when it is asked."""

    def collect(self) -> Iterable[Metric]:
        """Yield each figure that there is; with the database away, that."""
        for name, value in _figures().items():
            yield GaugeMetricFamily(f"youju_{name}", HELP[name], value)


def _figures() -> dict[str, float]:
    try:
        found = instance().office.standing()
    except EngineError:
        return {"up": 0}
    figures: dict[str, float | None] = {
        "up": 1,
        "outbox_waiting": found.depth.waiting,
        "outbox_lag_seconds": found.lag / 1_000,
        "dead_letters": found.depth.dead,
        "delivered_last_hour": found.delivered,
        "queue_up": found.queue.is_reached,
        "queue_batches": found.queue.batches,
        "workers": len(found.workers),
        "scheduler_leads": found.leader is not None,
        "journal_unsealed": found.unsealed,
        "journal_sealed_timestamp_seconds": None if found.last_sealed is None else found.last_sealed / 1_000,
    }
    return {name: float(value) for name, value in figures.items() if value is not None}
