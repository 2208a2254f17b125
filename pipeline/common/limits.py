"""The limits of one file."""

from dataclasses import dataclass

MB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """The limits of one file; see [intake] in schemas/settings.toml."""

    max_file_mb: int
    max_unpacked_mb: int
    max_ratio: int
    max_parts: int
    max_sheets: int
    max_cells: int
    max_area: int
    max_text_mb: int
    max_seconds: int
    max_memory_mb: int
    workers: int = 0
