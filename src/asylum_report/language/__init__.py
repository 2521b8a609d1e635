"""The report's words and figures in German, French and Russian; English needs nothing of this.

Figures come from one place, `asylum_report.numbers`, and are only written in another way here, to
the very digits that English shows. Sentences of charts are looked up, never put together by rules:
one that nobody has translated stops the build by its name.
"""

from asylum_report.language.catalogue import find, phrase
from asylum_report.language.display import display, displays, span
from asylum_report.language.figures import numbers_in, rewritten
from asylum_report.language.locales import LANGUAGES, NAMES, day, month, months
from asylum_report.language.variables import spoken, spoken_names

__all__ = (
    "LANGUAGES", "NAMES", "day", "display", "displays", "find", "month", "months", "numbers_in",
    "phrase", "rewritten", "span", "spoken", "spoken_names",
)  # fmt: skip
