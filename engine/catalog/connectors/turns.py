"""When a connector may be called: a rate limit and a circuit breaker, as plain arithmetic on how it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.catalog.connectors.definitions import BreakerDef
from engine.catalog.connectors.rates import RateDef
from engine.kernel.clocks import Moment


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connector stands, for every process alike; all moments are of real time.

    ``next_at`` is when the bucket of calls is full again, ``failures`` how many came in a row, ``open_until`` until
    when nothing is sent.
    """

    next_at: Moment = 0
    open_until: Moment = 0
    failures: int = 0


def turn(standing: Standing, rate: RateDef | None, breaker: BreakerDef, now: Moment) -> Standing | Moment:
    """Return how it stands when a call goes out now, or when to ask again.

    The rate is a bucket of ``count`` calls that fills evenly over ``seconds``. With the breaker open nothing goes; when
    its pause is over, one call goes and the others wait for another pause (half-open).
    """
    if standing.failures >= breaker.failures:
        if now < standing.open_until:
            return standing.open_until
        standing = replace(standing, open_until=now + breaker.pause_seconds * 1_000)
    if rate is None:
        return standing
    window = rate.seconds * 1_000
    step = -(-window // rate.count)
    full_at = max(standing.next_at, now)
    if full_at + step - now > window:
        return full_at + step - window
    return replace(standing, next_at=full_at + step)


def after_call(standing: Standing, breaker: BreakerDef, now: Moment, *, well: bool) -> Standing:
    """Return how a connector stands once a call came back, well or not."""
    if well:
        return replace(standing, failures=0, open_until=0)
    failures = standing.failures + 1
    is_open = failures >= breaker.failures
    return replace(standing, failures=failures, open_until=now + breaker.pause_seconds * 1_000 if is_open else 0)
