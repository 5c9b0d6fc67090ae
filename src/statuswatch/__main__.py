"""`python -m statuswatch`."""

import sys

from statuswatch.cli import main

if __name__ == "__main__":
    sys.exit(main())
