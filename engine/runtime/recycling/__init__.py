"""The recycle bin of records."""
