"""Measures what people feel while a design is published: half of what two processes can serve, for 20 seconds.

python -m tests.perf.publishing_under_load

Two processes of ``youju serve`` over one database, first SQLite, then PostgreSQL; programs that read and write over
HTTP at half of the rate that was measured just before; meanwhile five revisions. No request may fail, no write be lost.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from engine.bench.measuring import yardstick
from tests.support.load import load
from tests.support.postgres import running_postgres
from tests.support.publishing_beside import Site, missing, published_beside, served

PROGRAMS = 8
CAPACITY_SECONDS = 8.0
SECONDS = 20.0


def measured(site: Site, database: str) -> bool:
    """Print a line of JSON; tell whether nothing failed and nothing is lost."""
    load(site.addresses, site.librarian, PROGRAMS, 2.0, None, "warm")
    full = load(site.addresses, site.librarian, PROGRAMS, CAPACITY_SECONDS, None, "full")
    calm = load(site.addresses, site.librarian, PROGRAMS, CAPACITY_SECONDS, full.rate / 2, "calm")
    seen, publisher = published_beside(site, full.rate / 2, PROGRAMS, SECONDS)
    lost = missing(site, seen)
    failures = full.failures + calm.failures + seen.failures + publisher.wrong
    line = {
        "name": f"publishing under load, {database}",
        "capacity": round(full.rate),
        "rate": round(seen.rate),
        "requests": len(seen.latencies),
        "writes": len(seen.accepted),
        "failed": len(failures),
        "lost": len(lost),
        "retried": {str(status): count for status, count in sorted(seen.retried.items())},
        "calm_ms": {"p50": round(calm.percentile(50)), "p99": round(calm.percentile(99))},
        "publishing_ms": {
            "p50": round(seen.percentile(50)),
            "p99": round(seen.percentile(99)),
            "max": round(max(seen.latencies)),
        },
        "revisions_ms": {name: round(took) for name, took in publisher.took.items()},
        "yardstick": round(yardstick(), 2),
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    for failure in [*failures, *lost][:10]:
        sys.stdout.write(f"  {failure}\n")
    return not failures and not lost


def main() -> int:
    """Measure on both databases; 1 where anything failed or is lost."""
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server:
        with served(Path(folder) / "sqlite", None) as site:
            holds = measured(site, "SQLite")
        with served(Path(folder) / "postgresql", server.create("load")) as site:
            holds = measured(site, "PostgreSQL") and holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
