"""Files that a run leaves: frame log, report, comparison figure, provenance."""
