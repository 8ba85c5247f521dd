"""The default scene, room by room."""
