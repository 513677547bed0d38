"""Rules: on which events they look, when they fire and what they do. Pure; actions are done elsewhere."""
