"""Viewer: the window, its event loop, panel and picture. GL, GLFW and imgui stay in here."""
