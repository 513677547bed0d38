"""The studio: pages on which apps are designed, each change a step of the draft."""
