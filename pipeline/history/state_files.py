"""The state beside a publication's tables: `state/*.parquet`, catalogues, settings, a list of all.

The same state gives the same bytes. What cannot be read back is no error: its trouble is told.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.catalogue import Catalogue, CatalogueError, load
from pipeline.history.state import KEPT, State, from_frames, to_frames
from pipeline.settings import ActorRules, CohortRules, Settings

# Raised whenever a state of before cannot be evaluated as it was: another column, another meaning.
FORMAT = 1
FOLDER, LIST, CATALOGUES = "state", "state.json", "catalogues"
MISSING, DAMAGED, OLDER = "missing", "damaged", "older"


class StateTroubleError(Exception):
    """A state cannot be used; its argument says why: MISSING, DAMAGED or OLDER."""


# ----------------------------------------------------------------------------------------- writing
def write_state(state: State, folder: Path) -> None:
    """Write the state below a publication's folder; see `read_state`."""
    files = {f"{name}.parquet": _parquet(frame) for name, frame in to_frames(state).items()}
    for name, catalogue in state.catalogues.items():
        files[f"{CATALOGUES}/{name}.toml"] = catalogue.path.read_bytes()
    listed = {
        "format": FORMAT,
        "settings": _kept_settings(state.portfolio.settings),
        "catalogues": list(state.catalogues),
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    files[LIST] = (json.dumps(listed, ensure_ascii=False, indent=2) + "\n").encode()
    for name, content in files.items():
        path = folder / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _parquet(frame: pl.DataFrame) -> bytes:
    target = BytesIO()
    frame.write_parquet(target, compression="zstd", statistics=False)
    return target.getvalue()


def _kept_settings(settings: Settings) -> dict[str, Any]:
    return {
        "actors": asdict(settings.actors),
        "cohorts": asdict(settings.cohorts),
        "own_sources": list(settings.own_sources),
    }


# ----------------------------------------------------------------------------------------- reading
def read_state(folder: Path, settings: Settings) -> State:
    """Return the state below a publication's folder.

    settings: the present ones, in place of those that no figure hangs on. StateTroubleError where
    there is none, or where it is damaged or of another format.
    """
    own = folder / FOLDER
    if not (own / LIST).is_file():
        raise StateTroubleError(MISSING)
    listed = _list(own / LIST)
    contents = {name: _checked(own / name, digest) for name, digest in listed["files"].items()}
    try:
        frames = {name: pl.read_parquet(contents[f"{name}.parquet"]) for name in KEPT}
        rules = _settings(listed["settings"], settings)
        catalogues = {name: _catalogue(own, name, contents) for name in listed["catalogues"]}
    except (KeyError, TypeError, CatalogueError) as error:
        raise StateTroubleError(OLDER) from error
    except pl.exceptions.PolarsError as error:
        raise StateTroubleError(DAMAGED) from error
    if any(frames[name].columns != kept for name, kept in KEPT.items()):
        raise StateTroubleError(OLDER)
    return from_frames(frames, catalogues, rules)


def _list(path: Path) -> Mapping[str, Any]:
    try:
        listed: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if listed["format"] != FORMAT:
            raise StateTroubleError(OLDER)
        if not isinstance(listed["files"], dict):
            raise StateTroubleError(DAMAGED)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StateTroubleError(DAMAGED) from error
    return listed


def _checked(path: Path, digest: str) -> bytes:
    """Return a file's content if it is what was written."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StateTroubleError(DAMAGED) from error
    if sha256(content).hexdigest() != digest:
        raise StateTroubleError(DAMAGED)
    return content


def _settings(kept: Mapping[str, Any], settings: Settings) -> Settings:
    def tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
        return {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}

    return replace(
        settings,
        actors=ActorRules(**tuples(kept["actors"])),
        cohorts=CohortRules(**tuples(kept["cohorts"])),
        own_sources=tuple(kept["own_sources"]),
    )


def _catalogue(folder: Path, name: str, checked: Mapping[str, bytes]) -> Catalogue:
    """Return a catalogue of then; KeyError if its file is not among those that are listed."""
    file = f"{CATALOGUES}/{name}.toml"
    _ = checked[file]
    return load(str(folder / file))
