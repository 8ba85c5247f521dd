"""Optical data: spectra, indices of refraction, sky radiance."""
