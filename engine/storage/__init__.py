"""Keeps records, their journal and everything else that must outlive a process; knows nothing of what they mean."""
