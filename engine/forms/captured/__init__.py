"""What is captured – files, photos, recordings, signatures, places, codes – as values of fields, not as contents."""
