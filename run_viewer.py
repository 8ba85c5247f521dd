"""Starts Hush: hands the command line to the program."""

import sys

from app.base.environment import prepare_libraries

prepare_libraries()

from app.main import main  # noqa: E402  the libraries read their settings on import

if __name__ == "__main__":
    sys.exit(main())
