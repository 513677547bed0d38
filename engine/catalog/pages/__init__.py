"""Pages of apps: what documents state, and the same with every expression compiled; it draws nothing."""
