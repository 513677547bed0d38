"""Work calendars: the statutory one, and the days on which an instance works otherwise."""
