"""Starts Hush: hands the command line to the program."""

import os
import sys

os.environ.setdefault("ENABLE_TAICHI_HEADER_PRINT", "0")  # no greeting on the standard output
# Waiting OpenMP threads sleep: spinning, they fight the renderer's threads for the same cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from app.main import main  # noqa: E402  the libraries read both on import

if __name__ == "__main__":
    sys.exit(main())
