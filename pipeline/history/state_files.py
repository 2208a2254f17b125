"""The state beside a publication's tables: `state/*.parquet`, catalogues, settings, a list of all.

The same state gives the same bytes. A state that cannot be read is no error: the reason is
reported.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.common.catalogue import Catalogue, load
from pipeline.common.settings import ActorRules, CohortRules, Settings
from pipeline.figures.inputs import INPUT_COLUMNS
from pipeline.history.missing_columns import NEEDED
from pipeline.history.published import STATE, DamagedError, Publication
from pipeline.history.state import State, from_frames, to_frames
from schemas.checked import as_tuples
from schemas.slips import DeclarationError

# Raised whenever a state of before cannot be evaluated as it was: a column means something else.
FORMAT = 1
LIST, CATALOGUES = f"{STATE}/state.json", "catalogues"
MISSING, DAMAGED, OLDER = "missing", "damaged", "older"


class UnusableStateError(Exception):
    """A state cannot be used.

    why: MISSING, DAMAGED or OLDER. files: those that are damaged.
    """

    def __init__(self, why: str, *files: Path) -> None:
        super().__init__(why)
        self.why, self.files = why, files


# ----------------------------------------------------------------------------------------- writing
def write_state(state: State, folder: Path) -> dict[str, str]:
    """Write the state below a publication's folder, see `read_state`; return the checksums."""
    files = {f"{name}.parquet": _parquet(frame) for name, frame in to_frames(state).items()}
    for name, catalogue in state.catalogues.items():
        if catalogue is not None:
            files[f"{CATALOGUES}/{name}.toml"] = catalogue.path.read_bytes()
    listed = {
        "format": FORMAT,
        "settings": _kept_settings(state.portfolio.settings),
        "catalogues": list(state.catalogues),
        "files": {name: sha256(content).hexdigest() for name, content in files.items()},
    }
    text = json.dumps(listed, ensure_ascii=False, indent=2) + "\n"
    every = {f"{STATE}/{name}": content for name, content in files.items()} | {LIST: text.encode()}
    for name, content in every.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return {name: sha256(content).hexdigest() for name, content in every.items()}


def _parquet(frame: pl.DataFrame) -> bytes:
    target = BytesIO()
    frame.write_parquet(target, compression="zstd", statistics=False)
    return target.getvalue()


def _kept_settings(settings: Settings) -> dict[str, Any]:
    return {
        "actors": settings.actors.model_dump(),
        "cohorts": settings.cohorts.model_dump(),
        "own_sources": list(settings.funding.own_sources),
    }


# ----------------------------------------------------------------------------------------- reading
def read_state(publication: Publication, settings: Settings) -> State:
    """Return the state of a publication; a catalogue that this version cannot read is None.

    settings: the present ones, in place of those that no figure depends on. UnusableStateError if
    the state is missing, damaged or of another format.
    """
    if not (publication.folder / LIST).is_file():
        raise UnusableStateError(MISSING)
    listed = _list(publication)
    contents = {n: _checked(publication, n, digest) for n, digest in listed["files"].items()}
    own = publication.folder / STATE
    try:
        frames = {name: pl.read_parquet(contents[f"{name}.parquet"]) for name in INPUT_COLUMNS}
        rules = _settings(listed["settings"], settings)
        catalogues = {name: _catalogue(own, name, contents) for name in listed["catalogues"]}
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableStateError(OLDER) from error
    except pl.exceptions.PolarsError as error:
        raise UnusableStateError(DAMAGED, own) from error
    state = from_frames(frames, catalogues, rules)
    if NEEDED.intersection(state.missing):
        raise UnusableStateError(OLDER)
    return state


def _list(publication: Publication) -> Mapping[str, Any]:
    damaged = UnusableStateError(DAMAGED, publication.folder / LIST)
    try:
        listed: Mapping[str, Any] = json.loads(publication.content(LIST))
        if listed["format"] != FORMAT:
            raise UnusableStateError(OLDER)
        if not isinstance(listed["files"], dict):
            raise damaged
    except (DamagedError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise damaged from error
    return listed


def _checked(publication: Publication, name: str, digest: str) -> bytes:
    """Return a file's content if it is unchanged.

    Checked against the list, too: an older publication has no other checksums.
    """
    file = f"{STATE}/{name}"
    try:
        content = publication.content(file)
    except DamagedError as error:
        raise UnusableStateError(DAMAGED, *error.files) from error
    if sha256(content).hexdigest() != digest:
        raise UnusableStateError(DAMAGED, publication.folder / file)
    return content


def _settings(stored: Mapping[str, Any], settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "actors": ActorRules(**as_tuples(stored["actors"])),
            "cohorts": CohortRules(**as_tuples(stored["cohorts"])),
            "funding": settings.funding.model_copy(
                update={"own_sources": as_tuples(stored["own_sources"])}
            ),
        }
    )


def _catalogue(folder: Path, name: str, checked: Mapping[str, bytes]) -> Catalogue | None:
    """Return a catalogue of that time, a record; KeyError if its file is not in the list."""
    file = f"{CATALOGUES}/{name}.toml"
    _ = checked[file]
    try:
        return load(str(folder / file))
    except DeclarationError:
        return None
