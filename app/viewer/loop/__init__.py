"""Viewer loop: window, input and command handlers, screen layout, camera path playback."""
