"""Approvals in the making of a decision: who is asked, what is done in them, and what that does to their records."""
