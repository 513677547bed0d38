"""The same request again: with an idempotency key it is answered as it was, and nothing is done a second time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.kernel.clocks import Moment
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.storage import idempotency

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEY_LIMIT = 200


def once(
    connection: Connection,
    user: str,
    key: str | None,
    request: Callable[[], str],
    moment: Moment,
    do: Callable[[], str],
) -> tuple[str, bool]:
    """Return what a request is answered, and whether that was done now; without a key it always is.

    ``request`` gives the digest of what is asked; it is not asked before what cannot be digested has been refused.
    EngineError where the key was for another request of the same user.
    """
    if key is None:
        return do(), True
    if not key or len(key) > KEY_LIMIT:
        raise EngineError(problems.BAD_KEY.at(limit=KEY_LIMIT))
    kept = idempotency.find(connection, user, key)
    if kept is not None:
        if kept.digest != request():
            raise EngineError(problems.OTHER_BODY.at())
        return kept.answer, False
    answer = do()
    idempotency.keep(connection, user, key, request(), answer, moment)
    return answer, True
