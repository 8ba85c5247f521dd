"""Text of pbrt files: tokens, statements, and the world that they describe."""
