"""From trees back to text: what was meant, for people to read."""
