"""Who there is: users, their roles, sessions and tokens. Passwords are kept as argon2id, tokens as their digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.decision.changeset import Actor, Changeset, Note
from engine.decision.permissions import ADMIN, ENGINE
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.desk import Desk
from engine.runtime.throttle import Throttle
from engine.runtime.views import Viewer
from engine.storage import directory as stored
from engine.storage.unit_of_work import apply

ADMIN_ROLE = (ENGINE, ADMIN)
SESSION_MS = 14 * 86_400_000
TOKEN_MS = 365 * 86_400_000
LEAST_PASSWORD = 8
SYSTEM = Actor(None)


@dataclass(frozen=True)
class Somebody:
    """A user as lists show one."""

    id: str
    name: str
    display_name: str
    active: bool
