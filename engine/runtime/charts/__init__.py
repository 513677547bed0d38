"""Figures as pictures: where each shape of a chart stands; it knows numbers and words, no page and no rights."""
