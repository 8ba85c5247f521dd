"""Panel, overlays and plots, drawn with imgui."""
