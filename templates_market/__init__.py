"""The packs that ship with Youju: one folder each, JSON and notes only; no code in a pack."""
