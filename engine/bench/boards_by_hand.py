"""The statements that somebody would write by hand for the board of the benchmark, one a widget, for both databases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_SEEN = "deleted_at IS NULL AND region <> 'north'"
_LOGGED = "l.app = 'bench' AND l.form = 'deal'"

_KINDS = f"SELECT kind, count(*), sum(amount) FROM deal WHERE {_SEEN} GROUP BY kind ORDER BY 2 DESC"  # noqa: S608 - names of ours
_ROWS = f"""
SELECT id, name, amount, kind FROM deal WHERE {_SEEN} AND state = 'offer' AND amount > %d
ORDER BY amount DESC, id LIMIT 51
"""  # noqa: S608
_TOTALS = f"""
SELECT count(*), avg(amount), 100.0 * count(CASE WHEN kind = 'a' THEN 1 END) / count(*) FROM deal WHERE {_SEEN}
"""  # noqa: S608
_FUNNEL = f"""
WITH r AS (
  SELECT l.record AS record, max(CASE l.target WHEN 'lead' THEN 1 ELSE 0 END) AS lead,
         max(CASE l.target WHEN 'chance' THEN 1 ELSE 0 END) AS chance,
         max(CASE l.target WHEN 'offer' THEN 1 ELSE 0 END) AS offer,
         max(CASE l.target WHEN 'won' THEN 1 ELSE 0 END) AS won
  FROM youju_state_log l WHERE {_LOGGED} GROUP BY l.record)
SELECT count(DISTINCT CASE WHEN lead = 1 THEN customer END),
       count(DISTINCT CASE WHEN lead = 1 AND chance + offer + won > 0 THEN customer END),
       count(DISTINCT CASE WHEN chance = 1 THEN customer END),
       count(DISTINCT CASE WHEN chance = 1 AND offer + won > 0 THEN customer END),
       count(DISTINCT CASE WHEN offer = 1 THEN customer END),
       count(DISTINCT CASE WHEN offer = 1 AND won > 0 THEN customer END),
       count(DISTINCT CASE WHEN won = 1 THEN customer END)
FROM r JOIN deal ON deal.id = r.record WHERE {_SEEN}
"""  # noqa: S608

BY_HAND: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "sqlite": {
            "kinds": _KINDS,
            "months": f"""
SELECT strftime('%Y-%m', seen_at / 1000 + 28800, 'unixepoch') AS month, sum(amount), count(*)
FROM deal WHERE {_SEEN} GROUP BY 1 ORDER BY 1
""",  # noqa: S608
            "totals": _TOTALS,
            "stays": f"""
WITH s AS (
  SELECT l.origin AS origin, l.dwell AS dwell, row_number() OVER (PARTITION BY l.origin ORDER BY l.dwell) AS place,
         count(*) OVER (PARTITION BY l.origin) AS n
  FROM youju_state_log l JOIN deal ON deal.id = l.record WHERE {_LOGGED} AND l.dwell IS NOT NULL AND {_SEEN})
SELECT origin, count(*), avg(dwell) / 86400000.0,
       avg(CASE WHEN place IN ((n + 1) / 2, (n + 2) / 2) THEN dwell END) / 86400000.0
FROM s GROUP BY origin
""",  # noqa: S608
            "funnel": _FUNNEL,
            "rows": _ROWS % 1_500_000,
        },
        "postgresql": {
            "kinds": _KINDS,
            "months": f"""
SELECT date_trunc('month', seen_at AT TIME ZONE 'Asia/Shanghai') AS month, sum(amount), count(*)
FROM deal WHERE {_SEEN} GROUP BY 1 ORDER BY 1
""",  # noqa: S608
            "totals": _TOTALS,
            "stays": f"""
SELECT l.origin, count(*), avg(l.dwell) / 86400000.0,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY l.dwell) / 86400000.0
FROM youju_state_log l JOIN deal ON deal.id = l.record
WHERE {_LOGGED} AND l.dwell IS NOT NULL AND {_SEEN} GROUP BY l.origin
""",  # noqa: S608
            "funnel": _FUNNEL,
            "rows": _ROWS % 15_000,
        },
    }
)
"""By database and widget. Amounts of SQLite are whole numbers of cents, moments milliseconds."""
