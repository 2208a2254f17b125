"""The command line: the commands by their names, and what ends a command in words."""

import atexit
import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

import typer
from typer.main import get_command

from pipeline.commands import adopt, check, demo, diff, find, map, release, run, template
from pipeline.commands.help import Command, Group, requested_language, translate
from pipeline.commands.options import OneLang
from pipeline.commands.wrong_usage import in_both_languages
from pipeline.common.errors import (
    LEAST_SPACE,
    LEAST_SPACE_OF_PICTURES,
    PLACE,
    explain,
    insufficient_limit,
    system_error_behind,
)
from pipeline.common.terminal import fail
from pipeline.common.texts import LANGUAGES
from schemas.slips import WrongUsageError

PROGRAM, COMPLETE = "cluster-review", "_CLUSTER_REVIEW_COMPLETE"
HELP = {"-h", "--help"}
NOT_DONE, USAGE_ERROR = 1, 2
# As a shell says it of a program whose output nobody reads on (`| head`).
NOBODY_READS = 141
OUTPUT = "Standardausgabe / standard output"


class Known(NamedTuple):
    """A command. writes: the option that says where to, named if the system names no file."""

    work: Callable[..., int]
    writes: str | None = None
    publishes: bool = False


COMMANDS = {
    "run": Known(run.command, "outputs", publishes=True),
    "check": Known(check.command, "feedback"),
    "template": Known(template.command, "file"),
    "release": Known(release.command, "outputs", publishes=True),
    "adopt": Known(adopt.command, "inputs"),
    "map": Known(map.command, "output"),
    "diff": Known(diff.command),
    "find": Known(find.command),
    "demo": Known(demo.command, "folder"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (contract 4)."""
    # Without this, Python searches all objects for cycles when it ends, which takes 0.2 s.
    atexit.register(gc.freeze)
    given = list(sys.argv[1:] if arguments is None else arguments)
    lang = requested_language(given)
    try:
        app: Any = get_command(application())
        if not given or not HELP.isdisjoint(given) or COMPLETE in os.environ:
            translate(app, lang)
        code: int = app.main(
            given, prog_name=PROGRAM, complete_var=COMPLETE, standalone_mode=False, obj=lang
        )
    except SystemExit as end:  # so typer ends after it has shown the script of completion
        return int(end.code or 0)
    except typer.TyperException as error:
        return fail(error.exit_code, in_both_languages(error, PROGRAM))
    except WrongUsageError as error:
        return fail(USAGE_ERROR, str(error))
    return code


def application() -> typer.Typer:
    """Return the application with all commands."""
    names = {"help_option_names": sorted(HELP)}
    app = typer.Typer(cls=Group, no_args_is_help=True, context_settings=names)
    app.callback()(for_all)
    for name, command in COMMANDS.items():
        app.command(name, cls=Command)(ended_in_words(command))
    return app


def for_all(context: typer.Context, lang: OneLang = None) -> None:
    """Hand `--lang` before a command on to the command."""
    if lang is not None:
        context.default_map = {name: {"lang": lang} for name in COMMANDS}


def ended_in_words(command: Known) -> Callable[..., int]:
    """Return what a command does; what the system refuses ends it in words."""

    @wraps(command.work)
    def work(**options: Any) -> int:
        lang: str | None = options["lang"]
        lack = insufficient_limit(LEAST_SPACE_OF_PICTURES if command.publishes else LEAST_SPACE)
        if lack is not None:
            return refuse(NOT_DONE, lack, lang)
        try:
            code = command.work(**options)
            sys.stdout.flush()
        except WrongUsageError as error:
            return fail(USAGE_ERROR, str(error))
        except BrokenPipeError:
            print_no_more()
            return NOBODY_READS
        except Exception as error:
            named = [path for path in options.values() if isinstance(path, Path)]
            system = system_error_behind(error, named)
            if system is None:
                raise
            wrong = system.errno in PLACE and not command.publishes
            message = explain(system, place(options.get(command.writes or "")))
            return refuse(USAGE_ERROR if wrong else NOT_DONE, message, lang)
        return code

    return work


def refuse(code: int, message: tuple[str, str], lang: str | None) -> int:
    """Print the message in the requested language, else in both; return the exit code."""
    return fail(code, "\n".join(message) if lang is None else message[LANGUAGES.index(lang)])


def place(written: Path | None) -> Path | str:
    """Return what a command writes to, for an error in which the system names no file."""
    try:
        sys.stdout.flush()
    except OSError:
        print_no_more()
        return OUTPUT
    return written or OUTPUT


def print_no_more() -> None:
    """Let nothing be printed any more: what waits to be is refused once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
