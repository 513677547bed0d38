"""Rows of a file that somebody imports, inside of a decision."""
