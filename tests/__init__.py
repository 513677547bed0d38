"""The tests; a package, so that parts of ``tests/support`` are imported by name."""
