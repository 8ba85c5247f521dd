"""Restoration of one noisy image alone, without a second exposure and without clean data."""
