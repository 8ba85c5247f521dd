"""Image files: reading, encodings (sRGB, RGBE), opacity."""
