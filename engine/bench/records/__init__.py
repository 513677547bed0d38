"""Submitting, listing and opening records against what one would write by hand."""
