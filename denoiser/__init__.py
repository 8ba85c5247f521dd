"""Online denoiser: networks, losses, training from noisy pairs, measures and checkpoints."""
