"""The task `stack`: volumes, movies and series of slices, restored from themselves."""
