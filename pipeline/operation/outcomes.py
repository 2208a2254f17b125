"""The final states of a run: their names and messages in Prefect's interface."""

from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from pipeline.common.errors import NothingPublishedError
from pipeline.common.texts import LANGUAGES, texts
from pipeline.run import NothingSentError, Published
from schemas.slips import WrongUsageError

PUBLISHED = "Published"
PUBLISHED_INCOMPLETE = "Published, {count} quarantined"
NOTHING = "Nothing to publish"
REFUSED = "Refused"
CHECKED = "Checked, {count} new or changed"
NOTHING_NEW = "Nothing new"


def published(result: Published, lang: str) -> State[Published]:
    """Return the final state of a run that has published."""
    count = result.counts["quarantined"]
    name = PUBLISHED_INCOMPLETE.format(count=count) if count else PUBLISHED
    message = in_both("published", lang, folder=result.folder, **result.counts)
    return Completed(name=name, message=message, data=result)


def not_published(
    end: NothingPublishedError | WrongUsageError, lang: str
) -> State[NothingPublishedError | WrongUsageError]:
    """Return the final state of a run that has not published: no input, or a refusal."""
    message = " / ".join(end.messages[language] for language in order(lang))
    if isinstance(end, NothingSentError):
        return Completed(name=NOTHING, message=message, data=end)
    return Failed(name=REFUSED, message=message, data=end)


def checked(count: int, all_of_them: int, quarantined: int, lang: str) -> State[None]:
    """Return the final state of a nightly check of that many new or changed submissions."""
    name = CHECKED.format(count=count) if count else NOTHING_NEW
    amounts = {"count": count, "all": all_of_them, "quarantined": quarantined}
    return Completed(name=name, message=in_both("checked", lang, **amounts))


def in_both(code: str, lang: str, **details: object) -> str:
    """Return a message in both languages, the requested one first."""
    entry = texts("operation")[code]
    return " / ".join(entry[language].format_map(details) for language in order(lang))


def order(lang: str) -> list[str]:
    """Return the languages, this one first."""
    return sorted(LANGUAGES, key=lambda language: language != lang)
