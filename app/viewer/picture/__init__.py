"""The picture: what is shown, exposure, zoom, upload to a texture, screenshots."""
