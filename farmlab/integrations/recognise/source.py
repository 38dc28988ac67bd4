"""From the bytes of a file to its lines: compression, encoding, comments."""

from __future__ import annotations

import codecs
import gzip
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from farmlab.errors import UnreadableTable

if TYPE_CHECKING:
    from pathlib import Path

_FOREIGN: Final = (
    (b"PK\x03\x04", "it is a workbook or a zip archive", "Unpack it, or save the sheet as CSV."),
    (b"\xd0\xcf\x11\xe0", "it is an old Excel workbook", "Save the sheet as CSV."),
    (b"%PDF", "it is a PDF", "Export the table as CSV."),
    (b"SQLite format 3\0", "it is a database", "Export the table as CSV."),
    (b"PAR1", "it is a Parquet file", "Export the table as CSV."),
)
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_MOST_ZEROS: Final = 0.01
"""Share of zero bytes that a text may hold, as a logger without power writes them."""
_COMMENTS: Final = ("#", "//")
_LONGEST_CELL: Final = 5
"""Lines that one quoted cell may span; beyond, its quote is taken as forgotten."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file and its number, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of a file that carry something.

    ``delimiter`` is what the file itself says (``sep=;``, as Excel writes it); ``unclosed`` are lines with a
    quote that is never closed.
    """

    name: str
    encoding: str
    lines: tuple[Line, ...]
    comments: tuple[Line, ...]
    delimiter: str
    unclosed: tuple[Line, ...]


def open_source(path: Path, *, skip_open_line: bool = False) -> Source:
    """The lines of a file, plain or gzip, in whatever encoding it has.

    With ``skip_open_line`` a last line that is not ended is left out: somebody may still be writing it.

    Raises
    ------
    UnreadableTable
        The file is missing, empty, damaged or not text.
    """
    text, encoding = _decode(_bytes(path), path, whole=not skip_open_line)
    plain = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if skip_open_line:
        plain.pop()
    filled = [Line(number, line) for number, line in enumerate(plain, start=1) if line.strip()]
    delimiter = ""
    if filled and filled[0].text.lower().startswith("sep=") and len(filled[0].text.rstrip()) == 5:
        delimiter, filled = filled[0].text[4], filled[1:]
    comments = tuple(line for line in filled if line.text.startswith(_COMMENTS))
    lines = tuple(line for line in filled if not line.text.startswith(_COMMENTS)) if comments else tuple(filled)
    if not lines:
        raise UnreadableTable("it holds comments only", where=path.name, next_step="Export it again, with rows.")
    closed, unclosed = _closed(lines)
    return Source(path.name, encoding, closed, comments, delimiter, unclosed)


def _closed(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines, those of a cell with line breaks joined; and those whose quote stays open, which costs only them."""
    if not any('"' in line.text for line in lines):
        return lines, ()
    closed, unclosed = [], []
    at = 0
    while at < len(lines):
        spans = range(1, _LONGEST_CELL + 1)
        span = next((n for n in spans if sum(line.text.count('"') for line in lines[at : at + n]) % 2 == 0), 0)
        if span:
            closed.append(Line(lines[at].number, " ".join(line.text for line in lines[at : at + span])))
        else:
            unclosed.append(lines[at])
        at += span or 1
    return tuple(closed), tuple(unclosed)


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise UnreadableTable("the gzip file is damaged", where=path.name, next_step="Get it again.") from None
    except OSError as error:
        raise UnreadableTable(
            f"it cannot be read: {error.strerror}", where=str(path), next_step="Check the name and the rights."
        ) from None


def _decode(data: bytes, path: Path, *, whole: bool) -> tuple[str, str]:
    """The text and its encoding; one that is not ``whole`` may end in the middle of a character."""
    if not data.strip():
        raise UnreadableTable("the file is empty", where=path.name, next_step="Export it again.")
    for magic, what, next_step in _FOREIGN:
        if data.startswith(magic):
            raise UnreadableTable(what, where=path.name, next_step=next_step)
    marked = next((name for bom, name in _BOMS if data.startswith(bom)), "")
    if not marked and data.count(b"\0") > _MOST_ZEROS * len(data):
        raise UnreadableTable("it is not text", where=path.name, next_step="Export the table as CSV.")
    for encoding in (marked,) if marked else ("utf-8", "cp1252", "latin-1"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(data, final=whole)
            return text.replace("\0", " "), encoding
        except UnicodeDecodeError:
            continue
    raise UnreadableTable(f"it is not {marked} as its first bytes say", where=path.name, next_step="Export it again.")
