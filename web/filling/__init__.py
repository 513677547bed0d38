"""Filling forms in a browser: what was posted becomes values, and a form's state becomes controls to draw."""
