"""Bursts of frames of one subject: files, alignment, and pairs of crops for training."""
