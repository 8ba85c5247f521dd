"""Training: losses, optimiser, averaged weights, CUDA graphs, checkpoint files."""
