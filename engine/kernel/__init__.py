"""What every room needs and none owns: problems with codes, identifiers, clocks, calendars of numbers, canonical JSON."""
