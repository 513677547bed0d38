"""From characters to the tree of what was written; nothing here knows what a name or a type means."""
