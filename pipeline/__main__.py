"""`python -m pipeline` is `cluster-review`.

Each process that reads files imports this module too, so nothing large is imported at the top.
"""

import sys


def main() -> int:
    """Run the command line; returns the exit code."""
    from pipeline import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
