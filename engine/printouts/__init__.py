"""Putting documents of records onto paper: what stands in them is worked out elsewhere, here it gets its shape."""
