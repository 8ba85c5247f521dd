"""Files of stacks: volumes, movies and series of slices, written back in their own format."""
