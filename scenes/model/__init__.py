"""Records that describe a scene: shapes, emitters, materials, transforms."""
