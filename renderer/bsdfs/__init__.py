"""BSDFs: evaluation, sampling and densities on the device. Device code."""
