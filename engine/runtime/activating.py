"""Whether a user may act: letting somebody in who came without that, and letting nobody act in their name any more."""

from __future__ import annotations

from engine.decision.changeset import Actor
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.execution import Execution
from engine.storage import credentials, directory
from engine.storage.journal import Authorship


def set_active(execution: Execution, name: str, *, active: bool) -> None:
    """Let a user act, or no more: then every session of theirs ends, and their tokens open nothing.

    EngineError (RUN-012) where there is no user of that name. Journalled; what is so already changes nothing.
    """
    moment, random = execution.clocks.business(), execution.randomness
    by = Authorship(Actor(None), uuid7(moment, random(10)), moment, random)
    with execution.database.write() as connection:
        user = directory.user_by_name(connection, name)
        if user is None:
            raise EngineError(problems.NO_USER.at("name", name=name))
        if user.active == active:
            return
        directory.change_user(connection, by, user.id, {"active": active})
        if not active:
            credentials.revoke_sessions(connection, by, user.id, execution.clocks.real())
