"""schemas/rows.toml: the words by which headers and rows are recognised (contract 1.1 and 1.2)."""

from schemas.checked import Declared, Filleds, load


class HeaderWords(Declared):
    """Words of remarks in headers."""

    thousands: Filleds
    millions: Filleds
    billions: Filleds
    shares: Filleds
    further_units: Filleds
    rates: Filleds
    our_units: Filleds
    harmless: Filleds
    examples: Filleds
    before_unit: Filleds
    persons: Filleds
    pivots: Filleds

    @property
    def other_units(self) -> tuple[str, ...]:
        """All units that are not ours."""
        return (*self.multiples, *self.shares, *self.further_units)

    @property
    def multiples(self) -> tuple[str, ...]:
        """All words for thousands, millions, billions."""
        return (*self.thousands, *self.millions, *self.billions)


class SheetWords(Declared):
    """Words beside the name of a sheet."""

    further: Filleds


class TotalWords(Declared):
    """Words of rows of totals."""

    strong: Filleds
    part: Filleds
    weak: Filleds
    not_added: Filleds
    beside: Filleds
    dates: Filleds


class NoteWords(Declared):
    """Words of notes below a table."""

    first: Filleds
    followed_by: Filleds
    begins: Filleds


class HeadingWords(Declared):
    """Words of headings between rows."""

    groups: Filleds
    joining: Filleds
    no_members: Filleds
    from_year: Filleds
    until_year: Filleds


class RowWords(Declared):
    """The whole file."""

    headers: HeaderWords
    sheets: SheetWords
    totals: TotalWords
    notes: NoteWords
    headings: HeadingWords


def row_words() -> RowWords:
    """Return the words that are declared."""
    return load("rows.toml", RowWords)
