"""`cluster-review map`: proposes how an unknown export is read, and writes a draft mapping."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.options import Lang
from pipeline.common.settings import load_settings
from pipeline.common.terminal import fail, printable
from pipeline.common.texts import texts
from pipeline.intake.discover import shown_name, shown_path

if TYPE_CHECKING:
    from pipeline.intake.reader import Reading
    from pipeline.intake.refusal import Refusal

UNREADABLE, USAGE_ERROR = 1, 2


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    lang: Lang = "de",
    output: Annotated[Path | None, typer.Option("--output", metavar="TOML")] = None,
) -> int:
    """Write a draft of a mapping.

    Exit codes: 0 written, 1 the file cannot be read, 2 wrong usage.
    """
    from pipeline.commands.map_report import Report
    from pipeline.common.new_file import write_new
    from pipeline.intake.frames import stack
    from pipeline.intake.refusal import Refusal
    from pipeline.submissions.mapping.draft import draft
    from pipeline.submissions.mapping.propose import propose

    target = output or file.with_suffix(".toml")
    say = {code: entry[lang] for code, entry in texts("mapping_map").items()}
    if not file.exists():
        return fail(USAGE_ERROR, say["lost"].format(file=shown_path(file)))
    if target.exists() or target.suffix.lower() != ".toml":
        wrong = "there" if target.exists() else "ending"
        return fail(USAGE_ERROR, say[wrong].format(file=shown_path(target)))
    reading = read_all_sheets(file)
    if isinstance(reading, Refusal):
        return fail(UNREADABLE, why_unreadable(file, reading, lang))
    proposal = propose(*stack([(0, reading)]))
    try:
        write_new(target, draft(proposal, shown_name(file), lang).encode())
    except FileExistsError:  # it has come into being meanwhile
        return fail(USAGE_ERROR, say["there"].format(file=shown_path(target)))
    Report(say, lang).show(proposal)
    print(printable(say["written"].format(file=shown_path(target))))
    return 0


def read_all_sheets(file: Path) -> "Reading | Refusal":
    """Return the file with all its sheets, or why it cannot be read."""
    from pipeline.intake.refusal import Refusal
    from pipeline.read import read_here
    from schemas.words import word_key

    (names,) = read_here([file], frozenset())
    if isinstance(names, Refusal):
        return names
    (reading,) = read_here([file], frozenset(map(word_key, names.sheets)))
    return reading


def why_unreadable(file: Path, refusal: "Refusal", lang: str) -> str:
    """Return why a file cannot be read, one sentence per line."""
    from pipeline.check import check
    from pipeline.intake.gather import gather
    from pipeline.intake.sent_file import numbered

    most = load_settings().intake.max_file_mb
    sent = gather(numbered([file], [shown_name(file)]), [refusal], most_mb=most)
    return "\n".join(check(sent).findings[f"message_{lang}"])
