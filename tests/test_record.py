"""run.json names the libraries that a publication rests on."""

import subprocess
import sys
from importlib.metadata import packages_distributions

from pipeline.publication.cache import READERS as LIBRARIES
from pipeline.publication.record import PACKAGES

READERS = ["worker", "guard", "ooxml", "xlsb", "ods", "xls"]
# They read nothing: Python's installation loads the first, the second runs the processes.
OTHERS = {"cluster-review", "setuptools", "Pebble"}


def test_the_libraries_that_read_are_named() -> None:
    """Those that the reading process loads, for every kind of file, and no others."""
    readers = ", ".join(f"pipeline.intake.{name}" for name in READERS)
    code = f"import sys, olefile, {readers}; print(*{{n.partition('.')[0] for n in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    owners = packages_distributions()
    loaded = {owner for name in done.stdout.split() for owner in owners.get(name, [])}
    assert loaded - OTHERS == set(LIBRARIES)
    assert set(LIBRARIES) <= set(PACKAGES)
