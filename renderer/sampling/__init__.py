"""Random numbers and warps to densities. Device code."""
