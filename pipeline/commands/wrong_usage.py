"""Typer's messages about wrong usage, in German and English."""

import re
from typing import Any, get_args

import typer

from pipeline.common.texts import texts
from schemas.slips import SlipError, instead, unknown

NUMBERS = {int: ("eine ganze Zahl", "a whole number"), float: ("eine Zahl", "a number")}


def in_both_languages(error: typer.TyperException, program: str) -> str:
    """Return the error in German and English with how to get help; empty if help was shown."""
    english = error.format_message()
    if not english:
        return ""
    slip = bad_value(error)
    sentences = (slip.german, slip.english) if slip else (in_german(english), english)
    context = getattr(error, "ctx", None)
    command = context.command_path if context else program
    return "\n".join([*sentences, f"Hilfe / help: {command} --help"])


def bad_value(error: typer.TyperException) -> SlipError | None:
    """Return the slip of a value that its option does not allow; None if the error is another."""
    from pydantic import ValidationError

    cause = error.__cause__
    if not isinstance(error, typer.BadParameter) or not isinstance(cause, ValidationError):
        return None
    slip = allowed_instead(cause.errors()[0]["input"], error.param)
    where = error.param.opts[0] if error.param else ""
    return SlipError(f"{where}: {slip.german}", f"{where}: {slip.english}")


def allowed_instead(value: object, option: Any) -> SlipError:
    """Return the slip of an option's value: the value and what is allowed."""
    kind = option.type_descriptor.annotation
    if kind not in NUMBERS:
        return unknown(value, get_args(kind))
    german, english = NUMBERS[kind]
    if option.min is not None:
        german, english = f"{german} ab {option.min}", f"{english} from {option.min}"
    return instead(value, german, english)


def in_german(english: str) -> str:
    """Return typer's English sentence in German, by the pairs in texts.toml."""
    sentences = texts("wrong_usage")
    for pair in sentences.values():
        form = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(pair["en"]))
        found = re.fullmatch(form, english, re.DOTALL)
        if found:
            return pair["de"].format_map(found.groupdict())
    return sentences["other"]["de"]
