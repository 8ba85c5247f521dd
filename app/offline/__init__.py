"""Offline mode: training, evaluation and denoising on corrupted pairs, and its studies."""
