"""Image files: reading, transfer functions, opacity."""
