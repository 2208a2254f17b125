"""To whom and until when a cluster answers: in marked copies and in letters."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.common.settings import OfficeRules
from pipeline.common.texts import day, say, say_count
from pipeline.review import Review


@dataclass(frozen=True)
class Answer:
    """contact: the register's Ansprechperson, a role. answer_by: its Frist, if it has not passed.

    office: what the settings say of the office.
    """

    contact: str | None
    answer_by: dt.date | None
    office: OfficeRules

    def deadline(self, released_on: dt.date) -> dt.date:
        """Return the last day to answer: the register's Frist, else so many days after release."""
        return self.answer_by or released_on + dt.timedelta(days=self.office.answer_days)

    @property
    def addressee(self) -> str:
        """Who is answered: the cluster's Ansprechperson, else the office."""
        return self.contact or self.office.name

    def text(self, lang: str, released_on: dt.date | None = None) -> str:
        """Return until when and to whom to answer; what the office has not set is left out.

        released_on: None before a release, when the day of `deadline` is not known yet.
        """
        until, by = "", self.answer_by
        if released_on and self.office.answer_days:
            by = self.deadline(released_on)
        if by:
            until = say("answer", "until", lang).format(day=day(by, lang))
        elif self.office.answer_days:
            until = say_count("answer", "within", self.office.answer_days, lang)
        to = ""
        if self.office.mail:
            to = say("answer", "to", lang).format(who=self.addressee, mail=self.office.mail)
        parts = " ".join(filter(None, (until, to)))
        return say("answer", "please", lang).format(said=parts) if parts else ""


def answers(review: Review) -> Mapping[str, Answer]:
    """Return the answer of every cluster of the register.

    A Frist before the day of the release (of a draft: before the period's end) has passed.
    """
    first = review.released_on or review.last_day
    table = review.context.get("answers")
    rows = () if table is None else table.select("cluster_id", "contact", "answer_by").rows()
    return {
        cluster: Answer(contact, by if by and by >= first else None, review.settings.office)
        for cluster, contact, by in rows
    }


def answer_of(cluster: str | None, known: Mapping[str, Answer], office: OfficeRules) -> Answer:
    """Return the answer of a cluster that the register need not know."""
    return known.get(cluster or "") or Answer(None, None, office)
