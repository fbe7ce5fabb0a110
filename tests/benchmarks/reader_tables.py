"""Training examples from tables that are made up: a question about one row, or about a row or a
column that is not there.

The sets that people labelled hold prose. In a table the words around an answer are those of every
other row too: which row is meant, and whether it is there, hangs on a code, a name or a date.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reader_examples import Example

_WORDS = """
Anna Ben Carla David Elena Farid Greta Hugo Ines Jonas Kira Leon Mara Nils Olga Paul Quentin Rosa
Samir Tess Umar Vera Walter Xenia Yusuf Zoe Amelie Bruno Cleo Dora Emil Fiona Gustav Hana Ivo

Abbot Berger Castell Dupont Eriksen Fowler Garcia Hansen Ibsen Jensen Keller Larsen Moreau Novak
Okafor Petrov Quist Rossi Silva Tanaka Ulrich Vogel Weber Yilmaz Zeller Hart Lind Marsh

Ashby Birkdale Corran Dunmoor Elmsford Farleigh Glenrow Harwick Inverlee Kelso Langford Marbury
Norwell Oakhurst Penrith Quarndon Redcliffe Stanmere Tarbet Upwell Wexcombe Yarrow Thornby

lamp kettle bicycle ladder tractor trailer printer camera violin kayak tent stove drill pump chair
desk curtain carpet blanket jacket boot helmet rope anchor sail lantern compass barrel basket
bucket shovel rake wheelbarrow hammer saw chisel lathe loom oven freezer heater boiler tomato bean
carrot onion pea leek cabbage apple pear plum cherry barley oat rye wheat honey cheese bread jam
soap candle paper ink brush canvas clay tile brick plank beam window door

red blue green old new small large light heavy double single folding wooden steel brass early late
winter summer north south upper lower inner outer first second standard premium basic

open closed paid unpaid done pending sold reserved broken repaired new used full empty

January February March April May June July August September October November December
"""
_FIRST, _LAST, _PLACES, _THINGS, _ADJECTIVES, _STATES, _MONTHS = (
    block.split() for block in _WORDS.strip().split("\n\n")
)
_KEYS = {
    "code": ("lot", "sample", "order", "item", "ref", "unit", "batch", "ticket", "case", "probe"),
    "numbered": ("flat", "room", "house", "table", "boat", "plot", "pitch", "tank", "sack", "step"),
    "thing": ("item", "product", "article", "name", "variety", "service", "course", "event"),
    "person": ("name", "member", "driver", "customer", "tenant", "player", "teacher", "patient"),
    "place": ("place", "site", "branch", "town", "station", "garden", "depot", "harbour"),
    "date": ("date", "day", "taken on", "visited", "booked for"),
    "month": ("month", "period"),
}  # fmt: skip
_HEADS: dict[str, tuple[str, ...]] = {
    "person": ("owner", "contact", "supplier", "teacher", "keeper", "driver", "analyst", "buyer"),
    "place": ("location", "town", "destination", "origin", "shelf", "venue", "harbour"),
    "date": (
        "delivered", "tested on", "due date", "opened", "last service", "renewal", "start date",
    ),
    "money": ("price", "cost", "rent", "fee", "deposit", "price per night", "refund", "total"),
    "quantity": (
        "weight kg", "length m", "height cm", "fuel litres", "distance km", "power kW", "grams",
        "miles", "depth m", "area m2", "temperature C", "volume ml",
    ),
    "count": (
        "packets", "visitors", "members", "seats", "pages", "rooms", "children", "copies",
        "bottles",
        "eggs", "hours", "nights", "pieces", "points",
    ),
    "percent": ("germination", "discount", "share", "humidity", "turnout", "success rate"),
    "state": ("status", "state", "condition"),
    "time": ("start", "departure", "opening time", "high tide", "collection", "sunrise"),
    "thing": ("crop", "product", "purpose", "tool", "prize", "material", "main dish"),
    "code": ("serial number", "key", "invoice", "licence", "locker"),
}  # fmt: skip
_ASKED: dict[str, tuple[str, ...]] = {
    "person": (
        "Who is the {head} of {key}?", "Who is {key}'s {head}?", "Which {head} belongs to {key}?",
        "What is the name of the {head} for {key}?", "{head} {key}",
        "Who was the {head} for {key}?",
    ),
    "place": (
        "Where is {key}?", "What is the {head} of {key}?", "Which {head} does {key} have?",
        "{key} {head}", "Where can I find {key}?", "In which place is {key}?",
    ),
    "date": (
        "When was {key} {head}?", "What is the {head} date of {key}?",
        "On what day was {key} {head}?",
        "{key} {head} when", "What is the date for {key} {head}?",
    ),
    "money": (
        "What does {key} cost?", "How much is the {head} for {key}?",
        "What is the {head} of {key}?",
        "How much do we pay for {key}?", "{head} {key}", "How much money was it for {key}?",
    ),
    "quantity": (
        "What is the {head} of {key}?", "How much {head} does {key} have?", "{head} of {key}",
        "How many {unit} were measured for {key}?", "What {head} was recorded for {key}?",
    ),
    "count": (
        "How many {head} does {key} have?", "How many {head} were there for {key}?",
        "What is the number of {head} of {key}?", "{key} number of {head}", "{head} {key}?",
    ),
    "percent": (
        "What {head} does {key} have?", "What is the {head} of {key}?",
        "What percentage was the {head} of {key}?",
        "How high is the {head} for {key}?", "{head} {key}",
    ),
    "state": (
        "What is the {head} of {key}?", "What {head} is {key} in?", "{key} {head}",
        "In what {head} is {key}?",
    ),
    "time": (
        "At what time is the {head} of {key}?", "When is the {head} for {key}?",
        "{key} {head} time",
        "What time is {head} for {key}?",
    ),
    "thing": (
        "What is the {head} of {key}?", "Which {head} goes with {key}?",
        "What {head} was given for {key}?",
        "{key} {head}",
    ),
    "code": (
        "What is the {head} of {key}?", "Which {head} belongs to {key}?", "{head} {key}",
        "What {head} does {key} have?",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class _Column:
    head: str
    """As the table has it."""
    kind: str
    make: Callable[[], str]


class _Maker:
    """Values of each kind, written as one table writes them."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._prefixes = [
            "".join(rng.choices("ABCDEFGHKLMNPRSTVWX", k=rng.randint(1, 3))) for _ in "ab"
        ]
        self._style = rng.choice(("-", "", " ", "-", "letter"))
        self._digits = rng.randint(2, 4)
        self._iso = rng.random() < 0.5
        self._currency = rng.choice(("£{}", "${}", "€{}", "{} EUR", "{}", "{} euros"))
        self.year = rng.randint(1990, 2026)
        self._months = rng.sample(range(12), rng.randint(2, 6))

    def code(self) -> str:
        prefix = self.rng.choice(self._prefixes)
        if self._style == "letter":
            return f"{prefix}-{self.rng.choice('ABCDEFG')}"
        number = self.rng.randrange(10 ** (self._digits - 1), 10**self._digits)
        return f"{prefix}{self._style.strip()}{number}"

    def numbered(self) -> str:
        return (
            self.rng.choice("ABCDEFGH") if self._style == "letter" else str(self.rng.randint(1, 30))
        )

    def person(self) -> str:
        name = self.rng.choice(_FIRST)
        return name if self._style == "" else f"{name} {self.rng.choice(_LAST)}"

    def place(self) -> str:
        place = self.rng.choice(_PLACES)
        return (
            f"{place} {self.rng.choice(('Hall', 'Road', 'Farm', 'Bridge'))}" if self._iso else place
        )

    def thing(self) -> str:
        thing = self.rng.choice(_THINGS)
        return f"{self.rng.choice(_ADJECTIVES)} {thing}" if self.rng.random() < 0.6 else thing

    def day(self) -> tuple[int, int, int]:
        return self.year, self.rng.choice(self._months) + 1, self.rng.randint(1, 28)

    def date(self) -> str:
        year, month, day = self.day()
        if self._iso:
            return f"{year}-{month:02}-{day:02}"
        if self._style == "-":
            return f"{day:02}.{month:02}.{year}"
        return f"{day} {_MONTHS[month - 1][: 3 if self._digits == 2 else None]} {year}"

    def month(self) -> str:
        return f"{self.rng.choice(_MONTHS)}{f' {self.year}' if self._iso else ''}"

    def money(self) -> str:
        amount = self.rng.choice((self.rng.randint(2, 40), self.rng.randint(20, 900)))
        return self._currency.format(
            f"{amount}.{self.rng.choice(('00', '50', '95'))}" if self._iso else str(amount)
        )

    def quantity(self) -> str:
        return f"{self.rng.uniform(0.5, 400):.1f}" if self._iso else str(self.rng.randint(2, 900))

    def count(self) -> str:
        return str(self.rng.randint(1, 400))

    def percent(self) -> str:
        return f"{self.rng.randint(1, 99)}{'%' if self._iso else ''}"

    def state(self) -> str:
        return self.rng.choice(_STATES)

    def time(self) -> str:
        return f"{self.rng.randint(5, 22):02}:{self.rng.choice(('00', '15', '30', '45', '10'))}"


def examples(count: int, rng: random.Random) -> Iterator[Example]:
    """So many, about half of them without an answer."""
    made = 0
    while made < count:
        for example in _of_table(rng):
            yield example
            made += 1


def _of_table(rng: random.Random) -> Iterator[Example]:
    maker = _Maker(rng)
    look = rng.choice((str, str, str.title, lambda head: head.replace(" ", "_"), str.capitalize))
    key_kind = rng.choice(list(_KEYS))
    key = rng.choice(_KEYS[key_kind])
    kinds = rng.sample([kind for kind in _HEADS if kind != key_kind], rng.randint(2, 5))
    columns = [_Column(rng.choice(_HEADS[kind]), kind, getattr(maker, kind)) for kind in kinds]
    values = list(dict.fromkeys(getattr(maker, key_kind)() for _ in range(9)))
    if len(values) < 4:
        return
    *values, spare = values
    rows = [[value, *(column.make() for column in columns)] for value in values]
    heads = [look(key), *(look(column.head) for column in columns)]
    named = rng.random() < 0.85
    told = [
        "; ".join(f"{head}: {cell}" for head, cell in zip(heads, row, strict=True))
        if named
        else " | ".join(row)
        for row in rows
    ]
    above = () if named else (" | ".join(heads),)
    what = f"{rng.choice(_ADJECTIVES)} {rng.choice(_THINGS)}s"
    title = f"{what} {rng.choice(('list', 'table', 'log', 'stock', maker.year))}"
    title = rng.choice((title, title.capitalize(), "", title.replace(" ", "_")))
    for _ in range(3):
        at = rng.randrange(len(rows))
        column = rng.choice(columns)
        place = 1 + columns.index(column)
        shown = _fitting(told, at, 420 - sum(map(len, above)), rng)
        kept = (*above, *(told[i] for i in shown))
        right = shown.index(at) + len(above)
        way = rng.random()
        asked_of, asked_for = values[at], column
        if way < 0.16:  # a row that is not there
            asked_of = spare
        elif way < 0.30:  # the row is not among those that were found
            kept = tuple(line for i, line in enumerate(kept) if i != right)
        elif way < 0.50:  # nor is the column in the table
            kind = rng.choice([kind for kind in _HEADS if kind not in kinds and kind != key_kind])
            asked_for = _Column(rng.choice(_HEADS[kind]), kind, getattr(maker, kind))
        question = _question(key, key_kind, asked_of, asked_for, rng)
        if way < 0.50:
            if len(kept) > len(above):
                yield Example(question, title, kept, frozenset(), None)
            continue
        begins = _cell(kept[right], rows[at], place, named, heads)
        words = (right, begins), (right, begins + len(rows[at][place]))
        yield Example(question, title, kept, frozenset([right]), words)


def _fitting(told: list[str], needed: int, left: int, rng: random.Random) -> list[int]:
    """Some lines, with the one that is needed, of ``left`` characters, which are read at once."""
    left -= len(told[needed])
    kept = [needed]
    others = [i for i in range(len(told)) if i != needed]
    for i in rng.sample(others, min(len(others), rng.randint(1, 6))):
        if len(told[i]) <= left:
            kept.append(i)
            left -= len(told[i])
    return sorted(kept)


def _cell(line: str, row: list[str], place: int, headed: bool, heads: list[str]) -> int:
    """Where a cell begins in the line of its row."""
    at = 0
    for i in range(place + 1):
        at = line.index(f"{heads[i]}: " if headed else row[i], at)
        at += len(heads[i]) + 2 if headed else 0
        if i < place:
            at += len(row[i])
    return at


def _question(key: str, kind: str, value: str, column: _Column, rng: random.Random) -> str:
    """A question for the value of a column, in the row of a key."""
    named = value
    if kind in ("code", "numbered"):
        named = f"{key} {value}" if kind == "numbered" or rng.random() < 0.5 else value
    elif kind == "date":
        named = f"{_spoken(value)}" if rng.random() < 0.7 else value
    elif kind in ("thing", "place") and rng.random() < 0.5:
        named = f"the {value}"
    unit = column.head.split()[-1]
    template = rng.choice(_ASKED[column.kind])
    if kind in ("date", "month"):
        template = template.replace("of {key}", "{on} {key}").replace("for {key}", "{on} {key}")
        template = re.sub(
            r"(?:does|was|is) \{key\}(?:'s)? ?(?:have)?", "was it {on} {key}", template
        )
    head = (
        column.head.rsplit(" ", 1)[0]
        if column.kind == "quantity" and rng.random() < 0.7
        else column.head
    )
    on = "in" if kind == "month" else "on"
    asked = template.format(head=head, key=named, unit=unit, on=on)
    return asked[:1].upper() + asked[1:] if rng.random() < 0.8 else asked.lower().rstrip("?")


def _spoken(date: str) -> str:
    """A date as people say it."""
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", date):
        return f"{int(match[3])} {_MONTHS[int(match[2]) - 1]} {match[1]}"
    if match := re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", date):
        return f"{_MONTHS[int(match[2]) - 1]} {int(match[1])}, {match[3]}"
    return date
