"""The least that any program does to take a record over HTTP, written by hand: Flask, jsonschema and SQLAlchemy.

``python -m engine.bench.records.minimal_server URL`` serves it by waitress on a free port, which it prints. It is a
program of its own and shares nothing with the engine: no access, no computed value, no rule, no journal, no outbox.
"""

from __future__ import annotations

import logging
import sys
import uuid
from typing import Any

import flask
import sqlalchemy as sa
import waitress  # type: ignore[import-untyped]
from jsonschema import Draft202012Validator, FormatChecker

THREADS = 8
"""As many requests are served at once as by ``youju serve``."""
BUSY_SECONDS = 10

_TEXT = {"type": "string", "maxLength": 500}
_DECIMAL = {"type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "customer": {"type": "string", "format": "uuid"},
        "kind": {"enum": ["a", "b", "c", "d", "e", "f"]},
        "region": _TEXT,
        "amount": _DECIMAL,
        "quantity": _DECIMAL,
        "discount": _DECIMAL,
        "seen_on": {"type": "string", "format": "date"},
        "met_at": {"type": "string", "minLength": 20, "maxLength": 35},
        "urgent": {"type": "boolean"},
        "phone": {"type": "string", "pattern": "^[0-9+ -]{5,20}$"},
        "note": {"type": "string", "maxLength": 5000},
    },
    "required": ["name", "customer", "kind", "region", "amount", "seen_on"],
    "additionalProperties": False,
}

_metadata = sa.MetaData()
deals = sa.Table(
    "by_hand",
    _metadata,
    sa.Column("id", sa.Text, primary_key=True),
    *(
        sa.Column(key, sa.Boolean if key == "urgent" else sa.Text, nullable=key not in SCHEMA["required"])
        for key in SCHEMA["properties"]
    ),
)


def _opened(url: str) -> sa.Engine:
    """Return an engine; SQLite is as durable as ours is, with a write-ahead log."""
    parsed = sa.engine.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_size=THREADS)
    engine = sa.create_engine(parsed, pool_size=THREADS, connect_args={"timeout": BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a connection of the driver
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    return engine


def minimal(url: str) -> flask.Flask:
    """Return the program; it makes its table where there is none."""
    engine, app = _opened(url), flask.Flask(__name__)
    _metadata.create_all(engine)
    validator = Draft202012Validator(SCHEMA, format_checker=FormatChecker())

    @app.post("/deal")
    def create() -> tuple[flask.Response, int]:
        fields = flask.request.get_json()
        problems = [error.message for error in validator.iter_errors(fields)]
        if problems:
            return flask.jsonify(problems), 422
        row = {**dict.fromkeys(SCHEMA["properties"]), **fields, "id": str(uuid.uuid4())}
        with engine.begin() as connection:
            connection.execute(sa.insert(deals), row)
        return flask.jsonify(row), 201

    return app


def main(url: str) -> None:
    """Serve until told to stop."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(minimal(url), host="127.0.0.1", port=0, threads=THREADS)
    sys.stdout.write(f"http://127.0.0.1:{server.effective_port}\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main(sys.argv[1])
