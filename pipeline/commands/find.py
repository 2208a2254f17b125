"""`cluster-review find`: in which files a text stands, also inside workbooks and tables."""

import argparse
from pathlib import Path

from pipeline.common.settings import load_settings
from pipeline.common.terminal import fail, plain
from pipeline.publication.find import places

NOT_FOUND, USAGE_ERROR = 1, 2
FOLDERS = ("inputs", "outputs", ".prefect")
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


def command(arguments: argparse.Namespace) -> int:
    """Name the files; 0 there are some, 1 none (or none for sure), 2 wrong usage."""
    lang, text = arguments.lang, arguments.text
    if len(text.strip()) < LEAST:
        return fail(USAGE_ERROR, MESSAGES["short"][lang].format(n=LEAST))
    folders = arguments.folders or [Path(name) for name in FOLDERS if Path(name).is_dir()]
    for folder in folders:
        if not folder.is_dir():
            return fail(USAGE_ERROR, MESSAGES["folder"][lang].format(folder=folder))
    count = 0
    for place in places(text, folders, load_settings().intake.max_unpacked_mb):
        count += place.searched
        said = "{path}" if place.searched else MESSAGES["unread"][lang]
        print(plain(said.format(path=place.path)))
    searched = ", ".join(map(str, folders))
    print(plain(MESSAGES["end"][lang].format(text=text, n=count, folders=searched)))
    return 0 if count else NOT_FOUND
