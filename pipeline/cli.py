"""The command line. Thin: it reads arguments, calls the work and says how it went."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.common.errors import (
    LEAST_SPACE,
    LEAST_SPACE_OF_PICTURES,
    PLACE,
    explained,
    lacking,
    said_by_system,
)
from pipeline.common.terminal import fail
from schemas.slips import WrongUsageError

NOT_DONE, USAGE_ERROR = 1, 2
# As a shell says it of a program whose output nobody reads on (`| head`).
NOBODY_READS = 141
LANGUAGES = ("de", "en")
OUTPUT = "Standardausgabe / standard output"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (contract 4)."""
    parser = build_parser()
    try:
        arguments = parser.parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    return carried_out(arguments)


def carried_out(arguments: argparse.Namespace) -> int:
    """Do what a command shall; what the system refuses ends it in words."""
    publishes = arguments.command in (command_run, command_release)
    lack = lacking(LEAST_SPACE_OF_PICTURES if publishes else LEAST_SPACE)
    if lack is not None:
        return refuse(NOT_DONE, lack, arguments)
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
    except WrongUsageError as error:
        return fail(USAGE_ERROR, str(error))
    except BrokenPipeError:
        print_no_more()
        return NOBODY_READS
    except Exception as error:
        named = [path for path in vars(arguments).values() if isinstance(path, Path)]
        system = said_by_system(error, named)
        if system is None:
            raise
        wrong = system.errno in PLACE and not publishes
        said = explained(system, place(arguments))
        return refuse(USAGE_ERROR if wrong else NOT_DONE, said, arguments)
    return code


def refuse(code: int, said: tuple[str, str], arguments: argparse.Namespace) -> int:
    """Say it in the language asked for, else in both; returns the exit code."""
    lang = getattr(arguments, "lang", None)
    return fail(code, "\n".join(said) if lang is None else said[LANGUAGES.index(lang)])


def place(arguments: argparse.Namespace) -> Path | str:
    """Return what the command writes to, for an error in which the system names no file."""
    try:
        sys.stdout.flush()
    except OSError:
        print_no_more()
        return OUTPUT
    written: Path | None = getattr(arguments, arguments.writes or "", None)
    return written or OUTPUT


def print_no_more() -> None:
    """Let nothing be printed any more: what waits to be is refused once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="cluster-review", description="Quarterly review of a portfolio of innovation clusters."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_run(commands)
    add_check(commands)
    add_template(commands)
    add_release(commands)
    add_adopt(commands)
    add_map(commands)
    add_diff(commands)
    add_find(commands)
    add_demo(commands)
    return parser


Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_run(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `run`."""
    run = commands.add_parser("run", help="review a period and publish it")  # type: ignore[attr-defined]
    run.add_argument("period", metavar="PERIOD", help="a quarter such as 2026-Q3")
    run.add_argument("--inputs", type=Path, default=Path("inputs"), metavar="DIR")
    run.add_argument("--outputs", type=Path, default=Path("outputs"), metavar="DIR")
    run.add_argument(
        "--catalogue",
        action="append",
        metavar="NAME",
        help="a shipped catalogue or a .toml file; may be given several times, the first decides",
    )
    run.add_argument("--lang", choices=["de", "en"], default="de")
    run.add_argument(
        "--accept-missing", action="store_true", help="publish although many clusters are missing"
    )
    run.add_argument(
        "--wait", type=float, default=0, metavar="MINUTES", help="for another run in the outputs"
    )
    run.add_argument("--no-cache", dest="cache", action="store_false", help="read every file anew")
    engine = run.add_mutually_exclusive_group()
    engine.add_argument("--direct", action="store_true", help="without the Prefect engine")
    engine.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster that reads, tcp://machine:8786"
    )
    run.set_defaults(command=command_run, writes="outputs")


def add_check(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `check`."""
    check = commands.add_parser("check", help="what is wrong in a submission")  # type: ignore[attr-defined]
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    check.add_argument("--lang", choices=["de", "en"], default="de")
    check.add_argument("--format", choices=["text", "json"], default="text")
    check.add_argument(
        "--feedback", type=Path, metavar="DIR", help="write a marked copy of each file into DIR"
    )
    check.add_argument(
        "--mapping",
        action="append",
        type=Path,
        metavar="FILE",
        help="a mapping for a foreign export; else those in mappings/ beside submissions/",
    )
    check.set_defaults(command=command_check, writes="feedback")


def add_template(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `template`."""
    template = commands.add_parser("template", help="write the form, empty or filled")  # type: ignore[attr-defined]
    template.add_argument("file", type=Path, metavar="FILE")
    template.add_argument("--lang", choices=["de", "en"], default="de")
    template.add_argument("--for", dest="cluster", metavar="CLUSTER_ID")
    template.add_argument("--from", dest="period", metavar="PERIOD")
    template.add_argument("--inputs", type=Path, default=Path("inputs"), metavar="DIR")
    template.add_argument("--outputs", type=Path, default=Path("outputs"), metavar="DIR")
    template.set_defaults(command=command_template, writes="file")


def add_release(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `release`."""
    own = commands.add_parser("release", help="freeze a draft and write the hand-outs")  # type: ignore[attr-defined]
    own.add_argument("period", metavar="PERIOD", help="a quarter such as 2026-Q3")
    own.add_argument("--by", required=True, metavar="SIGN", help="a short sign, no name")
    own.add_argument("--inputs", type=Path, default=Path("inputs"), metavar="DIR")
    own.add_argument("--outputs", type=Path, default=Path("outputs"), metavar="DIR")
    own.set_defaults(command=command_release, writes="outputs")


def add_adopt(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `adopt`."""
    own = commands.add_parser("adopt", help="take an analyst's views over as ratings")  # type: ignore[attr-defined]
    own.add_argument("file", type=Path, metavar="FILE", help="a portfolio.xlsx with views")
    own.add_argument("--by", metavar="SIGN", help="a short sign, no name; else as FILE says")
    own.add_argument("--date", metavar="DAY", help="the ratings' date; else today")
    own.add_argument("--inputs", type=Path, default=Path("inputs"), metavar="DIR")
    own.add_argument("--lang", choices=["de", "en"], default="de")
    own.set_defaults(command=command_adopt, writes="inputs")


def add_map(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `map`."""
    mapping = commands.add_parser("map", help="draft a mapping for a foreign export")  # type: ignore[attr-defined]
    mapping.add_argument("file", type=Path, metavar="FILE")
    mapping.add_argument("--lang", choices=["de", "en"], default="de")
    mapping.add_argument(
        "--output", type=Path, metavar="TOML", help="where to write the draft; else beside FILE"
    )
    mapping.set_defaults(command=command_map, writes="output")


def add_diff(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `diff`."""
    own = commands.add_parser("diff", help="what changed between two publications of a period")  # type: ignore[attr-defined]
    own.add_argument("period", metavar="PERIOD", help="a quarter such as 2026-Q3")
    own.add_argument("--outputs", type=Path, default=Path("outputs"), metavar="DIR")
    own.add_argument(
        "--before", metavar="TIME", help="the earlier one, as it is called in .archive/PERIOD"
    )
    own.add_argument("--after", metavar="TIME", help="the later one; else the present publication")
    own.add_argument("--lang", choices=["de", "en"], default="de")
    own.add_argument("--format", choices=["text", "json"], default="text")
    own.set_defaults(command=command_diff, writes=None)


def add_find(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `find`."""
    own = commands.add_parser("find", help="in which files a text stands, also inside workbooks")  # type: ignore[attr-defined]
    own.add_argument("text", metavar="TEXT", help="a Cluster-ID, a name; capital letters count")
    own.add_argument(
        "folders", nargs="*", type=Path, metavar="DIR", help="else inputs, outputs and .prefect"
    )
    own.add_argument("--lang", choices=["de", "en"], default="de")
    own.set_defaults(command=command_find, writes=None)


def add_demo(commands: Commands) -> None:  # type: ignore[valid-type]
    """Add `demo`."""
    demo = commands.add_parser("demo", help="write a made-up portfolio")  # type: ignore[attr-defined]
    demo.add_argument("folder", type=Path, metavar="DIR")
    demo.add_argument("--clusters", type=int, default=12, metavar="N")
    demo.add_argument("--periods", nargs="+", default=["2026-Q2", "2026-Q3"], metavar="P")
    demo.add_argument("--seed", type=int, default=1, metavar="S")
    demo.set_defaults(command=command_demo, writes="folder")


def command_run(arguments: argparse.Namespace) -> int:
    """Review a period."""
    from pipeline.commands.run import command

    return command(arguments)


def command_check(arguments: argparse.Namespace) -> int:
    """Say what is wrong in submissions."""
    from pipeline.commands.check import command

    return command(arguments)


def command_template(arguments: argparse.Namespace) -> int:
    """Write the form."""
    from pipeline.commands.template import command

    return command(arguments)


def command_release(arguments: argparse.Namespace) -> int:
    """Freeze a draft."""
    from pipeline.commands.release import command

    return command(arguments)


def command_adopt(arguments: argparse.Namespace) -> int:
    """Take an analyst's views over."""
    from pipeline.commands.adopt import command

    return command(arguments)


def command_map(arguments: argparse.Namespace) -> int:
    """Draft a mapping."""
    from pipeline.commands.map import command

    return command(arguments)


def command_diff(arguments: argparse.Namespace) -> int:
    """Compare two publications."""
    from pipeline.commands.diff import command

    return command(arguments)


def command_find(arguments: argparse.Namespace) -> int:
    """Name the files in which a text stands."""
    from pipeline.commands.find import command

    return command(arguments)


def command_demo(arguments: argparse.Namespace) -> int:
    """Write a made-up portfolio."""
    from pipeline.common.periods import BadPeriodError, last_day
    from pipeline.demo import write_portfolio

    try:
        for period in arguments.periods:
            last_day(period)
    except BadPeriodError as error:
        print(f"{error}: kein Quartal wie 2026-Q3 / no quarter such as 2026-Q3", file=sys.stderr)
        return USAGE_ERROR
    if arguments.clusters < 1:
        print("--clusters: mindestens 1 / at least 1", file=sys.stderr)
        return USAGE_ERROR
    write_portfolio(arguments.folder, arguments.clusters, arguments.periods, arguments.seed)
    print(f"{arguments.folder}: {arguments.clusters} erfundene Cluster / made-up clusters")
    return 0
