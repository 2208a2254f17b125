"""The templates: compiled once, every value escaped, an unknown name an error."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report.html.words import Words

FOLDER = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Return the environment of the templates."""
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals["style"] = Markup(style())
    found.globals["policy"] = policy()
    return found


@cache
def style() -> str:
    """Return the style sheet that stands in every page."""
    return (FOLDER / "report.css").read_text(encoding="utf-8")


def policy() -> str:
    """Return the Content-Security-Policy: nothing is loaded, only this style sheet applies."""
    digest = base64.b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render(template: str, words: Words, **views: object) -> str:
    """Return a page."""
    return environment().get_template(template).render(t=words, **views) + "\n"
