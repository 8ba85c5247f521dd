"""Starts Hush: hands the command line to the program."""
import os
import sys

os.environ.setdefault("ENABLE_TAICHI_HEADER_PRINT", "0")

from app.main import main  # noqa: E402  Taichi greets on import unless told not to, just above

if __name__ == "__main__":
    sys.exit(main())
