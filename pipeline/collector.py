"""When Python searches for objects that nobody needs, and when their memory is given back."""

import atexit
import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keep the garbage collector away; afterwards it is on again if it was."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def give_back() -> None:
    """Give what nobody needs any more back to the system, not only to this process."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:  # glibc's
        trim(0)


def none_at_the_end() -> None:
    """Let this process end without a last search: what it held goes with it, a second sooner."""
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
