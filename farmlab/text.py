"""Words and numbers as people read them, and text from outside made harmless: names, cells, messages."""

from __future__ import annotations

import math
import re
import unicodedata
from hashlib import blake2b

THIN = "\N{NARROW NO-BREAK SPACE}"
NOTHING = "–"
_UNSEEN = ("Cc", "Cf", "Cs", "Co")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")  # the no-break spaces within numbers stay
_NUMBERS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_PLAIN_NUMBER = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?")


def one_line(text: str, *, limit: int = 200) -> str:
    r"""The text in one printable line of at most ``limit`` characters.

    Line breaks become spaces; control characters, terminal escapes and characters that reverse
    the direction of writing go.

    >>> one_line("House\n3\x1b[31m")
    'House 3[31m'
    """
    kept = printable(_SPACE.sub(" ", text).strip())
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def printable(text: str) -> str:
    r"""The text as a terminal may show it: lines and tabs stay, control characters and terminal escapes go.

    >>> printable("House\n3\x1b[31m")
    'House\n3[31m'
    """
    return "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)


def inert(cell: str) -> str:
    """The cell as a spreadsheet shows it instead of computing it: a formula gets an apostrophe in front.

    >>> inert("=cmd()"), inert("-12.5"), inert("-2+3")
    ("'=cmd()", '-12.5', "'-2+3")
    """
    risky = cell.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(cell)
    return f"'{cell}" if risky else cell


def slug(name: str) -> str:
    """The name as part of a path: letters, digits, ``-`` and ``_``; two names never share one.

    >>> slug("Hillside"), slug("<script>")
    ('Hillside', 'script-e3d10d30')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:40]
    return safe if safe == name else f"{safe or 'x'}-{blake2b(name.encode(), digest_size=4).hexdigest()}"


def in_words(number: int) -> str:
    """A small number as a word, as sentences have it: "no" for 0, figures from 13 on.

    >>> in_words(0), in_words(12), in_words(13)
    ('no', 'twelve', '13')
    """
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things, in figures.

    >>> counted(1, "house"), counted(3, "house"), counted(2, "piece of advice", "pieces of advice")
    ('1 house', '3 houses', '2 pieces of advice')
    """
    return f"{number} {noun(number, one, several)}"


def noun(number: int, one: str, several: str = "") -> str:
    """What so many of a thing are called.

    >>> noun(1, "house"), noun(0, "house"), noun(2, "piece of advice", "pieces of advice")
    ('house', 'houses', 'pieces of advice')
    """
    return one if number == 1 else several or f"{one}s"


def sure(score: float) -> str:
    """How sure, as a word and a number; .5 is the threshold at which something is said at all.

    >>> sure(0.93), sure(0.55)
    ('almost certain (0.93)', 'possible (0.55)')
    """
    words = ((0.9, "almost certain"), (0.75, "likely"), (0.6, "probable"))
    word = next((word for least, word in words if score >= least), "possible")
    return f"{word} ({score:.2f})"


def number(value: float | None, digits: int = 0) -> str:
    """A number with thin spaces between thousands; a missing one is a dash, never 0.

    >>> number(18400.2), number(29.84, 1), number(None), number(-0.04, 1)
    ('18\u202f400', '29.8', '–', '0.0')
    """
    if value is None or value != value:
        return NOTHING
    text = f"{value:,.{digits}f}".replace(",", THIN)
    return text.removeprefix("-") if not text.strip(f"-0.{THIN}") else text.replace("-", "−")


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with four digits, or as many as show what lies between them.

    >>> told_apart(26.2612, 22.34), told_apart(1013.24, 1012.81), told_apart(101325.0, 100130.0)
    (('26.26', '22.34'), ('1013.24', '1012.81'), ('101325', '100130'))
    """
    size, between = max(abs(one), abs(other)), abs(one - other)
    digits = [4]
    if 1e-10 * size < between < 1e-3 * size:
        digits.append(math.ceil(math.log10(size / between)) + 2)
    if 1e4 <= size < 1e9:  # without an exponent
        digits.append(math.floor(math.log10(size)) + 1)
    return f"{one:.{max(digits)}g}", f"{other:.{max(digits)}g}"


def signed(value: float, digits: int = 0) -> str:
    """A difference with its sign.

    >>> signed(0.34, 1), signed(-2.0, 1), signed(0.01, 1)
    ('+0.3', '−2.0', '±0.0')
    """
    text = number(value, digits)
    if not text.strip(f"0.{THIN}"):
        return f"±{text}"
    return text if text.startswith("−") else f"+{text}"
