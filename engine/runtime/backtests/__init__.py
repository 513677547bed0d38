"""Rules tried on the past: a changed rule against the one in use, over records as they were; it writes nothing."""
