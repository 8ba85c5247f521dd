"""Comparison of Hush with other image denoisers on the same noisy pictures."""
