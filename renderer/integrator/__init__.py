"""Camera and path integrator: kernels and the upload of scene tables."""
