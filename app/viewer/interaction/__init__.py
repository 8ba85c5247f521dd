"""State of the viewer that input and panel change: camera controls, commands, edits."""
