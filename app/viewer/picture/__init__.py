"""Image display: views, exposure, zoom, texture upload, pixel values, screenshots."""
