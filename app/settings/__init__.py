"""Settings records of the program."""
