"""Scenarios: what a pack promises, as given, when and then, played on an instance that is thrown away."""
