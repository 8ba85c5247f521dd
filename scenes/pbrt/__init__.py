"""Reader of pbrt-v4 scene files (https://pbrt.org/fileformat-v4)."""
