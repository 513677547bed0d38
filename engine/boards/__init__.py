"""Metrics and boards: what is counted, how it is grouped and lit, and what stands beside what; pure."""
