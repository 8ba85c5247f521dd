"""Reader of Mitsuba XML files."""
