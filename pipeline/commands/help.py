"""The help of the command line in German or English; its texts are data (texts.toml)."""

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

from pipeline.common.texts import LANGUAGES, Texts, texts

# Words that typer itself puts into a help page, by their names in typer.
WORDS_OF_TYPER = (
    "ARGUMENTS_PANEL_TITLE",
    "OPTIONS_PANEL_TITLE",
    "COMMANDS_PANEL_TITLE",
    "DEFAULT_STRING",
    "REQUIRED_LONG_STRING",
)


class Translated:
    """A command whose help begins with "usage" in the language of the context."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line that shows how the command is called."""
        pieces = " ".join(ctx.command.collect_usage_pieces(ctx))
        title = texts("help")["usage"][ctx.obj or LANGUAGES[0]]
        formatter.write_usage(ctx.command_path, pieces, f"{title}: ")


class Command(Translated, TyperCommand):
    """A command."""


class Group(Translated, TyperGroup):
    """All commands."""


def requested_language(arguments: Sequence[str]) -> str:
    """Return the language of `--lang`, at any place among the arguments; German without it."""
    options = [
        word.removeprefix("--lang=")
        for before, word in zip(["", *arguments], arguments, strict=False)
        if before == "--lang" or word.startswith("--lang=")
    ]
    return options[-1] if options and options[-1] in LANGUAGES else LANGUAGES[0]


def translate(group: Any, lang: str) -> None:
    """Put the texts of a language into the help of all commands."""
    from typer import rich_utils  # loads rich, which only help needs

    words = texts("help")
    for name in WORDS_OF_TYPER:
        setattr(rich_utils, name, words[name.lower()][lang])
    group.help = words["program"][lang]
    group.subcommand_metavar = words["subcommand"][lang]
    context = group.make_context(None, [], resilient_parsing=True)
    translate_options(context, "program", words, lang)
    for name, command in group.commands.items():
        command.help = words[name][lang]
        own = command.make_context(name, [], parent=context, resilient_parsing=True)
        translate_options(own, name, words, lang)


def translate_options(context: Any, name: str, words: Texts, lang: str) -> None:
    """Put the texts of options into a command: its own texts, or those that all commands share."""
    context.command.options_metavar = words["options"][lang]
    for option in context.command.get_params(context):
        text = words.get(f"{name}_{option.name}") or words[option.name]
        option.help = text[lang]
        if getattr(option, "is_flag", False):
            option.metavar = ""  # "<bool>" says nothing to our users
