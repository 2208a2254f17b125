"""cluster-review: the quarterly review of a portfolio of innovation clusters."""

import os

# What polars works out lazily, our frames are small enough for its engine in memory, which takes
# two thirds of the time of its streaming one. Said before polars is loaded.
os.environ.setdefault("POLARS_ENGINE_AFFINITY", "in-memory")
