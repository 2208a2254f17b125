"""What a user requests from a run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """A user's request for a run."""

    period: str
    inputs: Path
    outputs: Path
    catalogues: tuple[str, ...]
    lang: str = "de"
    accept_missing: bool = False
    wait_seconds: float = 0  # for a run that holds the lock of the outputs
    cache: bool = True  # whether results stored by former runs may be used
