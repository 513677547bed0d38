"""The types of databases that statements name, one object each; it knows nothing of the language.

SQLAlchemy works out once for each object what a dialect makes of a type, so that a fresh one for every mention would
cost about as much as the rest of the mention.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

INTEGER = sa.Integer()
BIG_INTEGER = sa.BigInteger()
NUMERIC = sa.Numeric()
TEXT = sa.Text()
BOOLEAN = sa.Boolean()
DATE = sa.Date()
MOMENT = sa.DateTime(timezone=True)
LOCAL_MOMENT = sa.DateTime()
"""A date and a time of day on the clocks of some zone."""
SEVERAL_VALUES = JSONB()
