"""Command line: flags, their types, and the check that a mode reads each flag given."""
