"""Rules as people design them: sentences of words to tap, their text, and trials on records."""
