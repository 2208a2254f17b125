"""Finds the mapping files."""

from pathlib import Path

FOLDER = "mappings"
SUBMISSIONS = "submissions"


def mapping_files(folder: Path) -> list[Path]:
    """Return the mapping files of a folder in the order of their names; none if it is not there."""
    files = folder.iterdir() if folder.is_dir() else iter(())
    mappings = (p for p in files if p.suffix.lower() == ".toml" and p.name[0] not in "~.")
    return sorted(mappings, key=lambda p: p.name)


def mappings_beside(file: Path) -> list[Path]:
    """Return the mapping files of the period in whose folder of submissions the file lies."""
    folder = file.absolute().parent
    return mapping_files(folder.parent / FOLDER) if folder.name == SUBMISSIONS else []
