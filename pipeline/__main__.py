"""`python -m pipeline` is `cluster-review`."""

import sys

from pipeline.cli import main

if __name__ == "__main__":
    sys.exit(main())
