"""Deciding: a command and the facts it needs become one changeset or one refusal. Pure."""
