"""`python -m infinitesimal` is the same as `dx`."""

import sys

from infinitesimal.cli import main

if __name__ == "__main__":
    sys.exit(main())
