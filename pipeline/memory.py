"""What polars' allocator does with memory that is free again. Stands before polars is loaded.

It keeps such memory for some seconds, which is faster. Of a portfolio of thousands that would be
more than what is in use.
"""

import os
from pathlib import Path

# jemalloc's, on Linux; elsewhere nobody reads it
NAME, AT_ONCE = "_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0"
LARGE = 1000


def give_back_if_large(submissions: Path) -> None:
    """Have free memory given back at once where there are very many submissions.

    Also in the processes that are started later. What the user has set stays.
    """
    if submissions.is_dir() and sum(1 for _ in submissions.iterdir()) > LARGE:
        os.environ.setdefault(NAME, AT_ONCE)
