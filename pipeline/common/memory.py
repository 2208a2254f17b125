"""How a process of a run keeps and frees its memory."""

import ctypes
import gc
from contextlib import suppress

# Python looks for cycles whenever so many more objects exist. It costs a sixth of the time to look
# after every 700 of the millions that a run makes, and hardly any of them is part of a cycle.
MORE_OBJECTS = 10_000
# Of glibc's mallopt: blocks of so many bytes or more are the system's again once they are freed.
MMAP_THRESHOLD, LARGE = -3, 256 * 1024


def prepare_memory() -> None:
    """Prepare this process for millions of small objects and many large blocks.

    Left alone, glibc raises its threshold with every large block that is freed. Then the pages and
    frames of megabytes that a run makes and frees one after another would stay with its process.
    """
    gc.set_threshold(MORE_OBJECTS)
    with suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).mallopt(MMAP_THRESHOLD, LARGE)


def give_memory_back() -> None:
    """Free objects that only refer to each other, and give the system what is free."""
    gc.collect()
    with suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)
