"""Scene tables, built on the host with numpy and numba. No Taichi, no torch."""
