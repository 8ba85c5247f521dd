"""Network architectures and their initialisation."""
