"""The templates: compiled once, every value escaped; an unknown name is an error."""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report.pages.words import Words

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
    found.globals["script"] = Markup(script())
    found.globals["policy"] = policy()
    found.globals["policy_with_script"] = policy(script())
    return found


@cache
def style() -> str:
    """Return the style sheet that is part of every page."""
    return (FOLDER / "report.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """Return the script of the office's page: filter, sorting, the reasons of cells."""
    return (FOLDER / "index.js").read_text(encoding="utf-8")


def policy(script: str = "") -> str:
    """Return the Content-Security-Policy: nothing is loaded, only inline content applies."""
    scripts = f"script-src {hash_of(script)}; " if script else ""
    own = f"style-src {hash_of(style())}; {scripts}"
    return f"default-src 'none'; {own}base-uri 'none'; form-action 'none'"


def hash_of(text: str) -> str:
    """Return a text's hash in the notation of a policy."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def part(macro: str, words: Words, view: object) -> str:
    """Return the output of a macro of parts.html.j2 for a view."""
    module = environment().get_template("parts.html.j2").make_module({"t": words})
    return str(getattr(module, macro)(view))


def render(template: str, words: Words, **views: object) -> str:
    """Return a page."""
    return environment().get_template(template).render(t=words, **views) + "\n"
