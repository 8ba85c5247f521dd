"""Synthetic corruptions that keep the mean, median or mode of clean images."""
