"""Viewer: window, event loop, panel, image display. Only this package uses GL, GLFW, imgui."""
