"""Designing apps in the browser: each change a step of the draft; it knows the draft, and writes nothing else."""
