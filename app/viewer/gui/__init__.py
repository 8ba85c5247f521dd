"""Panel, overlays and plots, over pyimgui or imgui-bundle."""
