"""Rules as text: the statement that people write, read into the same document that the designer edits, and back."""
