"""Runs of rules for administrators: finding them, reading one, and taking back what it did."""
