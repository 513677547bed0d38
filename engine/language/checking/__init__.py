"""From what was written to what it means: names, types and scales are settled here, and every mistake is named."""
