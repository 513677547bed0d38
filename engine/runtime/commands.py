"""The commands ``user`` and ``app list``: words for what the directory does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import cast

import click

from engine.catalog.apps import App
from engine.kernel.problems import EngineError
from engine.runtime.activating import set_active
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.granting import known_role, revoke_by_name
from engine.runtime.problems import NO_USER
from engine.runtime.services import Services


def is_chinese() -> bool:
    """Tell whether the shell speaks Chinese, as its ``LANG`` says."""
    return os.environ.get("LANG", "").startswith("zh")


def services() -> Services:
    """Return the services of the installation that the command line was started for."""
    opener = cast("Callable[[], Services]", click.get_current_context().obj)
    return opener()


@click.group()
def user() -> None:
    """Users, their roles and tokens."""


@user.command("add")
@click.argument("name")
@click.option("--display-name", help="The name that people read; the user name unless given.")
@click.option("--manager", help="The user name of the superior.")
@click.option("--admin", is_flag=True, help="Make an administrator of the installation.")
@click.password_option(help="Asked for unless given.")
def add_user(name: str, display_name: str | None, manager: str | None, admin: bool, password: str) -> None:
    """Add a user."""
    directory = services().directory
    above = next((person.id for person in directory.everybody() if person.name == manager), None)
    if manager is not None and above is None:
        raise EngineError(NO_USER.at("manager", name=manager))
    directory.add_user(name, display_name or name, password, above)
    if admin:
        directory.grant(name, *ADMIN_ROLE)
    click.echo(f"{name} ✓")


@user.command("list")
def list_users() -> None:
    """Show all users."""
    for person in services().directory.everybody():
        click.echo(f"{person.name}\t{person.display_name}\t{'' if person.active else '停用 inactive'}")


@user.command("grant")
@click.argument("name")
@click.argument("app")
@click.argument("role")
def grant(name: str, app: str, role: str) -> None:
    """Give a user a role in an app."""
    opened = services()
    if (app, role) != ADMIN_ROLE:
        with opened.execution.database.read() as connection:
            known_role(opened.execution, connection, app, role)
    opened.directory.grant(name, app, role)
    click.echo(f"{name}: {app}.{role} ✓")


@user.command("revoke")
@click.argument("name")
@click.argument("app")
@click.argument("role")
def revoke(name: str, app: str, role: str) -> None:
    """Take a role in an app from a user."""
    revoke_by_name(services().execution, name, app, role)
    click.echo(f"{name}: {app}.{role} ✓")


def _installed(opened: Services) -> Mapping[str, App]:
    with opened.execution.database.read() as connection:
        return opened.execution.catalogs.current(connection).catalog.apps


@user.command("token")
@click.argument("name")
@click.option("--label", default="cli", show_default=True, help="What the token is for.")
def issue_token(name: str, label: str) -> None:
    """Make an API token of a user and print it, this once."""
    click.echo(services().directory.issue_token(name, label))


@user.command("password")
@click.argument("name")
@click.password_option()
def set_password(name: str, password: str) -> None:
    """Set a user's password; every open session of the user ends."""
    services().directory.set_password(name, password)
    click.echo(f"{name} ✓")


@user.command("enable")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def enable(names: tuple[str, ...]) -> None:
    """Let users act again, or for the first time where they came with an archive; each needs a password to sign in."""
    _set_active(names, active=True)


@user.command("disable")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def disable(names: tuple[str, ...]) -> None:
    """Let users act no more, and end their sessions; what they have done stays."""
    _set_active(names, active=False)


def _set_active(names: tuple[str, ...], *, active: bool) -> None:
    for name in names:
        set_active(services().execution, name, active=active)
        click.echo(f"{name} ✓")


@click.group()
def app() -> None:
    """Apps: list them, check and move their designs, take them elsewhere with all that they hold."""


@app.command("list")
def list_apps() -> None:
    """Show the installed apps with their revisions."""
    for item in _installed(services()).values():
        click.echo(f"{item.key}\t{item.labels.zh}\t{item.labels.en}\t{item.revision}")
