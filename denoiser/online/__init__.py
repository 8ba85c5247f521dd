"""Online denoiser: network inputs, training on rendered frames, checkpoints."""
