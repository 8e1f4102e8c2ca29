"""A language of what people read: messages, numbers, dates and names as its readers write them.

Messages are written in English in the code; ``fr.po`` and ``ar.po`` beside this file hold
their translations (gettext). Numbers, dates, lists and names of states come from the Unicode
CLDR through Babel. Arabic is that of the Maghreb's west (``ar_MA``): Western digits, its own month names.
"""

from __future__ import annotations

import datetime
import gettext
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import get_global
from babel.dates import format_date
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from simulation.display.words import french
from simulation.display.words.rounding import percent, rounded
from simulation.errors import Fault, InputError, suggest

FOLDER = Path(__file__).parent
LANGUAGES = {"en": "en", "fr": "fr", "ar": "ar_MA"}
"""Languages of reports, with the locale of each."""
_RIGHT_TO_LEFT_MARK = "\u200f"
LEFT_TO_RIGHT_MARK = "\u200e"
_MONTHS_A_QUARTER = 3
_QUARTERS = {"en": "QQQ y", "fr": "QQQQ y", "ar": "QQQQ 'من' 'سنة' y"}
"""How a quarter is written inside a sentence (patterns of the CLDR)."""
_MINUS = "\u2212"
_EN_DASH, _SPACE = "\u2013", "\u202f"
_ISO_ALPHA_3 = 3  # letters of the id of a state
_TAKES_THE = re.compile(
    r"(?:United|Bahamas|Comoros|Gambia|Maldives|Netherlands|Philippines|Seychelles|ITU|OECD)\b"
    r"|[^,(:]*\b(?:Call|Blueprint|Group|Office|University) (?:for|of|on|to)\b"
    r"|[^,(:]*\b(?:Agreement|Alliance|Area|Association|Authority|Bank|Cent(?:er|re)|Coalition|Commission|Commonwealth|"
    r"Community|Compact|Consensus|Convention(?! \d)|Council|Declaration|Dialogue|Endowment|Forum|Foundation|"
    r"Institut(?:e|ion)?|Islands|Lab|League|Market|Methodology|[Nn]etwork|Organi[sz]ation|Partnership|Recommendation|"
    r"Republic|Society|Statement|Strategy|System|Union)\b"
)
"""English names that have an article in a sentence: a few, and those with a common noun in front of any aside."""
_ARCHETYPE = "inf_"  # begins the ids of influencers, whose names say what they do


class Words:
    """Translate and format for one language.

    Parameters
    ----------
    language
        ``en``, ``fr`` or ``ar``.

    Attributes
    ----------
    language
        As given.
    locale
        Its conventions.

    Raises
    ------
    InputError
        If there is no such language.
    """

    def __init__(self, language: str = "en"):
        if language not in LANGUAGES:
            known = list(LANGUAGES)
            raise InputError(Fault("", f"{language!r} is no language of reports; {suggest(language, known)}", "--lang"))
        self.language = language
        self.locale = Locale.parse(LANGUAGES[language])
        self._messages = _messages(language)

    @property
    def right_to_left(self) -> bool:
        """Whether lines run from right to left."""
        return str(self.locale.text_direction) == "rtl"

    def __call__(self, message: str, **values: object) -> str:
        """The translation of an English message, with its places filled."""
        return self._fill(self._messages.gettext(message), values)

    def known(self, text: str) -> str:
        """The translation of a text of the data, such as the title of an instrument; itself if there is none."""
        told = self._messages.gettext(text) if text else text
        return told if told == text else self.typeset(told)

    def plural(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The translation that fits a count, which fills the place ``{count}``."""
        values.setdefault("count", self.number(number))
        return self._fill(self._messages.ngettext(one, many, number), values)

    def _fill(self, text: str, values: dict[str, object]) -> str:
        return self.typeset(text.format(**values) if values else text, sentence=begins_with_name(text))

    def typeset(self, text: str, *, sentence: bool = False) -> str:
        """A filled message as its readers print it: signs that no line ends before, contracted articles, a capital.

        Parameters
        ----------
        text
            The filled message; names in it may stand between ``<bdi>`` and ``</bdi>``.
        sentence
            Whether it is a sentence that begins with a name, whose article then has a capital.
        """
        text = text.replace(" %", "\u00a0%")
        if self.language == "fr":
            return french.typeset(text, sentence=sentence)
        return re.sub("^((?:<[^>]*>)*)the ", r"\1The ", text) if sentence else text

    # --- numbers
    def number(self, value: float, digits: int = 0) -> str:
        """A number with so many decimals."""
        return self._decimal(value, digits, "")

    def signed(self, value: float, digits: int = 2) -> str:
        """A difference, with its sign; one that rounds to zero has none."""
        return self._decimal(value, digits, "+" if rounded(value, digits) > 0 else "")

    def _decimal(self, value: float, digits: int, sign: str) -> str:
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        text = sign + str(format_decimal(rounded(value, digits), pattern, self.locale)).replace("-", _MINUS)
        return LEFT_TO_RIGHT_MARK + text if self.right_to_left and not text[0].isdigit() else text

    def share(self, value: float) -> str:
        """A share of one as a percentage without decimals; never 100 % or 0 % of what is not whole."""
        text = str(format_percent(Decimal(percent(value)) / 100, locale=self.locale))
        return self._percent(text.rstrip("%\u00a0\u202f"))

    def percent(self, value: float, digits: int = 1) -> str:
        """A difference in per cent, with its sign."""
        return self._percent(self.signed(value, digits))

    def _percent(self, number: str) -> str:
        # between marks the sign stays right of its number, in a line of Arabic too
        return f"{number}{LEFT_TO_RIGHT_MARK}%{LEFT_TO_RIGHT_MARK}" if self.right_to_left else f"{number}\u00a0%"

    def interval(self, low: str, high: str) -> str:
        """Two numbers with a dash between them, the lower one on the left, in a line of Arabic too.

        Mathematics of the Maghreb runs from left to right. Beside a sign the dash has a thin space on each side.
        """
        if not self.right_to_left:
            return low + self.dash(low, high) + high
        low, high = (end.replace(LEFT_TO_RIGHT_MARK, "") for end in (low, high))
        return LEFT_TO_RIGHT_MARK + low + self.dash(low, high) + high

    def dash(self, low: str, high: str) -> str:
        """The dash between the ends of an interval."""
        signed = any(end.lstrip(LEFT_TO_RIGHT_MARK)[:1] in ("+", _MINUS) for end in (low, high))
        return f"{_SPACE}{_EN_DASH}{_SPACE}" if signed else _EN_DASH

    # --- dates
    def quarter(self, label: str) -> str:
        """A quarter such as ``2035Q4`` as it stands in tables and charts."""
        return str(format_date(_first_day(label), "QQQ y", self.locale))

    def quarter_within(self, label: str) -> str:
        """A quarter as it stands inside a sentence: *4e trimestre 2035*."""
        return str(format_date(_first_day(label), _QUARTERS[self.language], self.locale))

    def date(self, iso: str) -> str:
        """A date such as ``2024-12-31`` in words."""
        return str(format_date(datetime.date.fromisoformat(iso), "d MMMM y", self.locale))

    # --- names and lists
    def actor(self, actor: str, name: str) -> str:
        """Name of an actor: a state's in this language, another's as it is known."""
        if self.language == "en":
            return name
        if actor in ("EU", "EUU"):
            return str(self.locale.territories["EU"])
        alias = get_global("territory_aliases").get(actor, ())
        known = [self.locale.territories[code] for code in alias if code in self.locale.territories]
        return str(known[0]) if len(actor) == 3 and known else self.known(name)

    def within(self, actor: str, name: str) -> str:
        """A name in this language as it stands in a sentence: *the Netherlands*, *le Maroc*, *la Banque mondiale*."""
        if self.language == "en":
            return f"the {name}" if actor.startswith(_ARCHETYPE) or _TAKES_THE.match(name) else name
        if self.language != "fr":
            return name
        state = actor.isupper() and len(actor) == _ISO_ALPHA_3
        if state or actor == "EU":
            return french.with_article(name)
        return french.with_noun(name) if actor.startswith(_ARCHETYPE) else french.organisation(name)

    def listing(self, items: Sequence[str]) -> str:
        """Items as a list in a sentence, with semicolons between them where one has a comma."""
        if not items:
            return ""
        places = str(format_list([f"{{{place}}}" for place in range(len(items))], locale=self.locale))
        return (places.replace(", ", "; ") if any(", " in item for item in items) else places).format(*items)

    def line(self, text: str) -> str:
        """A text whose lines each run in the direction of this language, whatever their first letter."""
        if not self.right_to_left:
            return text
        return "\n".join(_RIGHT_TO_LEFT_MARK + part for part in text.split("\n"))


def begins_with_name(message: str) -> bool:
    """Whether a message is a sentence whose first word is filled in."""
    return message.startswith("{") and message.endswith(".")


def _first_day(label: str) -> datetime.date:
    year, _, number = label.partition("Q")
    return datetime.date(int(year), _MONTHS_A_QUARTER * int(number), 1)


@cache
def _messages(language: str) -> gettext.NullTranslations:
    path = FOLDER / f"{language}.po"
    if not path.exists():  # English, the language of the messages themselves
        return gettext.NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


ENGLISH = Words("en")
