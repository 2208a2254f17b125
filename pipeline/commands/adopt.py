"""`cluster-review adopt`: takes an analyst's views, or a filled template, into the ratings."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.options import INPUTS, Inputs, Lang
from pipeline.common.terminal import fail
from pipeline.common.texts import day, say, say_count, texts
from pipeline.intake.discover import shown_name, shown_path
from schemas.slips import unknown

if TYPE_CHECKING:
    from pipeline.publication.adopt.adopt import Adopted
    from pipeline.publication.adopt.decide import Outcome
    from pipeline.publication.adopt.reading import Views

LEFT_OUT, USAGE_ERROR = 1, 2


def command(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    by: Annotated[str | None, typer.Option("--by", metavar="SIGN")] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="DAY")] = None,
    inputs: Inputs = INPUTS,
    lang: Lang = "de",
) -> int:
    """Adopt the views; 0 if nothing was left out, 1 if something was, 2 for wrong usage."""
    from pipeline.publication.adopt.adopt import adopt
    from pipeline.publication.adopt.decide import SIGN
    from pipeline.publication.adopt.reading import UnusableFileError
    from pipeline.read import read_here
    from pipeline.tables.findings import file_message

    if not file.is_file():
        return fail(USAGE_ERROR, say("adopt", "not_found", lang).format(path=shown_path(file)))
    if by is not None and not SIGN.fullmatch(by):
        return fail(USAGE_ERROR, say("adopt", "bad_by", lang).format(sign=by))
    try:
        done = adopt(file, inputs, by, day_of(date), read_here)
    except ValueError:
        return fail(USAGE_ERROR, say("adopt", "bad_day", lang).format(date=date))
    except UnusableFileError as error:
        own = error.code in texts("adopt_unusable")
        why = (
            say("adopt_unusable", error.code, lang)
            if own
            else file_message(error.code, error.detail, lang)
        )
        text = say("adopt", "unusable", lang)
        return fail(USAGE_ERROR, text.format(path=shown_path(error.path), why=why))
    print_outcomes(done, lang)
    return 0 if done.is_whole else LEFT_OUT


def day_of(text: str | None) -> dt.date:
    """Return the date of the ratings: the given day, else today; ValueError if it is not a day."""
    if text is None:
        return dt.datetime.now().astimezone().date()
    form = "%d.%m.%Y" if "." in text else "%Y-%m-%d"
    return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()


def print_outcomes(done: "Adopted", lang: str) -> None:
    """Print the outcome of every view."""
    from pipeline.publication.adopt.decide import THERE

    for message in done.views.findings[f"message_{lang}"]:
        print(f"  {message}")
    for outcome in done.outcomes:
        # unreadable ones are printed above with their cell; a template has many known ones
        if outcome.code != "unreadable" and not (done.views.of_template and outcome.code == THERE):
            print(f"  {line(outcome, done.views, lang)}")
    same = sum(outcome.code == THERE for outcome in done.outcomes)
    if done.views.of_template and same:
        print(say("adopt", "same", lang).format(count=same))
    code = "beside" if done.beside else "done" if done.count else "nothing"
    what = ", ".join(say("adopt_loss", o.code, lang).format(where=o.where) for o in done.lost)
    beside = shown_path(done.beside) if done.beside else ""
    parts = {"path": shown_path(done.path), "beside": beside, "what": what}
    print(say_count("adopt", code, done.count, lang, name=shown_name(done.path), **parts))
    if done.backup:
        print(say("adopt", "backup", lang).format(path=shown_path(done.backup)))


def line(outcome: "Outcome", views: "Views", lang: str) -> str:
    """Return a line with one view and its outcome."""
    from pipeline.publication.adopt.decide import ADOPTED

    view, other = outcome.view, outcome.other
    code = "replaced" if outcome.code == ADOPTED and other else outcome.code
    parts = {
        "other": "",
        "by": "",
        "on": "",
        "sign": outcome.by or "",
        "owner": outcome.owner or "",
    }
    if other:
        parts |= {"other": rating(other["rating"], lang), "by": other["assessor"] or "–"}
        parts["on"] = day(other["rated_on"], lang)
    if outcome.code == "unknown_cluster":
        slip = unknown(view["cluster_id"], sorted(views.clusters))
        parts["slip"] = slip.german if lang == "de" else slip.english
    what = f"{view['cluster_id']} {view['criterion_id']} {rating(view['rating'], lang)}"
    if views.of_template:
        what = f"{view['sheet']}: {what}"
    return f"{what}: {say('adopt', code, lang).format(row=view['row'], **parts)}"


def rating(word: str | None, lang: str) -> str:
    """Return a rating in a language."""
    codes = {"erfüllt": "fulfilled", "nicht erfüllt": "not_fulfilled", "offen": "undetermined"}
    return say("status", codes[word], lang) if word in codes else "–"
