"""Rules: on which events they look, when they fire and what they do. Pure; what an action means is decided elsewhere."""
