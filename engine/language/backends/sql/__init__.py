"""The SQL back end: a typed tree becomes SQLAlchemy expressions for SQLite and PostgreSQL."""
