"""Built-in scenes, their camera paths, and random rooms for training."""
