"""Options that several commands have, each declared once.

Their help is data, like that of the commands: texts.toml, group `help`.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

Period = Annotated[str, typer.Argument(metavar="PERIOD")]
Inputs = Annotated[Path, typer.Option("--inputs", metavar="DIR")]
Outputs = Annotated[Path, typer.Option("--outputs", metavar="DIR")]
Lang = Annotated[Literal["de", "en"], typer.Option("--lang")]
# Without it messages are in both languages.
OneLang = Annotated[Literal["de", "en"] | None, typer.Option("--lang")]
Format = Annotated[Literal["text", "json"], typer.Option("--format")]

INPUTS, OUTPUTS = Path("inputs"), Path("outputs")
