"""Forms: what a record may hold, how its values are read, and which fields matter now. Pure."""
