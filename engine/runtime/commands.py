"""The commands ``user`` and ``app``: words for what the directory and publishing do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

import click

from engine.catalog.apps import App
from engine.catalog.problems import MISSING_DOCUMENT
from engine.decision.changeset import Actor
from engine.kernel.canonical import pretty
from engine.kernel.problems import EngineError
from engine.kernel.strict_json import Unread, read_json
from engine.runtime.directory import ADMIN_ROLE
from engine.runtime.problems import BAD_FILE, NO_APP, NO_ROLE, NO_USER
from engine.runtime.publishing import publish
from engine.runtime.services import Services


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
        _refuse_unknown_role(opened, app, role)
    opened.directory.grant(name, app, role)
    click.echo(f"{name}: {app}.{role} ✓")


def _refuse_unknown_role(opened: Services, app: str, role: str) -> None:
    apps = _installed(opened)
    if app not in apps:
        raise EngineError(NO_APP.at("app", app=app, known=", ".join(apps)))
    known = [item.key for item in apps[app].definition.roles]
    if role not in known:
        raise EngineError(NO_ROLE.at("role", app=app, role=role, known=", ".join(known)))


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


@click.group()
def app() -> None:
    """Apps: list, publish a changed folder, show the definition."""


@app.command("list")
def list_apps() -> None:
    """Show the installed apps with their revisions."""
    for item in _installed(services()).values():
        click.echo(f"{item.key}\t{item.labels.zh}\t{item.labels.en}\t{item.revision}")


@app.command("show")
@click.argument("key")
def show_app(key: str) -> None:
    """Print the documents of an app as JSON."""
    apps = _installed(services())
    if key not in apps:
        raise EngineError(NO_APP.at(app=key, known=", ".join(apps)))
    click.echo(pretty(dict(apps[key].definition.documents)), nl=False)


@app.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish_app(file: Path) -> None:
    """Publish the documents in FILE, as ``app show`` prints them, as the next revision of their app."""
    documents = read_json(file.read_bytes())
    if isinstance(documents, Unread):
        raise EngineError(BAD_FILE.at(file.name, line=documents.line, column=documents.column, reason=documents.reason))
    if not isinstance(documents, dict):
        raise EngineError(MISSING_DOCUMENT.at(file.name, name="app.json"))
    click.echo(publish(services().execution, documents, Actor(None)))
