"""Documents that are made of records: as they are stated, checked and compiled."""
