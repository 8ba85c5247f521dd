"""Pretraining of the weights in `denoiser/weights` on noisy frames of random rooms."""
