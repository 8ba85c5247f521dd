"""Denoisers compared along camera paths: the online networks and Open Image Denoise."""
