"""The users that a pack brings along for its demo and its scenarios."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from engine.kernel.canonical import Json
from engine.runtime.directory import ADMIN_ROLE, Directory


def add_people(
    directory: Directory,
    app: str,
    users: Iterable[Json],
    passwords: Mapping[str, str] | None = None,
    drawn: Collection[str] = (),
) -> dict[str, str]:
    """Make the users that are not there yet and give all of them their roles in the app; return their ids by name.

    A user who is there may lack roles, when making them was cut short. ``drawn`` names those whose passwords have been
    drawn by chance. ``admin`` makes an administrator of the engine.
    """
    known = {person.name: person.id for person in directory.everybody()}
    for user in users:
        if user["name"] not in known:
            known[user["name"]] = directory.add_user(
                name=user["name"],
                display_name=user["display_name"],
                password=(passwords or {}).get(user["name"]),
                manager=known.get(user.get("manager", "")),
                department=user.get("department"),
                drawn=user["name"] in drawn,
            )
        for role in user["roles"]:
            directory.grant(user["name"], app, role)
        if user.get("admin"):
            directory.grant(user["name"], *ADMIN_ROLE)
    return known
