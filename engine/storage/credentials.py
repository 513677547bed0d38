"""Keeps sessions and tokens by the hash of their secret; knows neither secrets nor how they travel.

Moments here are real ones: a test clock ends nobody's session.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, Update, delete, insert, or_, select, update

from engine.decision.changeset import Note
from engine.kernel.clocks import Moment
from engine.storage import journal, system_tables
from engine.storage.directory import ENGINE_APP, USER_SUBJECT
from engine.storage.journal import Authorship

_SESSION = system_tables.session
_TOKEN = system_tables.token
_SEEN_EVERY = 60_000


@dataclass(frozen=True, slots=True)
class Token:
    """A token as its owner's list shows it."""

    hash: str
    user_id: str
    label: str
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None


def open_session(connection: Connection, secret_hash: str, user: str, now: Moment, expires_at: Moment) -> None:
    """Begin a session of a user."""
    row = {"hash": secret_hash, "user_id": user, "created_at": now, "seen_at": now, "expires_at": expires_at}
    connection.execute(insert(_SESSION), row)


def session_user(connection: Connection, secret_hash: str, now: Moment) -> str | None:
    """Return the id of the user of a session that is neither over nor revoked, or None."""
    query = select(_SESSION.c.user_id).where(
        _SESSION.c.hash == secret_hash, _SESSION.c.expires_at > now, _SESSION.c.revoked_at.is_(None)
    )
    return _user(connection.execute(query).scalar_one_or_none())


def see_session(connection: Connection, secret_hash: str, now: Moment, expires_at: Moment) -> None:
    """Note that a session is used, and put off its end; at most once a minute, so that reading stays reading."""
    is_old = (_SESSION.c.hash == secret_hash, _SESSION.c.seen_at < now - _SEEN_EVERY)
    connection.execute(update(_SESSION).where(*is_old), {"seen_at": now, "expires_at": expires_at})


def revoke_session(connection: Connection, secret_hash: str, now: Moment) -> None:
    """End one session."""
    connection.execute(_ending(_SESSION, now).where(_SESSION.c.hash == secret_hash))


def revoke_sessions(connection: Connection, by: Authorship, user: str, now: Moment) -> int:
    """End all sessions of a user and return how many there were. Journalled."""
    done = connection.execute(_ending(_SESSION, now).where(_SESSION.c.user_id == user)).rowcount
    journal.note(connection, by, [Note(ENGINE_APP, USER_SUBJECT, user, "sessions.revoke", {"count": done})])
    return done


def issue_token(
    connection: Connection, by: Authorship, secret_hash: str, user: str, label: str, expires_at: Moment | None
) -> None:
    """Keep a new token of a user. Journalled by its label."""
    row = {
        "hash": secret_hash,
        "user_id": user,
        "label": label,
        "created_at": by.moment,
        "expires_at": expires_at,
        "revoked_at": None,
    }
    connection.execute(insert(_TOKEN), row)
    journal.note(connection, by, [Note(ENGINE_APP, USER_SUBJECT, user, "token.issue", {"label": label})])


def token_user(connection: Connection, secret_hash: str, now: Moment) -> str | None:
    """Return the id of the user of a token that is neither over nor revoked, or None."""
    lasts = or_(_TOKEN.c.expires_at.is_(None), _TOKEN.c.expires_at > now)
    query = select(_TOKEN.c.user_id).where(_TOKEN.c.hash == secret_hash, lasts, _TOKEN.c.revoked_at.is_(None))
    return _user(connection.execute(query).scalar_one_or_none())


def revoke_token(connection: Connection, by: Authorship, secret_hash: str, user: str, now: Moment) -> bool:
    """End a token of this user; tell whether there was one. Journalled."""
    found = connection.execute(_ending(_TOKEN, now).where(_TOKEN.c.hash == secret_hash, _TOKEN.c.user_id == user))
    if found.rowcount:
        journal.note(connection, by, [Note(ENGINE_APP, USER_SUBJECT, user, "token.revoke", {"hash": secret_hash})])
    return bool(found.rowcount)


def tokens_of(connection: Connection, user: str) -> tuple[Token, ...]:
    """Return the tokens of a user, newest first."""
    columns = (_TOKEN.c[name] for name in Token.__slots__)
    query = select(*columns).where(_TOKEN.c.user_id == user).order_by(_TOKEN.c.created_at.desc(), _TOKEN.c.hash)
    return tuple(Token(*row) for row in connection.execute(query))


def forget_sessions(connection: Connection, before: Moment) -> int:
    """Delete the sessions that were over before that moment; return how many."""
    return connection.execute(delete(_SESSION).where(_SESSION.c.expires_at < before)).rowcount


def _ending(table: Table, now: Moment) -> Update:
    return update(table).where(table.c.revoked_at.is_(None)).values(revoked_at=now)


def _user(found: object) -> str | None:
    return None if found is None else str(found)
