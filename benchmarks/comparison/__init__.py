"""Comparisons of denoisers along camera paths: online networks and Open Image Denoise."""
