"""What every room needs and none owns: problems with codes, identifiers, clocks, values, canonical JSON."""
