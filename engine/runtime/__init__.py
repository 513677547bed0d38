"""The shell around deciding: it fetches facts, applies changesets and answers questions."""
