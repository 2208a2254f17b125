"""Shows on a terminal how far a run is: a line for each stage."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.common.stages import SHOW, Stage
from pipeline.common.texts import LANGUAGES, say


@contextmanager
def show_progress() -> Iterator[None]:
    """Show the progress of the stages while the context runs, if the output is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars: dict[Stage, TaskID] = {}
    with Progress(
        *columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as progress:

        def show(stage: Stage, done: int, total: int) -> None:
            if stage not in bars:
                text = " / ".join(say("stage", stage, lang) for lang in LANGUAGES)
                bars[stage] = progress.add_task(text)
            progress.update(bars[stage], total=total, completed=done)

        before = SHOW.set(show)
        try:
            yield
        finally:
            SHOW.reset(before)
