"""The contents of files: what they are, told from their bytes, and where they are kept; it knows no records."""
