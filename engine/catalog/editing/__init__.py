"""Changing designs element by element: each function takes a document and returns the next one; it knows no drafts."""
