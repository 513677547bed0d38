"""Importing records from files: reading them, saying what their columns are, and how far an import is."""
