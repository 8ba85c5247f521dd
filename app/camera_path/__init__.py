"""Camera paths: splines through key poses, their files, and the default path of a scene."""
