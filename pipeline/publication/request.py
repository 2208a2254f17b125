"""What a user asks of a run."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    period: str
    inputs: Path
    outputs: Path
    catalogues: tuple[str, ...]
    lang: str = "de"
    accept_missing: bool = False
    wait_seconds: float = 0  # for a run that holds the outputs
    cache: bool = True  # whether what former runs kept may be used
