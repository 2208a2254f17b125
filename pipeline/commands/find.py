"""`cluster-review find`: in which files a text stands, also inside workbooks and tables."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.options import INPUTS, OUTPUTS, Inputs, Lang, Outputs
from pipeline.common.settings import load_settings
from pipeline.common.terminal import fail, plain

NOT_FOUND, USAGE_ERROR = 1, 2
PREFECT = Path(".prefect")
# The folders that are searched if they exist; a folder that the user names must exist.
USUAL = (INPUTS, OUTPUTS, PREFECT)
LEAST = 3
MESSAGES = {
    "short": {
        "de": "Bitte mindestens {n} Zeichen suchen.",
        "en": "Please search for at least {n} characters.",
    },
    "folder": {
        "de": "{folder} ist kein Ordner. Bitte einen Ordner nennen, der durchsucht werden soll.",
        "en": "{folder} is no folder. Please name a folder to be searched.",
    },
    "unread": {
        "de": "{path}: nicht ganz durchsucht (beschädigt, verschlüsselt oder zu groß), bitte "
        "selbst nachsehen",
        "en": "{path}: not searched to its end (damaged, encrypted or too large), please look "
        "yourself",
    },
    "end": {
        "de": "Dateien mit „{text}“: {n}. Durchsucht: {folders}.",
        "en": 'Files with "{text}": {n}. Searched: {folders}.',
    },
}


def command(
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    folders: Annotated[list[Path] | None, typer.Argument(metavar="DIR")] = None,
    inputs: Inputs = INPUTS,
    outputs: Outputs = OUTPUTS,
    lang: Lang = "de",
) -> int:
    """Print the files that contain the text.

    Exit codes: 0 some were found, 1 none, or only files that could not be searched, 2 wrong usage.
    """
    from pipeline.publication.find import find_text

    if len(text.strip()) < LEAST:
        return fail(USAGE_ERROR, MESSAGES["short"][lang].format(n=LEAST))
    usual = [f for f in (inputs, outputs, PREFECT) if f not in USUAL or f.is_dir()]
    searched = folders or usual
    for folder in searched:
        if not folder.is_dir():
            return fail(USAGE_ERROR, MESSAGES["folder"][lang].format(folder=folder))
    count = 0
    for match in find_text(text, searched, load_settings().intake.max_unpacked_mb):
        count += match.searched
        sentence = "{path}" if match.searched else MESSAGES["unread"][lang]
        print(plain(sentence.format(path=match.path)))
    named = ", ".join(map(str, searched))
    print(plain(MESSAGES["end"][lang].format(text=text, n=count, folders=named)))
    return 0 if count else NOT_FOUND
