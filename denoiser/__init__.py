"""Online denoiser: networks, losses, training from noisy pairs, metrics and checkpoints."""
