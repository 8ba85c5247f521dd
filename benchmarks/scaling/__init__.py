"""Time and memory over the size of a scene."""
