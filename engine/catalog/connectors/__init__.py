"""Connectors as an app states them: what is asked of a partner, and what of the answer is kept; nothing calls here."""
