"""Benchmarks: every figure is a ratio to what one would write by hand, measured in the same run."""
