"""A text as its writer laid it out: paragraphs, list items, rows, entries, and their sentences; and
these as they are shown. Pure functions of a string; offsets are code points.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, tee

from qa.text import LINE_BREAK, MONTHS, one_line, printable, trim
from qa.types import Span

_MARK = r"(?:[-*+•‣◦–]|\d{1,3}[.)]|\[[ xX]\]|Step \d{1,2}[:.)])"
_LETTER = r"\((?:[a-z]|[ivx]{1,4})\)"
_RULED = r"={3,}\s*$|-{3,}(?:[ \t]+-{3,})*\s*$"
# A line that starts a block of its own: heading, list item, table row, quote, rule, fence.
_BLOCK_START = re.compile(rf"^[ \t]*(?:#{{1,6}}(?=\s)|{_MARK}[ \t]+|\||>|```|~~~|{_RULED})")
# A line that is a block by itself: heading, table row, fence, rule.
_ONE_LINE_BLOCK = re.compile(rf"^[ \t]*(?:#{{1,6}}\s|\||```|~~~|{_RULED})")
_LETTERED = re.compile(rf"[ \t]*(?P<mark>{_LETTER})[ \t]+")
_ENUMERATES = re.compile(r"(?:[:;,.]|\b(?:and|or))\s*$")
ITEM = re.compile(rf"[ \t]*(?P<mark>{_MARK}|{_LETTER})[ \t]+(?=\S)(?![-*_ \t]+$)", re.MULTILINE)
"""What an item of a list begins with."""
_QUOTED = re.compile(r"(?:[ \t]?>(?!>>))+(?<!>>>)[ \t]*")  # three are a prompt
# A line of a front matter that goes on with the value of the field above it: it begins no field, no
# comment; what else begins a block does there too. And a field whose value begins on the next line.
_VALUE_GOES_ON = re.compile(
    r"""[ \t]+(?!\#|(?:"[^"]*"|'[^']*'|[^\s:][^:]{0,40}):(?:\s|$))\S""", re.VERBOSE
)
_VALUE_BELOW = re.compile(r":(?:[ \t]+(?:[!&]\S+[ \t]+)*[>|][-+\d]*(?:[ \t]+\#.*)?)?$")
_KEPT_LINES = re.compile(r"\|[-+\d]*(?:[ \t]+\#.*)?$")
_LIST_MARK = re.compile(
    rf"(?:[ \t>]*(?:[-*+•‣◦–]|\d{{1,3}}[.)]|{_LETTER}|#{{1,6}})[ \t]+)+|[ \t>]+"
)
LINE = re.compile(r"[^\r\n]+")
STAMPED = re.compile(
    r"[ \t]*[\[(]?(?!\d{1,4}[./]\d{1,2}\)?[ \t]+[^\W\d_A-ZÄÖÜ])\d{1,4}(?:[-./:]\d{1,2}){1,3}(?!\d)"
)
"""A line that begins with a time or the number of a clause, not with "1.2 l" or "1/4 leek"."""
_TIMED = re.compile(r"[ \t]*(?:\[|\d{4}-\d\d-\d\d\b|\d{1,2}[./]\d{1,2}[./]\d{4}\b,?[ \t]+\d)")
_MONTH = rf"(?:{MONTHS}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
DATED = re.compile(
    r"[ \t]*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
    rf"(?:\d{{1,2}}(?:st|nd|rd|th|\.)? {_MONTH}|{_MONTH} \d{{1,2}}\b(?!:))(?:,? \d{{4}}\b)?",
    re.IGNORECASE,
)
"""A line that begins with a day."""
_SHORT = 40
"""Characters of a line that may be a heading."""
_TURN = re.compile(r"[ \t]*[A-ZÄÖÜ][A-ZÄÖÜ .'’-]{1,24}:(?=\s)")
"""A line that begins with who speaks, in capitals."""
LABELLED = re.compile(r"\W*\w[^:\n]{0,30}(?::[*_]*|[ \t][-–—])[ \t]+\S")
"""A line that begins with the name of what it holds."""
_LEADER = r"[ \t]?\.{5,}[ \t]?"
_GAP = re.compile(rf"(?<=\S)(?:{_LEADER}| {{3,}}|(?= *\t)[ \t]++)(?=\S)")
"""What stands between the cells of a table that is made with blanks or dots."""
_NARROW_GAP = re.compile(rf"{_GAP.pattern}|(?<=[^\s.!?:]) {{2}}(?=\S)")
"""The same within a row: the longest cell of a column may leave two blanks."""
_ROOM = 0.9
_LONGEST_RECORD = 8
"""Lines of which each begins with the name of what it holds; more are no longer about one thing."""
_MOSTLY_FIELDS = 0.75
_OPENED = re.compile(r"\W*\w[^:\n]{0,30}:[ \t]*[>|]?[-+]?[ \t]*")
"""A line that names what the next ones hold."""
_DEEPEST = 8  # characters before an item that are shown
_NARROW = 60  # characters; nobody breaks lines that are shorter for want of room
_SHORTENED = re.compile(
    r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|St|Nos?|Nr|Art|Vol|Fig|pp?|vs|cf|al|[A-Z])\.$"
)
_GOES_ON = re.compile(
    r"(?:(?<!\w)(?<!\bI )(?i:ab|als|am|bis|das|dem|den|der|des|die|im|und|vom|zum|zur)\s+\d{1,3}"
    r"|(?<!\w)(?:bzw|ca|evtl|ggf|inkl|vgl|zzgl|z\.\s?B|d\.\s?h|u\.\s?a))\.\s*\Z"
)
_NO_END = re.compile(r"\r\n|\n|\r|\.{5,}")
_ASIDE = re.compile(r"\s*\([^\W\d_A-ZÄÖÜ]")  # "on 06.04. (a spring was broken)"
# Sentence ends of scripts that put no space behind them.
_CJK_END = re.compile(r"[。！？｡]+[」』”’）】〉》]*")
FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n|\n|\r)(?:.*?(?:\r\n|\n|\r))??(?:---|\.\.\.)[ \t]*(?=\r|\n|$)", re.S
)
"""A YAML front matter block; match it at offset 0 only."""


def paragraphs(text: str, span: Span | None = None) -> Iterator[Span]:
    """Blocks of ``text``: separated by blank lines, or starting with a list, table,
    quotation or heading mark. In a front matter each field is a block, with the lines that its
    value goes on in, and each line of a value whose line breaks are meant (``|``). Spans are
    trimmed; together they hold every visible character."""
    span = Span(0, len(text)) if span is None else span
    front_matter = FRONT_MATTER.match(text) if span.start == 0 else None
    fields_end = min(front_matter.end(), span.end) if front_matter else span.start
    yield from _parted(text, Span(span.start, fields_end), _begin_fields)
    yield from _parted(text, Span(fields_end, span.end), _begin_blocks)


def _parted(
    text: str, part: Span, begins: Callable[[Iterable[str]], Iterator[bool]]
) -> Iterator[Span]:
    """A part cut where lines begin something new; ``begins`` says of each whether it does."""
    lines, again = tee(_lines(text, part))
    start = part.start
    for line, new in zip(lines, begins(one.of(text) for one in again), strict=True):
        if new and len(block := trim(text, start, line.start)):
            yield block
        start = line.start if new else start
    if len(block := trim(text, start, part.end)):
        yield block


def _lines(text: str, part: Span) -> Iterator[Span]:
    """Lines of a part, without their breaks."""
    start = part.start
    for match in LINE_BREAK.finditer(text, part.start, part.end):
        yield Span(start, match.start())
        start = match.end()
    yield Span(start, part.end)


def _begin_blocks(lines: Iterable[str]) -> Iterator[bool]:
    alone = False  # whether the line before is a block by itself
    before = marks = last = ""  # that line, where it is of an item; its quotation marks; its words
    for line in lines:
        match = _QUOTED.match(line)
        quoted = "".join(match[0].split()) if match else ""
        words = line[match.end() :] if match else line
        begins = not words.strip() or quoted != marks or bool(_BLOCK_START.match(words))
        begins = alone or begins or _is_lettered(last, words) or _turns_away(before, line)
        yield begins
        last = words
        alone = bool(_ONE_LINE_BLOCK.match(words)) or (bool(quoted) and not words.strip())
        before = line if (before and not begins) or ITEM.match(line) else ""
        marks = quoted


def _is_lettered(before: str, line: str) -> bool:
    """Whether a line with a letter, such as (b), is an item, rather than the rest of a sentence
    that mentions one and was broken there."""
    letter = _LETTERED.match(line)
    if letter is None:
        return False
    first = letter["mark"] in ("(a)", "(i)")
    return first or bool(_ENUMERATES.search(before)) or _has_room(before, line)


def _turns_away(before: str, line: str) -> bool:
    """Whether a line is no part of the item whose last line stands before it: it begins at the
    margin as a sentence does, though there was room for more on that line."""
    begins = line[:1].isupper() or bool(STAMPED.match(line))
    return bool(before) and begins and _has_room(before, line)


def entries(text: str, block: Span) -> list[Span]:
    """The lines of a block that begin an entry of a log or chat, or a clause: with a time, with who
    speaks in capitals, or with a number or day where the first line does so or is hardly a sentence
    (in others "3.5 million" may well begin a line), and several do with a day."""
    lines = [Span(*line.span()) for line in LINE.finditer(text, block.start, block.end)]
    known = bool(lines) and (len(lines[0]) <= _SHORT or bool(STAMPED.match(lines[0].of(text))))
    dated = [one for one in lines if DATED.match(one.of(text))]
    if not (dated[1:] and (lines[0] in dated or len(lines[0]) <= _SHORT)):
        dated = []
    return [one for one in lines if one in dated or _begins_entry(one.of(text), known)]


def _begins_entry(line: str, numbered: bool) -> bool:
    if _TURN.match(line):
        return True
    return bool(STAMPED.match(line)) and (numbered or bool(_TIMED.match(line)))


def indent(text: str, at: int) -> int:
    """Blanks before a place on its line; 0 where anything else stands there."""
    start = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return at - start if text[start:at].isspace() else 0


def is_table(block: str) -> bool:
    """Whether most lines of a block are rows whose cells are kept apart by blanks or dots."""
    lines = LINE.findall(block)
    rows = sum(1 for line in lines if "|" not in line and _GAP.search(line))
    return rows > 1 and 2 * rows >= len(lines)


def _has_room(before: str, line: str) -> bool:
    """Whether a line ends though the first word of the next would have fitted on it."""
    return len(before.rstrip()) + len(line.split(maxsplit=1)[0]) < _NARROW


def _begin_fields(lines: Iterable[str]) -> Iterator[bool]:
    below = kept = False  # whether a value begins on the next line, and whether it keeps its lines
    for line in lines:
        kept = kept and not line[:1].strip()
        yield below or kept or not _VALUE_GOES_ON.match(line) or bool(_BLOCK_START.match(line))
        ended = line.rstrip()
        below = bool(_VALUE_BELOW.search(ended))
        kept = kept or (below and bool(_KEPT_LINES.search(ended)))


def sentences(text: str, span: Span | None = None) -> list[Span]:
    """Sentences of ``text`` (or of a part of it), trimmed, in order, never overlapping.

    Every visible character of the part is in one of them. A sentence never crosses a
    paragraph. Sentence boundaries come from nupunkt (Punkt: Kiss and Strunk, 2006), and
    from full-width stops for scripts that it does not know.
    """
    found: list[Span] = []
    for block in paragraphs(text, span):
        found.extend(_sentences_of_block(text, block))
    return found


def _sentences_of_block(text: str, block: Span) -> Iterator[Span]:
    import nupunkt  # 0.1 s and 10 MB: only where sentences are needed

    given = block.of(text)
    if given.startswith("#") and _ONE_LINE_BLOCK.match(given):
        yield block
        return
    body = _NO_END.sub(lambda match: " " * len(match[0]), given)
    for start, end in _mended(given, nupunkt.sent_spans(body)):
        for part in _split_cjk(body, start, end):
            sentence = trim(text, block.start + part[0], block.start + part[1])
            if len(sentence):
                yield sentence


def _mended(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences joined behind a German ordinal or abbreviation, which nupunkt does not know, and
    parted where the writer began a line anew, whatever stands before the stop."""
    breaks = deque(_begun_anew(text))
    begun = -1
    for start, end in spans:
        begun = start if begun < 0 else begun
        if end < len(text) and _GOES_ON.search(text, max(begun, end - 30), end):
            continue
        if _ASIDE.match(text, end):
            continue
        while breaks and breaks[0] < end:
            if (at := breaks.popleft()) > begun:
                yield begun, at
                begun = at
        yield begun, end
        begun = -1
    if begun >= 0:
        yield begun, len(text)


def _begun_anew(text: str) -> Iterator[int]:
    """Where lines begin of a paragraph whose every line ends with a stop: a list without marks; or
    of some lines those that begin with a time or the number of a clause; or those of a table; or
    those of many that each begin with the name of what it holds."""
    lines = list(LINE.finditer(text))
    begun = [line.start for line in entries(text, Span(0, len(text)))]
    if len(begun) > 1:
        yield from begun
    elif is_table(text):
        yield from (line.start() for line in lines)
    elif fields := _fields(lines):
        yield from fields
    elif all(line[0].rstrip().endswith((".", "!", "?")) for line in lines):
        for before, line in pairwise(lines):
            known = _SHORTENED.search(before[0].rstrip()) or _GOES_ON.search(before[0].rstrip())
            room = _has_room(before[0], line[0])
            if room and not known and not line[0].lstrip()[:1].islower():
                yield line.start()


def _fields(lines: Sequence[re.Match[str]]) -> list[int]:
    """Where lines begin that are named after what they hold, if there are many, and few others
    between them, which go on with these."""
    found = [
        line.start() for line in lines if LABELLED.match(line[0]) or _OPENED.fullmatch(line[0])
    ]
    many = len(found) > _LONGEST_RECORD and len(found) >= _MOSTLY_FIELDS * len(lines)
    return found if many else []


def _split_cjk(body: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in _CJK_END.finditer(body, start, end):
        yield start, match.end()
        start = match.end()
    if start < end:
        yield start, end


def quotable(text: str, sentence: Span) -> Span:
    """``sentence`` without a list, quotation or heading mark in front of it."""
    mark = _LIST_MARK.match(text, sentence.start, sentence.end)
    return Span(mark.end(), sentence.end) if mark and mark.end() < sentence.end else sentence


def by_field(text: str) -> str:
    """As `one_line`, but for a line feed in the place of the blank between lines that are such on
    purpose, as those of a record, each of which begins with the name of what it holds (``Phone: 496
    0123``), and a tab between the cells of a row that are kept apart by blanks."""
    shown = printable(text)
    fields = [field for line in LINE.findall(shown) if (field := _row(line))]
    if len(fields) == 1:
        return fields[0]
    meant = all(map(LABELLED.match, fields)) or is_table(shown) or _broken_on_purpose(fields)
    return "\n".join(fields) if meant else one_line(shown)


def _broken_on_purpose(lines: Sequence[str]) -> bool:
    """Whether half of the lines or more end though there was room for the next word, as wide as the
    others are; of the first and the last it is not known how much of them a sentence takes."""
    room = _ROOM * max(map(len, lines), default=0)
    breaks = [
        len(line) + 1 + len(after.split(maxsplit=1)[0]) <= room
        for line, after in pairwise(lines[1:])
    ]
    return any(breaks) and 2 * sum(breaks) >= len(breaks)


def _row(line: str) -> str:
    is_row = "|" not in line and _GAP.search(line)
    cells = _NARROW_GAP.split(line) if is_row else [line]
    return "\t".join(filter(None, (" ".join(cell.split()) for cell in cells)))


def as_shown(text: str) -> str:
    """``text`` safe to show, each of its blocks (see `paragraphs`) on a line, or a line for each
    field of a record: the items of a list stand below each other, with their marks."""
    lines = list[str]()
    for block in paragraphs(text):
        before = min(_DEEPEST, indent(text, block.start))
        lines.append(" " * before + by_field(block.of(text)))
    return apart("\n".join(lines))


def apart(row: str) -> str:
    """What `by_field` makes of a row, with its cells apart."""
    return row.replace("\t", "   ")
