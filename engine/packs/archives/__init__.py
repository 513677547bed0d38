"""Archives: apps with their revisions, records, files and journal as one file, written, verified and taken in."""
