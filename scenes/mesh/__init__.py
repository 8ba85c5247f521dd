"""Readers of OBJ, MTL and PLY files; mesh validation and normals."""
