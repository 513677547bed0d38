"""Decision tables: their design, what is wrong with it, where they have gaps and overlaps, and which rows hit."""
