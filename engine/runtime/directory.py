"""Who there is: users, their roles, sessions and tokens. Passwords are kept as argon2id, secrets as digests."""

from __future__ import annotations

import hashlib
import secrets
from functools import cached_property
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.decision.persons import ADMIN, ENGINE
from engine.kernel.clocks import Moment
from engine.kernel.identifiers import uuid7
from engine.kernel.problems import EngineError
from engine.runtime import problems
from engine.runtime.execution import Execution
from engine.runtime.granting import authorship, give, named
from engine.runtime.pinyin import reading_order
from engine.runtime.throttle import Throttle
from engine.runtime.views import Viewer
from engine.storage import credentials
from engine.storage import directory as stored
from engine.storage.directory import User
from engine.storage.journal import Authorship

if TYPE_CHECKING:
    from sqlalchemy import Connection

ADMIN_ROLE = (ENGINE, ADMIN)
SESSION_MS = 14 * 86_400_000
TOKEN_MS = 365 * 86_400_000
SEEN_EVERY_MS = 60_000
SEEN_KEPT = 10_000
LEAST_PASSWORD = 8
LANGUAGES = ("zh", "en")

_QUICK = PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1)
"""For passwords that chance has drawn: what a hash says of itself is enough to check it."""


def is_admin(viewer: Viewer) -> bool:
    """Tell whether somebody is an administrator of this installation."""
    return ADMIN_ROLE in viewer.roles


class Directory:
    """The people of one instance."""

    def __init__(self, execution: Execution) -> None:
        """Work with the execution's database, clocks and randomness."""
        self._execution = execution
        self._database = execution.database
        self._hasher = PasswordHasher()
        self._throttle = Throttle(execution.clocks.real)
        self._seen: dict[str, Moment] = {}

    def sign_in(self, name: str, password: str) -> str:
        """Return the secret of a new session; EngineError where name or password are wrong or were tried too often."""
        self._throttle.check(name)
        with self._database.read() as connection:
            user = stored.user_by_name(connection, name)
            kept = stored.password_hash(connection, user.id) if user else None
        fits = self._fits(kept or self._nobody, password)
        if user is None or kept is None or not user.active or not fits:
            self._throttle.failed(name)
            raise EngineError(problems.WRONG_SIGN_IN.at())
        self._throttle.succeeded(name)
        secret, now = secrets.token_urlsafe(32), self._execution.clocks.real()
        with self._database.write() as connection:
            credentials.open_session(connection, _digest(secret), user.id, now, now + SESSION_MS)
        return secret

    @cached_property
    def _nobody(self) -> str:
        """What a password is checked against where there is no such user, so that both answers take as long."""
        return self._hasher.hash(secrets.token_hex(16))

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False

    def viewer_of_session(self, secret: str) -> Viewer | None:
        """Return whose session this is, or None where it is over; its end moves on while it is used."""
        digest, now = _digest(secret), self._execution.clocks.real()
        with self._database.read() as connection:
            user = credentials.session_user(connection, digest, now)
            viewer = viewer_in(connection, user) if user else None
        if viewer is not None and self._seen.get(digest, 0) < now - SEEN_EVERY_MS:
            self._note_seen(digest, now)
        return viewer

    def _note_seen(self, digest: str, now: Moment) -> None:
        """Put off the end of a session, at most once a minute in this process: reading stays reading."""
        if len(self._seen) >= SEEN_KEPT:
            self._seen.clear()
        self._seen[digest] = now
        with self._database.write() as connection:
            credentials.see_session(connection, digest, now, now + SESSION_MS)

    def viewer_of_token(self, secret: str) -> Viewer | None:
        """Return whose token this is, or None where it is over."""
        with self._database.read() as connection:
            user = credentials.token_user(connection, _digest(secret), self._execution.clocks.real())
            return viewer_in(connection, user) if user else None

    def sign_out(self, secret: str) -> None:
        """End a session."""
        with self._database.write() as connection:
            credentials.revoke_session(connection, _digest(secret), self._execution.clocks.real())

    def viewer(self, user: str) -> Viewer:
        """Return a user as a viewer; EngineError where there is none or it is not active."""
        with self._database.read() as connection:
            found = viewer_in(connection, user)
        if found is None:
            raise EngineError(problems.NO_USER.at(name=user))
        return found

    def set_language(self, viewer: Viewer, language: str) -> None:
        """Note the language in which a user reads; any but ``zh`` and ``en`` is ignored."""
        if language in LANGUAGES:
            with self._database.write() as connection:
                stored.change_user(connection, self._by(viewer.id), viewer.id, {"language": language})

    def people(self) -> tuple[tuple[str, str], ...]:
        """Return the ids and names of the active users, in the order in which one looks for them."""
        active = [(user.id, user.display_name) for user in self.everybody() if user.active]
        return tuple(sorted(active, key=lambda one: reading_order(one[1])))

    def everybody(self) -> tuple[User, ...]:
        """Return all users in order of their names."""
        with self._database.read() as connection:
            return stored.users(connection)

    def add_user(
        self,
        name: str,
        display_name: str,
        password: str | None = None,
        manager: str | None = None,
        department: str | None = None,
        *,
        drawn: bool = False,
    ) -> str:
        """Add a user and return the id; without a password nobody can sign in as this user.

        A password that was ``drawn``, from so many that nobody comes upon it, need not be slow to check.
        """
        if password is not None and len(password) < LEAST_PASSWORD:
            raise EngineError(problems.SHORT_PASSWORD.at("password", least=LEAST_PASSWORD))
        id = uuid7(self._execution.clocks.business(), self._execution.randomness(10))
        user = User(id, name, display_name, manager_id=manager, department=department)
        hasher = _QUICK if drawn else self._hasher
        hashed = None if password is None else hasher.hash(password)
        with self._database.write() as connection:
            stored.add_user(connection, self._by(None), user, hashed)
        return id

    def grant(self, name: str, app: str, role: str) -> None:
        """Give a user a role of an app, or the engine's own ``ADMIN_ROLE``, and what comes with it (``give``)."""
        with self._database.write() as connection:
            give(self._execution, connection, self._by(None), named(connection, name).id, app, role)

    def issue_token(self, name: str, label: str) -> str:
        """Return the secret of a new API token of a user; it is shown this once."""
        secret = secrets.token_urlsafe(32)
        with self._database.write() as connection:
            user = named(connection, name)
            ends = self._execution.clocks.real() + TOKEN_MS
            credentials.issue_token(connection, self._by(None), _digest(secret), user.id, label, ends)
        return secret

    def set_password(self, name: str, password: str) -> None:
        """Set a user's password and end every session that was opened with the one before."""
        if len(password) < LEAST_PASSWORD:
            raise EngineError(problems.SHORT_PASSWORD.at("password", least=LEAST_PASSWORD))
        with self._database.write() as connection:
            user, by = named(connection, name), self._by(None)
            stored.set_password(connection, by, user.id, self._hasher.hash(password))
            credentials.revoke_sessions(connection, by, user.id, self._execution.clocks.real())

    def _by(self, user: str | None) -> Authorship:
        return authorship(self._execution, user)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def viewer_in(connection: Connection, id: str) -> Viewer | None:
    """Return a user as a viewer, or None where there is none or it is not active."""
    found = stored.users_with_roles(connection, (id,))
    return next(
        (Viewer(one.id, one.name, one.display_name, one.language, roles) for one, roles in found if one.active), None
    )
