"""Starts Hush: hands the command line to the program."""

import sys

from hush import main

if __name__ == "__main__":
    sys.exit(main())
